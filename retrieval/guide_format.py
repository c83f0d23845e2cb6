"""The Markdown of guides: headings that may carry the id they have in their source, and marks of the page a text stands on. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$")
ANCHOR = re.compile(r"^(.*\S)\s*\{#([^\s{}#]+)\}$")
PLACE = re.compile(r"^<!-- place: (.+?) -->$")
FENCE = re.compile(r"^\s*(```|~~~)")
NOT_IN_PLACE = re.compile(r"-{2,}|[<>\n]")
SEPARATOR = " › "


@dataclass(frozen=True, kw_only=True)
class Run:
    """Lines of a part that stand on one page of the source; `place` is empty where the source has no pages."""

    place: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """A heading with what stands under it, up to the next heading of any level."""

    number: int
    """Counts the headings of a guide from 1; 0 is what stands before the first."""
    level: int
    title: str
    anchor: str
    """The heading's id in the source; empty where it has none."""
    names: tuple[str, ...]
    """Titles of this heading and of those above it, from the second level on."""
    runs: tuple[Run, ...]

    @property
    def heading(self) -> str:
        return SEPARATOR.join(self.names)


@dataclass
class _Reader:
    place: str = ""
    path: list[tuple[int, str]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    title: str = ""
    anchor: str = ""
    level: int = 0

    def end_run(self) -> None:
        text = "\n".join(self.lines).strip("\n")
        if text.strip():
            self.runs.append(Run(place=self.place, text=text))
        self.lines = []

    def end_part(self) -> None:
        self.end_run()
        names = tuple(name for level, name in self.path if level > 1)
        part = Part(number=len(self.parts), level=self.level, title=self.title, anchor=self.anchor, names=names, runs=tuple(self.runs))
        self.parts.append(part)
        self.runs = []


def guide_parts(markdown: str) -> tuple[Part, ...]:
    """All parts in order, empty ones too; the first one has no heading."""
    reader, is_code = _Reader(), False
    for line in markdown.splitlines():
        is_code ^= bool(FENCE.match(line))
        heading = None if is_code else HEADING.match(line)
        place = None if is_code else PLACE.match(line)
        if place:
            reader.end_run()
            reader.place = place[1]
        elif heading:
            reader.end_part()
            marked = ANCHOR.match(heading[2])
            reader.title, reader.anchor = (marked[1], marked[2]) if marked else (heading[2], "")
            reader.level = len(heading[1])
            reader.path = [*(above for above in reader.path if above[0] < reader.level), (reader.level, reader.title)]
        else:
            reader.lines.append(line)
    reader.end_part()
    return tuple(reader.parts)


def without_marks(markdown: str) -> str:
    """As people read it: no ids behind headings, no marks of pages."""
    kept: list[str] = []
    for line in markdown.splitlines():
        heading = HEADING.match(line)
        marked = ANCHOR.match(heading[2]) if heading else None
        if heading and marked:
            kept.append(f"{heading[1]} {marked[1]}")
        elif not PLACE.match(line):
            kept.append(line)
        elif kept and not kept[-1]:
            kept.pop()
    return "\n".join(kept).strip("\n")


def heading_line(level: int, title: str, anchor: str = "") -> str:
    """`## 手数料 {#fee}`; an id that can't stand there is left out."""
    mark = f" {{#{anchor}}}" if anchor and not re.search(r"[\s{}#]", anchor) else ""
    return f"{'#' * min(max(level, 1), 6)} {title}{mark}"


def place_line(place: str) -> str:
    """`<!-- place: 3ページ -->`: what follows stands there in the source."""
    return f"<!-- place: {NOT_IN_PLACE.sub(' ', place).strip()} -->"


def section_id(number: int) -> str:
    """The id of a part on our own page of the guide; empty for its beginning."""
    return f"section-{number}" if number else ""


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """A table of Markdown whose first row is the heading; a line break within a cell becomes a space."""
    width = max((len(row) for row in rows), default=0)
    lines = [_row([*row, *[""] * (width - len(row))]) for row in rows]
    return [lines[0], _row(["---"] * width), *lines[1:]] if lines else []


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(' '.join(cell.replace('|', '｜').split()) for cell in cells)} |"
