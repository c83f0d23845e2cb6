"""Days with room for only so many: what is taken, what may be taken, what is closed."""

from dataclasses import dataclass
from datetime import date

from console.views.choices import Choice


@dataclass(frozen=True, kw_only=True)
class SlotView:
    """One slot."""

    key: str
    day: date
    time: str
    taken: int
    capacity: int
    usual: int
    is_changed: bool

    @property
    def is_closed(self) -> bool:
        return self.capacity == 0

    @property
    def left(self) -> int:
        return max(self.capacity - self.taken, 0)

    @property
    def share(self) -> int:
        """In percent, for the bar."""
        return 100 if self.is_closed else min(100 * self.taken // self.capacity, 100)


@dataclass(frozen=True, kw_only=True)
class SlotsView:
    """The page: the slots of one procedure in one group."""

    procedure: str
    procedures: tuple[Choice, ...]
    group: str
    groups: tuple[Choice, ...]
    label: str
    slots: tuple[SlotView, ...]
    here: str
    problem: str = ""
    problem_key: str = ""
