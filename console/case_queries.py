"""Named reads for the page of one case that are about more than the case itself: names, colleagues, other cases of the resident."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from console.permissions import ALLOWED, Permission
from handoff.desk_models import CaseTask, Media, Mention, StaffMessage, StaffMessageState
from handoff.models import Case, Presence, PresenceState, Staff

SHOWN_CASES = 20
SHOWN_MESSAGES = 20


def staff_names(session: Session, municipality_id: str) -> Mapping[int, str]:
    """Of everybody, those who have left included: what they did goes on being told."""
    return {row[0]: row[1] for row in session.execute(select(Staff.id, Staff.name).where(Staff.municipality_id == municipality_id))}


def colleagues(session: Session, municipality_id: str, *, besides: int) -> Sequence[tuple[Staff, str]]:
    """Who could take a case or say a word about it, each with where they stand now."""
    statement = (
        select(Staff, Presence.state)
        .outerjoin(Presence, Presence.staff_id == Staff.id)
        .where(
            Staff.municipality_id == municipality_id, Staff.is_active, Staff.id != besides, Staff.role.in_(ALLOWED[Permission.WORK_CASES])
        )
        .order_by(Staff.name, Staff.id)
    )
    return [(staff, state or PresenceState.OFF) for staff, state in session.execute(statement)]


def other_cases(session: Session, case: Case, visible: ColumnElement[bool]) -> tuple[Sequence[Case], int]:
    """Of the same resident, the newest first: those that may be seen, and how many others there are."""
    if case.resident_id is None:
        return (), 0
    same = (Case.municipality_id == case.municipality_id, Case.resident_id == case.resident_id, Case.id != case.id)
    seen = session.scalars(select(Case).where(*same, visible).order_by(Case.opened_at.desc(), Case.id.desc()).limit(SHOWN_CASES)).all()
    count = session.scalar(select(func.count()).select_from(Case).where(*same)) or 0
    shown = session.scalar(select(func.count()).select_from(Case).where(*same, visible)) or 0
    return seen, count - shown


def unsent_messages(session: Session, case_id: int) -> Sequence[StaffMessage]:
    """What can still be undone, or was refused, in the order in which it was said."""
    states = (StaffMessageState.PENDING, StaffMessageState.REFUSED)
    statement = select(StaffMessage).where(StaffMessage.case_id == case_id, StaffMessage.state.in_(states))
    return session.scalars(statement.order_by(StaffMessage.id.desc()).limit(SHOWN_MESSAGES)).all()[::-1]


def staff_message_in(session: Session, case: Case, message_id: int) -> StaffMessage | None:
    """The message, if it is of this case."""
    message = session.get(StaffMessage, message_id)
    return message if message is not None and message.case_id == case.id else None


def media_by_id(session: Session, municipality_id: str, ids: Collection[int | None]) -> Mapping[int, Media]:
    if not ids:
        return {}
    statement = select(Media).where(Media.municipality_id == municipality_id, Media.id.in_(ids))
    return {media.id: media for media in session.scalars(statement)}


def media_of(session: Session, case: Case, media_id: int) -> Media | None:
    """The file, if it belongs to the case or to the talk that the case is about."""
    media = session.get(Media, media_id)
    if media is None or media.municipality_id != case.municipality_id:
        return None
    is_of_talk = case.conversation_id is not None and media.conversation_id == case.conversation_id
    return media if media.case_id == case.id or is_of_talk else None


def task_in(session: Session, case: Case, task_id: int) -> CaseTask | None:
    """The task, if it is of this case."""
    task = session.get(CaseTask, task_id)
    return task if task is not None and task.case_id == case.id else None


def mentions_in(session: Session, case_id: int) -> Sequence[Mention]:
    """Who was asked for a word in the notes of a case."""
    return session.scalars(select(Mention).where(Mention.case_id == case_id).order_by(Mention.id)).all()
