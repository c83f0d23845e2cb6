"""From a page of a PDF to its glyphs and ruled lines, upright and in points; the only module that imports PDFium."""

import ctypes
import math
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2  # type: ignore[import-untyped]  # It ships no types.
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from faq.documents.limits import GLYPHS_LIMIT, PAGES_LIMIT, refuse

SHORTEST_RULE = 6.0
STRAIGHT = 0.6
SLANT = 0.17
"""Sine from which a glyph counts as turned, as in a watermark."""
UNREADABLE = 0.1
LARGE_PICTURE = 0.5
LITTLE_TEXT = 40
FEW = 3
JAPANESE_PAGE = 0.2
GARBLED = 0.015
USUAL_SIGNS = frozenset("¥§°±×÷¶´¨©®·")
PASSWORD_ERROR = 4
BOLD = 600

Turn = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character; `y` is its baseline, upwards from the bottom of the page."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    is_bold: bool
    is_after_space: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight horizontal or vertical line of a table or a frame."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def is_horizontal(self) -> bool:
        return self.x1 - self.x0 >= self.y1 - self.y0


@dataclass(frozen=True, kw_only=True)
class PdfPage:
    """Glyphs in the order in which the file holds them."""

    number: int
    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    rules: tuple[Rule, ...]
    is_scanned: bool
    """A picture, or text whose characters the file does not tell."""


