"""A day at the counter as data: demo_day.yaml."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from core.clock import JAPAN, in_japan
from core.pack import Pack, PackModel
from core.yaml_text import read_yaml
from handoff.business_hours import is_open
from handoff.holidays import is_national_holiday

NOON = 11
"""An hour at which a counter is open on any working day."""


class Moment(PackModel):
    """Japan time on the day (`at`), or so many minutes before now (`ago`)."""

    at: str = Field(default="", pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^$")
    ago: int | None = Field(default=None, ge=0)

    def on(self, day: datetime, now: datetime) -> datetime:
        if self.ago is not None:
            return now - timedelta(minutes=self.ago)
        hour, minute = self.at.split(":")
        return in_japan(day).replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)


class Say(Moment):
    does: Literal["say"]
    resident: str
    says: list[Any]  # As in demo_talks.yaml.


class Tap(Moment):
    """The n-th of the choices on the screen."""

    does: Literal["tap"]
    resident: str
    number: int = Field(ge=1)


class Apply(Moment):
    """Fills in a procedure as a rehearsal does, and submits it; `photo` among the answers is a photo."""

    does: Literal["apply"]
    resident: str
    procedure: str
    name: str
    """By which later steps call it."""
    says: Mapping[str, tuple[str, ...]]
    language: str = "ja"


class Withdraw(Moment):
    does: Literal["withdraw"]
    resident: str
    application: str


class OfStaff(Moment):
    by: str


class Receive(OfStaff):
    """What staff do with an application."""

    does: Literal["receive"]
    application: str
    step: Literal["check", "accept", "finish", "refuse", "return", "fine", "assign", "note"]
    words: str = ""
    fields: Mapping[str, str] = Field(default_factory=dict)
    """Of a return: why, by field. Of `fine`: which."""
    photo: bool = False


class Stand(OfStaff):
    does: Literal["stand"]
    state: Literal["available", "busy", "away", "off"]


class Open(OfStaff):
    does: Literal["open"]
    title: str
    channel: Literal["telephone", "counter"]
    contact: str
    department: str
    category: str = ""


class Leave(OfStaff):
    does: Literal["hand_over"]
    text: str
    department: str | None = None


class OfCase(OfStaff):
    case: str
    """The resident whose newest case it is, or the title of one that was opened by hand."""


class Claim(OfCase):
    does: Literal["claim"]


class Answer(OfCase):
    does: Literal["reply"]
    text: str


class Note(OfCase):
    does: Literal["note"]
    text: str
    mentions: tuple[str, ...] = ()


class Transfer(OfCase):
    """To a colleague, or to a department."""

    does: Literal["transfer"]
    to: str
    text: str


class Snooze(OfCase):
    does: Literal["snooze"]
    hours: int


class Close(OfCase):
    does: Literal["close"]
    reason: str
    minutes: int
    is_faq_candidate: bool = False
    wrap_up: str = ""


class Canned(PackModel):
    shortcut: str
    title: str
    text: str
    department: str | None = None
    then: str = ""


Step = Say | Tap | Apply | Withdraw | Receive | Stand | Open | Leave | Claim | Answer | Note | Transfer | Snooze | Close


class Day(PackModel):
    """What happens on it, besides what residents say by themselves."""

    canned: tuple[Canned, ...] = ()
    steps: tuple[Annotated[Step, Field(discriminator="does")], ...] = ()


def load_day(pack: Pack) -> Day:
    """Empty where the pack has none."""
    path = Path(pack.folder or ".") / "demo_day.yaml"
    return Day.model_validate(read_yaml(path.read_text(encoding="utf-8"))) if path.is_file() else Day()


def load_talks(pack: Pack) -> Sequence[Mapping[str, object]]:
    path = Path(pack.folder or ".") / "demo_talks.yaml"
    return read_yaml(path.read_text(encoding="utf-8")) if path.is_file() else []


def script_of(pack: Pack, now: datetime) -> list[tuple[datetime, Step]]:
    """All that happens, in its order: the day's steps, and what residents say by themselves."""
    day = last_working_day(pack, now)
    talks = [Say.model_validate({"does": "say", **talk}) for talk in load_talks(pack)]
    return sorted(((step.on(day, now), step) for step in (*talks, *load_day(pack).steps)), key=lambda pair: pair[0])


def last_working_day(pack: Pack, now: datetime) -> datetime:
    """Before today."""
    department = pack.general_department
    for days in range(1, 15):
        day = (in_japan(now) - timedelta(days=days)).replace(hour=NOON, tzinfo=JAPAN)
        if department is None or is_open(department, pack.calendar, day, is_national_holiday):
            return day
    return in_japan(now) - timedelta(days=1)
