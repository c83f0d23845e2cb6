"""Everyday words of other languages → the Japanese of what is published, for questions that nobody has translated. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.messages import Language
from core.recognising import recognise, without_accents
from core.text import normalise

LETTER = "[a-zß-ɏḀ-ỿ]"
"""Of scripts that put spaces between words; in the others a word may stand anywhere in a run."""
ENDING = "(?:s|es|ng)?"
"""Of plurals, and of Tagalog words before another."""
ROMAJI = "ja"
CHINESE = "zh"
LATIN = ("en", "pt", "tl", "vi", ROMAJI)
HAN_OR_KANA = re.compile("[ぁ-ヺ一-鿿]")

Rows = Mapping[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True, kw_only=True)
class Everyday:
    """What a foreign question says in Japanese."""

    words: tuple[str, ...] = ()
    """In the order of the question."""
    share: float = 0.0
    """How much of the question they are, by letters."""


@dataclass(frozen=True, kw_only=True)
class Spellings:
    """The words of one language and what they are in Japanese."""

    japanese: Mapping[str, str]
    pattern: re.Pattern[str]


@dataclass(frozen=True, kw_only=True)
class EverydayWords:
    """By language, with accents and without, as they are typed in a hurry."""

    exact: Mapping[str, Spellings] = field(default_factory=dict)
    bare: Mapping[str, Spellings] = field(default_factory=dict)

    def read(self, text: str) -> Everyday:
        """Of a text that shows its language, words of that language; of Latin letters that show none, words of any. The longest counts."""
        flat = normalise(text)
        languages = recognise(text).languages
        if not self.exact or (not languages and HAN_OR_KANA.search(flat)) or (languages[:1] == (Language.JAPANESE,) and not flat.isascii()):
            return Everyday()
        names = [_name(languages[0])] if languages else LATIN
        known = self.bare if flat.isascii() else self.exact
        found = [match for name in names if name in known for match in _found(known[name], flat)]
        letters = max(1, len(flat.replace(" ", "")))
        share = sum(length for _, length in found) / letters
        return Everyday(words=tuple(dict.fromkeys(word for word, _ in found)), share=share)


def everyday_words(rows: Rows) -> EverydayWords:
    """Of everyday_words.yaml: Japanese word → language → spellings."""
    by_language: dict[str, dict[str, str]] = {}
    for japanese, languages in rows.items():
        for language, spellings in languages.items():
            by_language.setdefault(language, {}).update({normalise(spelling): japanese for spelling in spellings})
    return EverydayWords(
        exact={language: _spellings(own.items()) for language, own in by_language.items()},
        bare={
            language: _spellings((without_accents(spelling), japanese) for spelling, japanese in own.items())
            for language, own in by_language.items()
            if language in LATIN
        },
    )


def _name(language: Language) -> str:
    return CHINESE if language in (Language.CHINESE, Language.TRADITIONAL_CHINESE) else language.value


def _found(spellings: Spellings, flat: str) -> list[tuple[str, int]]:
    """Japanese words with the length of what they stand for."""
    matches = spellings.pattern.finditer(flat)
    return [(spellings.japanese[match["spaced"] or match["running"]], len(match[0].replace(" ", ""))) for match in matches]


def _spellings(pairs: Iterable[tuple[str, str]]) -> Spellings:
    japanese = dict(pairs)
    ordered = sorted(japanese, key=len, reverse=True)
    spaced = "|".join(re.escape(spelling) for spelling in ordered if re.search(LETTER, spelling)) or "(?!)"
    running = "|".join(re.escape(spelling) for spelling in ordered if not re.search(LETTER, spelling)) or "(?!)"
    pattern = re.compile(rf"(?<!{LETTER})(?P<spaced>{spaced}){ENDING}(?!{LETTER})|(?P<running>{running})")
    return Spellings(japanese=japanese, pattern=pattern)
