"""What somebody is told before they go home."""

from dataclasses import dataclass

from console.views.cases import CaseLine


@dataclass(frozen=True, kw_only=True)
class LeavingView:
    """The cases that go back into the queue."""

    lines: tuple[CaseLine, ...]
    back: str
    submission: str
    limit: int
