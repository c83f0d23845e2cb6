"""The last steps of the recipe: the words of the chosen entry for the asked day, checked, with what the question takes for granted."""

from dataclasses import replace
from datetime import date

from core.clock import in_japan
from retrieval.answers import Answer, AnswerStatus, Draft
from retrieval.composing import check_composed, compose, sources_of
from retrieval.deciding import NEAREST
from retrieval.models import PassageKind
from retrieval.premise import Verdict, premise_of
from retrieval.published_dates import is_published_for
from retrieval.search import Search
from retrieval.understanding import searched

CERTAIN = frozenset({AnswerStatus.ANSWERED_SAME_QUESTION, AnswerStatus.ANSWERED_CHOSEN, AnswerStatus.ANSWERED_FOLLOW_UP})


def refuse_unpublished_date(search: Search, draft: Draft) -> Draft | Answer:
    """Where nothing is published for the asked day, that is said, and today's answer is offered."""
    if draft.asked is None or draft.chosen is None:
        return draft
    today = in_japan(draft.question.moment).date()
    if is_published_for(draft.chosen.passage, draft.asked, today):
        return draft
    present = searched(search, replace(draft, asked=None), draft.question.text)
    return Answer(status=AnswerStatus.UNANSWERABLE_AT_DATE, candidates=present.hits[:1] or (draft.chosen,), as_of=draft.asked.day(today))


def compose_answer(_search: Search, draft: Draft) -> Draft | Answer:
    """Approved text is quoted, never rephrased; of a guide the part that answers is taken."""
    if draft.chosen is None:
        return draft
    return replace(draft, composed=compose(draft.chosen.passage, draft.question.text, draft.language))


def check_answer(_search: Search, draft: Draft) -> Draft | Answer:
    """The fact lock: no sentence leaves that the passage does not say; without its point there is no answer."""
    if draft.chosen is None or draft.composed is None:
        return draft
    checked = check_composed(draft.composed, draft.chosen.passage, draft.question.text, draft.question.names)
    if checked.is_pointless:
        return Answer(status=AnswerStatus.UNANSWERABLE_UNSUPPORTED, composed=checked, as_of=as_of(draft))
    return replace(draft, composed=checked)


def weigh_premise(_search: Search, draft: Draft) -> Draft | Answer:
    """What the question takes for granted is confirmed or corrected where the passage tells, and passed over where it doesn't."""
    if draft.chosen is None:
        return draft
    return replace(draft, premise=premise_of(draft.question.text, sources_of(draft.chosen.passage)))


def give_answer(_search: Search, draft: Draft) -> Draft | Answer:
    """Names the ending; the sentences around the words are the handler's."""
    if draft.chosen is None or draft.composed is None or draft.status is None:
        return draft
    return Answer(
        status=_ending(draft, draft.status),
        passage=draft.chosen.passage,
        composed=draft.composed,
        sources=draft.joined.passages if draft.joined is not None else (),
        premise=draft.premise,
        as_of=as_of(draft),
        candidates=draft.hits[:NEAREST],
        confidence=1.0 if draft.status in CERTAIN else draft.confidence.first_right,
        is_part=draft.is_part,
        is_of_office=draft.is_of_office,
    )


def as_of(draft: Draft) -> date | None:
    """The asked day; None for today."""
    return None if draft.asked is None else draft.asked.day(in_japan(draft.question.moment).date())


def _ending(draft: Draft, found: AnswerStatus) -> AnswerStatus:
    """The most telling of the ways in which it is an answer; what follows from the talk before stays that."""
    if found in (AnswerStatus.ANSWERED_CHOSEN, AnswerStatus.ANSWERED_FOLLOW_UP):
        return found
    match draft.premise:
        case None:
            pass
        case premise if premise.verdict is Verdict.CONTRADICTED:
            return AnswerStatus.ANSWERED_CORRECTED
        case premise if premise.verdict is Verdict.CONFIRMED:
            return AnswerStatus.ANSWERED_CONFIRMED
    if draft.asked is not None:
        return AnswerStatus.ANSWERED_AT_DATE
    is_guide = draft.chosen is not None and draft.chosen.passage.kind is PassageKind.GUIDE
    return AnswerStatus.ANSWERED_GUIDE if is_guide and found is AnswerStatus.ANSWERED_CONFIDENT else found
