"""What residents said of answers, as editors work through it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.feedback_queries import FeedbackLine
from bot.models import Verdict
from console.texts import named
from console.views.choices import Choice
from console.views.paging import Paging
from console.views.talk import DecisionView, decision_view


@dataclass(frozen=True, kw_only=True)
class FeedbackView:
    """One verdict with the trace of the answer that it is about."""

    id: int
    conversation_id: int
    has_helped: bool
    verdict: str
    reason: str | None
    comment: str
    question: str
    answered_at: datetime
    changed_at: datetime
    decision: DecisionView
    handled_at: datetime | None
    handled_by: str | None
    may_edit: bool
    unanswered: str = ""
    """Never set: what was answered needs no new entry."""
    is_fresh: bool = False
    """Just changed by the visitor: takes the focus, because the button that was pressed is gone."""


@dataclass(frozen=True, kw_only=True)
class FeedbackListView:
    """One page of the list, with what it was narrowed to."""

    verdict: str
    reason: str
    state: str
    entry: str
    verdicts: tuple[Choice, ...]
    reasons: tuple[Choice, ...]
    lines: tuple[FeedbackView, ...]
    waiting: int
    paging: Paging
    may_edit: bool

    @property
    def is_narrowed(self) -> bool:
        return bool(self.verdict or self.reason or self.entry)


def feedback_view(line: FeedbackLine, questions: Mapping[str, str], *, may_edit: bool, is_fresh: bool = False) -> FeedbackView:
    """`questions` names entries by id."""
    feedback, turn = line.feedback, line.turn
    return FeedbackView(
        id=feedback.id,
        conversation_id=feedback.conversation_id,
        has_helped=feedback.verdict == Verdict.HELPED,
        verdict=named("feedback", feedback.verdict),
        reason=named("feedback_reason", feedback.reason) if feedback.reason else None,
        comment=feedback.comment,
        question=feedback.question,
        answered_at=turn.at,
        changed_at=feedback.changed_at,
        decision=replace(decision_view(turn, questions), feedback=None),
        handled_at=feedback.handled_at,
        handled_by=feedback.handled_by,
        may_edit=may_edit,
        is_fresh=is_fresh,
    )
