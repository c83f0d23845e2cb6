"""From a question to an answer, choices or a refusal: the recipe, one named step after the other."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from core.text import squeeze
from retrieval.confidence import Confidence, judge
from retrieval.jurisdiction import elsewhere
from retrieval.passages import Passage
from retrieval.results import Hit, SearchResult, Step
from retrieval.search import Search

NEAREST = 3
DEPTH = 12
MOST_CHOICES = 5
SHORT = 12


class Decision(StrEnum):
    """What a resident gets."""

    ANSWER = "answer"
    CHOICES = "choices"
    REFUSE = "refuse"
    HANDOFF = "handoff"


class AnswerStatus(StrEnum):
    """Every way in which the recipe ends; the first word groups them in reports."""

    ANSWERED_SAME_QUESTION = "answered_same_question"
    """The resident asked what an entry asks."""
    ANSWERED_CONFIDENT = "answered_confident"
    CHOICES_UNSURE = "choices_unsure"
    """A right entry is likely among the first."""
    CHOICES_TIE = "choices_tie"
    """Two entries are almost equally good."""
    UNANSWERABLE_NO_WORDS = "unanswerable_no_words"
    UNANSWERABLE_NO_PASSAGE = "unanswerable_no_passage"
    """Nothing is close enough to be offered."""
    REFUSED_SMALL_TALK = "refused_small_talk"
    REFUSED_ELSEWHERE = "refused_elsewhere"
    """Another city, the state or a company is asked for."""
    HANDOFF_CHOICES_REFUSED = "handoff_choices_refused"
    """The resident refused what was offered, and nothing near is left."""


DECISIONS = {
    "answered": Decision.ANSWER,
    "choices": Decision.CHOICES,
    "unanswerable": Decision.REFUSE,
    "refused": Decision.REFUSE,
    "handoff": Decision.HANDOFF,
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a resident asks, and what is known of the talk."""

    municipality_id: str
    text: str
    moment: datetime
    language: str = "ja"
    earlier: tuple[str, ...] = ()
    """The resident's earlier questions of this talk, oldest first."""
    excluded: frozenset[str] = frozenset()
    """Entries that the resident refused."""
    own_places: frozenset[str] = frozenset()
    """Names of the municipality and of what lies in it, by which a question is known to be ours."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How the recipe ended."""

    status: AnswerStatus
    passage: Passage | None = None
    """What is quoted; only with an answer."""
    candidates: tuple[Hit, ...] = ()
    """What is offered as choices, or what is nearest to a refused question."""
    confidence: float = 0.0
    """Probability that the first candidate is right."""
    elsewhere: str | None = None
    """Who is responsible instead, with `REFUSED_ELSEWHERE`: a key of data/elsewhere.yaml, or other_municipality."""
    result: SearchResult | None = None
    steps: tuple[Step, ...] = ()

    @property
    def decision(self) -> Decision:
        """Follows from the status."""
        return DECISIONS[self.status.split("_")[0]]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What the steps so far have found out."""

    question: Question
    result: SearchResult | None = None
    hits: tuple[Hit, ...] = ()
    """Without those that the resident refused."""
    confidence: Confidence = field(default_factory=Confidence)


Recipe = Callable[[Search, Draft], "Draft | Answer"]


def refuse_without_words(_search: Search, draft: Draft) -> Draft | Answer:
    """Nothing but spaces, symbols or pictures."""
    return draft if any(character.isalnum() for character in draft.question.text) else Answer(status=AnswerStatus.UNANSWERABLE_NO_WORDS)


def search_passages(search: Search, draft: Draft) -> Draft | Answer:
    """Looks for the question as it was asked."""
    return _searched(search, draft, draft.question.text)


def join_earlier_question(search: Search, draft: Draft) -> Draft | Answer:
    """A short question that says little by itself ("手数料は?") is read together with the one before it, where that is surer."""
    question = draft.question
    if not question.earlier or len(squeeze(question.text)) > SHORT or draft.confidence.is_first_right:
        return draft
    joined = _searched(search, draft, f"{question.earlier[-1]} {question.text}")
    return joined if joined.confidence.first_right > draft.confidence.first_right else draft


def answer_same_question(_search: Search, draft: Draft) -> Draft | Answer:
    """The question equals a question or phrasing of exactly one entry."""
    same = [hit for hit in draft.hits if hit.parts.get("same")]
    if not same or (len(same) > 1 and len({hit.passage.body for hit in same}) > 1):
        return draft
    return Answer(status=AnswerStatus.ANSWERED_SAME_QUESTION, passage=same[0].passage, candidates=draft.hits[:NEAREST], confidence=1.0)


def hand_over_after_refusals(_search: Search, draft: Draft) -> Draft | Answer:
    """Who refused what was offered is not shown ever poorer guesses."""
    if draft.question.excluded and not draft.confidence.is_near:
        return Answer(status=AnswerStatus.HANDOFF_CHOICES_REFUSED, candidates=draft.hits[:NEAREST])
    return draft


def refuse_what_is_not_ours(_search: Search, draft: Draft) -> Draft | Answer:
    """Small talk, and what another office or company is responsible for."""
    office = None if draft.result is None else elsewhere(draft.result, draft.hits, draft.question.own_places)
    if office is not None:
        return Answer(status=AnswerStatus.REFUSED_ELSEWHERE, candidates=draft.hits[:NEAREST], elsewhere=office)
    if not draft.confidence.is_for_us:
        return Answer(status=AnswerStatus.REFUSED_SMALL_TALK, candidates=draft.hits[:NEAREST])
    return draft


def offer_equals(_search: Search, draft: Draft) -> Draft | Answer:
    """Two entries that are almost equally good are for the resident to choose from."""
    if draft.confidence.is_near and draft.confidence.is_tie:
        return Answer(status=AnswerStatus.CHOICES_TIE, candidates=draft.hits[:MOST_CHOICES], confidence=draft.confidence.first_right)
    return draft


def quote_passage(_search: Search, draft: Draft) -> Draft | Answer:
    """Approved text is quoted, never rephrased."""
    if not draft.confidence.is_first_right:
        return draft
    return Answer(
        status=AnswerStatus.ANSWERED_CONFIDENT,
        passage=draft.hits[0].passage,
        candidates=draft.hits[:NEAREST],
        confidence=draft.confidence.first_right,
    )


def offer_choices(_search: Search, draft: Draft) -> Draft | Answer:
    """A right entry is likely among the first few."""
    if not draft.confidence.is_near:
        return draft
    return Answer(status=AnswerStatus.CHOICES_UNSURE, candidates=draft.hits[:MOST_CHOICES], confidence=draft.confidence.first_right)


STEPS: tuple[Recipe, ...] = (
    refuse_without_words,
    search_passages,
    answer_same_question,
    join_earlier_question,
    hand_over_after_refusals,
    refuse_what_is_not_ours,
    offer_equals,
    quote_passage,
    offer_choices,
)


class Answerer:
    """Runs the recipe. It reads, and never writes or sends."""

    def __init__(self, search: Search, recipe: Sequence[Recipe] = STEPS) -> None:
        self._search = search
        self._recipe = tuple(recipe)

    def answer(self, question: Question) -> Answer:
        """The first step that knows an answer ends the recipe; after the last one the nearest entries are all that can be offered."""
        draft = Draft(question=question)
        taken: list[Step] = []
        for step in self._recipe:
            started = time.perf_counter()
            outcome = step(self._search, draft)
            taken.append(Step(name=step.__name__, milliseconds=(time.perf_counter() - started) * 1000))
            if isinstance(outcome, Answer):
                return replace(outcome, result=draft.result, steps=tuple(taken))
            draft = outcome
        nearest = draft.hits[:NEAREST]
        return Answer(status=AnswerStatus.UNANSWERABLE_NO_PASSAGE, candidates=nearest, result=draft.result, steps=tuple(taken))


def _searched(search: Search, draft: Draft, text: str) -> Draft:
    question = draft.question
    result = search.search(question.municipality_id, text, moment=question.moment, limit=DEPTH + len(question.excluded))
    hits = tuple(hit for hit in result.hits if hit.entry_id not in question.excluded)
    return replace(draft, result=result, hits=hits, confidence=judge(result, hits))
