"""The supervisor's room: who is there and holds what, what waits where, what is paused, and what needs a decision."""

from dataclasses import dataclass
from datetime import datetime

from console.views.cases import CaseLine
from console.views.choices import Choice


@dataclass(frozen=True, kw_only=True)
class PersonView:
    """Somebody who is there."""

    id: int
    name: str
    department: str
    presence: str
    since: datetime
    held: int
    offered: int
    capacity: int

    @property
    def percent(self) -> int:
        return min(100, round(100 * (self.held + self.offered) / max(1, self.capacity)))

    @property
    def is_full(self) -> bool:
        return self.held + self.offered >= self.capacity


@dataclass(frozen=True, kw_only=True)
class DepartmentView:
    """What waits for one department, and who could take it."""

    id: str
    name: str
    is_open: bool
    opens: datetime | None
    waiting: int
    oldest: str | None
    late: int
    held: int
    available: int
    present: int
    href: str
    is_unattended: bool
    """Something waits, the department is open, and nobody is there."""


@dataclass(frozen=True, kw_only=True)
class PauseView:
    """Why no new cases are taken, and since when."""

    id: int
    place: str
    reason: str
    since: datetime
    author: str


@dataclass(frozen=True, kw_only=True)
class LimitView:
    """A block of a resident that waits for a second person."""

    id: int
    case_id: int
    resident: str
    title: str
    reason: str
    asker: str
    at: datetime
    is_own: bool
    """Asked for by the visitor, who can't approve it."""


@dataclass(frozen=True, kw_only=True)
class SupervisionView:
    """The whole room."""

    people: tuple[PersonView, ...]
    departments: tuple[DepartmentView, ...]
    pauses: tuple[PauseView, ...]
    escalated: tuple[CaseLine, ...]
    oldest: tuple[CaseLine, ...]
    """Of those that nobody has."""
    limits: tuple[LimitView, ...]
    colleagues: tuple[Choice, ...]
    places: tuple[Choice, ...]
    waiting: int
    reason: str = ""
    problem: str | None = None
