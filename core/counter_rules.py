"""How a municipality's counter behaves: clocks, capacity, offers, idling, sensitive topics, reasons to close; counter.yaml."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from core.pack import PackModel

PriorityName = Literal["ordinary", "deadline", "vulnerable", "crisis"]
ChannelName = Literal["line", "telephone", "counter"]
Percent = Literal[50, 80, 100]


def patterns_that_compile(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """For fields that hold regular expressions."""
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"'{pattern}' is no regular expression: {error}") from None
    return patterns


class ResponseTimes(PackModel):
    """What a resident may expect, in minutes of the department's opening hours."""

    first: int = Field(ge=1)
    """From opening a case to the first word of a person."""
    next: int = Field(ge=1)
    """From what the resident wrote to the answer."""
    resolution: int = Field(ge=1)
    """From opening to closing, without the time that the resident took."""
    around_the_clock: bool = False
    """The clocks do not stop when the department closes."""


class Overflow(PackModel):
    """Who helps out where a department has nobody who could take a case."""

    after_minutes: int = Field(default=5, ge=0)
    """So long a case waits for its own department."""
    departments: tuple[str, ...] = ()
    """Asked in this order; none named means everybody."""


class SensitiveTopic(PackModel):
    """What a person should take at once, and which department; patterns as in the lexicon."""

    id: str
    label: str
    """As staff read it."""
    patterns: tuple[str, ...]
    unless: tuple[str, ...] = ()
    department: str
    priority: PriorityName = "vulnerable"

    _compile = field_validator("patterns", "unless")(patterns_that_compile)


class CloseReason(PackModel):
    """A reason to close a case, one tap for staff."""

    id: str = Field(pattern=r"^[a-z_]{1,32}$")
    label: str = ""
    """As staff read it; the id where nobody wrote one."""
    asks_satisfaction: bool = True


class AbuseRules(PackModel):
    """What a warning, a limit and a block of a resident mean."""

    limited_messages_per_hour: int = Field(default=5, ge=1)
    limit_hours: int = Field(default=24, ge=1)
    block_days: int = Field(default=30, ge=1)


DEFAULT_TIMES: Mapping[PriorityName, ResponseTimes] = {
    "ordinary": ResponseTimes(first=60, next=60, resolution=960),
    "deadline": ResponseTimes(first=20, next=20, resolution=480),
    "vulnerable": ResponseTimes(first=15, next=15, resolution=480),
    "crisis": ResponseTimes(first=5, next=5, resolution=240, around_the_clock=True),
}
DEFAULT_CHANNEL_CAPACITY: Mapping[ChannelName, int] = {"telephone": 1, "counter": 1}
DEFAULT_REASONS = (
    CloseReason(id="answered"),
    CloseReason(id="referred"),
    CloseReason(id="applied"),
    CloseReason(id="called_back"),
    CloseReason(id="no_answer", asks_satisfaction=False),
    CloseReason(id="withdrawn", asks_satisfaction=False),
    CloseReason(id="duplicate", asks_satisfaction=False),
    CloseReason(id="abuse", asks_satisfaction=False),
    CloseReason(id="other"),
)


class CounterRules(PackModel):
    """counter.yaml; everything has a default, so that a pack may do without the file."""

    capacity: int = Field(default=4, ge=1, le=50)
    """Cases that a new member of staff may hold at once."""
    channel_capacity: Mapping[ChannelName, int] = Field(default_factory=lambda: dict(DEFAULT_CHANNEL_CAPACITY))
    """Of these channels at most so many at once, within the capacity."""
    offer_seconds: int = Field(default=45, ge=5)
    ask_again_minutes: int = Field(default=10, ge=1)
    """When everybody was asked, until the same people are asked once more."""
    missed_offers: int = Field(default=3, ge=1)
    """Offers that somebody lets pass in a row, until they count as away."""
    grace_seconds: int = Field(default=60, ge=10)
    """Without a heartbeat, until somebody counts as gone."""
    away_minutes: int = Field(default=90, ge=1)
    """The same for somebody who said that they are away for a moment."""
    offers_per_hour: int = Field(default=12, ge=1)
    """Fairness: at most so many offers and assignments to one person within an hour, as long as somebody else could take the next."""
    ageing_minutes: int = Field(default=15, ge=1)
    """Waiting so long lifts a case as if it were one level more urgent."""
    response: Mapping[PriorityName, ResponseTimes] = Field(default_factory=lambda: dict(DEFAULT_TIMES))
    warnings: tuple[Percent, ...] = (50, 80, 100)
    """Shares of a running clock at which staff are warned; at 100 the supervisor is."""
    overflow: Overflow = Overflow()
    skilled_after: int = Field(default=3, ge=1)
    """Cases of a category that somebody resolved within `skilled_days`, until they count as skilled in it."""
    skilled_days: int = Field(default=180, ge=1)
    transfer_limit: int = Field(default=3, ge=1)
    """The so-manieth transfer goes to a supervisor."""
    nudge_hours: int = Field(default=24, ge=1)
    """Of the resident's silence after a person answered, until they are asked whether that was all."""
    close_hours: int = Field(default=24, ge=1)
    """After that question, until the case closes by itself."""
    reopen_hours: int = Field(default=72, ge=1)
    """After closing, in which the same matter reopens the same case."""
    wrap_up_minutes: int = Field(default=5, ge=1)
    """After closing, in which the person gets no offer and may still write up; then it is filled in by itself."""
    low_score: int = Field(default=2, ge=1, le=5)
    """Satisfaction up to this goes to the review list."""
    close_reasons: tuple[CloseReason, ...] = DEFAULT_REASONS
    idle_reason: str = "no_answer"
    """Of `close_reasons`, for cases that close by themselves."""
    sensitive: tuple[SensitiveTopic, ...] = ()
    deadline_patterns: tuple[str, ...] = ()
    """Words that something must be done today."""
    vulnerable_patterns: tuple[str, ...] = ()
    """Words of a disaster, or of somebody who can't wait."""
    abuse: AbuseRules = AbuseRules()

    _compile = field_validator("deadline_patterns", "vulnerable_patterns")(patterns_that_compile)

    @field_validator("response")
    @classmethod
    def _fill_in(cls, value: Mapping[PriorityName, ResponseTimes]) -> Mapping[PriorityName, ResponseTimes]:
        return {**DEFAULT_TIMES, **value}

    @field_validator("warnings")
    @classmethod
    def _ascend(cls, value: tuple[Percent, ...]) -> tuple[Percent, ...]:
        if list(value) != sorted(set(value)):
            raise ValueError("must be ascending, each once")
        return value

    @model_validator(mode="after")
    def _idle_reason_is_known(self) -> Self:
        if self.idle_reason not in self.reasons:
            raise ValueError(f"idle_reason '{self.idle_reason}' is not among close_reasons")
        return self

    @cached_property
    def reasons(self) -> Mapping[str, CloseReason]:
        return {reason.id: reason for reason in self.close_reasons}
