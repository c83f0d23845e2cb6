"""PDF: lines become headings, paragraphs and items; tables go on over pages; pages without text are named."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from faq.documents.blocks import Block, Found, Heading, Item, Paragraph, Table, joined
from faq.documents.limits import named, refuse
from faq.documents.pdf_glyphs import PdfPage, read_pages
from faq.documents.pdf_lines import Line, body_size, lines_of, pieces_of, running_titles
from faq.documents.pdf_tables import Grid, aligned_table, ruled_tables
from faq.texts import say

LARGER = 1.12
HEADING_LONGEST = 60
SHORT = 32
SENTENCE_END = "。．！？!?」』）)"
CHAPTER = re.compile(r"第[0-9０-９一二三四五六七八九十百]+[編部章節条](?=[\s　（(]|[^、。]{0,20}$)")
NUMBER = re.compile(
    r"(?P<one>[0-9０-９]{1,2}[.．](?![0-9０-９])|[0-9０-９]{1,2}(?= ))"
    r"|(?P<deep>[0-9０-９]{1,2}(?:[-.．－][0-9０-９]{1,2})+[.．]?(?= ))"
    r"|(?P<bracket>[（(][0-9０-９一二三四五六七八九十]{1,2}[)）]|[①-⑳])"
)
BULLET = re.compile(r"[・･•‣◦●○◯◎■□◆◇▶▷➢✓✔]\s*|[-–−]\s+")
BAND = re.compile(r"【[^】]+】|[■◆●◎▼▶]\s*\S.*")
JUNK_TITLE = re.compile(
    r"^$|^untitled|^無題|microsoft|\.(?:docx?|xlsx?|pptx?|pdf|html?|indd|jtd)\b|^(?:document|文書|プレゼンテーション|book)\s*\d*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class _Placed:
    """A line or a table of a page, in the order of reading."""

    page: int
    line: Line | None = None
    grid: Grid | None = None


def read_pdf(name: str, content: bytes, *, skip_scanned: bool) -> Found:
    """Raises ImportRefusedError that names the pages without text, unless they may be skipped."""
    stated, pages = read_pages(name, content)
    scanned = [page for page in pages if page.is_scanned]
    readable = [page for page in pages if not page.is_scanned]
    if not any(page.glyphs for page in readable):
        raise refuse("scanned_all" if scanned else "no_text", name=name)
    where = named([say("document.page", number=page.number) for page in scanned])
    if scanned and not skip_scanned:
        raise refuse("scanned", name=name, pages=where)
    warnings = [say("document.warning.skipped", pages=where)] if scanned else []
    usual = body_size(readable)
    placed = list(_placed(readable, usual, stated))
    title, placed = _title(placed, usual, stated)
    return Found(title=title, blocks=_blocks(placed, usual), warnings=warnings)


def _placed(pages: Sequence[PdfPage], usual: float, title: str) -> Iterator[_Placed]:
    prepared = []
    for page in pages:
        grids, glyphs = ruled_tables(page.glyphs, page.rules, usual)
        prepared.append((page, grids, pieces_of(glyphs, usual)))
    running = running_titles([(page, pieces) for page, _, pieces in prepared], title)
    for page, grids, pieces in prepared:
        kept = [piece for piece in pieces if (page.number, piece.x0, piece.y) not in running]
        lines = lines_of(kept, page.number)
        waiting = list(grids)
        place = 0
        while place < len(lines):
            while waiting and lines[place].y < waiting[0].top:
                yield _Placed(page=page.number, grid=waiting.pop(0))
            reach = [line for line in lines[place:] if not waiting or line.y > waiting[0].top]
            grid, taken = aligned_table(reach)
            if grid is not None:
                yield _Placed(page=page.number, grid=grid)
                place += taken
            else:
                yield _Placed(page=page.number, line=lines[place])
                place += 1
        for grid in waiting:
            yield _Placed(page=page.number, grid=grid)


def _title(placed: Sequence[_Placed], usual: float, stated: str) -> tuple[str, list[_Placed]]:
    """The largest words at the top of the first page, else what the file states of itself; empty where there is neither."""
    first = placed[0].page if placed else 0
    top = [own.line for own in placed[:12] if own.line is not None and own.page == first]
    largest = max((line.size for line in top), default=0.0)
    if largest >= LARGER * usual and len([line for line in top if line.size >= 0.97 * largest]) <= 3:
        found = [line for line in top if line.size >= 0.97 * largest]
        text = ""
        for line in found:
            text = joined(text, line.text)
        if len(text) <= 2 * HEADING_LONGEST:
            return text, [own for own in placed if own.line not in found]
    if not JUNK_TITLE.search(stated.strip()):
        return stated.strip(), [own for own in placed if own.line is None or own.line.text != stated.strip()]
    if top and placed[0].line is top[0] and len(top[0].text) <= SHORT and top[0].text[-1] not in SENTENCE_END and not top[0].is_full:
        return top[0].text, list(placed[1:])
    return "", list(placed)


def _blocks(placed: Sequence[_Placed], usual: float) -> list[Block]:
    lines = [own.line for own in placed if own.line is not None]
    levels = _levels(lines, usual)
    spacing = _spacing(lines)
    bold_is_rare = sum(len(line.text) for line in lines if line.is_bold) < 0.3 * sum(len(line.text) for line in lines)
    blocks: list[Block] = []
    last: Line | None = None
    last_grid: Grid | None = None
    for index, own in enumerate(placed):
        where = say("document.page", number=own.page)
        if own.grid is not None:
            _add_table(blocks, own.grid, last_grid, where)
            last, last_grid = None, own.grid
            continue
        line = own.line
        assert line is not None
        follows = placed[index + 1].line if index + 1 < len(placed) else None
        level = _heading_level(line, last, follows, levels, usual, bold_is_rare=bold_is_rare)
        if level is not None:
            if last is not None and isinstance(blocks[-1], Heading) and blocks[-1].level == level and _wraps(last, line, spacing):
                blocks[-1] = replace(blocks[-1], text=joined(blocks[-1].text, line.text))
            else:
                blocks.append(Heading(text=line.text, level=level, place=where))
        elif last is not None and isinstance(blocks[-1], Paragraph | Item) and _wraps(last, line, spacing):
            blocks[-1] = replace(blocks[-1], text=joined(blocks[-1].text, line.text))
        else:
            blocks.append(_text_block(line.text, where))
        last, last_grid = line, None
    return blocks


def _add_table(blocks: list[Block], grid: Grid, before: Grid | None, where: str) -> None:
    """A table that goes on over the page is one, and its repeated heading is left out."""
    last = blocks[-1] if blocks else None
    is_same = before is not None and isinstance(last, Table) and last.place != where and len(before.columns) == len(grid.columns)
    if is_same and before is not None and all(abs(a - b) < 6 for a, b in zip(before.columns, grid.columns, strict=True)):
        assert isinstance(last, Table)
        rows = grid.rows[1:] if grid.rows[0] == last.rows[0] else grid.rows
        blocks[-1] = replace(last, rows=(*last.rows, *rows))
        return
    blocks.append(Table(rows=grid.rows, place=where))


def _levels(lines: Sequence[Line], usual: float) -> dict[float, int]:
    """Levels of headings by their size, from the second one on."""
    sizes: Counter[float] = Counter()
    for line in lines:
        if line.size >= LARGER * usual and len(line.text) <= HEADING_LONGEST:
            sizes[round(line.size)] += 1
    return {size: min(place + 2, 4) for place, size in enumerate(sorted(sizes, reverse=True))}


def _heading_level(
    line: Line, before: Line | None, after: Line | None, levels: dict[float, int], usual: float, *, bold_is_rare: bool
) -> int | None:
    text = line.text
    if len(text) > HEADING_LONGEST or text[-1] in "。、，" or len(line.pieces) > 2:
        return None
    if line.size >= LARGER * usual:
        return levels.get(round(line.size), 4)
    below = max(levels.values(), default=1) + 1
    if CHAPTER.match(text) and len(text) <= SHORT:
        return below
    if len(text) > SHORT or (line.is_full and len(text) > 20):
        return None
    kind = _kind(text)
    stands_alone = (before is None or _kind(before.text) != kind) and (after is not None and _kind(after.text) != kind)
    if kind in ("one", "deep", "bracket", "band") and stands_alone and text[-1] not in SENTENCE_END:
        return min(below + (kind in ("deep", "bracket")), 6)
    if line.is_bold and bold_is_rare and kind != "bullet" and after is not None and not after.is_bold:
        return min(below, 6)
    return None


def _kind(text: str) -> str:
    number = NUMBER.match(text)
    if number:
        return str(number.lastgroup)
    if BAND.fullmatch(text):
        return "band"
    return "bullet" if BULLET.match(text) else "text"


def _spacing(lines: Sequence[Line]) -> float:
    """The usual distance of two lines, in sizes of their text."""
    gaps = [(above.y - line.y) / line.size for above, line in pairwise(lines) if above.page == line.page]
    near = [gap for gap in gaps if 0.9 < gap < 3]
    return median(near) if near else 1.6


def _wraps(before: Line, line: Line, spacing: float) -> bool:
    """Whether a line goes on with the paragraph of the one before it."""
    if not before.is_full or abs(before.size - line.size) > 0.1 * line.size or _kind(line.text) != "text" or len(line.pieces) > 1:
        return False
    ends = before.text[-1] in SENTENCE_END
    if before.page != line.page or line.y > before.y:
        return not ends
    is_indented = line.x0 - before.x0 > 0.7 * line.size and _kind(before.text) == "text"
    return (before.y - line.y) / line.size <= 1.3 * spacing and not (ends and is_indented)


def _text_block(text: str, where: str) -> Block:
    bullet = BULLET.match(text)
    if bullet and text[bullet.end() :]:
        return Item(text=text[bullet.end() :], place=where)
    number = NUMBER.match(text)
    if number and number.lastgroup != "deep" and text[number.end() :].strip():
        label = number.group().translate(str.maketrans("０１２３４５６７８９．", "0123456789."))
        return Item(text=text[number.end() :].strip(), label=label, place=where)
    return Paragraph(text=text, place=where)
