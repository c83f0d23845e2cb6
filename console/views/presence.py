"""Whether somebody takes cases, and what they are told before they go home."""

from dataclasses import dataclass

from console.views.cases import CaseLine
from handoff.models import PresenceState


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Whether somebody takes cases now, how many they have, and how many they are asked to take."""

    state: str = PresenceState.OFF
    held: int = 0
    offered: int = 0


@dataclass(frozen=True, kw_only=True)
class LeavingView:
    """The cases that go back into the queue."""

    lines: tuple[CaseLine, ...]
    back: str
    submission: str
    limit: int
