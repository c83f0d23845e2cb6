"""Verbs about cases: opening one, what the resident adds, notes and what it is called; the others are passed on from their modules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.changes import staff_topic
from core.pack import Pack
from handoff import clocks, queries
from handoff.changing import begin, finish, lock_cases, lock_staff, require_open, tell
from handoff.claiming import assign, claim, decline, release
from handoff.closing import Closing, ask_satisfaction, close, rate, reopen, review, settle_wish, write_up
from handoff.desk_models import CaseNote, Mention
from handoff.escalating import escalate
from handoff.events import EventKind, record
from handoff.lifecycle import may_reopen
from handoff.models import HELD_STATES, Case, CaseChannel, CaseReason, CaseState, Priority, Staff
from handoff.moving import ToDepartment, ToStaff, replied, snooze, transfer, wake
from handoff.notices import Notice, NoticeKey
from handoff.packet import TITLE_LIMIT, Packet
from handoff.promising import closed_notice, is_staffed, opening_notice

__all__ = [
    "CaseRequest",
    "Closing",
    "Opened",
    "ToDepartment",
    "ToStaff",
    "add_words",
    "ask_satisfaction",
    "assign",
    "claim",
    "close",
    "decline",
    "note",
    "open_case",
    "rate",
    "release",
    "reopen",
    "replied",
    "review",
    "see_mentions",
    "set_priority",
    "set_title",
    "settle_wish",
    "snooze",
    "transfer",
    "wake",
    "write_up",
]


@dataclass(frozen=True, kw_only=True)
class CaseRequest:
    """What a trigger knows."""

    reason: CaseReason
    title: str
    packet: Packet
    department_id: str | None
    category: str = ""
    language: str = "ja"
    priority: Priority = Priority.ORDINARY
    channel: CaseChannel = CaseChannel.LINE
    contact: str = ""
    conversation_id: int | None = None
    resident_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The case that takes the matter, and what the resident must hear."""

    case: Case
    is_new: bool
    """False where an open case took it, or one of the last days was opened again."""
    notice: Notice


def open_case(session: Session, pack: Pack, request: CaseRequest, *, now: datetime, by: Staff | None = None) -> Opened:
    """A case for the matter; where the talk has an open one, that one, and one of the last days goes on when it is about the same.

    However many triggers come at once, a talk has at most one open case.
    """
    earlier = _earlier(session, pack, request, now=now)
    if earlier is not None:
        lock_staff(session, earlier.holder_id)
        lock_cases(session, [earlier.id])
    if earlier is not None and earlier.state != CaseState.CLOSED:
        return _asked_again(session, pack, earlier, request, now=now)
    if earlier is not None:
        notice = reopen(session, pack, earlier, by=by, now=now)
        _take_over(pack, earlier, request)
        return Opened(case=earlier, is_new=False, notice=notice)
    try:
        with session.begin_nested():
            case = _new_case(pack, request, now=now)
            session.add(case)
            session.flush()
    except IntegrityError:
        # Another transaction opened it at this very moment.
        other = queries.open_case_of(session, request.conversation_id) if request.conversation_id is not None else None
        if other is None:
            raise
        return _asked_again(session, pack, other, request, now=now)
    record(
        session, case, EventKind.OPENED, staff_id=by.id if by else None, now=now, reason=str(request.reason), channel=str(request.channel)
    )
    if case.priority == Priority.CRISIS:
        escalate(session, case, "crisis", now=now)
    notice = opening_notice(session, pack, case, now=now)
    finish(session, case, now=now)
    return Opened(case=case, is_new=True, notice=notice)


def add_words(session: Session, pack: Pack, case: Case, *, now: datetime) -> bool:
    """The resident wrote: an answer is owed, and a case that closed within `reopen_hours` goes on. False where it closed too long ago."""
    lock_staff(session, case.holder_id)
    begin(session, case)
    if case.state == CaseState.CLOSED:
        if not may_reopen(case.closed_at, now, pack.counter.reopen_hours):
            return False
        reopen(session, pack, case, by=None, now=now)
        return True
    since = case.last_staff_at if case.due_from is None else None
    case.last_resident_at, case.nudged_at = now, None
    clocks.start(pack, case, now=now)
    if since is not None:
        clocks.resume_resolution(pack, case, since=since, now=now)
    # Somebody who writes is not left lying until the moment that was thought of before.
    case.snoozed_until = None
    if case.state in (CaseState.WAITING_FOR_RESIDENT, CaseState.SNOOZED):
        case.state = CaseState.HELD
    record(session, case, EventKind.RESIDENT_WROTE, now=now)
    finish(session, case, now=now, staff=[case.holder_id])
    return True


