"""Markdown of guides → the plain lines that a talk can show and that facts are checked in. Pure."""

import re
from collections.abc import Iterator

ROW = re.compile(r"^\s*\|(.+)\|\s*$")
RULE = re.compile(r"^[\s|:\-]+$")
BULLET = re.compile(r"^(\s*)[-*+]\s+")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$")
BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]+)\)")


def plain(markdown: str) -> str:
    """The same words without marks: a row of a table becomes 「・first cell：second cell」, further columns with their headings.

    Plain text stays as it is, but for bullets.
    """
    return "\n".join(_lines(markdown.splitlines()))


def _lines(lines: list[str]) -> Iterator[str]:
    headings: list[str] | None = None
    for place, line in enumerate(lines):
        match = ROW.match(line)
        if match is None:
            headings = None
            yield _line(line)
        elif headings is None:
            headings = _cells(match[1])
            is_table = place + 1 < len(lines) and RULE.match(lines[place + 1])
            if not is_table:
                yield _row(headings, headings)
        elif not RULE.match(line):
            yield _row(_cells(match[1]), headings)


def _cells(row: str) -> list[str]:
    return [_line(cell.strip()) for cell in row.split("|")]


def _row(cells: list[str], headings: list[str]) -> str:
    if len(cells) <= 2:
        return "・" + "：".join(cell for cell in cells if cell)
    others = (f"{heading} {cell}" for heading, cell in zip(headings[1:], cells[1:], strict=False) if cell)
    return f"・{cells[0]}：{'、'.join(others)}"


def _line(line: str) -> str:
    line = HEADING.sub(r"\1", line)
    line = BULLET.sub(r"\1・", line)
    line = LINK.sub(r"\1（\2）", line)
    return BOLD.sub(r"\2", line)
