"""From a question to an answer, choices or a refusal: the recipe, one named step after the other."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from retrieval.confidence import Confidence, judge
from retrieval.continuing import Talk, continue_talk
from retrieval.follow_up import Earlier, Kind, Reading, read_message
from retrieval.jurisdiction import elsewhere
from retrieval.passages import Passage
from retrieval.results import Hit, SearchResult, Step
from retrieval.search import Search

NEAREST = 3
DEPTH = 12
MOST_CHOICES = 5


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
    ANSWERED_FOLLOW_UP = "answered_follow_up"
    """What was answered before says this, too."""
    ANSWERED_CHOSEN = "answered_chosen"
    """One of the offered entries was named, by its place or its words."""
    CHOICES_UNSURE = "choices_unsure"
    """A right entry is likely among the first."""
    CHOICES_FOLLOW_UP = "choices_follow_up"
    """A message continues the talk, and several entries may be meant."""
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
    earlier: Earlier | None = None
    """What the talk was about before."""
    excluded: frozenset[str] = frozenset()
    """Entries that the resident refused."""


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
    reading: Reading | None = None
    """How the message was understood within the talk."""
    is_part: bool = False
    """The passage's body was cut to the lines that say what is asked."""
    is_of_office: bool = False
    """What is asked stands on the card of the office rather than in the passage."""
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
    reading: Reading | None = None


Recipe = Callable[[Search, Draft], "Draft | Answer"]


def refuse_without_words(_search: Search, draft: Draft) -> Draft | Answer:
    """Nothing but spaces, symbols or pictures."""
    return draft if any(character.isalnum() for character in draft.question.text) else Answer(status=AnswerStatus.UNANSWERABLE_NO_WORDS)


def search_passages(search: Search, draft: Draft) -> Draft | Answer:
    """Looks for the question as it was asked."""
    return _searched(search, draft, draft.question.text)


def join_earlier_question(search: Search, draft: Draft) -> Draft | Answer:
    """A message that lacks something ("手数料は?", "じゃあ猫は?", "2番") is read as a continuation of the talk."""
    question, earlier = draft.question, draft.question.earlier
    reading = read_message(question.text, earlier)
    draft = replace(draft, reading=reading)
    if earlier is None or (reading.kind is Kind.SUBJECT and draft.confidence.is_first_right):
        return draft
    if not reading.lacks_something:
        return draft if reading.text == question.text else _searched(search, draft, reading.text)
    excluded = question.excluded | frozenset(earlier.refused)
    talk = Talk(search=search, municipality_id=question.municipality_id, moment=question.moment, earlier=earlier, excluded=excluded)
    found = continue_talk(talk, reading)
    if found is None:
        return replace(draft, reading=replace(reading, kind=Kind.OWN, text=question.text))
    draft = replace(draft, result=found.result or draft.result)
    if found.chosen is not None:
        status = AnswerStatus.ANSWERED_CHOSEN if reading.kind is Kind.CHOICE else AnswerStatus.ANSWERED_FOLLOW_UP
        return Answer(
            status=status,
            passage=found.chosen.passage,
            candidates=(found.chosen,),
            confidence=1.0,
            reading=reading,
            is_part=found.is_part,
            is_of_office=found.is_of_office,
        )
    if found.offered:
        return Answer(status=AnswerStatus.CHOICES_FOLLOW_UP, candidates=found.offered[:MOST_CHOICES], reading=reading)
    if found.result is None:
        return draft
    confidence = judge(found.result, found.hits)
    return replace(draft, hits=found.hits, confidence=replace(confidence, is_first_right=confidence.is_first_right and found.is_sure))


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
    office = None if draft.result is None else elsewhere(draft.result, draft.hits)
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
                return replace(outcome, reading=outcome.reading or draft.reading, result=outcome.result or draft.result, steps=tuple(taken))
            draft = outcome
        nearest = draft.hits[:NEAREST]
        return Answer(
            status=AnswerStatus.UNANSWERABLE_NO_PASSAGE, candidates=nearest, reading=draft.reading, result=draft.result, steps=tuple(taken)
        )


def _searched(search: Search, draft: Draft, text: str) -> Draft:
    question = draft.question
    result = search.search(question.municipality_id, text, moment=question.moment, limit=DEPTH + len(question.excluded))
    hits = tuple(hit for hit in result.hits if hit.entry_id not in question.excluded)
    return replace(draft, result=result, hits=hits, confidence=judge(result, hits))
