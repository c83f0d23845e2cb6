"""Reports about places: the map with its points, and the same as a list."""

from dataclasses import dataclass

from console.views.application import GroundView
from console.views.applications import ApplicationLine
from console.views.choices import Choice


@dataclass(frozen=True, kw_only=True)
class PointView:
    """A report on the map; those that joined it are counted."""

    line: ApplicationLine
    place: str
    x: float
    y: float
    tone: str
    """How its state looks: new, going, done."""
    mark: str
    """A letter for the state, so that colour is not its only sign."""


@dataclass(frozen=True, kw_only=True)
class LegendView:
    """What a point's mark means, and how many there are."""

    tone: str
    mark: str
    label: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ReportsView:
    """The page."""

    title: str
    procedure: str
    procedures: tuple[Choice, ...]
    shown: str
    showns: tuple[Choice, ...]
    ground: GroundView | None
    points: tuple[PointView, ...]
    unplaced: tuple[ApplicationLine, ...]
    """With a place in words only."""
    legend: tuple[LegendView, ...]
    has_more: bool
    most: int
    part: str
