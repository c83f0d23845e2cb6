"""Reads of what residents found of answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from bot.models import Feedback, TurnRow, Verdict


def feedback_of(session: Session, turn_id: int) -> Feedback | None:
    return session.scalars(select(Feedback).where(Feedback.turn_id == turn_id)).one_or_none()


@dataclass(frozen=True, kw_only=True)
class FeedbackLine:
    """One verdict with the turn that it is about."""

    feedback: Feedback
    turn: TurnRow


def feedback_lines(
    session: Session,
    municipality_id: str,
    *,
    verdict: str = "",
    reason: str = "",
    is_handled: bool | None = False,
    entry_id: str = "",
    limit: int = 50,
    offset: int = 0,
) -> Sequence[FeedbackLine]:
    """The latest first. What is left empty narrows nothing; `is_handled` None means both."""
    statement = (
        select(Feedback, TurnRow)
        .join(TurnRow, TurnRow.id == Feedback.turn_id)
        .where(Feedback.municipality_id == municipality_id)
        .order_by(Feedback.changed_at.desc(), Feedback.id.desc())
    )
    if verdict:
        statement = statement.where(Feedback.verdict == verdict)
    if reason:
        statement = statement.where(Feedback.reason == reason)
    if is_handled is not None:
        statement = statement.where(Feedback.handled_at.is_not(None) if is_handled else Feedback.handled_at.is_(None))
    if entry_id:
        # Ids are plain letters, digits and hyphens, so that a quoted one stands in the JSON as it is.
        pattern = '%"' + entry_id.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + '"%'
        statement = statement.where(cast(Feedback.entries, String).like(pattern, escape="\\"))
    rows = session.execute(statement.limit(limit).offset(offset))
    return [FeedbackLine(feedback=feedback, turn=turn) for feedback, turn in rows]


def feedback_in(session: Session, municipality_id: str, feedback_id: int) -> FeedbackLine | None:
    """The verdict, if it belongs to the municipality."""
    feedback = session.get(Feedback, feedback_id)
    if feedback is None or feedback.municipality_id != municipality_id:
        return None
    return FeedbackLine(feedback=feedback, turn=session.get_one(TurnRow, feedback.turn_id))


def waiting_feedback_count(session: Session, municipality_id: str) -> int:
    """How many answers that did not help nobody has looked at."""
    statement = select(func.count()).where(
        Feedback.municipality_id == municipality_id, Feedback.handled_at.is_(None), Feedback.verdict == Verdict.NOT_HELPED
    )
    return session.scalar(statement) or 0
