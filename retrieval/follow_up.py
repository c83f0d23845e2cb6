"""Whether a message stands by itself, and otherwise what of the earlier question it continues. Pure; the words are data."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from core.text import normalise, squeeze
from core.yaml_text import read_yaml

WORDS = Path(__file__).parent / "data" / "follow_up.yaml"
LONGEST_SUBJECT = 60
LONGEST_SWAPPED = 24
LONGEST_DETAIL = 12


class Kind(StrEnum):
    """What a message lacks."""

    OWN = "own"
    """Nothing: it is read as it stands."""
    ASPECT = "aspect"
    """The subject: 「いくら？」「日曜は？」"""
    CONDITION = "condition"
    """The subject: 「子どもの場合は？」 names a circumstance of it."""
    SUBJECT = "subject"
    """What is asked: 「じゃあ転出は？」 names another subject."""
    CHOICE = "choice"
    """It picks one of what was offered: 「2番」「印鑑登録のほう」"""


class Aspect(BaseModel):
    """Something that may be asked of any subject."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    adds: str
    """Words with which it is looked for."""
    is_of_office: bool = False
    """The card below an answer tells it where the answer itself doesn't."""
    asks: tuple[str, ...]
    mentions: str
    holds: str


class Words(BaseModel):
    """data/follow_up.yaml, which explains the keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    forgotten_after_minutes: int
    longest: int
    new_topic: tuple[str, ...]
    openings: tuple[str, ...]
    pointing: tuple[str, ...]
    places: tuple[tuple[str, int], ...]
    place_endings: str
    named: str
    persons: str
    before: str
    after: str
    aspects: Mapping[str, Aspect]
    conditions: tuple[str, ...]
    subjects: tuple[str, ...]
    no_subjects: str
    endings: str

    @cached_property
    def forgotten_after(self) -> timedelta:
        """For how long after an answer messages are read as its continuation."""
        return timedelta(minutes=self.forgotten_after_minutes)


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What a talk was about before the message."""

    question: str
    """The last question, as it was understood."""
    subject: str = ""
    """What it is about; by default what is left of the question without its aspect."""
    aspect: str = ""
    entries: tuple[str, ...] = ()
    """Entries with which it was answered."""
    offered: tuple[str, ...] = ()
    """Entries that were offered as choices, in their order."""
    refused: tuple[str, ...] = ()
    """Entries that the resident refused; what continues the talk does not lead to them."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A message as it is to be understood."""

    kind: Kind
    text: str
    """A question that stands by itself."""
    subject: str = ""
    aspect: str = ""
    words: str = ""
    """The circumstance, the new subject, or the words of a choice."""
    place: int | None = None
    """Which of the offered, from 0; -1 is the last."""

    @property
    def lacks_something(self) -> bool:
        return self.kind is not Kind.OWN


@cache
def words() -> Words:
    return Words.model_validate(read_yaml(WORDS.read_text(encoding="utf-8")))


def read_message(text: str, earlier: Earlier | None) -> Reading:
    """How the message continues the talk. Without an earlier question it stands by itself."""
    flat = normalise(text)
    rest = _without(flat, words().new_topic)
    if rest != flat:
        return Reading(kind=Kind.OWN, text=_tail(text, rest), subject=subject_of(rest), aspect=aspect_in(rest))
    own = Reading(kind=Kind.OWN, text=text, subject=subject_of(text), aspect=aspect_in(text))
    if earlier is None or not earlier.question or len(squeeze(text)) > words().longest or "\n" in text.strip():
        return own
    chosen = _choice(flat, earlier)
    if chosen is not None:
        return chosen
    core = squeeze(_without(flat, words().openings))
    is_continuing = core != squeeze(flat)
    pointed = _without(core, words().pointing)
    return _lacking(core, pointed, earlier, is_continuing=is_continuing) or own


def aspect_of(core: str) -> str:
    """The aspect that this squeezed text asks for and nothing else; empty for none."""
    around = words()
    for name, aspect in around.aspects.items():
        if any(_whole(f"{around.before}(?:{pattern}){around.after}", core) for pattern in aspect.asks):
            return name
    return ""


def aspect_in(question: str) -> str:
    """The aspect that a question asks for beside its subject; empty for none."""
    flat = normalise(question)
    return next((name for name, aspect in words().aspects.items() if re.search(aspect.mentions, flat)), "")


def subject_of(question: str) -> str:
    """What a question is about, in its own words: 「印鑑登録に必要なものは？」 → 印鑑登録."""
    flat = normalise(question).rstrip("?？!！。. ")
    mentions = [match.start() for aspect in words().aspects.values() for match in re.finditer(aspect.mentions, flat) if match.start() > 1]
    flat = flat[: min(mentions)] if mentions else flat
    while (shorter := re.sub(words().endings, "", flat).rstrip(" 、,・")) != flat and len(shorter) > 1:
        flat = shorter
    return flat[:LONGEST_SUBJECT].strip()


def holds(text: str, reading: Reading) -> bool:
    """Whether this text says something of what the message asks."""
    flat = normalise(text)
    if reading.words and reading.kind is Kind.CONDITION:
        return squeeze(reading.words) in squeeze(text)
    aspect = words().aspects.get(reading.aspect)
    return aspect is not None and re.search(normalise(aspect.holds), flat) is not None


