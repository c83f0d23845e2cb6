"""From a question to an answer, choices or a refusal: the recipe, one named step after the other."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from retrieval.answers import DECISIONS, Answer, AnswerStatus, Decision, Draft, Question
from retrieval.deciding import (
    NEAREST,
    choose_first,
    choose_same_question,
    doubt_other_place,
    doubt_undoing,
    hand_over_after_refusals,
    join_earlier_question,
    offer_choices,
    offer_equals,
    refer_elsewhere,
    refuse_expired_at_date,
    refuse_small_talk,
    search_matter_alone,
)
from retrieval.giving import check_answer, compose_answer, give_answer, refuse_unpublished_date, weigh_premise
from retrieval.results import Hit, Step
from retrieval.search import Search
from retrieval.understanding import (
    mask_numbers,
    moment_of,
    read_asked_date,
    read_language,
    refuse_injection,
    refuse_talk,
    refuse_without_words,
    search_passages,
    strip_invisible_characters,
)

__all__ = [
    "DECIDING",
    "DECISIONS",
    "GIVING",
    "STEPS",
    "UNDERSTANDING",
    "Answer",
    "AnswerStatus",
    "Answerer",
    "Decision",
    "Draft",
    "Question",
    "Recipe",
]

Recipe = Callable[[Search, Draft], "Draft | Answer"]

UNDERSTANDING: tuple[Recipe, ...] = (
    strip_invisible_characters,
    refuse_without_words,
    mask_numbers,
    refuse_injection,
    read_language,
    refuse_talk,
    read_asked_date,
    search_passages,
)
DECIDING: tuple[Recipe, ...] = (
    choose_same_question,
    join_earlier_question,
    search_matter_alone,
    hand_over_after_refusals,
    refer_elsewhere,
    doubt_other_place,
    doubt_undoing,
    refuse_expired_at_date,
    refuse_small_talk,
    offer_equals,
    choose_first,
    offer_choices,
)
GIVING: tuple[Recipe, ...] = (refuse_unpublished_date, compose_answer, check_answer, weigh_premise, give_answer)
STEPS: tuple[Recipe, ...] = (*UNDERSTANDING, *DECIDING, *GIVING)


class Answerer:
    """Runs the recipe. It reads, and never writes or sends."""

    def __init__(self, search: Search, recipe: Sequence[Recipe] = STEPS) -> None:
        self._search = search
        self._recipe = tuple(recipe)

    def answer(self, question: Question) -> Answer:
        """The first step that returns an answer ends the recipe; once something is chosen, what is left of DECIDING is passed over."""
        return self._run(Draft(question=question), self._recipe)

    def quote(self, question: Question, entry_id: str) -> Answer | None:
        """The entry that the resident chose, composed and checked like any other; None where it is no longer published.

        Of an entry that says nothing of the asked day, today's words are given.
        """
        draft = read_asked_date(self._search, Draft(question=question, language=question.language))
        for candidate in (draft, Draft(question=question, language=question.language)):
            if not isinstance(candidate, Draft):
                continue
            passage = self._search.passage(question.municipality_id, entry_id, moment=moment_of(candidate))
            if passage is None:
                continue
            hit = Hit(entry_id=entry_id, passage=passage, score=1.0, parts={})
            answer = self._run(replace(candidate, chosen=hit, status=AnswerStatus.ANSWERED_CHOSEN), GIVING)
            if answer.status is not AnswerStatus.UNANSWERABLE_AT_DATE:
                return answer
        return None

    def _run(self, draft: Draft, recipe: Sequence[Recipe]) -> Answer:
        taken: list[Step] = []
        for step in recipe:
            if draft.chosen is not None and step in DECIDING:
                continue
            started = time.perf_counter()
            outcome = step(self._search, draft)
            taken.append(Step(name=step.__name__, milliseconds=(time.perf_counter() - started) * 1000))
            if isinstance(outcome, Answer):
                return replace(
                    outcome,
                    masked=draft.masked,
                    model=draft.model,
                    reading=outcome.reading or draft.reading,
                    result=outcome.result or draft.result,
                    steps=tuple(taken),
                )
            draft = outcome
        nearest = draft.hits[:NEAREST]
        status = AnswerStatus.UNANSWERABLE_NO_PASSAGE
        end = Answer(status=status, candidates=nearest, masked=draft.masked, reading=draft.reading, model=draft.model)
        return replace(end, result=draft.result, steps=tuple(taken))
