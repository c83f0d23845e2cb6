"""The steps of the recipe in which a language model takes part, where one is configured; whatever fails leaves the draft as it was."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from pydantic import BaseModel, ConfigDict

from core.text import squeeze
from retrieval.answering import STEPS, Recipe
from retrieval.answers import Answer, AnswerStatus, Draft, Question
from retrieval.composing import JAPANESE
from retrieval.consulting import Consultant, ModelState, ModelUse, Unfit
from retrieval.deciding import MOST_CHOICES, join_earlier_question, offer_equals
from retrieval.facts import facts_of
from retrieval.fitness import is_japanese, is_unbecoming, support
from retrieval.giving import check_answer
from retrieval.joining import Brief, Joined, ModelAnswer, brief_of, joined_of
from retrieval.masking import mask_person
from retrieval.models import PassageKind
from retrieval.passages import Passage
from retrieval.prompting import prompt
from retrieval.search import Search
from retrieval.understanding import searched
from retrieval.veiling import holds_address

FOLLOWING = 24
"""Letters up to which a question may be one that leans on the talk before it."""
LONGEST_QUESTION = 100
LEAST_KNOWN = 0.5
"""Share of a rewritten question's words that must be the resident's."""
BRIEF_ENOUGH = 120
"""Characters up to which a guide's part is given as it is."""
BESIDE = 3
"""Hits among which further guides are taken along."""


class StandAlone(BaseModel):
    """A question that stands by itself."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: str


def with_model(consultant: Consultant, steps: Sequence[Recipe] = STEPS) -> tuple[Recipe, ...]:
    """The recipe with the model's steps at their places."""
    own = ModelSteps(consultant)
    done: list[Recipe] = []
    for step in steps:
        if step is offer_equals:
            done.append(own.choose_by_model)
        done.append(step)
        if step is join_earlier_question:
            done.append(own.rephrase_question)
        elif step is check_answer:
            done.append(own.join_passages)
    return tuple(done)


