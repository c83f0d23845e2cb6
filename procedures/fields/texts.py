"""Fields of words and numbers: free text, a name with its reading, telephone, e-mail, number, money."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

import regex
from pydantic import Field as Key

from core.individual_number import mask_individual_numbers
from core.personal_data import MAIL
from core.telephone import is_attempt, phone_in
from core.text import graphemes, strip_invisible
from procedures.conditions import Plain
from procedures.fields.base import Asking, Field, Found, Option, Problem, Reading, Taken, Unread, line
from procedures.fields.choosing import is_among
from procedures.fields.inputs import Given, Input, InputKind, Misfit, judged, only
from procedures.said import Chose, Said, Words

if TYPE_CHECKING:
    from procedures.wording import Wording

SKIP = "skip"
KATAKANA = regex.compile(r"[ァ-ヶー\s・]+")
KANA = regex.compile(r"[ぁ-ゖァ-ヶー]+")
LATIN = regex.compile(r"[\p{Latin}'’.\-\s]+")
NOT_IN_NAME = regex.compile(r"[\d0-9<>{}\[\]@#$%^&*=+|\\/?？！!。、]")
POLITE = regex.compile(r"(?:です|といいます|と申します|と言います)[。.]?$")
TO_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
LONGEST_NAME = 60
LEAST_DESCRIBED = 8
"""Characters of words that describe something."""
LONGEST_PHONE = 60
"""With the hours at which it is answered."""
LONG_LINE = 60
"""Characters from which an input of a page has several lines."""
WHOLE_MAIL = regex.compile(MAIL.pattern, regex.IGNORECASE)
PLATE = regex.compile(r"(?:\p{Han}{1,4}\s?[\dA-Z0-9]{2,3}\s?)?[ぁ-ん]\s?[\d0-9・･]{1,2}[-‐－ー]?[\d0-9]{2}(?!\d)")
"""A number plate, or its large characters alone: 品川 500 あ 12-34."""
FIGURE = re.compile(r"\d{1,12}(?:\.\d{1,4})?")


def cleaned(text: str) -> str:
    """As it is stored: without what only hides things, one kind of space, individual numbers blanked."""
    masked, _ = mask_individual_numbers(strip_invisible(text))
    return re.sub(r"[ \t\u3000\u00a0]+", " ", masked).strip()


class TextField(Field):
    """Words of the resident's own."""

    type: Literal["text"]
    least: int = Key(default=1, ge=0)
    most: int = Key(default=200, ge=1, le=2000)
    choices: tuple[str, ...] = ()
    """Answers to tap; others can be typed."""
    screened: bool = False
    """Number plates are blanked: what is published later must show nobody's."""
    heard_anywhere: bool = False
    """What a resident describes while something else is asked is this answer."""

    is_free_text: ClassVar[bool] = True
    part_names: ClassVar[tuple[str, ...]] = ("length",)

    def read(self, said: Said, asking: Asking) -> Reading:
        match said:
            case Chose(value=value) if value.isdigit() and int(value) < len(self.choices):
                return Taken(value=self.choices[int(value)])
            case Words(text=text):
                words = cleaned(text)
                words = PLATE.sub("■■■", words) if self.screened else words
                return self._problem(words) or Taken(value=words)
            case _:
                return Unread()

    def inputs(self, asking: Asking) -> tuple[Input, ...]:
        return (Input(kind=InputKind.LINES if self.most > LONG_LINE else InputKind.LINE, longest=self.most),)

    def described(self, text: str) -> str | None:
        """What may stand as a description that came along with something else; None where it says too little, or too much."""
        words = cleaned(text)
        words = PLATE.sub("■■■", words) if self.screened else words
        long_enough = len(graphemes(words)) >= max(LEAST_DESCRIBED, self.least)
        return words if self.heard_anywhere and long_enough and self._problem(words) is None else None

    def _problem(self, words: str) -> Problem | None:
        length = len(graphemes(words))
        if length < self.least or not words:
            return Problem(line=line("procedure.text_short", number=max(self.least, 1)))
        return Problem(line=line("procedure.text_long", number=self.most)) if length > self.most else None

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        return self._problem(value) if isinstance(value, str) else Problem(line=line("procedure.ask_again"))

    def options(self, asking: Asking) -> tuple[Option, ...]:
        return tuple(Option(value=str(place), label=self.text(f"choices.{place}")) for place in range(len(self.choices)))

    def parts(self, value: Plain, facts: object) -> dict[str, Plain]:
        return {"length": len(graphemes(value)) if isinstance(value, str) else 0}

    def own_texts(self) -> Iterator[tuple[str, str]]:
        return ((f"choices.{place}", text) for place, text in enumerate(self.choices))


