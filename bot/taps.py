"""What our buttons mean, and their signed form: a tapped value that was changed on its way is refused."""

import hashlib
import hmac
from dataclasses import dataclass, fields
from typing import Any

import orjson

from core.errors import TamperedError
from core.messages import Language, TapValue
from procedures.taps import (
    AnswerField,
    ChangeApplication,
    ChooseDatum,
    ConfirmFilling,
    DeleteDatum,
    DeleteMyData,
    EditField,
    FilledPage,
    GiveCommand,
    KeepAnswer,
    KeepMyData,
    ReopenApplication,
    ShowApplication,
    ShowApplications,
    ShowMyData,
    ShowProcedures,
    StartProcedure,
    UseKnown,
    WithdrawApplication,
)

SIGNATURE_BYTES = 9
MAX_DATA = 300
TO_LETTERS = str.maketrans("0123456789", "ghijklmnop")
FROM_LETTERS = str.maketrans("ghijklmnop", "0123456789")


@dataclass(frozen=True, kw_only=True)
class AskEntry(TapValue):
    """Wants the answer of this entry."""

    entry: str


@dataclass(frozen=True, kw_only=True)
class NoneOfThese(TapValue):
    """None of the offered questions was meant."""

    turn: str


@dataclass(frozen=True, kw_only=True)
class RateAnswer(TapValue):
    """Says whether the answer of a turn helped."""

    turn: str
    helped: bool


@dataclass(frozen=True, kw_only=True)
class GiveReason(TapValue):
    """Says why the answer of a turn did not help."""

    turn: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ShowMenu(TapValue):
    """Wants the overview of what can be asked."""


@dataclass(frozen=True, kw_only=True)
class ShowCategory(TapValue):
    """Wants the questions of a category, from this place on."""

    category: str
    start: int = 0


@dataclass(frozen=True, kw_only=True)
class AskStaff(TapValue):
    """Wants a person."""


@dataclass(frozen=True, kw_only=True)
class RequestCallback(TapValue):
    """Wants to be called back."""


@dataclass(frozen=True, kw_only=True)
class ChooseCallTime(TapValue):
    """When to call back; the id of a choice in the sentences."""

    time: str


@dataclass(frozen=True, kw_only=True)
class Cancel(TapValue):
    """Drops what is being asked."""


@dataclass(frozen=True, kw_only=True)
class ShowLanguages(TapValue):
    """Wants another language."""


@dataclass(frozen=True, kw_only=True)
class ChooseLanguage(TapValue):
    """Speaks this language from now on."""

    language: Language


@dataclass(frozen=True, kw_only=True)
class ShowFacilities(TapValue):
    """Wants the nearest facilities of a kind around a place."""

    kind: str
    latitude: float
    longitude: float


@dataclass(frozen=True, kw_only=True)
class ShowLocationHelp(TapValue):
    """Wants to find a facility nearby; the place is still missing."""


@dataclass(frozen=True, kw_only=True)
class AskTopic(TapValue):
    """An entrance of the menu, or what a photo is about: a topic's id."""

    topic: str


@dataclass(frozen=True, kw_only=True)
class ShowWasteItem(TapValue):
    """Wants the row of an item."""

    code: str


@dataclass(frozen=True, kw_only=True)
class AskDistrict(TapValue):
    """Wants collection days of this kind; the district is still missing. From this place of the list on."""

    kind: str
    start: int = 0


@dataclass(frozen=True, kw_only=True)
class ShowDistrict(TapValue):
    """Lives in this district and wants collection days."""

    district: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class ShowCollectionDays(TapValue):
    """Wants the collection days of an area."""

    area: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class ShowFacility(TapValue):
    """Wants the address, hours and map of a facility."""

    facility: str


@dataclass(frozen=True, kw_only=True)
class ShowCategories(TapValue):
    """Wants the overview from this row on."""

    start: int


@dataclass(frozen=True, kw_only=True)
class WaitForStaff(TapValue):
    """Goes on waiting for a person."""


@dataclass(frozen=True, kw_only=True)
class LeaveMessage(TapValue):
    """Wants to leave a message for staff."""


