"""Japanese text → tokens for the keyword index, by Sudachi."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import TYPE_CHECKING

from core.text import normalise

if TYPE_CHECKING:
    from sudachipy import Dictionary, Tokenizer

KEPT = frozenset({"名詞", "動詞", "形容詞", "形状詞", "副詞", "接頭辞", "接尾辞"})
AFFIXES = frozenset({"接頭辞", "接尾辞"})
HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ"))}
SHORT = 60
LONGEST = 8_000  # Sudachi refuses texts of more than 49,149 bytes; a passage is far shorter.


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A word of a text: `form` is what is compared, `reading` its sound in hiragana."""

    form: str
    surface: str
    reading: str
    start: int
    end: int
    """Place in the normalised text."""
    is_noun: bool
    is_affix: bool
    is_place: bool
    is_unknown: bool
    """No word of the dictionary."""
    is_person: bool = False
    """A name of persons, as far as the dictionary knows."""


@lru_cache(maxsize=8192)
def fold(form: str) -> str:
    """Katakana as hiragana, so that ゴミ and ごみ are one word."""
    return form.translate(HIRAGANA)


def tokens(text: str) -> tuple[Token, ...]:
    """The words that carry meaning, in order; particles, symbols and spaces are left out."""
    flat = normalise(text)[:LONGEST]
    # Questions come again and again, answers are read once.
    return _remembered(flat) if len(flat) <= SHORT else tuple(_kept(flat))


def forms(text: str) -> list[str]:
    """What of this text is compared."""
    return [token.form for token in tokens(text)]


@lru_cache(maxsize=2048)
def _remembered(text: str) -> tuple[Token, ...]:
    return tuple(_kept(text))


def _kept(text: str) -> Iterable[Token]:
    for morpheme in _tokenizer().tokenize(text):
        part = morpheme.part_of_speech()
        if part[0] in KEPT:
            form = fold(morpheme.normalized_form())
            yield Token(
                form=intern(form.lower()),
                surface=morpheme.surface(),
                reading=fold(morpheme.reading_form()),
                start=morpheme.begin(),
                end=morpheme.end(),
                is_noun=part[0] == "名詞",
                is_affix=part[0] in AFFIXES,
                is_place=part[2] == "地名",
                is_unknown=morpheme.is_oov(),
                is_person=part[2] == "人名",
            )


_dictionary: "Dictionary | None" = None
_lock = threading.Lock()
_local = threading.local()


def _tokenizer() -> "Tokenizer":
    """A tokenizer of Sudachi serves one thread at a time; the dictionary behind it is shared."""
    tokenizer: Tokenizer | None = getattr(_local, "tokenizer", None)
    if tokenizer is None:
        tokenizer = _local.tokenizer = _shared_dictionary().tokenizer(mode=_mode())
    return tokenizer


def _shared_dictionary() -> "Dictionary":
    global _dictionary  # noqa: PLW0603  # The dictionary maps 200 MB and must exist once in the process.
    with _lock:
        if _dictionary is None:
            from sudachipy import Dictionary

            _dictionary = Dictionary(dict="core")
        return _dictionary


def _mode() -> object:
    from sudachipy import SplitMode

    return SplitMode.A
