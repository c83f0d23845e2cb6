"""Glyphs of a PDF page → lines in the order in which they are read, without furigana and running titles. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from faq.documents.pdf_glyphs import Glyph, PdfPage

CELL_GAP = 1.6
"""Widths of a character between two pieces of text that stand apart on one line."""
WORD_GAP = 0.18
WIDE_GAP = 0.6
MARGIN = 0.1
REPEATED = 0.4
SMALL_PRINT = 10.0
FURIGANA = 0.62
KANA = re.compile(r"[ぁ-ゖァ-ヺー]+")
LETTER_SPACED = re.compile(r"(?:[^\x00-\x7f] ){2,}[^\x00-\x7f]")
PAGE_NUMBER = re.compile(r"(?:[-–—―~〜・ ]*(?:P\.?|p\.?|第)? ?[0-9０-９]{1,4} ?(?:ページ|頁|/ ?[0-9０-９]{1,4})?[-–—―~〜・ ]*)")
PRINTED_BY_BROWSER = re.compile(r"(?:https?|file)://\S+|\d{1,4}/\d{1,2}/\d{1,4},? ?\d{1,2}:\d\d(?: ?[AP]M)?")
LEADER = re.compile(r"[.．・…‥]{4,}\s*[-–]?\s*[0-9０-９]{1,4}\s*$")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Text of one line without a wide gap in it."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    is_bold: bool


@dataclass(frozen=True, kw_only=True)
class Line:
    """What is read together; `right` is how far lines of its column reach."""

    pieces: tuple[Piece, ...]
    right: float
    page: int = 0

    @property
    def text(self) -> str:
        return " ".join(piece.text for piece in self.pieces)

    @property
    def x0(self) -> float:
        return self.pieces[0].x0

    @property
    def x1(self) -> float:
        return self.pieces[-1].x1

    @property
    def y(self) -> float:
        return self.pieces[0].y

    @property
    def size(self) -> float:
        return max(piece.size for piece in self.pieces)

    @property
    def is_bold(self) -> bool:
        return all(piece.is_bold for piece in self.pieces)

    @property
    def is_full(self) -> bool:
        """Whether it reaches so far that the sentence may go on in the next line."""
        return self.x1 >= self.right - 2.5 * self.size


def body_size(pages: Sequence[PdfPage]) -> float:
    """The size of most of the text; what is printed at the edges of every page may be long, too."""
    within = [glyph for page in pages for glyph in page.glyphs if MARGIN * page.height < glyph.y < (1 - MARGIN) * page.height]
    sizes = Counter(round(glyph.size * 2) / 2 for glyph in within or [glyph for page in pages for glyph in page.glyphs])
    return sizes.most_common(1)[0][0] if sizes else 10.0


def pieces_of(glyphs: Sequence[Glyph], usual: float) -> list[Piece]:
    """All pieces, from top to bottom and left to right."""
    pieces: list[Piece] = []
    for row in _rows(_without_furigana(glyphs, usual)):
        start = 0
        for place in range(1, len(row) + 1):
            if place == len(row) or row[place].x0 - row[place - 1].x1 > CELL_GAP * min(row[place].size, row[place - 1].size):
                pieces.append(_piece(row[start:place]))
                start = place
    return pieces


def running_titles(pages: Sequence[tuple[PdfPage, Sequence[Piece]]], title: str) -> set[tuple[int, float, float]]:
    """Pieces (page, x, y) at the top or bottom that say the same on many pages, or count them. Other numbers are never taken for these."""
    margins = [
        (page.number, piece)
        for page, pieces in pages
        for piece in pieces
        if not MARGIN * page.height <= piece.y <= (1 - MARGIN) * page.height
    ]
    seen = Counter(key for number, piece in margins for key in _same_elsewhere(piece, number))
    enough = max(2, REPEATED * len(pages))
    running = [
        (number, piece)
        for number, piece in margins
        if any(seen[key] >= enough for key in _same_elsewhere(piece, number))
        or PRINTED_BY_BROWSER.fullmatch(piece.text)
        or (len(pages) == 1 and piece.text == title and piece.size < SMALL_PRINT)
    ]
    places = {(number, piece.x0, piece.y) for number, piece in running}
    rest: dict[int, list[Piece]] = {}
    for number, piece in margins:
        if (number, piece.x0, piece.y) not in places:
            rest.setdefault(number, []).append(piece)
    numbers = {(page, own.x0, own.y) for page, found in rest.items() for own in found if _is_page_number(own, page, found)}
    return places | numbers


def _same_elsewhere(piece: Piece, page: int) -> set[tuple[str, int, int]]:
    """What stands at one height of many pages: the same words, or words with a number that grows with the pages."""
    height = round(piece.y)
    keys = {(piece.text, 0, height)}
    numbers = list(re.finditer(r"[0-9０-９]{1,4}", piece.text))
    for number in numbers[:1] + numbers[-1:]:
        words = f"{piece.text[: number.start()]}\0{piece.text[number.end() :]}"
        keys.add((words, int(number.group()) - page, height))
    return keys


def _is_page_number(piece: Piece, page: int, neighbours: Sequence[Piece]) -> bool:
    """Alone on its line, and the number of this page."""
    number = re.search(r"[0-9０-９]{1,4}", piece.text)
    is_alone = all(own is piece or abs(own.y - piece.y) > piece.size for own in neighbours)
    return bool(number and is_alone and int(number.group()) == page and PAGE_NUMBER.fullmatch(piece.text))


def lines_of(pieces: Sequence[Piece], page: int) -> list[Line]:
    """In the order of reading: two columns of text one after the other, pieces of one line together."""
    pieces = [piece for piece in pieces if not LEADER.search(piece.text)]
    if not pieces:
        return []
    gutter = _gutter(pieces)
    if gutter is None:
        return _joined_lines(pieces, page)
    lines: list[Line] = []
    band: list[Piece] = []
    for piece in [*pieces, None]:
        crosses = piece is None or piece.x0 < gutter < piece.x1
        if piece is not None and not crosses:
            band.append(piece)
            continue
        lines += _joined_lines([own for own in band if own.x1 <= gutter], page)
        lines += _joined_lines([own for own in band if own.x0 >= gutter], page)
        band = []
        if piece is not None:
            lines += _joined_lines([piece], page, right=max(own.x1 for own in pieces))
    return lines


def _joined_lines(pieces: Sequence[Piece], page: int, right: float | None = None) -> list[Line]:
    if not pieces:
        return []
    widest = max(piece.x1 - piece.x0 for piece in pieces)
    reach = right if right is not None else max(piece.x1 for piece in pieces if piece.x1 - piece.x0 >= 0.5 * widest)
    lines: list[list[Piece]] = []
    for piece in pieces:
        if lines and abs(lines[-1][0].y - piece.y) < 0.45 * max(piece.size, lines[-1][0].size):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [Line(pieces=tuple(sorted(own, key=lambda piece: piece.x0)), right=reach, page=page) for own in lines]


def _gutter(pieces: Sequence[Piece]) -> float | None:
    """The middle of an empty strip between two columns of running text; a table's columns are not filled with sentences."""
    left, right = min(piece.x0 for piece in pieces), max(piece.x1 for piece in pieces)
    width = right - left
    narrow = sorted((piece for piece in pieces if piece.x1 - piece.x0 < 0.55 * width), key=lambda piece: piece.x0)
    reach = left
    for piece in narrow:
        if piece.x0 - reach >= piece.size and left + 0.3 * width < (piece.x0 + reach) / 2 < left + 0.7 * width:
            middle = (piece.x0 + reach) / 2
            sides = [own for own in narrow if own.x1 <= middle], [own for own in narrow if own.x0 >= middle]
            if all(_is_prose(side) for side in sides):
                return middle
        reach = max(reach, piece.x1)
    return None