def note(session: Session, case: Case, text: str, mentions: Sequence[int], *, by: Staff, now: datetime) -> CaseNote:
    """Words among staff. Each colleague who is mentioned is told once, however often their name stands in it."""
    begin(session, case)
    written = CaseNote(municipality_id=case.municipality_id, case_id=case.id, staff_id=by.id, text=text.strip(), at=now)
    session.add(written)
    session.flush()
    known = session.scalars(
        select(Staff.id).where(Staff.id.in_(set(mentions)), Staff.municipality_id == case.municipality_id, Staff.is_active)
    )
    asked = sorted(set(known) - {by.id})
    session.add_all(
        Mention(municipality_id=case.municipality_id, note_id=written.id, case_id=case.id, staff_id=one, at=now) for one in asked
    )
    record(session, case, EventKind.NOTED, staff_id=by.id, now=now, note=written.id, mentions=asked)
    finish(session, case, now=now, staff=asked)
    return written


def see_mentions(session: Session, case: Case, staff: Staff, *, now: datetime) -> None:
    """The colleague has the case open: what asks for them is seen."""
    seen = [mention for mention in queries.mentions_of(session, staff.id, case_id=case.id) if mention.seen_at is None]
    for mention in seen:
        mention.seen_at = now
    if seen:
        tell(session, case.municipality_id, staff_topic(staff.id), now=now)


def set_priority(
    session: Session, pack: Pack, case: Case, priority: Priority, *, by: Staff, now: datetime, seen_version: int | None = None
) -> None:
    """The running clock is reckoned anew from when it began."""
    begin(session, case, seen_version, by)
    require_open(case, "change its priority")
    if case.priority == priority:
        return
    former, case.priority = case.priority, priority
    clocks.reckon(pack, case)
    record(session, case, EventKind.PRIORITY_SET, staff_id=by.id, now=now, former=int(former), priority=int(priority))
    finish(session, case, now=now, staff=[case.holder_id])


def set_title(session: Session, case: Case, title: str, *, by: Staff, now: datetime, seen_version: int | None = None) -> None:
    begin(session, case, seen_version, by)
    wanted = title.strip()[:TITLE_LIMIT]
    if not wanted or wanted == case.title:
        return
    case.title = wanted
    record(session, case, EventKind.RETITLED, staff_id=by.id, now=now)
    finish(session, case, now=now, staff=[case.holder_id])


def _earlier(session: Session, pack: Pack, request: CaseRequest, *, now: datetime) -> Case | None:
    if request.conversation_id is None:
        return None
    case = queries.open_case_of(session, request.conversation_id)
    if case is not None:
        return case
    if request.reason in (CaseReason.CRISIS, CaseReason.SENSITIVE):
        return None
    last = queries.last_closed_of(session, request.conversation_id)
    if last is None or not may_reopen(last.closed_at, now, pack.counter.reopen_hours):
        return None
    is_same = request.department_id in (None, last.department_id) and request.category in ("", last.category)
    return last if is_same else None


def _asked_again(session: Session, pack: Pack, case: Case, request: CaseRequest, *, now: datetime) -> Opened:
    begin(session, case)
    case.last_resident_at = now
    was_crisis = case.priority == Priority.CRISIS
    _take_over(pack, case, request)
    if case.priority == Priority.CRISIS and not was_crisis:
        escalate(session, case, "crisis", now=now)
    clocks.start(pack, case, now=now)
    case.snoozed_until = None
    if case.state in (CaseState.WAITING_FOR_RESIDENT, CaseState.SNOOZED):
        case.state = CaseState.HELD
    record(session, case, EventKind.ASKED_AGAIN, now=now, reason=str(request.reason))
    if case.state in HELD_STATES:
        values: dict[str, object] = {"staff": queries.name_of_staff(session, case.holder_id), "department": case.department_id}
        notice = Notice(key=NoticeKey.ALREADY_HELD, values=values)
    elif not is_staffed(pack, case.department_id, now):
        notice = closed_notice(pack, case, now=now)
    else:
        position = queries.position_of(session, pack, case, now=now)
        notice = Notice(key=NoticeKey.ALREADY_WAITING, values={"department": case.department_id, "position": position})
    finish(session, case, now=now, staff=[case.holder_id])
    return Opened(case=case, is_new=False, notice=notice)


def _take_over(pack: Pack, case: Case, request: CaseRequest) -> None:
    """What is known now is known to whoever takes it next; urgency only rises."""
    if request.packet != Packet():
        case.packet = request.packet.dump()
    if request.priority > case.priority:
        case.priority = request.priority
        clocks.reckon(pack, case)


def _new_case(pack: Pack, request: CaseRequest, *, now: datetime) -> Case:
    case = Case(
        municipality_id=pack.id,
        conversation_id=request.conversation_id,
        resident_id=request.resident_id,
        channel=request.channel,
        reason=request.reason,
        title=request.title.strip()[:TITLE_LIMIT],
        packet=request.packet.dump(),
        department_id=request.department_id if request.department_id in pack.departments else None,
        category=request.category,
        language=request.language,
        priority=request.priority,
        state=CaseState.WAITING,
        contact=request.contact.strip()[:TITLE_LIMIT],
        opened_at=now,
        last_resident_at=now,
        declined=[],
        routing=[],
    )
    clocks.start(pack, case, now=now)
    clocks.start_resolution(pack, case, now=now)
    return case
