"""Tables of a PDF page: by their ruled lines, or by text that stands in columns. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from faq.documents.blocks import joined
from faq.documents.pdf_glyphs import Glyph, Rule
from faq.documents.pdf_lines import Line, Piece, pieces_of

TOUCH = 3.0
"""Points within which two lines meet, or are one drawn twice."""
CELLS_OF_A_PAGE = 5_000
RULES_OF_A_PAGE = 3_000
"""A page with more lines than that is a map or a drawing."""


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table and where it stands; merged cells are repeated."""

    rows: tuple[tuple[str, ...], ...]
    columns: tuple[float, ...]
    """Where its columns begin, to recognise it when it goes on over the page."""
    top: float
    bottom: float


def ruled_tables(glyphs: Sequence[Glyph], rules: Sequence[Rule], usual: float) -> tuple[list[Grid], list[Glyph]]:
    """Tables with lines around their cells, and the glyphs that stand outside of them."""
    grids: list[Grid] = []
    rest = list(glyphs)
    for group in _groups(rules):
        xs = _places([rule.x0 for rule in group if not rule.is_horizontal])
        ys = _places([rule.y0 for rule in group if rule.is_horizontal])[::-1]
        if len(xs) < 2 or len(ys) < 2 or len(xs) * len(ys) > CELLS_OF_A_PAGE:
            continue
        regions = _regions(xs, ys, group)
        inside: list[Glyph] = []
        outside: list[Glyph] = []
        for glyph in rest:
            (inside if _is_within(glyph, xs, ys) else outside).append(glyph)
        if len({region for row in regions for region in row}) < 2 or not inside:
            continue
        texts = _texts(inside, xs, ys, regions, usual)
        rows = tuple(tuple(texts.get(region, "") for region in row) for row in regions)
        if sum(map(bool, set(texts.values()))) < 2 or len(xs) < 3:
            # A frame around text, and boxes below each other, are no table.
            continue
        grids.append(Grid(rows=rows, columns=tuple(xs), top=ys[0], bottom=ys[-1]))
        rest = outside
    return grids, rest


def aligned_table(lines: Sequence[Line]) -> tuple[Grid | None, int]:
    """A table without ruled lines at the beginning of `lines`, and how many of them it takes."""
    taken = 0
    while taken < len(lines) and (len(lines[taken].pieces) > 1 or (taken and _continues(lines[0], lines[taken - 1], lines[taken]))):
        taken += 1
    while taken and len(lines[taken - 1].pieces) < 2:
        taken -= 1
    full = [line for line in lines[:taken] if len(line.pieces) > 1]
    starts = _columns([piece for line in full for piece in line.pieces])
    if len(starts) < 2 or len(full) < (2 if len(starts) > 2 else 3):
        return None, 0
    rows: list[list[str]] = []
    for line in lines[:taken]:
        if len(line.pieces) > 1 or not rows:
            rows.append([""] * len(starts))
        for piece in line.pieces:
            column = max(place for place, start in enumerate(starts) if start <= piece.x0 + 1 or place == 0)
            rows[-1][column] = joined(rows[-1][column], piece.text)
    grid = Grid(rows=tuple(map(tuple, rows)), columns=tuple(starts), top=lines[0].y, bottom=lines[taken - 1].y)
    return grid, taken


def _continues(first: Line, before: Line, line: Line) -> bool:
    """The next line of a cell in a later column, close below."""
    return line.x0 >= first.pieces[1].x0 - 2 and before.y - line.y < 2 * line.size if len(first.pieces) > 1 else False


def _columns(pieces: Sequence[Piece]) -> list[float]:
    """Where columns begin: pieces that overlap from above to below are of one column."""
    columns: list[list[float]] = []
    for piece in sorted(pieces, key=lambda own: own.x0):
        if columns and piece.x0 < columns[-1][1]:
            columns[-1][1] = max(columns[-1][1], piece.x1)
        else:
            columns.append([piece.x0, piece.x1])
    return [column[0] for column in columns]


