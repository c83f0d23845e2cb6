"""What residents say of answers: recording it, taking words back, and working through it."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot import queries
from bot.feedback_queries import feedback_of
from bot.models import Feedback, FeedbackReason, TurnRow, Verdict
from core.personal_data import mask_personal_data

QUESTION_LIMIT = 500
COMMENT_LIMIT = 500


def record_verdict(session: Session, turn: TurnRow, verdict: Verdict, now: datetime) -> Feedback:
    """One row per answer: a second verdict changes the first, and what was handled waits again."""
    turn.feedback = verdict
    feedback = feedback_of(session, turn.id)
    if feedback is None:
        feedback = Feedback(
            municipality_id=turn.municipality_id,
            turn_id=turn.id,
            conversation_id=turn.conversation_id,
            verdict=verdict,
            comment="",
            question=mask_personal_data(queries.question_of(session, turn))[:QUESTION_LIMIT],
            entries=list(turn.entries),
            created_at=now,
            changed_at=now,
        )
        session.add(feedback)
        session.flush()
    elif feedback.verdict != verdict:
        feedback.verdict, feedback.changed_at = verdict, now
        feedback.reason, feedback.comment, feedback.comment_turn_id = None, "", None
        reopen(feedback)
    return feedback


def record_reason(session: Session, turn: TurnRow, reason: FeedbackReason, comment: str, *, said_in: TurnRow, now: datetime) -> Feedback:
    """A reason says that the answer did not help, too; a later one takes the place of the first."""
    feedback = record_verdict(session, turn, Verdict.NOT_HELPED, now)
    if (feedback.reason, feedback.comment) != (reason, comment):
        feedback.reason, feedback.changed_at = reason, now
        feedback.comment = mask_personal_data(comment)[:COMMENT_LIMIT]
        feedback.comment_turn_id = said_in.id if comment else None
        reopen(feedback)
    return feedback


def forget_words(session: Session, turn: TurnRow) -> None:
    """The resident took back what they said in this turn: a question that it was, or a comment."""
    statement = select(Feedback).where(or_(Feedback.turn_id == turn.id, Feedback.comment_turn_id == turn.id))
    for feedback in session.scalars(statement):
        if feedback.turn_id == turn.id:
            feedback.question = ""
        if feedback.comment_turn_id == turn.id:
            feedback.comment = ""


def handle(feedback: Feedback, *, by: str, now: datetime) -> None:
    """Once handled, a second click changes nothing."""
    if feedback.handled_at is None:
        feedback.handled_at, feedback.handled_by = now, by


def reopen(feedback: Feedback) -> None:
    feedback.handled_at, feedback.handled_by = None, None
