"""Pure functions over Japanese text: normal forms, counting, cutting."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import regex

VARIANTS = str.maketrans(
    {
        "髙": "高", "﨑": "崎", "𠮷": "吉", "濵": "浜", "濱": "浜", "德": "徳", "邊": "辺", "邉": "辺", "齋": "斎", "齊": "斉", "澤": "沢",
        "廣": "広", "惠": "恵", "嶋": "島", "櫻": "桜", "國": "国", "塚": "塚", "﨟": "臈", "槇": "槙", "瀨": "瀬", "靑": "青", "黑": "黒",
    }
)  # fmt: skip
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－ｰ", "-"))
INVISIBLE = regex.compile(r"[\p{Cf}\p{Co}\p{Cn}\p{Variation_Selector}--[\u200d]]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", regex.VERSION1)
GRAPHEME = regex.compile(r"\X")
SENTENCE_END = regex.compile(r"(?<=[。！？!?])(?![」』）)])|(?<=\n)")
DECORATION = regex.compile(r"[\s。、．，.,!！?？~〜…・\p{Extended_Pictographic}\p{Emoji_Modifier}\u200d\ufe0f--[0-9#*]]+", regex.VERSION1)
SPACES = regex.compile(r"[ \t\u3000\u00a0]+")


def strip_invisible(text: str) -> str:
    """Without control, formatting and private-use characters, which only hide things from a reader; line breaks and joined emoji stay."""
    return INVISIBLE.sub("", text)


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """One form for comparing: NFKC, lower case, variants of characters joined, single spaces. For matching only, never for showing."""
    flat = unicodedata.normalize("NFKC", strip_invisible(text)).translate(VARIANTS).lower()
    return SPACES.sub(" ", flat).strip()


@lru_cache(maxsize=4096)
def squeeze(text: str) -> str:
    """`normalise` without spaces, punctuation and pictures, for comparing whole utterances with lists of words."""
    return DECORATION.sub("", normalise(text))


def utf16_length(text: str) -> int:
    """Length as LINE counts most fields: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> list[str]:
    """What a reader sees as characters; LINE counts labels and template texts so."""
    return GRAPHEME.findall(text)


def shorten(text: str, limit: int) -> str:
    """At most `limit` graphemes, cut with an ellipsis."""
    parts = graphemes(text)
    return text if len(parts) <= limit else "".join(parts[: limit - 1]) + "…"


def sentences(text: str) -> list[str]:
    """Cut after 。！？ and line breaks; the parts joined give the text again."""
    return [part for part in SENTENCE_END.split(text) if part]


def pack_sentences(text: str, limit: int) -> Iterator[str]:
    """Pieces of at most `limit` UTF-16 units, cut at sentences where that is possible, none empty."""
    piece = ""
    for sentence in sentences(text):
        for part in _cut(sentence, limit):
            if piece and utf16_length(piece + part) > limit:
                if piece.strip():
                    yield piece.strip("\n")
                piece = ""
            piece += part
    if piece.strip():
        yield piece.strip("\n")


def _cut(sentence: str, limit: int) -> Iterator[str]:
    if utf16_length(sentence) <= limit:
        yield sentence
        return
    part, length = "", 0
    for character in _units(sentence, limit):
        width = utf16_length(character)
        if length + width > limit:
            yield part
            part, length = "", 0
        part, length = part + character, length + width
    if part:
        yield part


def _units(sentence: str, limit: int) -> Iterator[str]:
    """Graphemes; one that has more marks piled on it than fit falls apart."""
    for grapheme in graphemes(sentence):
        if utf16_length(grapheme) > limit:
            yield from grapheme
        else:
            yield grapheme
