"""Published content → pieces that can answer a question. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.guide_format import FENCE, SEPARATOR, Part, guide_parts

if TYPE_CHECKING:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

JAPANESE_SEPARATORS = ["\n\n", "\n", "。", "！", "？", "、", ""]
"""LangChain's own would cut Japanese in the middle of a sentence."""
LONGEST = 900
TABLE_RULE = re.compile(r"^\|(?:\s*:?-+:?\s*\|)+$")


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a guide under one heading, or a piece of a long one."""

    heading: str
    """Headings above the part, from the second level on, joined; empty for what stands before the first."""
    number: int
    """Of its nearest heading within the guide, from 1; 0 for what stands before the first."""
    anchor: str
    """The id of its nearest heading in the source, where it has one there."""
    place: str
    """Where in the source it begins ("3ページ"); empty for a source without pages."""
    body: str


@dataclass(frozen=True, kw_only=True)
class _Block:
    """Lines that stay together where that is possible: a paragraph, a list, a table, a piece of code."""

    text: str
    place: str


def guide_sections(markdown: str, *, longest: int = LONGEST) -> tuple[Section, ...]:
    """Cut at headings, and where a part is too long between paragraphs, rows of tables and sentences.

    A table that is cut repeats its heading; a row is never cut, even where it is longer than `longest`.
    """
    return tuple(
        Section(heading=part.heading, number=part.number, anchor=part.anchor, place=piece.place, body=piece.text)
        for part in guide_parts(markdown)
        for piece in _pieces(part, longest)
    )


def split_text(text: str, *, longest: int = LONGEST) -> tuple[str, ...]:
    """Pieces of at most `longest` characters, cut after sentences where that is possible; nothing is lost but space around the cuts."""
    stripped = text.strip()
    if len(stripped) <= longest:
        return (stripped,) if stripped else ()
    return tuple(piece.strip() for piece in _splitter(longest).split_text(stripped) if piece.strip())


def section_title(title: str, section: Section) -> str:
    """What a passage of a guide answers: "guide title › heading"."""
    return f"{title}{SEPARATOR}{section.heading}" if section.heading else title


def _pieces(part: Part, longest: int) -> Iterator[_Block]:
    """As few as possible: a whole part where it is short enough."""
    text, place = "", ""
    for run in part.runs:
        for block in _cut(_blocks(run.text, run.place), longest):
            joined = f"{text}\n\n{block.text}" if text else block.text
            if text and len(joined) > longest:
                yield _Block(text=text, place=place)
                text, place = block.text, block.place
            else:
                text, place = joined, place if text else block.place
    if text:
        yield _Block(text=text, place=place)


def _cut(blocks: Iterator[_Block], longest: int) -> Iterator[_Block]:
    for block in blocks:
        if len(block.text) <= longest:
            yield block
            continue
        lines = block.text.split("\n")
        pieces = _cut_table(lines, longest) if is_table(lines) else split_text(block.text, longest=longest)
        yield from (_Block(text=piece, place=block.place) for piece in pieces)


def _blocks(text: str, place: str) -> Iterator[_Block]:
    """Cut at empty lines, and where a table begins or ends."""
    lines: list[str] = []
    is_code = False
    for line in [*text.split("\n"), ""]:
        is_code ^= bool(FENCE.match(line))
        ends = bool(lines) and not is_code and (not line.strip() or (_is_row(line) != _is_row(lines[-1]) and not FENCE.match(line)))
        if ends:
            yield _Block(text="\n".join(lines).strip(), place=place)
            lines = []
        if is_code or line.strip():
            lines.append(line)
    if lines:
        yield _Block(text="\n".join(lines).strip(), place=place)


def is_table(lines: Sequence[str]) -> bool:
    """Whether these lines are a table of Markdown with its heading."""
    return len(lines) > 2 and all(map(_is_row, lines)) and bool(TABLE_RULE.match(lines[1].replace(" ", "")))


def _cut_table(lines: Sequence[str], longest: int) -> Iterator[str]:
    head, rows = list(lines[:2]), list[str]()
    for line in lines[2:]:
        if rows and len("\n".join([*head, *rows, line])) > longest:
            yield "\n".join([*head, *rows])
            rows = []
        rows.append(line)
    yield "\n".join([*head, *rows])


def _is_row(line: str) -> bool:
    return line.lstrip().startswith("|")


def _splitter(longest: int) -> "RecursiveCharacterTextSplitter":
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    return RecursiveCharacterTextSplitter(separators=JAPANESE_SEPARATORS, keep_separator="end", chunk_size=longest, chunk_overlap=0)
