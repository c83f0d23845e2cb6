"""Lists of cases: who sees which, tabs, filters, search in full text, and how many there are."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, String, and_, cast, column, exists, false, func, or_, select, table, true
from sqlalchemy.orm import Session

from core.changes import QUEUE, WHOLE_QUEUE, queue_topic
from core.clock import JAPAN
from core.japanese_dates import read_day
from core.text import normalise
from handoff.desk_models import CaseNote, Mention
from handoff.models import HELD_STATES, OPEN_STATES, Case, CaseState, Priority, Role, Staff

WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
ESCAPE = "\\"
LEDGER = table("message", column("conversation_id"), column("text"), column("at", Case.opened_at.type))
"""What was said in the talk. Its table belongs to `bot`, which builds on this package; so it is read by its name."""


class Tab(StrEnum):
    """One of the lists that staff look at."""

    UNASSIGNED = "unassigned"
    MINE = "mine"
    DEPARTMENT = "department"
    WAITING_FOR_RESIDENT = "waiting_for_resident"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    ALL = "all"


OWN_TABS = (Tab.MINE, Tab.WAITING_FOR_RESIDENT, Tab.SNOOZED)
"""Those that differ from person to person. The others look the same for everybody of a department and role: see NOBODY."""
NOBODY = 0
"""Looks at lists in the place of all who belong to a department and role, so that what concerns only one of them is left out."""


class Order(StrEnum):
    """What comes first in a list."""

    DUE = "due"
    """A crisis, then whose answer is due first, then the urgent and old ones."""
    AGE = "age"
    NEWEST = "newest"
    """What changed last; the usual order of closed ones."""


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """Which cases, as seen by whom."""

    staff: Staff
    tab: Tab = Tab.ALL
    department_id: str | None = None
    language: str | None = None
    reason: str | None = None
    priority: int | None = None
    words: str = ""
    """Each must be found somewhere: number, title, talk, notes, contact; a day finds what was opened, closed or said on it."""
    is_escalated: bool | None = None
    order: Order = Order.DUE


def visible_to(staff: Staff) -> ColumnElement[bool]:
    """Which cases a person may see: all of the municipality for supervisors, administrators and people of no department.

    Others see those of their department and of none, those they hold or are offered, and those where a colleague asks for their word.
    """
    own = Case.municipality_id == staff.municipality_id
    if sees_all(staff):
        return own
    is_asked = exists().where(Mention.case_id == Case.id, Mention.staff_id == staff.id)
    return and_(own, or_(Case.department_id == staff.department_id, Case.department_id.is_(None), Case.holder_id == staff.id, is_asked))


def sees_all(staff: Staff) -> bool:
    return staff.role in (Role.SUPERVISOR, Role.ADMINISTRATOR) or staff.department_id is None


def topics_of(staff: Staff) -> tuple[str, ...]:
    """Changes after which a list that shows nothing of one person looks different."""
    return (QUEUE, WHOLE_QUEUE if sees_all(staff) else queue_topic(staff.department_id or ""))


def cases(session: Session, wanted: CaseFilter, *, limit: int = 50, offset: int = 0) -> Sequence[Case]:
    statement = select(Case).where(*_conditions(wanted)).order_by(*_order(wanted.order))
    return session.scalars(statement.limit(limit).offset(offset)).all()


def count_of(session: Session, wanted: CaseFilter) -> int:
    return session.scalar(select(func.count()).select_from(Case).where(*_conditions(wanted))) or 0


def in_tab(tab: Tab, staff: Staff) -> ColumnElement[bool]:
    match tab:
        case Tab.UNASSIGNED:
            return Case.state.in_((CaseState.WAITING, CaseState.OFFERED))
        case Tab.MINE:
            return and_(Case.holder_id == staff.id, Case.state.in_((CaseState.OFFERED, *HELD_STATES)))
        case Tab.DEPARTMENT:
            return and_(Case.department_id == staff.department_id if staff.department_id else true(), Case.state.in_(OPEN_STATES))
        case Tab.WAITING_FOR_RESIDENT:
            return Case.state == CaseState.WAITING_FOR_RESIDENT
        case Tab.SNOOZED:
            return Case.state == CaseState.SNOOZED
        case Tab.CLOSED:
            return Case.state == CaseState.CLOSED
        case Tab.ALL:
            return true()


def _conditions(wanted: CaseFilter) -> Sequence[ColumnElement[bool]]:
    found = [visible_to(wanted.staff), in_tab(wanted.tab, wanted.staff)]
    if wanted.department_id is not None:
        found.append(Case.department_id == wanted.department_id)
    if wanted.language is not None:
        found.append(Case.language == wanted.language)
    if wanted.reason is not None:
        found.append(Case.reason == wanted.reason)
    if wanted.priority is not None:
        found.append(Case.priority == wanted.priority)
    if wanted.is_escalated is not None:
        found.append(Case.is_escalated == wanted.is_escalated)
    found += [_holds(word) for word in wanted.words.split()]
    return found


def _order(order: Order) -> Sequence[Any]:  # Any: SQLAlchemy has no common type of columns and of their orders.
    match order:
        case Order.DUE:
            is_crisis = and_(Case.priority == Priority.CRISIS, Case.state != CaseState.CLOSED)
            return (is_crisis.desc(), Case.due_at.asc().nulls_last(), Case.priority.desc(), Case.opened_at, Case.id)
        case Order.AGE:
            return (Case.opened_at.asc(), Case.id.asc())
        case Order.NEWEST:
            return (func.coalesce(Case.closed_at, Case.last_resident_at, Case.opened_at).desc(), Case.id.desc())


def _holds(word: str) -> ColumnElement[bool]:
    day = read_day(word)
    if day is not None:
        return or_(_on(day), _says(word))
    number = word.lstrip("#＃")
    is_number = number.isdecimal() and len(number) < 10
    return or_(Case.id == int(number) if is_number else false(), _says(word))


def _says(word: str) -> ColumnElement[bool]:
    """Whichever width its letters have; the packet is searched as it is stored."""
    forms = {word, unicodedata.normalize("NFKC", word), normalise(word), unicodedata.normalize("NFKC", word).translate(WIDE)}
    patterns = [f"%{_escaped(form)}%" for form in sorted(forms)]

    def among(text: SQLColumnExpression[str]) -> ColumnElement[bool]:
        return or_(*(text.ilike(pattern, escape=ESCAPE) for pattern in patterns))

    own = (Case.title, Case.contact, Case.wrap_up, cast(Case.packet, String))
    return or_(
        *(among(text) for text in own),
        exists(select(CaseNote.id).where(CaseNote.case_id == Case.id, among(CaseNote.text))),
        exists(select(LEDGER.c.conversation_id).where(LEDGER.c.conversation_id == Case.conversation_id, among(LEDGER.c.text))),
    )


def _escaped(word: str) -> str:
    return word.replace(ESCAPE, ESCAPE * 2).replace("%", f"{ESCAPE}%").replace("_", f"{ESCAPE}_")


def _on(day: date) -> ColumnElement[bool]:
    start = datetime.combine(day, time(), JAPAN).astimezone(UTC)
    end = start + timedelta(days=1)
    said = exists(
        select(LEDGER.c.conversation_id).where(LEDGER.c.conversation_id == Case.conversation_id, LEDGER.c.at >= start, LEDGER.c.at < end)
    )
    return or_(and_(Case.opened_at >= start, Case.opened_at < end), and_(Case.closed_at >= start, Case.closed_at < end), said)
