"""Rendering a part once per change and audience, however many pages show it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

KEPT = 512


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """What it looked like when the change `number` was the newest, or later."""

    html: str
    number: int


@dataclass
class _Place:
    lock: threading.Lock = field(default_factory=threading.Lock)
    rendering: Rendering | None = None


class Renderings:
    """The newest rendering of each part for each audience; the longest unused are forgotten."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._places: OrderedDict[Hashable, _Place] = OrderedDict()
        self._lock = threading.Lock()

    def at_least(self, number: int, key: Hashable, render: Callable[[], Rendering]) -> str:
        """Not older than the change `number`. Whoever comes while it is being made waits for it instead of making another."""
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > self._kept:
                self._places.popitem(last=False)
        with place.lock:
            if place.rendering is None or place.rendering.number < number:
                place.rendering = render()
            return place.rendering.html
