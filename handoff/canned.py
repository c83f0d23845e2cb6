"""Prepared replies: keeping them, which somebody may use now, and what one says with its gaps filled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.clock import in_japan
from core.errors import PackError, ProjectError
from core.pack import Pack
from core.values import PLACEHOLDER
from handoff.desk_models import CannedReply
from handoff.models import Case, Staff

CASE_NUMBER, CASE_TITLE, STAFF_NAME = "case.number", "case.title", "staff.name"
DEPARTMENT_NAME, DEPARTMENT_PHONE, MUNICIPALITY_NAME = "department.name", "department.phone", "municipality.name"
VARIABLES = (CASE_NUMBER, CASE_TITLE, STAFF_NAME, DEPARTMENT_NAME, DEPARTMENT_PHONE, MUNICIPALITY_NAME)
"""Gaps that the case and who answers it fill; all others are values of the pack."""


class Then(StrEnum):
    """What a prepared reply does besides speaking; written as close:REASON or snooze:MOMENT."""

    CLOSE = "close"
    SNOOZE = "snooze"


class CannedReplyError(ProjectError):
    """A prepared reply can't be used now: its time has not come, or is over, or a gap has no value."""


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """The words of a prepared reply; gaps that nothing fills stand in it as they are written, and are named in `missing`."""

    text: str
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CannedWords:
    """What somebody wrote for a prepared reply."""

    shortcut: str
    title: str
    text: str
    department_id: str | None
    owner_id: int | None
    valid_from: datetime | None
    valid_until: datetime | None
    then: str = ""


def render(text: str, pack: Pack, moment: datetime, variables: Mapping[str, str]) -> Rendered:
    """With the values of that day in Japan."""
    missing: list[str] = []
    day = in_japan(moment).date()

    def filled(key: str, written: str) -> str:
        if variables.get(key):
            return variables[key]
        try:
            return pack.values.on(key, day)
        except PackError:
            missing.append(key)
            return written

    words = PLACEHOLDER.sub(lambda match: filled(match.group(1), match.group(0)), text)
    return Rendered(text=words, missing=tuple(dict.fromkeys(missing)))


def variables_of(pack: Pack, staff_name: str, case: Case | None, department_id: str | None) -> Mapping[str, str]:
    """By the names of VARIABLES; those that are not known are left out."""
    department = pack.department(case.department_id if case is not None else department_id)
    found = {STAFF_NAME: staff_name, MUNICIPALITY_NAME: pack.municipality.name}
    if department is not None:
        found |= {DEPARTMENT_NAME: department.name, DEPARTMENT_PHONE: department.phone}
    if case is not None:
        found |= {CASE_NUMBER: str(case.id), CASE_TITLE: case.title}
    return found


def is_usable(reply: CannedReply, now: datetime) -> bool:
    """Within its validity; the end does not belong to it."""
    return (reply.valid_from is None or reply.valid_from <= now) and (reply.valid_until is None or now < reply.valid_until)


def replies_for(session: Session, staff: Staff, *, usable_at: datetime | None = None) -> Sequence[CannedReply]:
    """Their own first, then those of their department, then everybody's; with a moment only those that may be used then."""
    own = CannedReply.owner_id == staff.id
    shared = CannedReply.owner_id.is_(None)
    theirs = (
        shared
        if staff.department_id is None
        else shared & or_(CannedReply.department_id == staff.department_id, CannedReply.department_id.is_(None))
    )
    statement = select(CannedReply).where(CannedReply.municipality_id == staff.municipality_id, or_(own, theirs))
    found = session.scalars(statement.order_by(CannedReply.shortcut, CannedReply.id)).all()
    chosen = [reply for reply in found if usable_at is None or is_usable(reply, usable_at)]
    return sorted(chosen, key=lambda reply: (reply.owner_id is None, reply.department_id is None))


def use(session: Session, reply: CannedReply, pack: Pack, *, staff: Staff, case: Case, now: datetime) -> str:
    """Its words for this case, and one use more in its count. Raises CannedReplyError."""
    if not is_usable(reply, now):
        raise CannedReplyError(f"the prepared reply {reply.id} is not valid now")
    words = render(reply.text, pack, now, variables_of(pack, staff.name, case, staff.department_id))
    if words.missing:
        raise CannedReplyError(f"the prepared reply {reply.id} has no value for {', '.join(words.missing)}")
    session.refresh(reply, with_for_update=True)
    reply.used += 1
    return words.text


def add_reply(session: Session, municipality_id: str, words: CannedWords, now: datetime) -> CannedReply:
    reply = CannedReply(municipality_id=municipality_id, used=0)
    _write(reply, words, now)
    session.add(reply)
    session.flush()
    return reply


def change_reply(reply: CannedReply, words: CannedWords, now: datetime) -> None:
    _write(reply, words, now)


def retire_reply(reply: CannedReply, now: datetime) -> None:
    """It can't be used from now on, and stays for whoever wants it back."""
    if reply.valid_until is None or reply.valid_until > now:
        reply.valid_until, reply.updated_at = now, now


def restore_reply(reply: CannedReply, now: datetime) -> None:
    """Usable again without an end."""
    if reply.valid_until is not None and reply.valid_until <= now:
        reply.valid_until, reply.updated_at = None, now


def has_shortcut(session: Session, municipality_id: str, words: CannedWords, *, but: int | None) -> bool:
    """Whether another reply of the same owner or department, or of all, is called so."""
    statement = select(CannedReply.id).where(
        CannedReply.municipality_id == municipality_id,
        CannedReply.shortcut == words.shortcut,
        CannedReply.owner_id.is_(None) if words.owner_id is None else CannedReply.owner_id == words.owner_id,
        CannedReply.department_id.is_(None) if words.department_id is None else CannedReply.department_id == words.department_id,
    )
    return any(found != but for found in session.scalars(statement))


def _write(reply: CannedReply, words: CannedWords, now: datetime) -> None:
    reply.shortcut, reply.title, reply.text = words.shortcut, words.title, words.text
    reply.department_id, reply.owner_id = words.department_id, words.owner_id
    reply.valid_from, reply.valid_until, reply.updated_at = words.valid_from, words.valid_until, now
    reply.then = words.then
