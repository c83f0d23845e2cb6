"""Where searched words stand in a text, whatever their case and width. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from console.views.talk import Segment
from core.text import graphemes, shorten

WIDE_OFFSET = 0xFEE0
BEFORE = 20
"""Characters of an excerpt before the first hit."""


def segments(text: str, words: Sequence[str]) -> Iterator[Segment]:
    """The text cut where any of the words stands."""
    pattern = "|".join(_pattern(word) for word in sorted(words, key=len, reverse=True) if word)
    if not pattern:
        if text:
            yield Segment(text=text, is_hit=False)
        return
    for place, piece in enumerate(re.split(f"({pattern})", text)):
        if piece:
            yield Segment(text=piece, is_hit=place % 2 == 1)


def excerpt(text: str, words: Sequence[str], limit: int = 90) -> tuple[Segment, ...]:
    """The part of a text around the first hit, in one line; nothing where there is none."""
    line = " ".join(text.split())
    found = list(segments(line, words))
    if not any(segment.is_hit for segment in found):
        return ()
    start = 0 if found[0].is_hit else len(found[0].text)
    begin = max(0, start - BEFORE)
    cut = line[begin:]
    return tuple(segments(("…" if begin else "") + shorten(cut, limit), words)) if graphemes(cut) else ()


def _pattern(word: str) -> str:
    return "".join(_forms(character) for character in unicodedata.normalize("NFKC", word))


def _forms(character: str) -> str:
    forms = {character, character.lower(), character.upper()}
    forms |= {chr(ord(form) + WIDE_OFFSET) for form in forms if len(form) == 1 and "!" <= form <= "~"}
    return "(?:" + "|".join(re.escape(form) for form in sorted(forms)) + ")"
