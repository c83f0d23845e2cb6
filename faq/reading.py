"""Reading a file of entries into a table: CSV in the encodings of Japanese offices, and Excel."""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from core.errors import ImportRefusedError
from faq.tables import Cell, Table, unguard_formula
from faq.texts import say

MEGABYTE = 1024 * 1024
SIZE_LIMIT = 50 * MEGABYTE
UNPACKED_LIMIT = 500 * MEGABYTE
ROWS_LIMIT = 100_000
OLE = bytes.fromhex("D0CF11E0A1B11AE1")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
SIGNATURES = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"<!doctype html", "web"),
    (b"<html", "web"),
)
PRIVATE = re.compile(r"[\x80-\x9f\ue000-\uf8ff]")

ExcelValue = int | float | str | bool | time | date | datetime | timedelta


def read_table(path: Path) -> Table:
    """The table of a file; of a workbook, that of its first sheet with something in it. Raises ImportRefusedError that says what to do."""
    return table_of(path.name, _content(path))


def table_of(name: str, content: bytes) -> Table:
    """As `read_table`, for an upload. What the file is, its bytes tell, not its name."""
    if len(content) > SIZE_LIMIT:
        raise ImportRefusedError(say("file.large", name=name, size=len(content) // MEGABYTE, limit=SIZE_LIMIT // MEGABYTE))
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise ImportRefusedError(say("file.empty", name=name))
    is_workbook = content.startswith((b"PK\x03\x04", OLE))
    table = _workbook(name, content) if is_workbook else Table(name=name, rows=_text_rows(name, content))
    if not table.rows:
        raise ImportRefusedError(say("file.empty", name=name))
    if len(table.rows) > ROWS_LIMIT:
        raise ImportRefusedError(say("file.rows_many", count=len(table.rows), limit=ROWS_LIMIT))
    return table


def _content(path: Path) -> bytes:
    if path.is_dir():
        raise ImportRefusedError(say("file.folder", name=path.name))
    try:
        with path.open("rb") as file:
            return file.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        raise ImportRefusedError(say("file.missing", name=str(path))) from None
    except OSError as error:
        raise ImportRefusedError(say("file.unreadable", name=str(path), reason=error.strerror)) from None


def _text_rows(name: str, content: bytes) -> Sequence[Sequence[Cell]]:
    head = content[:200].lstrip().lower()
    for signature, kind in SIGNATURES:
        if head.startswith(signature.lower()):
            raise ImportRefusedError(say("file.kind", name=name, kind=say(f"kind.{kind}")))
    text = _decoded(name, content)
    if "\0" in text:
        raise ImportRefusedError(say("file.kind", name=name, kind=say("kind.binary")))
    first = text.lstrip("\r\n").partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if first.count("\t") > first.count(",") else ",", strict=True)
    rows: list[list[Cell]] = []
    try:
        for number, row in enumerate(reader, start=1):
            cells = [Cell(row=number, column=place, text=unguard_formula(_newlines(text))) for place, text in enumerate(row, start=1)]
            if any(cell.text.strip() for cell in cells):
                rows.append(cells)
    except csv.Error:
        raise ImportRefusedError(say("file.quote", line=reader.line_num)) from None
    return rows


def _decoded(name: str, content: bytes) -> str:
    """UTF-8 first: Japanese text of CP932 is hardly ever valid UTF-8, while much of UTF-8 would pass for CP932."""
    try:
        return content.decode("utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    except UnicodeDecodeError as error:
        place = error.start
    if b"\0" in content[:1000]:
        raise ImportRefusedError(say("file.kind", name=name, kind=say("kind.binary")))
    if not _begins_as_utf8(content[:place]):
        try:
            text = content.decode("cp932")
        except UnicodeDecodeError as error:
            place = error.start
        else:
            strange = _strange_line(text)
            if strange is None:
                return text
            raise ImportRefusedError(say("file.encoding", name=name, line=strange))
    raise ImportRefusedError(say("file.encoding", name=name, line=content[:place].count(b"\n") + 1))


def _begins_as_utf8(content: bytes) -> bool:
    """Several Japanese characters decoded well before the first wrong byte: a damaged file, not another encoding."""
    return sum(character >= "\u0800" for character in content.decode("utf-8", "ignore")) >= 3


def _strange_line(text: str) -> int | None:
    """Other encodings pass for CP932 too: as private or control characters, or as little but half-width katakana."""
    private = PRIVATE.search(text)
    if private is not None:
        return text.count("\n", 0, private.start()) + 1
    foreign = [character for character in text if character > "\x7f"]
    half_width = sum("\uff61" <= character <= "\uff9f" for character in foreign)
    return 1 if half_width * 2 > len(foreign) else None


def _workbook(name: str, content: bytes) -> Table:
    _refuse_other_containers(name, content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        tables = [(title, list(_sheet_rows(name, workbook.get_sheet_by_name(title)))) for title in visible]
    except PasswordError:
        raise ImportRefusedError(say("file.encrypted", name=name)) from None
    except CalamineError:
        raise ImportRefusedError(say("file.broken", name=name)) from None
    except BaseException as error:
        # Calamine panics over some damaged files; the type of that exception can't be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise ImportRefusedError(say("file.broken", name=name)) from None
    filled = [(title, rows) for title, rows in tables if rows]
    if not filled:
        raise ImportRefusedError(say("file.empty", name=name))
    title, rows = filled[0]
    return Table(name=name, rows=rows, sheet=title, other_sheets=tuple(other for other, _ in filled[1:]))


def _refuse_other_containers(name: str, content: bytes) -> None:
    if content.startswith(OLE):
        if ENCRYPTED in content:
            raise ImportRefusedError(say("file.encrypted", name=name))
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            unpacked = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile:
        raise ImportRefusedError(say("file.broken", name=name)) from None
    if not any(part.startswith("xl/") for part in names):
        kind = "word" if any(part.startswith(("word/", "ppt/", "content.xml")) for part in names) else "zip"
        raise ImportRefusedError(say("file.kind", name=name, kind=say(f"kind.{kind}")))
    if unpacked > UNPACKED_LIMIT:
        raise ImportRefusedError(say("file.large", name=name, size=unpacked // MEGABYTE, limit=UNPACKED_LIMIT // MEGABYTE))


def _sheet_rows(name: str, sheet: CalamineSheet) -> Iterator[list[Cell]]:
    """Rows that hold something. A sheet begins where its first cell is, which need not be A1."""
    if sheet.start is None:
        return
    if sheet.height > ROWS_LIMIT:
        raise ImportRefusedError(say("file.rows_many", count=sheet.height, limit=ROWS_LIMIT))
    top, left = sheet.start
    for number, row in enumerate(sheet.to_python(skip_empty_area=True), start=top + 1):
        cells = [
            Cell(row=number, column=place, text=unguard_formula(_newlines(_as_text(value))), is_date=isinstance(value, date))
            for place, value in enumerate(row, start=left + 1)
        ]
        if any(cell.text.strip() for cell in cells):
            yield [*(Cell(row=number, column=place, text="") for place in range(1, left + 1)), *cells]


def _as_text(value: ExcelValue) -> str:
    """As a person sees it in the sheet: 1.0 is 1, midnight of a day is the day."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