class ModelSteps:
    """Bound to the one who asks the model."""

    def __init__(self, consultant: Consultant) -> None:
        self._consultant = consultant

    def rephrase_question(self, search: Search, draft: Draft) -> Draft | Answer:
        """A short question is looked for as the model completes it from the talk, where that is surer; nothing else reads its words."""
        question = draft.question
        earlier = earlier_questions(question)
        is_following = bool(earlier) and len(squeeze(question.text)) <= FOLLOWING
        if not (is_following and self._may_ask(draft)) or draft.chosen is not None or draft.confidence.is_first_right:
            return draft
        words = "\n".join(mask_person(text) for text in (*earlier, question.text))
        data = {"question": mask_person(question.text), "earlier_questions": [mask_person(text) for text in earlier]}
        found, use = self._consultant.consult(
            question.municipality_id,
            question.moment,
            prompt("stand_alone", data),
            StandAlone,
            partial(rewritten_question, words=words),
            earlier=draft.model,
        )
        draft = replace(draft, model=use)
        if found is None:
            return draft
        completed = searched(search, draft, found)
        return completed if completed.confidence.first_right > draft.confidence.first_right else draft

    def choose_by_model(self, search: Search, draft: Draft) -> Draft | Answer:
        """Between answer and choices: one of the first hits, or an answer joined from those that are equally good.

        The gates have spoken: it is for us, and a right one is near.
        """
        is_between = draft.confidence.is_near and (draft.confidence.is_tie or not draft.confidence.is_first_right)
        if draft.chosen is not None or not is_between or not self._may_ask(draft):
            return draft
        hits = draft.hits[:MOST_CHOICES]
        least = frozenset(hit.entry_id for hit in hits[:2]) if draft.confidence.is_tie else frozenset()
        brief = _brief(draft, [hit.passage for hit in hits])
        if brief is None or not least <= {passage.entry_id for passage in brief.passages}:
            return draft
        found, use = self._ask(search, draft, brief, least=least, most=MOST_CHOICES if least else 1)
        draft = replace(draft, model=use)
        if found is None:
            return draft
        chosen = next(hit for hit in hits if hit.entry_id == found.passages[0].entry_id)
        status = AnswerStatus.ANSWERED_JOINED if least else AnswerStatus.ANSWERED_MODEL_CHOICE
        return replace(draft, chosen=chosen, status=status, joined=found if found.composed is not None else None)

    def join_passages(self, search: Search, draft: Draft) -> Draft | Answer:
        """A guide's part is said in few sentences, with those of other guides that are near; entries stay quoted."""
        if draft.joined is not None:
            return replace(draft, composed=draft.joined.composed)
        if draft.chosen is None or draft.composed is None or not _is_worth_joining(draft) or not self._may_ask(draft):
            return draft
        own = draft.chosen.passage
        beside = [hit.passage for hit in draft.hits[:BESIDE] if hit.passage.kind is PassageKind.GUIDE and hit.passage.id != own.id]
        brief = _brief(draft, [own, *beside])
        if brief is None or brief.passages[0].id != own.id:
            return draft
        found, use = self._ask(search, draft, brief, least=frozenset({own.entry_id}), most=BESIDE)
        draft = replace(draft, model=use)
        return draft if found is None else replace(draft, joined=found, composed=found.composed)

    def _may_ask(self, draft: Draft) -> bool:
        """What holds on another day is not for a model to compare."""
        return draft.question.may_ask_model and draft.asked is None and self._consultant.may_go_on(draft.model)

    def _ask(self, search: Search, draft: Draft, brief: Brief, *, least: frozenset[str], most: int) -> tuple[Joined | None, ModelUse]:
        question = draft.question

        def check(answer: ModelAnswer) -> Joined | Unfit:
            found = joined_of(answer, brief, question.text, question.names)
            if isinstance(found, Unfit):
                return found
            cited = {passage.entry_id for passage in found.passages}
            if not least <= cited or len(cited) > most or len(set(answer.chosen_passages)) > most:
                return Unfit(state=ModelState.UNSUPPORTED, reason="other_choice")
            if not all(_is_still_published(search, draft, passage) for passage in found.passages):
                return Unfit(state=ModelState.UNSUPPORTED, reason="withdrawn")
            return found

        return self._consultant.consult(question.municipality_id, question.moment, brief.prompt, ModelAnswer, check, earlier=draft.model)


def rewritten_question(value: StandAlone, words: str) -> str | Unfit:
    """The question, if it adds nothing to the resident's own words."""
    text = value.question.strip()
    is_foreign = not is_japanese(text) or holds_address(text) or is_unbecoming(text, (words,))
    if not text or len(text) > LONGEST_QUESTION or is_foreign:
        return Unfit(state=ModelState.UNSUPPORTED, reason="no_question")
    if not facts_of(text) <= facts_of(words) or support(text, (words,)) < LEAST_KNOWN:
        return Unfit(state=ModelState.UNSUPPORTED, reason="other_question")
    return text


def earlier_questions(question: Question) -> tuple[str, ...]:
    """What the model is told of the talk before."""
    return (question.earlier.question,) if question.earlier is not None else ()


def _brief(draft: Draft, passages: Sequence[Passage]) -> Brief | None:
    return brief_of(draft.question.text, earlier_questions(draft.question), passages)


def _is_worth_joining(draft: Draft) -> bool:
    """Only what is extracted from a guide, in Japanese, and not short already."""
    if draft.status is not AnswerStatus.ANSWERED_CONFIDENT or draft.chosen is None or draft.composed is None:
        return False
    is_guide = draft.chosen.passage.kind is PassageKind.GUIDE and draft.composed.language == JAPANESE
    return is_guide and (draft.composed.is_part or len(draft.composed.text) > BRIEF_ENOUGH)


def _is_still_published(search: Search, draft: Draft, passage: Passage) -> bool:
    """It may have been withdrawn or changed while the model was thinking."""
    present = search.passage(draft.question.municipality_id, passage.entry_id, moment=draft.question.moment)
    return present is not None and present.revision == passage.revision
