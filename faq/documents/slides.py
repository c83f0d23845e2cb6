"""PowerPoint: a section per slide, its title as the heading; hidden slides and notes are left out."""

import io
from collections.abc import Iterator, Sequence

from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER
from pptx.exc import PackageNotFoundError
from pptx.shapes.base import BaseShape
from pptx.shapes.graphfrm import GraphicFrame
from pptx.shapes.group import GroupShape
from pptx.table import Table as SlideTable
from pptx.text.text import TextFrame

from faq.documents.blocks import Block, Found, Heading, Item, Paragraph, Table, tidy_line
from faq.documents.limits import CELLS_LIMIT, PAGES_LIMIT, named, refuse
from faq.texts import say

TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
FRAME_OF_SLIDE = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.HEADER)
DEEPEST = 20
SAME_LINE = 200_000
"""English metric units (about half a centimetre) within which shapes stand beside each other."""


def read_slides(name: str, content: bytes, *, skip_scanned: bool) -> Found:
    """Raises ImportRefusedError that names slides with nothing but pictures, unless they may be skipped."""
    try:
        presentation = Presentation(io.BytesIO(content))
        slides = list(presentation.slides)
    except (KeyError, ValueError, SyntaxError, AttributeError, PackageNotFoundError) as error:
        raise refuse("broken", name=name) from error
    if len(slides) > PAGES_LIMIT:
        raise refuse("pages_many", name=name, count=len(slides), limit=PAGES_LIMIT)
    blocks: list[Block] = []
    hidden: list[str] = []
    scanned: list[str] = []
    title = ""
    for number, slide in enumerate(slides, start=1):
        where = say("document.slide", number=number)
        if slide._element.get("show") == "0":
            hidden.append(where)
            continue
        shapes = list(_shapes(name, slide.shapes, 0))
        own = list(_slide(name, shapes, where))
        if not own and any(shape.shape_type == MSO_SHAPE_TYPE.PICTURE for shape in shapes):
            scanned.append(where)
        heading = own[0] if own and isinstance(own[0], Heading) else None
        if not title and not blocks and heading is not None:
            title, own = heading.text, own[1:]
        blocks += own
    if not blocks and not title:
        raise refuse("scanned_all" if scanned else "no_text", name=name)
    if scanned and not skip_scanned:
        raise refuse("scanned", name=name, pages=named(scanned))
    warnings = [say("document.warning.hidden", places=named(hidden))] if hidden else []
    warnings += [say("document.warning.skipped", pages=named(scanned))] if scanned else []
    return Found(title=title, blocks=blocks, warnings=warnings)


def _shapes(name: str, shapes: Sequence[BaseShape], depth: int) -> Iterator[BaseShape]:
    """In the order of reading: the title, then from top to bottom and left to right; groups opened."""
    if depth > DEEPEST:
        raise refuse("deep", name=name)

    def place(shape: BaseShape) -> tuple[bool, int, int]:
        return not _is_placeholder(shape, TITLES), round((shape.top or 0) / SAME_LINE), shape.left or 0

    for shape in sorted(shapes, key=place):
        if isinstance(shape, GroupShape):
            yield from _shapes(name, list(shape.shapes), depth + 1)
        else:
            yield shape


def _slide(name: str, shapes: Sequence[BaseShape], where: str) -> Iterator[Block]:
    for shape in shapes:
        if _is_placeholder(shape, FRAME_OF_SLIDE):
            continue
        if isinstance(shape, GraphicFrame) and shape.has_table:
            yield _table(name, shape.table, where)
        elif shape.has_text_frame:
            frame: TextFrame = shape.text_frame  # type: ignore[attr-defined]  # Shapes that have one are no class of their own.
            if _is_placeholder(shape, TITLES):
                words = tidy_line(frame.text.replace("\v", "\n"))
                if words:
                    yield Heading(text=words, level=2, place=where)
            else:
                yield from _paragraphs(frame, where, is_body=shape.is_placeholder)


def _paragraphs(frame: TextFrame, where: str, *, is_body: bool) -> Iterator[Block]:
    written = [paragraph for paragraph in frame.paragraphs if paragraph.text.strip()]
    for paragraph in written:
        words = paragraph.text.replace("\v", "\n")
        if paragraph.level or (is_body and len(written) > 1):
            yield Item(text=words, depth=min(paragraph.level, 5), place=where)
        else:
            yield Paragraph(text=words, place=where)


def _table(name: str, table: SlideTable, where: str) -> Table:
    rows = [[cell.text.replace("\v", "\n") for cell in row.cells] for row in table.rows]
    if sum(map(len, rows)) > CELLS_LIMIT:
        raise refuse("cells_many", name=name, limit=CELLS_LIMIT)
    for row in range(len(rows)):
        for column in range(len(rows[row])):
            cell = table.cell(row, column)
            if cell.is_merge_origin:
                for below in range(min(cell.span_height, len(rows) - row)):
                    for beside in range(min(cell.span_width, len(rows[row]) - column)):
                        rows[row + below][column + beside] = rows[row][column]
    return Table(rows=rows, heads=1 if table.first_row else None, place=where)


def _is_placeholder(shape: BaseShape, kinds: Sequence[PP_PLACEHOLDER]) -> bool:
    return bool(shape.is_placeholder) and shape.placeholder_format.type in kinds