def focused(body: str, reading: Reading) -> str:
    """The lines of an answer that say what is asked, each with the line that introduces it and what limits it; all where most do."""
    lines = body.splitlines()
    kept: set[int] = set()
    for number, line in enumerate(lines):
        if not line.strip() or not holds(line, reading):
            continue
        kept.add(number)
        kept.update(_introduction(lines, number))
        kept.update(_items(lines, number))
        kept.update(_limits(lines, number))
    told = [number for number, line in enumerate(lines) if line.strip()]
    if not kept or len(kept) > len(told) * 0.7:
        return body
    return "\n".join(lines[number] for number in sorted(kept))


ITEM = re.compile(r"\s*([・*-]|[0-9]+[.)．、])")
LIMIT = re.compile(r"\s*(ただし|※|なお|ほかに|また、|（注|\(注)")


def _introduction(lines: Sequence[str], number: int) -> Iterator[int]:
    if not ITEM.match(lines[number]):
        return
    for above in range(number - 1, -1, -1):
        if not lines[above].strip():
            return
        if not ITEM.match(lines[above]):
            yield above
            return


def _items(lines: Sequence[str], number: int) -> Iterator[int]:
    """What a heading introduces; a sentence that ends introduces nothing."""
    if ITEM.match(lines[number]) or lines[number].rstrip().endswith("。"):
        return
    for below in range(number + 1, len(lines)):
        if not ITEM.match(lines[below]):
            return
        yield below


def _limits(lines: Sequence[str], number: int) -> Iterator[int]:
    for below in range(number + 1, len(lines)):
        if not LIMIT.match(lines[below]):
            return
        yield below


def _choice(flat: str, earlier: Earlier) -> Reading | None:
    if not earlier.offered:
        return None
    core = squeeze(flat)
    for pattern, place in words().places:
        if _whole(f"(?:{pattern}){words().place_endings}", core) and place < len(earlier.offered):
            return Reading(kind=Kind.CHOICE, text=earlier.question, subject=earlier.subject, aspect=earlier.aspect, place=place)
    named = _whole(words().named, core)
    return (
        Reading(kind=Kind.CHOICE, text=earlier.question, subject=earlier.subject, aspect=earlier.aspect, words=named["words"])
        if named
        else None
    )


def _lacking(core: str, pointed: str, earlier: Earlier, *, is_continuing: bool) -> Reading | None:
    subject = earlier.subject or subject_of(earlier.question)
    for part in dict.fromkeys((core, pointed, _without(pointed, (words().persons,)))):
        aspect = aspect_of(part) if part else ""
        if aspect:
            return Reading(kind=Kind.ASPECT, text=_joined(subject, words().aspects[aspect].adds), subject=subject, aspect=aspect)
    condition = _first(words().conditions, pointed, ("words",))
    if condition and not re.fullmatch(words().no_subjects, condition):
        return Reading(kind=Kind.CONDITION, text=_joined(subject, pointed), subject=subject, aspect=earlier.aspect, words=condition)
    if pointed != core and 0 < len(pointed) <= LONGEST_DETAIL and not re.fullmatch(words().no_subjects, pointed):
        return Reading(kind=Kind.CONDITION, text=_joined(subject, pointed), subject=subject, aspect=earlier.aspect, words=pointed)
    patterns = words().subjects if is_continuing else words().subjects[:1]
    other = _first(patterns, core, ("subject", "other", "another")) or (core if is_continuing and len(core) <= 8 else "")
    if other and not re.fullmatch(words().no_subjects, other) and not aspect_in(other):
        return Reading(kind=Kind.SUBJECT, text=_swapped(other, earlier), subject=other, aspect=earlier.aspect, words=other)
    return None


def _joined(subject: str, detail: str) -> str:
    return f"{subject} {detail}".strip()


def _swapped(other: str, earlier: Earlier) -> str:
    """The earlier question of another subject: 「犬の登録」 with 猫 is 「猫の登録」."""
    aspect = words().aspects.get(earlier.aspect)
    if aspect is not None:
        return f"{other}の{aspect.adds}"
    flat = normalise(earlier.question)
    match = re.match(r"(?P<subject>[^\sのをがはに]+)(?P<rest>[のをがはに].+)", flat)
    return other + match["rest"] if match and len(flat) <= LONGEST_SWAPPED else other


def _without(text: str, patterns: Sequence[str]) -> str:
    """Without what these patterns match at its beginning, again and again."""
    pattern = re.compile("|".join(f"(?:{one})" for one in patterns))
    while (match := pattern.match(text)) and match.end():
        text = text[match.end() :].strip()
    return text


def _tail(text: str, rest: str) -> str:
    """The end of the text as it was written."""
    written = text.strip()[-len(rest) :] if rest else ""
    return written if normalise(written) == rest else rest


def _first(patterns: Sequence[str], core: str, groups: Sequence[str]) -> str:
    for pattern in patterns:
        match = _whole(pattern, core)
        if match:
            return next((found for name in groups if (found := match.groupdict().get(name))), "")
    return ""


def _whole(pattern: str, text: str) -> re.Match[str] | None:
    return re.fullmatch(pattern, text)
