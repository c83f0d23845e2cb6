"""The board of applications: its tabs, columns, filters and lines."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from console.texts import named, say
from console.views.cases import BulkResultView, SavedFilterView, TabView
from console.views.choices import Choice
from console.views.paging import Paging
from core.clock import in_japan
from procedures.listing import AWAITED
from procedures.models import Application, ApplicationState

NEAR_DAYS = 1
"""Open days before the promised one, from which somebody should hurry."""


class DueState(StrEnum):
    """How an application stands against the day that was promised."""

    CALM = "calm"
    NEAR = "near"
    LATE = "late"
    NONE = "none"
    """Nothing is promised, or the next step is not the office's."""


@dataclass(frozen=True, kw_only=True)
class DueView:
    """The promise in words."""

    state: DueState
    label: str


@dataclass(frozen=True, kw_only=True)
class ApplicationLine:
    """One application of the board."""

    id: int
    version: int
    number: str
    title: str
    applicant: str
    brief: tuple[str, ...]
    department: str
    state: str
    state_label: str
    due: DueView
    holder: str | None
    submitted_at: datetime
    age: str
    age_words: str
    joined: int
    """Reports of the same thing that are seen with this one."""
    corrections: int
    """Answers that were found to need correction."""
    is_reopened: bool
    may_pick: bool

    @property
    def name(self) -> str:
        """For those who can't see what stands around it."""
        return f"{self.title} {self.number}"


@dataclass(frozen=True, kw_only=True)
class ColumnView:
    """The applications of one state, as far as they find room, and where the others are."""

    state: str
    label: str
    about: str
    count: int
    lines: tuple[ApplicationLine, ...]
    href: str
    has_more: bool


@dataclass(frozen=True, kw_only=True)
class ApplicationFilterView:
    """What the board is narrowed to, and the choices of each field."""

    tab: str
    words: str
    procedure: str
    department: str
    holder: str
    overdue: bool
    since: str
    until: str
    unread_days: tuple[str, ...]
    procedures: tuple[Choice, ...]
    departments: tuple[Choice, ...]
    holders: tuple[Choice, ...]
    query: str
    is_narrowed: bool

    @property
    def has_choices(self) -> bool:
        """Whether more than the words narrows it."""
        return bool(self.procedure or self.department or self.holder or self.overdue or self.since or self.until)


@dataclass(frozen=True, kw_only=True)
class ApplicationTabsView:
    """The entrances with their numbers."""

    tabs: tuple[TabView, ...]
    part: str


@dataclass(frozen=True, kw_only=True)
class BoardView:
    """The columns, or one page of one list."""

    filter: ApplicationFilterView
    tab_label: str
    tab_href: str
    clear_href: str
    is_board: bool
    columns: tuple[ColumnView, ...]
    lines: tuple[ApplicationLine, ...]
    total: int
    paging: Paging
    part: str


@dataclass(frozen=True, kw_only=True)
class ApplicationBulkView:
    """What can be done with several at once."""

    submission: str
    colleagues: tuple[Choice, ...]
    undo_seconds: int


@dataclass(frozen=True, kw_only=True)
class ExportView:
    """The form for a table."""

    procedures: tuple[Choice, ...]
    procedure: str
    may_reveal: bool
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class ApplicationsView:
    """The board with all that surrounds it."""

    filter: ApplicationFilterView
    tabs: ApplicationTabsView
    board: BoardView
    bulk: ApplicationBulkView | None
    export: ExportView
    saved: tuple[SavedFilterView, ...]
    result: BulkResultView | None
    has_map: bool
    has_slots: bool
    may_handle: bool
    here: str


def due_view(application: Application, now: datetime, is_open: Callable[[date], bool]) -> DueView:
    """In days on which the department works, since those were promised."""
    state = ApplicationState(application.state)
    if application.due_at is None or state not in AWAITED:
        return DueView(state=DueState.NONE, label="" if state in AWAITED else named("application_waits", state.value))
    today, due = in_japan(now).date(), in_japan(application.due_at).date()
    if now > application.due_at:
        return DueView(state=DueState.LATE, label=say("application_due.late", days=max(open_days(due, today, is_open), 1)))
    left = open_days(today, due, is_open)
    if left == 0:
        return DueView(state=DueState.NEAR, label=say("application_due.today"))
    near = DueState.NEAR if left <= NEAR_DAYS else DueState.CALM
    return DueView(state=near, label=say("application_due.left", days=left, month=due.month, day=due.day))


def open_days(after: date, until: date, is_open: Callable[[date], bool]) -> int:
    """Of the days after the first, up to the last."""
    return sum(is_open(after + timedelta(days=number)) for number in range(1, (until - after).days + 1))


def state_label(state: str, own: str) -> str:
    """As the procedure calls it, or as all do."""
    return own or named("application_state", state)
