"""The form of tests/scenarios/*.yaml: what a resident does, turn by turn, and what must come of it."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.simulator.odd_events import OddEvent
from core.clock import JAPAN
from core.language_model import FailureKind
from core.messages import Language
from procedures.explaining import LOADER

FOLDER = Path(__file__).parent / "scenarios"
AN_ORDINARY_TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=JAPAN)
"""What a scenario says must hold on any day that it is run."""


class Strict(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StaffAct(Strict):
    """One thing that the person at the counter does with the talk's case; exactly one key is given."""

    claim: Literal[True] | None = None
    reply: str | None = None
    """Words, sent once the time to undo is over."""
    undo: str | None = None
    """Words that are taken back before they are sent."""
    photo: Literal[True] | None = None
    release: str | None = None
    """Back into the queue, with a note."""
    hand_to: str | None = None
    """To a department, with a note of course."""
    close: str | None = None
    """For one of the pack's reasons."""
    give_back: Literal[True] | None = None
    """The bot shall answer again."""
    leave: Literal[True] | None = None
    """Goes home."""

    @model_validator(mode="after")
    def _one_key(self) -> "StaffAct":
        if len(self.model_fields_set) != 1:
            raise ValueError(f"staff do one thing at a time, not {sorted(self.model_fields_set) or 'nothing'}")
        return self


class OfficeAct(Strict):
    """One step of an application; exactly one key is given."""

    back: dict[str, str] | None = None
    """Returned: reasons by field."""
    accept: Literal[True] | None = None
    finish: Literal[True] | None = None
    refuse: str | None = None
    """With a reason."""

    @model_validator(mode="after")
    def _one_key(self) -> "OfficeAct":
        if len(self.model_fields_set) != 1:
            raise ValueError(f"the office does one thing at a time, not {sorted(self.model_fields_set) or 'nothing'}")
        return self


class Act(Strict):
    """One thing that a resident does; exactly one key is given."""

    say: str | None = None
    sticker: list[str] | None = None
    """Keywords of a sticker; an empty list is a sticker of which LINE knows none."""
    photo: Literal[True] | None = None
    photos: int | None = None
    """Several at once, as one set."""
    video: Literal[True] | None = None
    audio: Literal[True] | None = None
    file: str | None = None
    location: tuple[float, float] | None = None
    tap: str | None = None
    """The label (or what appears in the talk) of a quick reply or button that is on the screen; `*` stands for the rest."""
    tamper: str | None = None
    """As `tap`, but the button's data is changed on its way."""
    postback: str | None = None
    """Data that was never ours."""
    follow: Literal[True] | None = None
    block: Literal[True] | None = None
    unblock: Literal[True] | None = None
    unsend: Literal["first", "last"] | None = None
    """Of the words, media and stickers of this scenario."""
    odd: OddEvent | None = None
    standby: bool | None = None
    """Another module takes the talk, or gives it back."""
    invite: Literal[True] | None = None
    remove: Literal[True] | None = None
    call: str | None = None
    """Words in a group that mention the bot."""
    other: str | None = None
    """Words of another member of the group."""
    pause: float | None = None
    """Seconds that pass on the town's clock."""
    pick: str | None = None
    """A day of the date picker that is offered."""
    photo_at: tuple[float, float] | None = None
    """A photo whose hidden data say where it was taken."""
    restart: Literal[True] | None = None
    """The bot's process ends and a new one begins."""
    remind: Literal[True] | None = None
    """Whatever is due is reminded of."""
    close_day: date | None = None
    """Staff close a day of collection, for everybody."""
    office: OfficeAct | None = None
    """What the office does with the newest application."""
    staff: StaffAct | None = None
    """What a person at the counter does."""
    pause_intake: Literal[True] | None = None
    """A supervisor lets the counter take no new cases."""

    @model_validator(mode="after")
    def _one_key(self) -> "Act":
        if len(self.model_fields_set) != 1:
            raise ValueError(f"an act has exactly one key, not {sorted(self.model_fields_set) or 'none'}")
        return self


class Callback(Strict):
    """A stored request to be called back; what is left out is not looked at."""

    phone: str | None = None
    preferred_time: str | None = None
    topic: str | None = None
    promised_from: datetime | None = None