@dataclass(frozen=True, kw_only=True)
class GoOnWithBot(TapValue):
    """Wants the bot's answers again; a case stays where it is."""


@dataclass(frozen=True, kw_only=True)
class WithdrawCase(TapValue):
    """Needs no person any more."""


@dataclass(frozen=True, kw_only=True)
class RateService(TapValue):
    """How the service of a person was, 1 to 5."""

    case: int
    score: int


@dataclass(frozen=True, kw_only=True)
class SkipComment(TapValue):
    """Leaves the score without a reason."""


TAPS: dict[str, type[TapValue]] = {
    "e": AskEntry,
    "n": NoneOfThese,
    "r": RateAnswer,
    "gr": GiveReason,
    "m": ShowMenu,
    "c": ShowCategory,
    "s": AskStaff,
    "b": RequestCallback,
    "t": ChooseCallTime,
    "x": Cancel,
    "ls": ShowLanguages,
    "l": ChooseLanguage,
    "f": ShowFacilities,
    "p": ShowLocationHelp,
    "o": AskTopic,
    "cs": ShowCategories,
    "fi": ShowFacility,
    "w": ShowWasteItem,
    "wa": AskDistrict,
    "wd": ShowDistrict,
    "wc": ShowCollectionDays,
    "hw": WaitForStaff,
    "hm": LeaveMessage,
    "hb": GoOnWithBot,
    "hx": WithdrawCase,
    "hs": RateService,
    "hk": SkipComment,
    "ps": StartProcedure,
    "pl": ShowProcedures,
    "pa": AnswerField,
    "pe": EditField,
    "pc": GiveCommand,
    "pk": UseKnown,
    "pq": KeepAnswer,
    "pf": ConfirmFilling,
    "al": ShowApplications,
    "as": ShowApplication,
    "ac": ChangeApplication,
    "aw": WithdrawApplication,
    "ar": ReopenApplication,
    "pg": FilledPage,
    "md": ShowMyData,
    "mc": ChooseDatum,
    "mx": DeleteDatum,
    "ma": DeleteMyData,
    "mk": KeepMyData,
}
CODES = {tap: code for code, tap in TAPS.items()}


class TapSigner:
    """Turns tapped values into postback data and back, for one municipality."""

    def __init__(self, secret: bytes, municipality_id: str) -> None:
        self._key = hmac.new(secret, b"tap:" + municipality_id.encode(), hashlib.sha256).digest()

    def encode(self, value: TapValue) -> str:
        """Raises KeyError for a type that TAPS does not list and ValueError where the data grows too long."""
        arguments = [getattr(value, field.name) for field in fields(value)]
        body = f"{CODES[type(value)]}.{_lettered(orjson.dumps(arguments))}"
        data = f"{self._sign(body)}.{body}"
        if len(data) > MAX_DATA:
            raise ValueError(f"a tapped {type(value).__name__} takes {len(data)} characters, LINE allows {MAX_DATA}")
        return data

    def decode(self, data: str) -> TapValue:
        """Raises TamperedError where the signature, the type or the values are not ours."""
        signature, _, body = data.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            raise TamperedError("a button's data was changed, or signed with another SECRET_KEY")
        code, _, letters = body.partition(".")
        tap = TAPS.get(code)
        try:
            arguments: list[Any] = orjson.loads(_unlettered(letters))  # Any: checked against the fields below.
            names = [field.name for field in fields(tap)] if tap else []
            if tap is None or len(names) != len(arguments):
                raise ValueError(code)
            if tap is ChooseLanguage:
                arguments = [Language(arguments[0])]
            return tap(**dict(zip(names, arguments, strict=True)))
        except (ValueError, TypeError) as error:
            raise TamperedError("a button of another version of the product was tapped") from error

    def _sign(self, body: str) -> str:
        return _lettered(hmac.new(self._key, body.encode(), hashlib.sha256).digest()[:SIGNATURE_BYTES])


def _lettered(raw: bytes) -> str:
    """Hexadecimal without digits: the webhook blanks whatever looks like an individual number, and this never does."""
    return raw.hex().translate(TO_LETTERS)


def _unlettered(letters: str) -> bytes:
    return bytes.fromhex(letters.translate(FROM_LETTERS))
