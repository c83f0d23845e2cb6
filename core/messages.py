"""What we say to a resident, as values: messages, choices and what a tapped choice means. Rendering for a channel happens elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar


class Language(StrEnum):
    """Languages that residents may choose; the values are BCP 47 tags, やさしい日本語 apart."""

    JAPANESE = "ja"
    EASY = "easy"
    ENGLISH = "en"
    CHINESE = "zh-Hans"
    TRADITIONAL_CHINESE = "zh-Hant"
    KOREAN = "ko"
    VIETNAMESE = "vi"
    PORTUGUESE = "pt"
    TAGALOG = "tl"
    NEPALI = "ne"

    @property
    def tag(self) -> str:
        """For `lang` attributes."""
        return "ja" if self is Language.EASY else self.value

    @property
    def is_japanese(self) -> bool:
        """Whether its readers write Japanese."""
        return self in (Language.JAPANESE, Language.EASY)


OTHER_SCRIPT = {Language.CHINESE: Language.TRADITIONAL_CHINESE, Language.TRADITIONAL_CHINESE: Language.CHINESE}
Said = TypeVar("Said")


def in_script_of(language: Language, translated: Mapping[str, Said]) -> Said | None:
    """What is stored in the language, or in the other script of Chinese, which is readable too."""
    own = translated.get(language.value)
    other = OTHER_SCRIPT.get(language)
    return own if own is not None or other is None else translated.get(other.value)


@dataclass(frozen=True, kw_only=True)
class TapValue:
    """What a tapped button means. Subclasses are listed in the package that handles them; fields are strings, numbers or booleans."""


@dataclass(frozen=True, kw_only=True)
class Tap:
    """Comes back to us as the value; `shown` appears as the resident's own words in the talk."""

    value: TapValue
    shown: str | None = None


@dataclass(frozen=True, kw_only=True)
class Say:
    """Sends these words as if the resident had typed them."""

    text: str


@dataclass(frozen=True, kw_only=True)
class OpenLink:
    """Opens a page."""

    url: str


@dataclass(frozen=True, kw_only=True)
class Call:
    """Opens the telephone with this number."""

    phone: str


@dataclass(frozen=True, kw_only=True)
class SendLocation:
    """Opens the map to choose a place."""


@dataclass(frozen=True, kw_only=True)
class TakePhoto:
    """Opens the camera."""


@dataclass(frozen=True, kw_only=True)
class PickMoment:
    """Opens a picker; the chosen day or moment comes back beside the value."""

    value: TapValue
    mode: str = "date"
    earliest: datetime | None = None
    latest: datetime | None = None


Action = Tap | Say | OpenLink | Call | SendLocation | TakePhoto | PickMoment


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A button, a quick reply, or a row to tap."""

    label: str
    action: Action
    is_primary: bool = False


@dataclass(frozen=True, kw_only=True)
class Text:
    """Plain words; longer than one bubble allows is split at sentences by the channel."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """A labelled line of a card."""

    label: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """A framed box: title, text, labelled rows, choices. `alt` is read aloud and shown in notifications."""

    alt: str
    title: str | None = None
    text: str | None = None
    rows: tuple[Row, ...] = ()
    choices: tuple[Choice, ...] = ()
    also: tuple[Choice, ...] = ()
    """Whole sentences to tap below the rows, under `also_title`."""
    also_title: str = ""
    is_list: bool = False
    """Choices are whole sentences, one under the other, that may wrap; otherwise they are buttons."""
    tone: str = "plain"
    """plain, or alert for messages that protect somebody."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place on the map."""

    title: str
    address: str
    latitude: float
    longitude: float


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A photo behind https links: JPEG or PNG, the original at most 10 MB, the preview 1 MB. `alt` is what the ledger keeps of it."""

    original_url: str
    preview_url: str
    alt: str


Message = Text | Card | Place | Picture


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One call: at most five messages after rendering, and choices under the last of them."""

    messages: tuple[Message, ...]
    choices: tuple[Choice, ...] = ()
    language: Language = Language.JAPANESE
    speaker: str = ""
    """Under whose name it is shown; empty for the account's own."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Why a reply says what it says; kept beside it in the ledger."""

    route: str
    status: str | None = None
    decision: str | None = None
    confidence: float | None = None
    entries: tuple[Mapping[str, object], ...] = field(default=())
    """The entries that the reply stands on: id, version, whether it was quoted or only offered."""
