"""The faults that the platform can be told to have: lost answers, limits, redeliveries, late contents."""

import random
import threading
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from bot.simulator.records import Json


class Loss(StrEnum):
    CLOSE = "close"
    ERROR = "500"
    TIMEOUT = "timeout"


@dataclass(frozen=True, kw_only=True)
class RequestFault:
    """Strikes requests whose path starts with `path`: the next `count` of them, or each with `probability`."""

    path: str = ""
    count: int | None = None
    probability: float | None = None
    status: int = 500
    how: Loss = Loss.CLOSE
    seconds: float = 30.0


@dataclass(frozen=True, kw_only=True)
class Latency:
    milliseconds: float
    path: str = ""
    up_to: float | None = None


@dataclass(frozen=True, kw_only=True)
class Redelivery:
    """Replaces the platform's own schedule of redeliveries, as a network that loses the bot's answers would."""

    copies: int = 1
    delay_ms: float = 100.0
    reorder: bool = False
    concurrent: bool = False
    only_failures: bool = False


@dataclass(frozen=True, kw_only=True)
class Duplicates:
    """The same event twice without being marked as redelivered, as a network may do."""

    copies: int = 1
    probability: float = 1.0


@dataclass(frozen=True, kw_only=True)
class PersonLimit:
    """More messages than `count` to one person within `seconds` are answered 429."""

    count: int
    seconds: float = 60.0


@dataclass(frozen=True, kw_only=True)
class FaultPlan:
    """Everything that is to go wrong at present; the defaults are a platform on a good day."""

    api_errors: RequestFault | None = None
    accept_then_drop: RequestFault | None = None
    rate_limited: RequestFault | None = None
    latency_ms: Latency | None = None
    quota_exhausted: bool = False
    reply_token_seconds: float | None = None
    redeliver: Redelivery | None = None
    webhook_duplicates: Duplicates | None = None
    content_pending: int = 0
    mutate_json: bool = True
    # Events that happen within this time go out in one webhook.
    batch_ms: float = 0.0
    # Each webhook waits for a random time up to this, so that they overtake each other.
    jitter_ms: float = 0.0
    clock_skew_ms: int = 0
    messages_per_person: PersonLimit | None = None


SHAPES: dict[str, type[RequestFault | Latency | Redelivery | Duplicates | PersonLimit]] = {
    "api_errors": RequestFault,
    "accept_then_drop": RequestFault,
    "rate_limited": RequestFault,
    "latency_ms": Latency,
    "redeliver": Redelivery,
    "webhook_duplicates": Duplicates,
    "messages_per_person": PersonLimit,
}
SHORTHANDS = {
    "latency_ms": "milliseconds",
    "webhook_duplicates": "copies",
    "redeliver": "copies",
    "messages_per_person": "count",
}


class UnknownFaultError(ValueError):
    """A fault or one of its settings does not exist; the message lists those that do."""


class Faults:
    """Holds the plan; counting down and rolling dice are safe from several threads."""

    def __init__(self, seed: int) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(seed)
        self._plan = FaultPlan()

    @property
    def plan(self) -> FaultPlan:
        return self._plan

    def set(self, **values: object) -> FaultPlan:
        """Changes the named faults and leaves the others; None or False ends a fault. A number stands for a count or a probability."""
        read = {name: _read_fault(name, value) for name, value in values.items()}
        with self._lock:
            self._plan = replace(self._plan, **read)
            return self._plan

    def clear(self) -> None:
        with self._lock:
            self._plan = FaultPlan()

    def strikes(self, name: str, path: str) -> RequestFault | None:
        """The fault of that name if it strikes this request; a counted one is then used up by one."""
        with self._lock:
            fault: RequestFault | None = getattr(self._plan, name)
            if fault is None or not path.startswith(fault.path):
                return None
            if fault.count is not None:
                if fault.count <= 0:
                    return None
                used: Json = {name: replace(fault, count=fault.count - 1)}
                self._plan = replace(self._plan, **used)
                return fault
            return fault if self._random.random() < (1.0 if fault.probability is None else fault.probability) else None

    def give_back(self, name: str, fault: RequestFault) -> None:
        """The request was refused after all, so a counted fault still has to strike another."""
        with self._lock:
            left: RequestFault | None = getattr(self._plan, name)
            if fault.count is not None and left is not None and left.count is not None:
                restored: Json = {name: replace(left, count=left.count + 1)}
                self._plan = replace(self._plan, **restored)

    def latency_seconds(self, path: str) -> float:
        latency = self._plan.latency_ms
        if latency is None or not path.startswith(latency.path):
            return 0.0
        with self._lock:
            longest = latency.milliseconds if latency.up_to is None else latency.up_to
            return self._random.uniform(latency.milliseconds, longest) / 1000

    def as_json(self) -> Json:
        plan = self._plan
        shown: Json = {}
        for field in fields(plan):
            value = getattr(plan, field.name)
            shown[field.name] = (
                {inner.name: getattr(value, inner.name) for inner in fields(value)} if field.name in SHAPES and value else value
            )
        return shown


def _read_fault(name: str, value: object) -> Any:  # each fault has its own type, which `FaultPlan` declares
    known = {field.name: field for field in fields(FaultPlan)}
    if name not in known:
        raise UnknownFaultError(f"unknown fault {name!r}; known are {', '.join(known)}")
    shape = SHAPES.get(name)
    if shape is None:
        if value is None:
            return known[name].default
        if isinstance(value, bool) != isinstance(known[name].default, bool) or not isinstance(value, (bool, int, float)):
            raise UnknownFaultError(f"fault {name!r}: {value!r} is not a value for it")
        return value
    if value is None or value is False or isinstance(value, shape):
        return value or None
    if isinstance(value, (bool, int, float)):
        value = _shorthand(name, value)
    if not isinstance(value, dict):
        raise UnknownFaultError(f"fault {name!r}: expected settings, got {value!r}")
    settings = {field.name for field in fields(shape)}
    if unknown := set(value) - settings:
        raise UnknownFaultError(f"fault {name!r}: unknown setting {sorted(unknown)}; known are {', '.join(sorted(settings))}")
    try:
        return shape(**({**value, "how": Loss(str(value["how"]))} if "how" in value else value))
    except (TypeError, ValueError) as error:
        raise UnknownFaultError(f"fault {name!r}: {error}") from error


def _shorthand(name: str, value: float) -> Json:
    """`True` is always, a whole number a count, a fraction a probability; faults with one main setting take that."""
    if name in SHORTHANDS:
        return {} if value is True else {SHORTHANDS[name]: value}
    if value is True:
        return {}
    return {"count": value} if isinstance(value, int) else {"probability": value}
