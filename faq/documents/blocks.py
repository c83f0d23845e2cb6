"""What a reader finds in a document, whatever its format: headings, paragraphs, items and tables, as Markdown in the end. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from retrieval.guide_format import heading_line, place_line, table_lines

JAPANESE = r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\uffe0-\uffe6\u2460-\u24ff\u2000-\u206f\U00020000-\U0003ffff]"
GAP_IN_JAPANESE = re.compile(rf"(?<={JAPANESE})[ \t\n]+|[ \t\n]+(?={JAPANESE})")
SPACES = re.compile(r"[ \t\n\u00a0]+")
RADICAL = re.compile(r"[\u2e80-\u2fd5]")
RADICALS = str.maketrans(
    "⺠⻑⻄⻘⻝⻲⻁⻤⻩⻫⻭⻯⻨⻦⻥⻢⻣⻔⻋⻅⻆⻉⻌⻖⻗⻙⻚⻛⻜⻞⻟⻠⻡⻰⻳",
    "民長西青食亀虎鬼黄斉歯竜麦鳥魚馬骨門車見角貝辶阝雨韋頁風飛食食食首龍龜",
)
"""PDF writers take these parts of characters for the characters that look like them; NFKC knows only some."""
MARK_AT_START = re.compile(r"^(#{1,6}(?=\s)|\||<!--)")
HARMLESS = {"#": "＃", "|": "｜", "<": "＜"}


@dataclass(frozen=True, kw_only=True)
class Heading:
    """`level` counts from 1, the title of the whole; `anchor` is its id in the source."""

    text: str
    level: int
    anchor: str = ""
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """Lines that are meant to be lines are kept; other breaks are joined by the reader."""

    text: str
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item of a list; `label` is what stands before it ("1.", "（1）"), empty for a dot."""

    text: str
    depth: int = 0
    label: str = ""
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Cells of merged areas are repeated in every cell that they cover."""

    rows: Sequence[Sequence[str]]
    heads: int | None = None
    """How many rows are headings, where the source says so."""
    place: str = ""


Block = Heading | Paragraph | Item | Table


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a reader returns. `warnings` are sentences; `head` is what the document says of itself, by keys of a guide's front matter."""

    title: str
    blocks: Sequence[Block]
    warnings: Sequence[str] = ()
    head: Mapping[str, str] = field(default_factory=dict)


def to_markdown(blocks: Sequence[Block]) -> str:
    """The body of a guide."""
    pieces: list[str] = []
    place, was_item = "", False
    for block in blocks:
        if block.place != place:
            place, was_item = block.place, False
            if place:
                pieces.append(place_line(place))
        text = _markdown_of(block)
        if not text:
            continue
        if was_item and isinstance(block, Item):
            pieces[-1] += f"\n{text}"
        else:
            pieces.append(text)
        was_item = isinstance(block, Item)
    return "\n\n".join(pieces)


def tidy_line(text: str) -> str:
    """One line with single spaces; none beside Japanese characters where a line was broken."""
    unbroken = GAP_IN_JAPANESE.sub(lambda gap: "" if "\n" in gap.group() else " ", whole_characters(text))
    return SPACES.sub(" ", unbroken).strip()


def joined(first: str, second: str) -> str:
    """Two lines of one paragraph as one: with a space only where both sides are words of Latin letters."""
    if not first or not second:
        return first + second
    needs_space = first[-1].isascii() and second[0].isascii() and not first[-1].isspace()
    return f"{first} {second}" if needs_space else first + second


def whole_characters(text: str) -> str:
    """Radicals that stand for whole characters become these."""
    return RADICAL.sub(lambda match: unicodedata.normalize("NFKC", match.group()).translate(RADICALS), text)


def tidy_table(table: Table) -> Sequence[Sequence[str]]:
    """One row of headings, no empty rows and columns, and a band across the whole table only once."""
    rows = [[tidy_line(cell) for cell in row] for row in table.rows]
    width = max((len(row) for row in rows), default=0)
    rows = [[*row, *[""] * (width - len(row))] for row in rows]
    rows = [row for row in rows if any(row)]
    filled = [column for column in range(width) if any(row[column] for row in rows)]
    rows = [[row[column] for column in filled] for row in rows]
    if len(filled) < 2 or not rows:
        return rows
    heads = table.heads if table.heads else _heads(rows)
    heads = min(heads, len(rows))
    head = [_joined_heads([row[column] for row in rows[:heads]]) for column in range(len(filled))]
    return [head, *([row[0], *[""] * (len(row) - 1)] if _is_band(row) else row for row in rows[heads:])]


def _heads(rows: Sequence[Sequence[str]]) -> int:
    """Two where the first row has merged cells that the second one divides."""
    if len(rows) < 3:
        return 1
    first, second = rows[0], rows[1]
    merged = [column for column in range(1, len(first)) if first[column] and first[column] == first[column - 1]]
    divided = any(second[column] != second[column - 1] for column in merged)
    return 2 if divided and not _is_band(first) and first[0] == second[0] else 1


def _joined_heads(cells: Sequence[str]) -> str:
    return " ".join(dict.fromkeys(cell for cell in cells if cell))


def _is_band(row: Sequence[str]) -> bool:
    return len(row) > 2 and bool(row[0]) and len(set(row)) == 1


def _markdown_of(block: Block) -> str:
    match block:
        case Heading():
            title = tidy_line(block.text)
            return heading_line(block.level, title, block.anchor) if title else ""
        case Paragraph():
            return "\n".join(filter(None, (_harmless(tidy_line(line)) for line in block.text.split("\n"))))
        case Item():
            text = tidy_line(block.text)
            # Markdown has no other labels than numbers; those stand in the text.
            mark = block.label if re.fullmatch(r"\d{1,9}\.", block.label) else "-"
            label = f"{block.label} " if block.label and mark == "-" else ""
            return f"{'   ' * block.depth}{mark} {label}{text}" if text else ""
        case Table():
            rows = tidy_table(block)
            if not rows or len(rows[0]) < 2:
                return "\n".join(_harmless(row[0]) for row in rows)
            return "\n".join(table_lines(rows))


def _harmless(line: str) -> str:
    """Words at the start of a line that Markdown would take for a heading, a row or a mark."""
    return MARK_AT_START.sub(lambda match: HARMLESS[match.group()[0]] + match.group()[1:], line)