def _is_prose(side: Sequence[Piece]) -> bool:
    if len(side) < 5:
        return False
    width = max(piece.x1 for piece in side) - min(piece.x0 for piece in side)
    return sum(piece.x1 - piece.x0 > 0.8 * width for piece in side) >= 0.5 * len(side) and width > 12 * side[0].size


def _rows(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Glyphs of about one baseline, from left to right; raised and lowered ones among them."""
    row: list[Glyph] = []
    for glyph in sorted(glyphs, key=lambda own: (-own.y, own.x0)):
        if row and row[0].y - glyph.y > 0.4 * max(row[0].size, glyph.size):
            yield sorted(row, key=lambda own: own.x0)
            row = []
        row.append(glyph)
    if row:
        yield sorted(row, key=lambda own: own.x0)


def _without_furigana(glyphs: Sequence[Glyph], usual: float) -> list[Glyph]:
    """Small kana above kanji; a small line with other characters is a note."""
    small = [glyph for glyph in glyphs if glyph.size <= FURIGANA * usual]
    dropped = {id(glyph) for row in _rows(small) if KANA.fullmatch("".join(own.text for own in row)) for glyph in row}
    return [glyph for glyph in glyphs if id(glyph) not in dropped]


def _piece(glyphs: Sequence[Glyph]) -> Piece:
    text = glyphs[0].text
    for before, glyph in pairwise(glyphs):
        gap = (glyph.x0 - before.x1) / max(min(glyph.size, before.size), 0.1)
        are_words = before.text.isascii() and glyph.text.isascii()
        is_apart = gap > (WORD_GAP if are_words else WIDE_GAP) or (are_words and glyph.is_after_space)
        text += (" " if is_apart else "") + glyph.text
    if LETTER_SPACED.fullmatch(text):
        text = text.replace(" ", "")
    return Piece(
        text=text,
        x0=glyphs[0].x0,
        x1=max(glyph.x1 for glyph in glyphs),
        y=Counter(round(glyph.y, 1) for glyph in glyphs).most_common(1)[0][0],
        size=Counter(round(glyph.size, 1) for glyph in glyphs).most_common(1)[0][0],
        is_bold=all(glyph.is_bold for glyph in glyphs),
    )