class NameField(Field):
    """A person's name with its reading in katakana, in one message or two."""

    type: Literal["name"]

    is_free_text: ClassVar[bool] = True

    def read(self, said: Said, asking: Asking) -> Reading:
        if not isinstance(said, Words):
            return Unread()
        words = POLITE.sub("", cleaned(said.text)).strip()
        if not words or len(words) > LONGEST_NAME or NOT_IN_NAME.search(words) or "●" in words:
            return Problem(line=line("procedure.name_unread"))
        earlier = asking.scratch if isinstance(asking.scratch, str) else ""
        if earlier:
            kana = as_kana(words)
            return (
                Taken(value={"name": earlier, "kana": kana})
                if kana
                else Problem(line=line("procedure.ask_kana", name=earlier), scratch=earlier)
            )
        name, kana = _parted(words)
        if name and kana:
            return Taken(value={"name": name, "kana": kana})
        return Problem(line=line("procedure.ask_kana", name=name), scratch=name, is_step=True)

    def inputs(self, asking: Asking) -> tuple[Input, ...]:
        name = Input(part="name", label=line("procedure.form.name"), autocomplete="name", longest=LONGEST_NAME)
        return (name, Input(part="kana", label=line("procedure.form.kana"), longest=LONGEST_NAME))

    def entered(self, given: Given, asking: Asking) -> Taken | tuple[Misfit, ...]:
        """The two parts as they are: what is a name is not guessed where it has its own input."""
        name, kana = cleaned(only(given, "name")), as_kana(cleaned(only(given, "kana")))
        misfits = () if name and not NOT_IN_NAME.search(name) else (Misfit(part="name", line=line("procedure.name_unread")),)
        if kana is None:
            return (*misfits, Misfit(part="kana", line=line("procedure.form.kana_unread")))
        return misfits or judged(self.check({"name": name, "kana": kana}, asking) or Taken(value={"name": name, "kana": kana}), "name")

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        is_well = (
            isinstance(value, dict)
            and set(value) == {"name", "kana"}
            and all(isinstance(part, str) and 0 < len(part) <= LONGEST_NAME for part in value.values())
            and bool(KATAKANA.fullmatch(value["kana"]))
        )
        return None if is_well else Problem(line=line("procedure.name_unread"))

    def show(self, value: Plain, wording: "Wording") -> str:
        return wording.say("procedure.name_shown", name=value["name"], kana=value["kana"])


def as_kana(text: str) -> str | None:
    """A reading in full-width katakana; None where other characters stand in it."""
    kana = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).translate(TO_KATAKANA)).strip(" ()（）")
    return kana if kana and KATAKANA.fullmatch(kana) else None


def _parted(words: str) -> tuple[str, str]:
    """田中 太郎 たなか たろう → the name and its reading; what is all kana is both; Latin names need a reading."""
    flat = re.sub(r"[（）()／/,]", " ", words)
    parts = flat.split()
    for cut in _cuts(parts):
        name, kana = " ".join(parts[:cut]), as_kana(" ".join(parts[cut:]))
        if kana and not as_kana(name):
            return name, kana
    kana = as_kana(flat)
    return (unicodedata.normalize("NFKC", flat).strip(), kana) if kana else (flat.strip(), "")


