"""Fields of figures: a number, a sum, a bank account."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from procedures.conditions import Operand, Plain
from procedures.fields.base import Asking, Field, Option, Problem, Reading, Taken, Unread, line
from procedures.fields.inputs import Given, Input, InputKind, Misfit, judged, only
from procedures.fields.texts import TO_KATAKANA, cleaned
from procedures.said import Chose, FilledForm, Said, Words
from retrieval.numerals import plain_figures

if TYPE_CHECKING:
    from procedures.wording import Wording

FIGURE = re.compile(r"\d{1,12}(?:\.\d{1,4})?")


class NumberField(Field):
    """A whole number between two bounds."""

    type: Literal["number"]
    least: int | Operand = 0
    most: int | Operand = 1_000_000_000
    unit: str = ""
    choices: tuple[int, ...] = ()

    def read(self, said: Said, asking: Asking) -> Reading:
        match said:
            case Chose(value=value) if value.isdigit():
                number = int(value)
            case Words(text=text):
                found = FIGURE.findall(re.sub(r"(?<=\d),(?=\d{3})", "", plain_figures(text)))
                if len(found) != 1 or "." in found[0]:
                    return Problem(line=line("procedure.number_unread")) if found else Unread()
                number = int(found[0])
            case _:
                return Unread()
        return self.check(number, asking) or Taken(value=number)

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return Problem(line=line("procedure.number_unread"))
        least, most = (bound.of(asking.known) if isinstance(bound, Operand) else bound for bound in (self.least, self.most))
        if not isinstance(least, int) or not isinstance(most, int) or least <= value <= most:
            return None
        return Problem(line=line("procedure.number_outside", least=least, most=most))

    def show(self, value: Plain, wording: "Wording") -> str:
        return wording.number(value) + (wording.line(self.text("unit")) if self.unit else "")

    def inputs(self, asking: Asking) -> tuple[Input, ...]:
        return (Input(mode="numeric", longest=20),)

    def options(self, asking: Asking) -> tuple[Option, ...]:
        return tuple(Option(value=str(number), label=str(number) + self.unit) for number in self.choices)

    def paths(self) -> Iterator[str]:
        yield from (bound.field for bound in (self.least, self.most) if isinstance(bound, Operand) and bound.field)

    def value_names(self) -> Iterator[str]:
        yield from (bound.value for bound in (self.least, self.most) if isinstance(bound, Operand) and bound.value)

    def own_texts(self) -> Iterator[tuple[str, str]]:
        if self.unit:
            yield "unit", self.unit


class MoneyField(NumberField):
    """A sum in yen."""

    type: Literal["money"]  # type: ignore[assignment]

    def show(self, value: Plain, wording: "Wording") -> str:
        return wording.money(value)


class BankAccountField(Field):
    """An account to pay into; asked on the one-time page only, so that no number stands in the talk."""

    type: Literal["bank_account"]
    holder: str = ""
    """The name field whose reading the account's holder must have."""
    sensitive: bool = True

    def read(self, said: Said, asking: Asking) -> Reading:
        if isinstance(said, Words) and re.search(r"\d", unicodedata.normalize("NFKC", said.text)):
            return Problem(line=line("procedure.only_by_form"))
        if not isinstance(said, FilledForm):
            return Unread()
        return self.check(said.value, asking) or Taken(value=said.value)

    def inputs(self, asking: Asking) -> tuple[Input, ...]:
        kinds = tuple(Option(value=kind, label=line(key)) for kind, key in ACCOUNT_KINDS.items())
        return tuple(
            Input(part=part, label=line(label), kind=InputKind.ONE, options=kinds)
            if part == "kind"
            else Input(part=part, label=line(label), mode="text" if part == "holder" else "numeric", longest=40)
            for part, (_, label) in ACCOUNT_PARTS.items()
        )

    def entered(self, given: Given, asking: Asking) -> Taken | tuple[Misfit, ...]:
        value = {part: _as_banks_write(part, only(given, part)) for part in ACCOUNT_PARTS}
        misfits = tuple(Misfit(part=part, line=line("procedure.account_part", part=line(label))) for part, label in _wrong_parts(value))
        return misfits or judged(self.check(value, asking) or Taken(value=value), "holder")

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        if not isinstance(value, dict) or set(value) != set(ACCOUNT_PARTS):
            return Problem(line=line("procedure.account_unread"))
        for _, label in _wrong_parts(value):
            return Problem(line=line("procedure.account_part", part=line(label)))
        wanted = asking.known.get(self.holder) if self.holder else None
        if isinstance(wanted, dict) and _bare(str(wanted.get("kana", ""))) != _bare(value["holder"]):
            return Problem(line=line("procedure.account_holder"))
        return None

    def show(self, value: Plain, wording: "Wording") -> str:
        return wording.say("procedure.account_shown", **value)

    def mask(self, value: Plain, wording: "Wording") -> str:
        return wording.say("procedure.account_shown", **{**value, "number": "●●●●" + value["number"][-3:], "holder": "●●●"})

    def paths(self) -> Iterator[str]:
        if self.holder:
            yield self.holder


ACCOUNT_KINDS = {"ordinary": "procedure.form.account_ordinary", "current": "procedure.form.account_current"}
ACCOUNT_PARTS = {
    "bank": (re.compile(r"\d{4}"), "procedure.account.bank"),
    "branch": (re.compile(r"\d{3}"), "procedure.account.branch"),
    "kind": (re.compile("|".join(ACCOUNT_KINDS)), "procedure.account.kind"),
    "number": (re.compile(r"\d{7}"), "procedure.account.number"),
    "holder": (re.compile(r"[ァ-ヶー ()（）.\-A-Z0-9]{1,40}"), "procedure.account.holder"),
}
"""How each part of an account is written, and what it is called."""


def _wrong_parts(value: Mapping[str, Plain]) -> Iterator[tuple[str, str]]:
    for part, (pattern, label) in ACCOUNT_PARTS.items():
        if not isinstance(value[part], str) or not pattern.fullmatch(value[part]):
            yield part, label


def _as_banks_write(part: str, text: str) -> str:
    """Digits without what was put between them; the holder in katakana and capitals."""
    flat = unicodedata.normalize("NFKC", cleaned(text))
    if part == "holder":
        return re.sub(r"\s+", " ", flat).translate(TO_KATAKANA).upper()
    return flat if part == "kind" else re.sub(r"[\s\-]", "", flat)


def _bare(kana: str) -> str:
    """Banks write small kana large and leave spaces out."""
    return kana.translate(str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")).replace(" ", "").replace("・", "")
