"""What staff say to residents until it is in the ledger: for some seconds it can be undone; refused where it would collide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import queries
from bot.models import Conversation, Direction, MessageRow
from bot.ownership import BOT, owner_of
from core.errors import ProjectError
from core.jobs import NewJob
from handoff.desk_models import StaffMessage, StaffMessageState
from handoff.errors import NotHolderError
from handoff.models import QUEUED_STATES, Case, Staff

SEND_JOB = "send_staff_message"
UNDO_SECONDS = 5
LONGEST = 4500
"""UTF-16 units; LINE takes 5,000."""


@dataclass(frozen=True, kw_only=True)
class Newer:
    """Something that was said after the form was made."""

    message_id: int
    who: str
    """The name of a member of staff; empty for the resident."""
    text: str
    kind: str
    at: datetime


class CollisionError(ProjectError):
    """Something was said meanwhile; whoever answers should read it first and send again from the newer form."""

    def __init__(self, newer: Sequence[Newer]) -> None:
        super().__init__(f"{len(newer)} messages came after the form was made")
        self.newer = tuple(newer)


class UnfitMessageError(ProjectError):
    """The words can't be sent: `problem` is empty, too_long, no_talk, media_gone or media_unreachable."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def require_holder(conversation: Conversation, case: Case, staff: Staff) -> None:
    """Raises NotHolderError where the talk is another's, or the bot's."""
    if conversation.owner != owner_of(staff.id) or case.holder_id != staff.id:
        raise NotHolderError(case.id, case.holder_id)


def by_submission(session: Session, submission: str) -> StaffMessage | None:
    return session.scalars(select(StaffMessage).where(StaffMessage.submission == submission)).one_or_none()


def said_since(session: Session, conversation_id: int, case_id: int, seen_message_id: int, staff: Staff) -> Sequence[Newer]:
    """What the resident or a colleague said after `seen_message_id`, or is about to say. One's own words and the bot's are no news."""
    rows = queries.messages_after(session, conversation_id, seen_message_id)
    newer = [
        Newer(message_id=row.id, who=_name(session, row.staff_id), text=row.text, kind=row.kind, at=row.at)
        for row in rows
        if not row.is_taken_back and _is_news(row, staff)
    ]
    waiting = select(StaffMessage).where(
        StaffMessage.case_id == case_id, StaffMessage.state == StaffMessageState.PENDING, StaffMessage.staff_id != staff.id
    )
    newer += [
        Newer(message_id=seen_message_id, who=_name(session, row.staff_id), text=row.text, kind="text", at=row.created_at)
        for row in session.scalars(waiting.order_by(StaffMessage.id))
    ]
    return newer


def _is_news(row: MessageRow, staff: Staff) -> bool:
    if row.direction == Direction.INBOUND:
        return row.kind not in queries.SILENT_KINDS
    return row.staff_id is not None and row.staff_id != staff.id


def _name(session: Session, staff_id: int | None) -> str:
    staff = session.get(Staff, staff_id) if staff_id is not None else None
    return staff.name if staff is not None else ""


def pending(session: Session, message_id: int) -> StaffMessage | None:
    """Locked; None where it is no longer to be sent."""
    row = session.get(StaffMessage, message_id, with_for_update={"key_share": True}, populate_existing=True)
    return row if row is not None and row.state == StaffMessageState.PENDING else None


def send_job(message: StaffMessage, conversation_id: int) -> NewJob:
    """Messages of one talk keep their order, whatever is undone; those for later hold up nothing that is said before."""
    return NewJob(
        kind=SEND_JOB,
        key=f"{'say-later' if is_for_later(message) else 'say'}:{conversation_id}",
        payload={"message_id": message.id},
        run_at=message.send_at,
        priority=10,
        municipality_id=message.municipality_id,
    )


def send_time(now: datetime) -> datetime:
    return now + timedelta(seconds=UNDO_SECONDS)


def is_for_later(message: StaffMessage) -> bool:
    """Written out of hours for the time when the department opens; until then it can be taken back."""
    return message.send_at > send_time(message.created_at)


def may_go_out(session: Session, conversation: Conversation, case: Case, message: StaffMessage) -> bool:
    """The talk is still theirs. Words for later go out, too, when their author has gone home since: unless somebody else took the case,
    it ended, or the resident wrote meanwhile, to whom they might be no answer any more."""
    is_theirs = conversation.owner == owner_of(message.staff_id) and conversation.fencing_token == message.fencing_token
    if not is_for_later(message):
        return is_theirs
    is_free = conversation.owner == BOT and case.state in QUEUED_STATES
    return (is_theirs or is_free) and not queries.has_written_since(session, conversation.id, message.created_at)