def _cuts(parts: Sequence[str]) -> Iterator[int]:
    """Where the reading may begin, the likeliest first: a name, too, can be written in kana (山本 さくら ヤマモト サクラ)."""
    if len(parts) % 2 == 0:
        yield len(parts) // 2
    yield from (cut for cut in range(1, len(parts)) if KATAKANA.fullmatch(unicodedata.normalize("NFKC", " ".join(parts[cut:]))))
    yield from range(1, len(parts))


class TelephoneField(Field):
    """A domestic telephone number, perhaps with the hours at which it is answered."""

    type: Literal["telephone"]

    def read(self, said: Said, asking: Asking) -> Reading:
        if not isinstance(said, Words):
            return Unread()
        phone = phone_in(said.text)
        if phone is None:
            return Problem(line=line("procedure.phone_unread")) if is_attempt(said.text) or said.text.strip().isdigit() else Unread()
        hours = HOURS.search(unicodedata.normalize("NFKC", said.text))
        return Taken(value={"number": phone, "hours": hours[0] if hours else ""})

    def inputs(self, asking: Asking) -> tuple[Input, ...]:
        return (Input(mode="tel", autocomplete="tel", longest=LONGEST_PHONE),)

    def find(self, text: str, asking: Asking) -> Found | None:
        phone = phone_in(text)
        if phone is None:
            return None
        match = PHONE_LIKE.search(text)
        return Found(value={"number": phone, "hours": ""}, rest=text.replace(match[0], " ", 1)) if match else None

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        is_well = isinstance(value, dict) and isinstance(value.get("number"), str) and phone_in(value["number"]) == value["number"]
        return None if is_well else Problem(line=line("procedure.phone_unread"))

    def show(self, value: Plain, wording: "Wording") -> str:
        return (
            wording.say("procedure.phone_hours", phone=value["number"], hours=value["hours"])
            if value.get("hours")
            else str(value["number"])
        )

    def mask(self, value: Plain, wording: "Wording") -> str:
        """The end of the number; not of the hours that are shown beside it."""
        return "●●●●" + str(value["number"])[-3:]


HOURS = re.compile(
    r"(?:平日|土日|休日)?の?(?:\d{1,2}時(?:から|~|-)\d{1,2}時(?:まで)?|\d{1,2}時(?:以降|まで|ごろ|頃)|午前中?|午後|夕方|夜|朝|昼|いつでも)"
)
PHONE_LIKE = re.compile(r"[+＋]?[0-9０-９][0-9０-９\s\-‐‑‒–—―−－ｰー()（）]{8,16}[0-9０-９]")


class EmailField(Field):
    """An address of mail."""

    type: Literal["email"]

    def read(self, said: Said, asking: Asking) -> Reading:
        if not isinstance(said, Words):
            return Unread()
        found = self.find(said.text, asking)
        if found:
            return Taken(value=found.value)
        return Problem(line=line("procedure.mail_unread")) if "@" in unicodedata.normalize("NFKC", said.text) else Unread()

    def inputs(self, asking: Asking) -> tuple[Input, ...]:
        return (Input(mode="email", autocomplete="email"),)

    def find(self, text: str, asking: Asking) -> Found | None:
        flat = unicodedata.normalize("NFKC", text)
        match = WHOLE_MAIL.search(flat)
        return Found(value=match[0].lower(), rest=flat.replace(match[0], " ", 1)) if match and len(match[0]) <= 254 else None

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        is_well = isinstance(value, str) and len(value) <= 254 and WHOLE_MAIL.fullmatch(value)
        return None if is_well else Problem(line=line("procedure.mail_unread"))


def is_skipped(field: Field, said: Said, asking: Asking) -> bool:
    """Whether an optional question is left out."""
    if not field.optional:
        return False
    return (isinstance(said, Chose) and said.value == SKIP) or (
        isinstance(said, Words) and is_among(asking.facts.locality.words.skip, said.text)
    )
