"""Making something once per change, however many pages show it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

KEPT = 512

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """A part as one audience sees it, ready to be sent."""

    message: bytes
    digest: bytes
    """By which a page knows that it looks as it was last told, without keeping it."""


@dataclass
class _Place(Generic[Value]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: tuple[int, Value] | None = None


class Newest(Generic[Value]):
    """What was last made under each key, and at which change; the longest unused are forgotten."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._places: OrderedDict[Hashable, _Place[Value]] = OrderedDict()
        self._lock = threading.Lock()

    def at_least(self, number: int, key: Hashable, make: Callable[[], Value]) -> Value:
        """Not older than the change `number`. Whoever comes while it is being made waits for it instead of making another."""
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > self._kept:
                self._places.popitem(last=False)
        with place.lock:
            if place.made is None or place.made[0] < number:
                place.made = (number, make())
            return place.made[1]
