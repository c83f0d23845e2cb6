"""A procedure's YAML: its lines, what would change, and one edition of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from console.source_problems import ProblemLine

AROUND = 2
"""Lines shown on each side of a change."""


@dataclass(frozen=True, kw_only=True)
class LineView:
    """`kind` is same, gone, new, or cut where lines are left out. `number` is that of the new text, of the old for what is gone."""

    kind: str
    number: int
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class SourceView:
    """The page with the YAML, and the form to bring in another."""

    title: str
    path: str
    lines: tuple[str, ...]
    edited: str
    is_waiting: bool
    is_own: bool
    """Something other than the pack's text is in force, so that one may go back to it."""
    may_edit: bool
    needs_approval: bool
    problems: tuple[ProblemLine, ...] = ()
    problem_lines: tuple[LineView, ...] = ()
    """Of the text that was refused, the lines that are named."""


@dataclass(frozen=True, kw_only=True)
class ComparedView:
    """What a text that was brought in would change; nothing is changed yet."""

    title: str
    path: str
    source: str
    edited: str
    changes: tuple[LineView, ...]
    needs_approval: bool
    is_stale: bool
    """Somebody changed the procedure since the text was brought in."""


@dataclass(frozen=True, kw_only=True)
class EditionView:
    """One edition: what it changed, who decided, and what can be done with it."""

    title: str
    path: str
    what: str
    number: int
    state: str
    state_key: str
    way: str
    author: str
    at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str
    changes: tuple[LineView, ...]
    href: str
    is_waiting: bool
    may_approve: bool
    may_refuse: bool
    is_own: bool
    """The visitor wrote it, so that somebody else must approve it."""
    may_put_back: bool
    may_try: bool
    problem: str = ""


def line_changes(before: str, after: str) -> tuple[LineView, ...]:
    """Line by line, with a few lines around each change."""
    return tuple(_changes(before.splitlines(), after.splitlines()))


def _changes(before: Sequence[str], after: Sequence[str]) -> Iterator[LineView]:
    groups = SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(AROUND)
    for group in groups:
        yield LineView(kind="cut", number=group[0][3] + 1)
        for tag, start, end, new_start, new_end in group:
            if tag == "equal":
                yield from (LineView(kind="same", number=number + 1, text=after[number]) for number in range(new_start, new_end))
                continue
            yield from (LineView(kind="gone", number=number + 1, text=before[number]) for number in range(start, end))
            yield from (LineView(kind="new", number=number + 1, text=after[number]) for number in range(new_start, new_end))


def lines_at(source: str, numbers: Sequence[int]) -> tuple[LineView, ...]:
    lines = source.splitlines()
    wanted = sorted({number for number in numbers if 0 < number <= len(lines)})
    return tuple(LineView(kind="same", number=number, text=lines[number - 1]) for number in wanted)