def read_pages(name: str, content: bytes) -> tuple[str, list[PdfPage]]:
    """The title that the file states, and its pages. Raises ImportRefusedError."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        key = "encrypted" if getattr(error, "err_code", None) == PASSWORD_ERROR else "broken"
        raise refuse(key, name=name) from error
    if len(document) > PAGES_LIMIT:
        raise refuse("pages_many", name=name, count=len(document), limit=PAGES_LIMIT)
    pages: list[PdfPage] = []
    total = 0
    for index in range(len(document)):
        try:
            pages.append(_read_page(document[index], index + 1))
        except pypdfium2.PdfiumError as error:
            raise refuse("page_broken", name=name, page=index + 1) from error
        total += len(pages[-1].glyphs)
        if total > GLYPHS_LIMIT:
            raise refuse("text_long", name=name)
    return str(document.get_metadata_dict().get("Title", "")), pages


def _read_page(page: pypdfium2.PdfPage, number: int) -> PdfPage:
    left, bottom, right, top = page.get_bbox()
    width, height = right - left, top - bottom
    rotation = page.get_rotation()
    turn = _turn(rotation, left, bottom, width, height)
    if rotation in (90, 270):
        width, height = height, width
    text_page = page.get_textpage()
    glyphs, unknown = _glyphs(text_page, turn, rotation)
    rules: list[Rule] = []
    pictures = 0.0
    for found in page.get_objects(max_depth=6):
        if found.type == pdfium.FPDF_PAGEOBJ_PATH:
            rules += _rules(found, turn)
        elif found.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            x0, y0, x1, y1 = found.get_bounds()
            pictures += max(x1 - x0, 0) * max(y1 - y0, 0)
    visible = [glyph for glyph in glyphs if 0 <= glyph.x0 <= width and 0 <= glyph.y <= height]
    is_picture = len(visible) < LITTLE_TEXT and pictures > LARGE_PICTURE * width * height
    is_unknown = (unknown > UNREADABLE * max(len(glyphs) + unknown, 1) and unknown > FEW) or _is_garbled(glyphs)
    return PdfPage(
        number=number, width=width, height=height, glyphs=tuple(visible), rules=tuple(rules), is_scanned=is_picture or is_unknown
    )


def _turn(rotation: int, left: float, bottom: float, width: float, height: float) -> Turn:
    """From the coordinates of the file to those of the page as it is shown."""
    match rotation:
        case 90:
            return lambda x, y: (y - bottom, width - (x - left))
        case 180:
            return lambda x, y: (width - (x - left), height - (y - bottom))
        case 270:
            return lambda x, y: (height - (y - bottom), x - left)
        case _:
            return lambda x, y: (x - left, y - bottom)


def _glyphs(page: pypdfium2.PdfTextPage, turn: Turn, rotation: int) -> tuple[list[Glyph], int]:
    """Upright glyphs that can be seen, and how many have no known character."""
    glyphs: list[Glyph] = []
    unknown = 0
    box, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    last: tuple[str, float, float] | None = None
    is_after_space = False
    for index in range(page.count_chars()):
        if pdfium.FPDFText_IsGenerated(page, index) == 1:
            continue
        code = pdfium.FPDFText_GetUnicode(page, index)
        character = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
        if 0xD800 <= code < 0xDC00:
            low = pdfium.FPDFText_GetUnicode(page, index + 1)
            character = chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)) if 0xDC00 <= low < 0xE000 else ""
        elif 0xDC00 <= code < 0xE000:
            continue
        if pdfium.FPDFText_HasUnicodeMapError(page, index) == 1 or not character or 0xE000 <= code < 0xF900 or code in (0xFFFD, 0xFFFE):
            unknown += 1
            continue
        if character.isspace():
            is_after_space = True
            continue
        if unicodedata.category(character) in ("Cc", "Cf", "Cn"):
            continue
        pdfium.FPDFText_GetMatrix(page, index, matrix)
        scale = math.hypot(matrix.c, matrix.d) or 1.0
        size = pdfium.FPDFText_GetFontSize(page, index) * scale
        if size <= 0 or _slant(matrix, rotation) > SLANT:
            continue
        pdfium.FPDFText_GetCharOrigin(page, index, x, y)
        pdfium.FPDFText_GetLooseCharBox(page, index, box)
        corners = [turn(box.left, box.bottom), turn(box.right, box.top)]
        begin, baseline = turn(x.value, y.value)
        end = max(corner[0] for corner in corners)
        # Some fonts tell only where there is ink; a full-width character takes its whole width.
        if unicodedata.east_asian_width(character) in "WF":
            end = max(end, begin + 0.9 * size)
        here = (character, round(begin, 1), round(baseline, 1))
        if here != last:  # Bold type is made of the same glyph printed twice by some programs.
            weight = pdfium.FPDFText_GetFontWeight(page, index)
            glyphs.append(Glyph(character, begin, max(end, begin), baseline, size, weight >= BOLD, is_after_space))
        last, is_after_space = here, False
    return glyphs, unknown


def _is_garbled(glyphs: Sequence[Glyph]) -> bool:
    """Signs of Western languages strewn over a Japanese page are codes of glyphs whose characters the file does not tell."""
    japanese = sum("\u3040" <= glyph.text <= "\u9fff" for glyph in glyphs)
    strange = sum(
        "\u00a1" <= glyph.text <= "\u00ff"
        and glyph.text not in USUAL_SIGNS
        # Square and cubic metres.
        and not (glyph.text in "²³" and before.text in "mM")
        for before, glyph in pairwise(glyphs)
    )
    return japanese > JAPANESE_PAGE * len(glyphs) and strange > max(FEW, GARBLED * len(glyphs))


def _slant(matrix: pdfium.FS_MATRIX, rotation: int) -> float:
    """How far the writing direction is from the horizontal of the page as shown: the sine of the angle, 2 for upside down."""
    length = math.hypot(matrix.a, matrix.b) or 1.0
    cosine, sine = matrix.a / length, matrix.b / length
    for _ in range(rotation // 90):
        cosine, sine = sine, -cosine
    return abs(sine) if cosine > 0 else 2.0


def _rules(path: pypdfium2.PdfObject, turn: Turn) -> Iterator[Rule]:
    """Straight parts of a path that are long enough; a filled bar gives its long sides."""
    matrix = path.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    begin: tuple[float, float] | None = None
    before: tuple[float, float] | None = None
    for index in range(min(pdfium.FPDFPath_CountSegments(path), 2000)):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = turn(*matrix.on_point(x.value, y.value))
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            begin = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO and before is not None:
            yield from _rule(before, point)
        if pdfium.FPDFPathSegment_GetClose(segment) and begin is not None:
            yield from _rule(point, begin)
        before = point


def _rule(begin: tuple[float, float], end: tuple[float, float]) -> Iterator[Rule]:
    x0, x1 = sorted((begin[0], end[0]))
    y0, y1 = sorted((begin[1], end[1]))
    if (x1 - x0 < STRAIGHT and y1 - y0 >= SHORTEST_RULE) or (y1 - y0 < STRAIGHT and x1 - x0 >= SHORTEST_RULE):
        yield Rule(x0, y0, x1, y1)
