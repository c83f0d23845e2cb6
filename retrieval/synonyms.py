"""Other words for the same thing: a municipality's own, and those of the Sudachi synonym dictionary."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import PackError
from core.text import normalise
from core.yaml_text import read_yaml
from retrieval.everyday_words import EverydayWords, everyday_words
from retrieval.tokens import Token, fold

SUDACHI = Path(__file__).parent / "data" / "sudachi_synonyms.txt"
NOT_A_TRIGGER = "-"
HIRAGANA_ONLY = re.compile("[ぁ-ゖー]+")
"""Such a spelling is cut into words that have nothing to do with it."""
LONGEST_SPAN = 4

Model = TypeVar("Model", bound=BaseModel)


class SynonymFile(BaseModel):
    """synonyms.yaml of a pack. A later file adds to the earlier ones; `without` takes words out of theirs."""

    model_config = ConfigDict(extra="forbid")

    names: dict[str, list[str]] = Field(default_factory=dict)
    """The usual name of a thing → short forms, old names, kana. Search reads the usual name for every other."""
    related: list[list[str]] = Field(default_factory=list)
    """Different words that lead to the same entries."""
    without: list[str] = Field(default_factory=list)


class StopWordFile(BaseModel):
    """stop_words.yaml of a pack: words in their dictionary form that say nothing about a topic."""

    model_config = ConfigDict(extra="forbid")

    words: list[str] = Field(default_factory=list)


class EverydayFile(BaseModel):
    """everyday_words.yaml of a pack: Japanese word → language → how it is said there."""

    model_config = ConfigDict(extra="forbid")

    words: dict[str, dict[str, list[str]]] = Field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Synonyms:
    """What search knows about words; spellings are compared normalised and with katakana as hiragana."""

    names: Mapping[str, str] = field(default_factory=dict)
    """Every spelling of a name → its usual name; the usual name leads to itself."""
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """A word → the other words of its groups."""
    stop_words: frozenset[str] = frozenset()
    everyday: EverydayWords = field(default_factory=EverydayWords)
    """What stands in other languages for words of the content."""

    def usual_names(self, text: str) -> str:
        """The text, normalised, with every name in its usual form; the longest spelling wins."""
        text = normalise(text)
        pieces: list[str] = []
        place = 0
        for start, end, spelling in self._names_in(fold(text)):
            pieces += [text[place:start], self.names[spelling]]
            place = end
        return "".join([*pieces, text[place:]])

    def related(self, words: Sequence[Token]) -> tuple[str, ...]:
        """Other words for what stands in a text, each once."""
        found: dict[str, None] = {}
        for spelling in _spans(words):
            found.update(dict.fromkeys(self.others.get(spelling, ())))
            found.update(dict.fromkeys(_sudachi_others(spelling)))
        return tuple(word for word in found if not HIRAGANA_ONLY.fullmatch(word))

    def _names_in(self, flat: str) -> Iterator[tuple[int, int, str]]:
        longest = max(map(len, self.names), default=0)
        start = 0
        while start < len(flat):
            for end in range(min(len(flat), start + longest), start, -1):
                if flat[start:end] in self.names:
                    yield start, end, flat[start:end]
                    start = end - 1
                    break
            start += 1


def read_synonyms(*folders: Path) -> Synonyms:
    """Of synonyms.yaml, stop_words.yaml and everyday_words.yaml in these folders; later folders add to and override earlier ones."""
    names: dict[str, str] = {}
    groups: list[list[str]] = []
    stop_words: set[str] = set()
    everyday: dict[str, dict[str, list[str]]] = {}
    for folder in folders:
        own = _read(folder / "synonyms.yaml", SynonymFile)
        without = {fold(normalise(word)) for word in own.without}
        names = {spelling: usual for spelling, usual in names.items() if spelling not in without}
        groups = [[word for word in group if fold(normalise(word)) not in without] for group in groups] + own.related
        for usual, spellings in own.names.items():
            names.update({fold(normalise(spelling)): usual for spelling in [usual, *spellings]})
            groups.append([usual, *spellings])
        stop_words |= {fold(normalise(word)) for word in _read(folder / "stop_words.yaml", StopWordFile).words}
        for japanese, languages in _read(folder / "everyday_words.yaml", EverydayFile).words.items():
            everyday[japanese] = {**everyday.get(japanese, {}), **languages}
    return Synonyms(names=names, others=_others(groups), stop_words=frozenset(stop_words), everyday=everyday_words(everyday))


def pack_synonyms(content: Path) -> Callable[[str], Synonyms]:
    """Of a municipality: the common ones with those of its pack."""
    return lambda municipality_id: _of_pack(content, municipality_id)


@cache
def _of_pack(content: Path, municipality_id: str) -> Synonyms:
    return read_synonyms(content / "common", content / municipality_id)


def _others(groups: Sequence[Sequence[str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for group in groups:
        for word in group:
            found.setdefault(fold(normalise(word)), {}).update(dict.fromkeys(other for other in group if other != word))
    return {word: tuple(others) for word, others in found.items()}


def _spans(words: Sequence[Token]) -> Iterator[str]:
    """Spellings of all runs of up to four neighbouring words, and the dictionary forms of single ones."""
    for first, word in enumerate(words):
        spelling = ""
        place = word.start
        for token in words[first : first + LONGEST_SPAN]:
            if token.start != place:
                break
            place = token.end
            spelling += fold(token.surface)
            yield spelling
        if word.form != fold(word.surface):
            yield word.form


def _read(path: Path, model: type[Model]) -> Model:
    if not path.exists():
        return model()
    try:
        return model.model_validate(read_yaml(path.read_text(encoding="utf-8")) or {})
    except (yaml.YAMLError, ValidationError) as error:
        raise PackError(f"{path}: {error}") from error


def _sudachi_others(spelling: str) -> tuple[str, ...]:
    groups, lines = _sudachi()
    if spelling not in groups:
        return ()
    words = (word.removeprefix(NOT_A_TRIGGER) for line in groups[spelling] for word in lines[line].split("\t"))
    return tuple(word for word in words if fold(word) != spelling)


@lru_cache(maxsize=1)
def _sudachi() -> tuple[Mapping[str, tuple[int, ...]], Sequence[str]]:
    lines = [line for line in SUDACHI.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    groups: dict[str, tuple[int, ...]] = {}
    for number, line in enumerate(lines):
        for word in line.split("\t"):
            if not word.startswith(NOT_A_TRIGGER):
                groups[fold(word)] = (*groups.get(fold(word), ()), number)
    return groups, lines
