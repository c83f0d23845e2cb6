"""What the columns of a table mean, and what a row of it wants an entry to say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from core.errors import ImportRefusedError
from core.japanese_dates import read_day
from core.pack import Pack
from core.text import squeeze
from core.yaml_text import read_yaml
from faq.checking import LANGUAGES, nearest
from faq.drafts import EntryDraft
from faq.models import EntryKind
from faq.tables import Cell, Table, column_letters
from faq.texts import say
from retrieval.passages import Link, Translation

REQUIRED = ("id", "question", "answer")
HEADING_WITHIN = 10
"""Rows above the heading may hold a title or an explanation."""
FIELDS = {"department_id": "department"}
"""Fields of a draft whose column has another name."""
EXCEL_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something about a cell that whoever imports should know; `key` names a sentence of texts.yaml."""

    address: str
    key: str
    gaps: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return say(self.key, **self.gaps)

    def __str__(self) -> str:
        return f"{self.address}: {self.text}"


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Where each column stands, counted from 1, and the rows under the heading."""

    places: Mapping[str, int]
    ignored: frozenset[int]
    rows: Sequence[Sequence[Cell]]
    warnings: tuple[Finding, ...]

    def address(self, column: str, row: int) -> str:
        """Of a column that is not there: that of the id."""
        return f"{column_letters(self.places.get(column, self.places['id']))}{row}"

    def address_of_field(self, name: str, row: int) -> str:
        """Of the column that a field of EntryDraft is read from."""
        language = name.removeprefix("translations.")
        return self.address(f"answer_{language}" if language != name else FIELDS.get(name, name), row)


def read_columns(table: Table) -> Columns:
    """Raises ImportRefusedError when there is no heading, or a column is missing or stands there twice."""
    candidates = [(place, _names(row)) for place, row in enumerate(table.rows[:HEADING_WITHIN])]
    place, names = max(candidates, key=lambda pair: sum(name in REQUIRED for _, name in pair[1]))
    missing = [name for name in REQUIRED if name not in {found for _, found in names}]
    if missing:
        raise ImportRefusedError(say("file.header", missing="」「".join(missing)))
    places: dict[str, int] = {}
    for cell, name in names:
        if name in places:
            raise ImportRefusedError(say("file.header_twice", cell=cell.address, name=cell.text.strip()))
        if name is not None:
            places[name] = cell.column
    unknown = [cell for cell, name in names if name is None and cell.text.strip()]
    warnings = [
        Finding(
            address=cell.address,
            key="warning.column_unknown",
            gaps={"name": cell.text.strip(), "hint": nearest(cell.text.strip(), aliases().keys())},
        )
        for cell in unknown
    ]
    if table.other_sheets:
        gaps = {"used": table.sheet, "others": "、".join(table.other_sheets)}
        warnings.append(Finding(address=names[0][0].address, key="warning.sheets", gaps=gaps))
    rows = table.rows[place + 1 :]
    if not rows:
        raise ImportRefusedError(say("file.no_rows"))
    return Columns(places=places, ignored=frozenset(cell.column for cell in unknown), rows=rows, warnings=tuple(warnings))


class RowReader:
    """Reads one row; what is wrong with its cells is in `findings` afterwards."""

    def __init__(self, row: Sequence[Cell], columns: Columns, pack: Pack) -> None:
        self.number = row[0].row
        self.findings: list[Finding] = []
        self._columns = columns
        self._pack = pack
        self._cells = {cell.column: cell for cell in row}

    @property
    def id(self) -> str:
        return self._text("id").strip()

    def draft(self, before: EntryDraft | None) -> EntryDraft:
        """What the row says over what the entry said before: a column that is not in the file changes nothing."""
        self._look_at_cells()
        base = before or EntryDraft()
        kind = self._kind(base.kind if before else EntryKind.FAQ)
        draft = replace(base, id=self.id, kind=kind, question=self._text("question"), answer=self._text("answer"))
        for name in ("phrasings", "category", "note"):
            if name in self._columns.places:
                text = self._text(name)
                draft = replace(draft, **{name: tuple(text.split("\n")) if name == "phrasings" else text})  # type: ignore[arg-type]
        if "department" in self._columns.places:
            draft = replace(draft, department_id=self._department())
        if "source_url" in self._columns.places:
            draft = replace(draft, source_url=self._text("source_url") or None)
        if "links" in self._columns.places:
            draft = replace(draft, links=tuple(self._links()))
        if "related" in self._columns.places:
            draft = replace(draft, related=tuple(self._text("related").replace("|", " ").split()))
        for name in ("valid_from", "valid_until", "checked_on"):
            if name in self._columns.places:
                draft = replace(draft, **{name: self._day(name)})  # type: ignore[arg-type]
        return replace(draft, translations=self._translations(draft))

    def _translations(self, draft: EntryDraft) -> Mapping[str, Translation]:
        found = dict(draft.translations)
        for language in LANGUAGES:
            if {f"question_{language}", f"answer_{language}"} & self._columns.places.keys():
                found[language] = Translation(question=self._text(f"question_{language}"), answer=self._text(f"answer_{language}"))
        return found

    def _text(self, column: str) -> str:
        cell = self._cell(column)
        return cell.text if cell else ""

    def _cell(self, column: str) -> Cell | None:
        return self._cells.get(self._columns.places.get(column, 0))

    def _complain(self, column: str, key: str, **gaps: object) -> None:
        self.findings.append(Finding(address=self._columns.address(column, self.number), key=f"row.{key}", gaps=gaps))

    def _look_at_cells(self) -> None:
        names = {place: name for name, place in self._columns.places.items()}
        for column, cell in self._cells.items():
            text = cell.text.strip()
            if text and column not in names and column not in self._columns.ignored:
                self.findings.append(Finding(address=cell.address, key="row.beyond", gaps={"text": text[:20]}))
            elif text in EXCEL_ERRORS and column in names:
                self.findings.append(Finding(address=cell.address, key="row.formula_error", gaps={"text": text}))
        id_cell = self._cell("id")
        if id_cell is not None and id_cell.is_date:
            self._complain("id", "id_date")

    def _kind(self, default: EntryKind) -> EntryKind:
        text = squeeze(self._text("kind"))
        if text in ("", *EntryKind):
            return EntryKind(text) if text else default
        self._complain("kind", "kind_bad", text=self._text("kind").strip()[:20])
        return default

    def _department(self) -> str | None:
        """Tables name departments as people do."""
        text = self._text("department").strip()
        by_name = {squeeze(department.name): key for key, department in self._pack.departments.items()}
        return by_name.get(squeeze(text), text) or None

    def _day(self, column: str) -> date | None:
        text = self._text(column).strip()
        day = read_day(text)
        if text and day is None:
            self._complain(column, "date_bad", text=text[:20])
        return day

    def _links(self) -> Iterator[Link]:
        for line in self._text("links").split("\n"):
            match line.rsplit(maxsplit=1):
                case [label, url]:
                    yield Link(label=label, url=url)
                case [lonely]:
                    self._complain("links", "link_bad", text=lonely[:40])


def _names(row: Sequence[Cell]) -> list[tuple[Cell, str | None]]:
    return [(cell, aliases().get(_key(cell.text))) for cell in row]


@lru_cache(maxsize=1)
def aliases() -> Mapping[str, str]:
    """The name of a column by everything that it may be called."""
    known = read_yaml((Path(__file__).parent / "columns.yaml").read_text(encoding="utf-8"))
    return {_key(alias): name for name, others in known.items() for alias in (name, *others)}


def column_names() -> tuple[str, ...]:
    """In the order of columns.yaml, which is that of an exported file."""
    return tuple(dict.fromkeys(aliases().values()))


def _key(text: str) -> str:
    return squeeze(text).replace("-", "_").replace("_", "")
