"""Sentences, rows and list items with what is compared of them: facts with the words beside them, polarity, shape. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from core.text import sentences
from retrieval.facts import Fact, FactKind, Found, find_facts, readable
from retrieval.plain_text import plain
from retrieval.polarity import MARKER, is_negative, plain_markers, polarity

RUN = re.compile(r"[一-龥々]+|[ァ-ヺー]{2,}|[a-z]{2,}")
NOT_LETTERS = re.compile(r"[\W_]+")
TOPIC = re.compile(r"では|には|は|：|:")
CLAUSE = re.compile(r"[、。；;,]|(?<=[すただいん])が、")
LEAD = re.compile(r"[:：]\s*$|^[^。]{1,30}\s*$")
ITEM = ("・", "- ")
KIND_MARKS = {kind: chr(0xE000 + place) for place, kind in enumerate(FactKind)}
NAMES = frozenset({FactKind.OFFICE, FactKind.FORM})


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """A fact in its place: the words between the fact of this kind before it and itself, and those in brackets right behind it;
    where there are none, those up to the next."""

    fact: Fact
    beside: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One sentence, row or list item. `context` holds the words of the headings and of the line that introduces its list."""

    text: str
    context: str = ""
    lead: str = ""
    """Letters of the line that introduces the list it is an item of; empty elsewhere."""

    @cached_property
    def flat(self) -> str:
        return readable(self.text)

    @cached_property
    def letters(self) -> str:
        """Without spaces, punctuation and marks."""
        return NOT_LETTERS.sub("", self.flat)

    @cached_property
    def found(self) -> tuple[Found, ...]:
        return find_facts(self.text)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """In order; ranges last."""
        return tuple(found.fact for found in self.found)

    @cached_property
    def polarity(self) -> tuple[str, ...]:
        return polarity(self.text)

    @cached_property
    def claims(self) -> tuple[tuple[tuple[str, ...], bool], ...]:
        """Of each clause: what it says of being needed, free, possible …, and whether it denies it."""
        markers = [polarity(clause) for clause in CLAUSE.split(self.flat) if clause.strip()]
        return tuple((plain_markers(own), is_negative(own)) for own in markers)

    @cached_property
    def shape(self) -> frozenset[str]:
        """Pairs of letters, each fact standing as one letter for its kind."""
        flat, place, parts = self.flat, 0, []
        for found in self.found:
            if found.fact.kind is not FactKind.RANGE and found.start >= place:
                parts += [flat[place : found.start], KIND_MARKS[found.fact.kind]]
                place = found.end
        joined = NOT_IN_SHAPE.sub("", "".join([*parts, flat[place:]]))
        return frozenset(joined[i : i + 2] for i in range(len(joined) - 1)) or frozenset({joined})

    @cached_property
    def words(self) -> str:
        """`flat` with spaces where figures stand; names stay."""
        letters = list(self.flat)
        for found in self.found:
            if found.fact.kind not in NAMES:
                letters[found.start : found.end] = " " * (found.end - found.start)
        return "".join(letters)

    @cached_property
    def terms(self) -> frozenset[str]:
        """What it speaks of, figures apart: pairs of kanji, words in katakana and Latin letters."""
        return frozenset(_terms(MARKER.sub(" ", self.words)))

    @cached_property
    def topic(self) -> frozenset[str]:
        """Words before the first は or colon: they belong to every fact of the sentence."""
        match = TOPIC.search(self.flat)
        return frozenset(_terms(self.words[: match.start()])) if match else frozenset()

    @cached_property
    def occurrences(self) -> tuple[Occurrence, ...]:
        done = []
        for found in self.found:
            kind = found.fact.kind
            before = max((f.end for f in self.found if f.fact.kind is kind and f.end <= found.start), default=0)
            bracket = re.match(r"\(([^)]*)\)", self.flat[found.end :])
            words = {*_terms(self.words[before : found.start]), *(_terms(bracket[1]) if bracket else ())}
            if not words:
                after = min((f.start for f in self.found if f.fact.kind is kind and f.start >= found.end), default=len(self.flat))
                words.update(_terms(self.words[found.end : after]))
            done.append(Occurrence(fact=found.fact, beside=frozenset(words)))
        return tuple(done)


NOT_IN_SHAPE = re.compile(r"[^\w\ue000-\uf8ff]+|_+")


@lru_cache(maxsize=1024)
def units_of(source: str) -> tuple[Unit, ...]:
    """Of a passage: a list item knows the line that introduces its list, every unit the first line of the passage."""
    return tuple(unit for unit in _units(plain(source)) if unit.letters)


def sentence_units(text: str) -> tuple[Unit, ...]:
    """The text in pieces that joined give it again: sentences, each line ending one."""
    return tuple(_units(text))


def _units(text: str) -> Iterator[Unit]:
    title = lead = ""
    for line in text.splitlines(keepends=True):
        is_item = line.lstrip().startswith(ITEM)
        if not line.strip():
            lead = ""
        for sentence in _with_its_end(sentences(line)):
            context = readable(f"{title} {lead}")
            yield Unit(text=sentence, context=context, lead=NOT_LETTERS.sub("", readable(lead)) if is_item else "")
        title = title or line.strip()
        if not is_item and LEAD.search(line):
            lead = line.strip()


def _with_its_end(pieces: list[str]) -> list[str]:
    """The line break behind a line's last sentence belongs to it."""
    return [*pieces[:-2], pieces[-2] + pieces[-1]] if len(pieces) > 1 and not pieces[-1].strip() else pieces


def _terms(flat: str) -> Iterator[str]:
    for run in RUN.findall(flat):
        if "一" <= run[0] <= "龥" and len(run) > 2:
            yield from (run[i : i + 2] for i in range(len(run) - 1))
        else:
            yield run