def _groups(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Lines that touch one another, directly or by others, the topmost first."""
    groups: list[tuple[list[float], list[Rule]]] = []
    for rule in rules if len(rules) <= RULES_OF_A_PAGE else ():
        own = [rule.x0, rule.y0, rule.x1, rule.y1]
        box, members = own, [rule]
        apart: list[tuple[list[float], list[Rule]]] = []
        for other_box, others in groups:
            if _touch(own, other_box) and any(_touch_rules(rule, other) for other in others):
                box = [min(box[0], other_box[0]), min(box[1], other_box[1]), max(box[2], other_box[2]), max(box[3], other_box[3])]
                members = [*others, *members]
            else:
                apart.append((other_box, others))
        groups = [*apart, (box, members)]
    return [members for _, members in sorted(groups, key=lambda group: -group[0][3])]


def _touch(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] <= other[2] + TOUCH and other[0] <= one[2] + TOUCH and one[1] <= other[3] + TOUCH and other[1] <= one[3] + TOUCH


def _touch_rules(one: Rule, other: Rule) -> bool:
    return _touch((one.x0, one.y0, one.x1, one.y1), (other.x0, other.y0, other.x1, other.y1))


def _places(values: Sequence[float]) -> list[float]:
    """Ascending, those that are almost equal joined."""
    places: list[list[float]] = []
    for value in sorted(values):
        if places and value - places[-1][-1] <= TOUCH:
            places[-1].append(value)
        else:
            places.append([value])
    return [sum(own) / len(own) for own in places]


def _regions(xs: Sequence[float], ys: Sequence[float], rules: Sequence[Rule]) -> list[list[int]]:
    """For every cell of the grid the number of the merged area it belongs to; no line between two cells joins them."""
    rows, columns = len(ys) - 1, len(xs) - 1
    parent = list(range(rows * columns))

    def root(place: int) -> int:
        while parent[place] != place:
            place = parent[place]
        return place

    for row in range(rows):
        for column in range(columns):
            here = row * columns + column
            middle_x, middle_y = (xs[column] + xs[column + 1]) / 2, (ys[row] + ys[row + 1]) / 2
            if column + 1 < columns and not any(
                not rule.is_horizontal and abs(rule.x0 - xs[column + 1]) <= TOUCH and rule.y0 <= middle_y <= rule.y1 for rule in rules
            ):
                parent[root(here + 1)] = root(here)
            if row + 1 < rows and not any(
                rule.is_horizontal and abs(rule.y0 - ys[row + 1]) <= TOUCH and rule.x0 <= middle_x <= rule.x1 for rule in rules
            ):
                parent[root(here + columns)] = root(here)
    return [[root(row * columns + column) for column in range(columns)] for row in range(rows)]


def _is_within(glyph: Glyph, xs: Sequence[float], ys: Sequence[float]) -> bool:
    x, y = (glyph.x0 + glyph.x1) / 2, glyph.y + 0.35 * glyph.size
    return xs[0] <= x <= xs[-1] and ys[-1] <= y <= ys[0]


def _texts(glyphs: Sequence[Glyph], xs: Sequence[float], ys: Sequence[float], regions: list[list[int]], usual: float) -> dict[int, str]:
    own: dict[int, list[Glyph]] = {}
    for glyph in glyphs:
        x, y = (glyph.x0 + glyph.x1) / 2, glyph.y + 0.35 * glyph.size
        column = sum(place <= x for place in xs[1:-1])
        row = sum(place >= y for place in ys[1:-1])
        own.setdefault(regions[row][column], []).append(glyph)
    return {region: _cell(found, usual) for region, found in own.items()}


def _cell(glyphs: Sequence[Glyph], usual: float) -> str:
    text, before = "", None
    for piece in pieces_of(glyphs, usual):
        same_line = before is not None and abs(before.y - piece.y) < 0.4 * piece.size
        text = f"{text} {piece.text}" if same_line else joined(text, piece.text)
        before = piece
    return text
