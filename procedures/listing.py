"""Lists of applications for those who work on them: who sees which, by state, filters, search, and how many there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from core.clock import JAPAN
from core.japanese_dates import read_day
from core.text import normalise
from procedures.applications import Desk, answers_of
from procedures.conditions import Plain
from procedures.keys import ForgottenError
from procedures.lifecycle import ENDED
from procedures.models import Application, ApplicationState, ResidentKey

LOOKED_THROUGH = 3_000
"""Answers are sealed, so words are looked for by opening them: of the newest so many."""
AWAITED = (ApplicationState.NEW, ApplicationState.CHECKING)
"""States in which the office owes the next step."""
NOBODY = 0


@dataclass(frozen=True, kw_only=True)
class ApplicationFilter:
    """Which applications. A report that joined another is seen with that one."""

    municipality_id: str
    seen_department: str | None = None
    """The only department whose applications may be seen; None for all."""
    states: tuple[ApplicationState, ...] = ()
    """None means every state."""
    procedure_id: str = ""
    department_id: str = ""
    holder_id: int | None = None
    """NOBODY finds those that nobody has."""
    overdue_at: datetime | None = None
    """Only those that were due before this moment."""
    words: str = ""
    """Each must be found in the number, the answers, or be a day on which it came, ended, or that was answered."""
    first_day: date | None = None
    last_day: date | None = None
    """Of submission, both included."""
    with_joined: bool = False
    among: tuple[int, ...] | None = None
    """What `found_by_words` found, so that answers are opened once for several lists."""


def visible(municipality_id: str, department_id: str | None) -> ColumnElement[bool]:
    own = Application.municipality_id == municipality_id
    return own if department_id is None else own & (Application.department_id == department_id)


def applications(
    session: Session, desk: Desk, wanted: ApplicationFilter, *, limit: int | None = 50, offset: int = 0
) -> Sequence[Application]:
    """What is due first comes first; of what has ended, the newest."""
    statement = select(Application).where(*_conditions(session, desk, wanted)).order_by(*_order(wanted))
    return session.scalars(statement.limit(limit).offset(offset)).all()


def found_by_words(session: Session, desk: Desk, wanted: ApplicationFilter) -> ApplicationFilter:
    """The same filter, with what its words find in any state."""
    if not wanted.words.split():
        return wanted
    found = _conditions(session, desk, replace(wanted, words=""), any_state=True)
    return replace(wanted, among=tuple(_holding(session, desk, found, wanted.words.split())))


def counts(session: Session, desk: Desk, wanted: ApplicationFilter) -> Mapping[ApplicationState, int]:
    """By state, of all that the filter would find in any."""
    found = select(Application.state, func.count()).where(*_conditions(session, desk, wanted, any_state=True)).group_by(Application.state)
    numbers = {row[0]: row[1] for row in session.execute(found)}
    return {state: numbers.get(state, 0) for state in ApplicationState}


def joined_counts(session: Session, ids: Sequence[int]) -> Mapping[int, int]:
    """How many reports joined each of these."""
    statement = select(Application.joined_to, func.count()).where(Application.joined_to.in_(ids)).group_by(Application.joined_to)
    return {number: count for number, count in session.execute(statement) if number is not None}


def _conditions(session: Session, desk: Desk, wanted: ApplicationFilter, *, any_state: bool = False) -> Sequence[ColumnElement[bool]]:
    found = [visible(wanted.municipality_id, wanted.seen_department)]
    if not wanted.with_joined:
        found.append(Application.joined_to.is_(None))
    if wanted.procedure_id:
        found.append(Application.procedure_id == wanted.procedure_id)
    if wanted.department_id:
        found.append(Application.department_id == wanted.department_id)
    if wanted.holder_id is not None:
        found.append(Application.holder_id.is_(None) if wanted.holder_id == NOBODY else Application.holder_id == wanted.holder_id)
    if wanted.overdue_at is not None:
        found += [Application.state.in_(AWAITED), Application.due_at < wanted.overdue_at]
    if wanted.first_day is not None:
        found.append(Application.submitted_at >= _start(wanted.first_day))
    if wanted.last_day is not None:
        found.append(Application.submitted_at < _start(wanted.last_day + timedelta(days=1)))
    if wanted.words.split():
        among = wanted.among if wanted.among is not None else _holding(session, desk, found, wanted.words.split())
        found.append(Application.id.in_(among))
    if wanted.states and not any_state:
        found.append(Application.state.in_(wanted.states))
    return found


def _order(wanted: ApplicationFilter) -> Sequence[Any]:  # Any: SQLAlchemy has no common type of columns and of their orders.
    if wanted.states and set(wanted.states) <= set(ENDED):
        return (Application.ended_at.desc(), Application.id.desc())
    return (Application.due_at.asc().nulls_last(), Application.submitted_at, Application.id)


def _holding(session: Session, desk: Desk, found: Sequence[ColumnElement[bool]], words: Sequence[str]) -> list[int]:
    """Ids of those in which every word stands. A whole receipt number needs no answers to be opened."""
    numbers = [normalise(word).upper() for word in words]
    exact = session.scalars(select(Application.id).where(*found, or_(*(Application.number == number for number in numbers)))).all()
    if exact and len(words) == 1:
        return list(exact)
    rows = session.scalars(select(Application).where(*found).order_by(Application.id.desc()).limit(LOOKED_THROUGH)).all()
    days = [read_day(word) for word in words]
    keys = _keys(session, rows)
    return [row.id for row in rows if all(_stands(session, desk, row, word, day, keys) for word, day in zip(words, days, strict=True))]


def _keys(session: Session, rows: Sequence[Application]) -> Mapping[int, ResidentKey]:
    """By resident, read at once: the session finds them as long as they are held."""
    found = session.scalars(select(ResidentKey).where(ResidentKey.resident_id.in_({row.resident_id for row in rows})))
    return {key.resident_id: key for key in found}


def _stands(session: Session, desk: Desk, row: Application, word: str, day: date | None, keys: Mapping[int, ResidentKey]) -> bool:
    if normalise(word).upper() in row.number:
        return True
    if day is not None and any(moment is not None and _start(day) <= moment < _start(day + timedelta(days=1)) for moment in _moments(row)):
        return True
    said = _said(session, desk, row) if row.resident_id in keys else ""
    return normalise(word) in said or (day is not None and day.isoformat() in said)


def _moments(row: Application) -> tuple[datetime | None, ...]:
    return (row.submitted_at, row.ended_at)


def _said(session: Session, desk: Desk, row: Application) -> str:
    """The answers in one line; nothing where they were forgotten."""
    try:
        return normalise(" ".join(_texts(answers_of(session, desk, row))))
    except ForgottenError:
        return ""


def _texts(value: Plain) -> list[str]:
    match value:
        case dict():
            return [text for one in value.values() for text in _texts(one)]
        case list():
            return [text for one in value for text in _texts(one)]
        case str():
            return [value]
        case _:
            return []


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), JAPAN).astimezone(UTC)
