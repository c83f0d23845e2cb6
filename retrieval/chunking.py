"""Published content → pieces that can answer a question. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.text import normalise

if TYPE_CHECKING:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$")
FENCE = re.compile(r"^\s*(```|~~~)")
JAPANESE_SEPARATORS = ["\n\n", "\n", "。", "！", "？", "、", ""]
"""LangChain's own would cut Japanese in the middle of a sentence."""
LONGEST = 900
SEPARATOR = " › "
NOT_IN_ANCHOR = re.compile(r"[^\w\-ー]+")


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a guide under one heading, or a piece of a long one."""

    heading: str
    """Headings above the part, from the second level on, joined; empty for what stands before the first."""
    anchor: str
    """Of its nearest heading, for a link to it; empty for what stands before the first."""
    body: str


def guide_sections(markdown: str, *, longest: int = LONGEST) -> tuple[Section, ...]:
    """Cut at headings, and where a part is too long between sentences; tables and code are never cut at a heading inside."""
    return tuple(
        Section(heading=section.heading, anchor=section.anchor, body=piece)
        for section in _at_headings(markdown)
        for piece in split_text(section.body, longest=longest)
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


def anchor_of(heading: str) -> str:
    """As in the address of a section: 手数料と取れる場所 → #手数料と取れる場所."""
    return NOT_IN_ANCHOR.sub("-", normalise(heading)).strip("-")


def _at_headings(markdown: str) -> Iterator[Section]:
    path: list[tuple[int, str]] = []
    lines: list[str] = []
    is_code = False
    for line in markdown.splitlines():
        is_code ^= bool(FENCE.match(line))
        match = None if is_code else HEADING.match(line)
        if match is None:
            lines.append(line)
            continue
        yield from _section(path, lines)
        level = len(match[1])
        path = [*(above for above in path if above[0] < level), (level, match[2])]
        lines = []
    yield from _section(path, lines)


def _section(path: list[tuple[int, str]], lines: list[str]) -> Iterator[Section]:
    body = "\n".join(lines).strip()
    if body:
        names = [name for level, name in path if level > 1]
        yield Section(heading=SEPARATOR.join(names), anchor=anchor_of(names[-1]) if names else "", body=body)


def _splitter(longest: int) -> "RecursiveCharacterTextSplitter":
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    return RecursiveCharacterTextSplitter(separators=JAPANESE_SEPARATORS, keep_separator="end", chunk_size=longest, chunk_overlap=0)
