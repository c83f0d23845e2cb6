"""The list of procedures, and one procedure with what can be done about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.texts import named
from console.views.procedure_flow import FlowView
from core.models import Edition


@dataclass(frozen=True, kw_only=True)
class EditionLine:
    """One line of the history."""

    number: int
    what: str
    state: str
    state_key: str
    way: str
    author: str
    at: datetime
    decided_by: str | None
    reason: str
    href: str


@dataclass(frozen=True, kw_only=True)
class ProcedureLine:
    """One procedure in the list."""

    id: str
    title: str
    department: str
    notice: str
    """What residents are told while intake is stopped."""
    number: int
    """Of the edition in force; 0 for the pack's own text."""
    is_waiting: bool
    open_applications: int
    changed_at: datetime | None
    changed_by: str


@dataclass(frozen=True, kw_only=True)
class ProcedureListView:
    """All procedures of the municipality."""

    lines: tuple[ProcedureLine, ...]


@dataclass(frozen=True, kw_only=True)
class ProcedureView:
    """One procedure."""

    line: ProcedureLine
    path: str
    flow: FlowView
    waiting: tuple[EditionLine, ...]
    """Changes that wait for approval."""
    unfit: str
    """Why the published edition is not in force: it does not fit the pack any more."""
    is_pack_newer: bool
    """The pack's own text is not the one from which the edition in force was made."""
    history: tuple[EditionLine, ...]
    may_edit: bool
    may_change_slots: bool
    has_slots: bool
    portions: Mapping[str, str]
    """Of the forms for texts, by field."""
    notice_draft: str = ""
    notice_problem: str = ""


def edition_line(edition: Edition, path: str, what: str) -> EditionLine:
    return EditionLine(
        number=edition.number,
        what=what,
        state=named("edition_state", edition.state),
        state_key=edition.state,
        way=named("edition_way", edition.way),
        author=edition.author,
        at=edition.created_at,
        decided_by=edition.decided_by,
        reason=edition.reason,
        href=f"{path}/editions/{edition.subject}/{edition.number}",
    )


def newest(editions: Sequence[Edition]) -> Edition | None:
    return max(editions, key=lambda one: one.decided_at or one.created_at, default=None)