class CaseExpected(Strict):
    """The talk's newest case; what is left out is not looked at."""

    state: str | None = None
    reason: str | None = None
    department: str | None = None
    priority: int | None = None
    title: str | None = None
    risks: list[str] | None = None
    tried: list[str] | None = None
    """Entries in its packet; empty strings where nothing was found."""
    media: list[str] | None = None
    """States of its photos and files."""
    satisfaction: int | None = None
    comment: str | None = None
    tasks: int | None = None
    """How many things are to be done outside the talk."""
    slots: dict[str, str] | None = None
    """Answers of a procedure in its packet, by label."""
    summary: str | None = None
    """What the case is about, in one sentence."""
    contact_linked: bool | None = None
    """Whether a call-back of the talk belongs to it."""


def as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


def as_act(value: object) -> object:
    return {"say": value} if isinstance(value, str) else value


Words = Annotated[list[str], BeforeValidator(as_list)]


class Expected(Strict):
    """What must come of a turn; what is left out is not looked at."""

    silent: Literal[True] | None = None
    """Nothing is sent."""
    message: Words = []
    """Keys of messages/*.yaml; for each, one of the texts shown must be that sentence, whatever fills its gaps."""
    language: Language = Language.JAPANESE
    """Of the sentences."""
    choices: Words = []
    """Labels that can be tapped below or on the reply."""
    no_choices: Words = []
    contains: Words = []
    excludes: Words = []
    calls: int | None = None
    """How many calls to LINE the turn's replies took."""
    turns: int | None = None
    """Into how many turns the bubbles went."""
    messages: int | None = None
    """How many bubbles the bot sent."""
    first: str | None = None
    """The sentence (a key) of the bot's first bubble."""
    route: str | None = None
    status: str | None = None
    decision: str | None = None
    """Of the last turn, as its row in the database tells."""
    model: str | None = None
    """What became of asking the language model, as the trace of the last turn tells."""
    entries: Words = []
    """Entries on which the last turn stands; `*` stands for the rest of a name."""
    not_entries: Words = []
    state: str | None = None
    """What the conversation waits for."""
    call_state: str = "sent"
    event_state: str | None = None
    """Of the newest event."""
    events: int | None = None
    """How many events were stored."""
    feedback: str | None = None
    """That an answer of this talk got."""
    applications: list[str] | None = None
    """States of all applications of this resident, oldest first."""
    drafts: int | None = None
    """How many procedures are begun and not sent."""
    callbacks: list[Callback] | None = None
    """All requests of this talk, oldest first."""
    is_friend: bool | None = None
    cases: int | None = None
    """How many cases the talk has, closed ones included."""
    case: CaseExpected | None = None
    owner: Literal["bot", "staff"] | None = None
    """Who may speak."""
    nowhere: Words = []
    """Words that stand in no text of any table, nor in any stored event."""
    opens: str | None = None
    """The address that the tap opens on the phone."""


class Exchange(Strict):
    """What the resident does, all at once, and what must come of it."""

    resident: Annotated[list[Annotated[Act, BeforeValidator(as_act)]], BeforeValidator(as_list)]
    together: bool = False
    """The events arrive in one delivery."""
    bot: Expected = Expected()


class Resident(Strict):
    """Who talks. Somebody who is a friend has read the welcome already."""

    name: str = "佐藤 はな"
    is_friend: bool = True


class Scenario(Strict):
    """A talk with a new resident."""

    about: str
    """The behaviour, as a sentence."""
    now: datetime = AN_ORDINARY_TUESDAY
    place: Literal["chat", "group", "room"] = "chat"
    resident: Resident = Resident()
    postgresql: bool = False
    """Whether it runs on PostgreSQL too."""
    known_bug: str | None = None
    """Why it must fail at present; once it passes, this line has to go."""
    model: list[FailureKind | dict[str, Any]] | None = None
    """What a language model answers, question by question, or how it fails; without this there is none."""
    published: dict[str, tuple[str, str]] = {}
    """Entries, question and answer by id, that the city has for the time of the talk only."""
    turns: list[Exchange] = Field(min_length=1)


def read_scenarios(folder: Path = FOLDER) -> Sequence[tuple[str, Scenario]]:
    """Each file's name with what it holds; several documents in one file are several scenarios. Raises ValidationError."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        loaded = yaml.load_all(path.read_text(encoding="utf-8"), Loader=LOADER)  # It is the safe one.
        documents: list[Any] = [document for document in loaded if document is not None]
        for number, document in enumerate(documents, start=1):
            name = path.stem if len(documents) == 1 else f"{path.stem}-{number}"
            try:
                found.append((name, Scenario.model_validate(document)))
            except ValueError as error:
                raise ValueError(f"tests/scenarios/{path.name}, document {number}: {error}") from None
    return found
