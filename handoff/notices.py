"""What a resident must hear about a case, as a key of the sentences and values; whoever tells them puts it into words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class NoticeKey(StrEnum):
    """Keys of `content/common/messages`. Values are raw: `department` is an id (or None), moments are aware, minutes are whole."""

    WAITING = "handoff.waiting"
    """In the queue while open, with `department`, `position`, `least`, `most`."""
    WAITING_UNKNOWN = "handoff.waiting_unknown"
    """The same where no wait is known: `department`, `position`."""
    NOBODY_HERE = "handoff.nobody_here"
    """Open, and nobody of it is at their place: `department`, `promised_at`."""
    CLOSED = "handoff.closed"
    """Out of hours, or they began while somebody waited: `department`, `promised_at`, `opening`."""
    CLOSED_UNKNOWN = "handoff.closed_unknown"
    """Out of hours, and nobody knows when it opens: `department`."""
    PAUSED = "handoff.paused"
    """No new cases are taken for now: `department`, `promised_at` (None where unknown)."""
    ALREADY_WAITING = "handoff.already_waiting"
    """Asked again while in the queue and open: `department`, `position`."""
    ALREADY_HELD = "handoff.already_held"
    """Asked again while a person has it: `staff`, `department`."""
    REOPENED = "handoff.reopened"
    """The matter of some days ago goes on: `department`, `staff` (None where it went to the queue)."""
    CLAIMED = "handoff.claimed"
    """A person has taken it: `staff`, `department`."""
    TRANSFERRED = "handoff.transferred"
    """Another department or person goes on: `department`, `staff` (None for a department)."""
    REQUEUED = "handoff.requeued"
    """Whoever had it had to leave, somebody else goes on: `department`."""
    RETURNED = "handoff.returned"
    """The bot answers again."""
    ENDED = "handoff.ended"
    """Closed by a person; with `asks_satisfaction`."""
    ENDED_IDLE = "handoff.ended_idle"
    """Closed because nothing more was said; with `reopen_hours`."""
    NUDGE = "handoff.nudge"
    """Was that all? With `close_hours`."""
    APOLOGY = "handoff.apology"
    """The promised time has passed: `department`, `promised_at`."""
    WARNED = "handoff.warned"
    """Please mind your words: the first step against abuse."""
    LIMITED = "handoff.limited"
    """Only so many messages are read for now: `until`, `per_hour`."""
    BLOCKED = "handoff.blocked"
    """No case is opened until then: `until`, `department`."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A sentence that the resident must hear."""

    key: NoticeKey
    values: Mapping[str, object] = field(default_factory=dict)
