"""Excel: a section per visible sheet, its tables with what the cells show; formulas give their last results."""

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from faq.documents.archives import has_formulas
from faq.documents.blocks import Block, Found, Heading, Paragraph, Table
from faq.documents.limits import CELLS_LIMIT, SHEETS_LIMIT, named, refuse
from faq.texts import say

ERROR = re.compile(r"^#(?:REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!)")
QUOTED = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)-?[^\]]*\]')
ERAS = ((date(2019, 5, 1), "令和", 2018), (date(1989, 1, 8), "平成", 1988), (date(1926, 12, 25), "昭和", 1925))
NOTES = ("※", "注")
PLAIN_SHEET = re.compile(r"^sheet\s*\d+$", re.IGNORECASE)


def read_workbook(name: str, content: bytes) -> Found:
    """Raises ImportRefusedError that names sheet and cell."""
    workbook = _opened(name, content, data_only=True)
    formulas = _opened(name, content, data_only=False) if has_formulas(content) else None
    sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    hidden = [say("document.sheet", title=sheet.title) for sheet in workbook.worksheets if sheet.sheet_state != "visible"]
    if len(sheets) > SHEETS_LIMIT:
        raise refuse("sheets_many", name=name, count=len(sheets), limit=SHEETS_LIMIT)
    blocks: list[Block] = []
    filled: list[Worksheet] = []
    left_out: list[str] = []
    for sheet in sheets:
        rows, some_hidden = _rows(name, sheet, formulas[sheet.title] if formulas else None)
        if some_hidden:
            left_out.append(say("document.sheet", title=sheet.title))
        if not any(any(row) for row in rows):
            continue
        filled.append(sheet)
        where = say("document.sheet", title=sheet.title)
        blocks += [Heading(text=sheet.title, level=2, place=where), *_blocks(rows, where)]
    if not filled:
        raise refuse("no_text", name=name)
    title = str(workbook.properties.title or "").strip()
    if len(filled) == 1:
        blocks = blocks[1:]
        title = title or ("" if PLAIN_SHEET.match(filled[0].title) else filled[0].title)
    warnings = [say("document.warning.hidden", places=named(hidden))] if hidden else []
    warnings += [say("document.warning.hidden_rows", places=named(left_out))] if left_out else []
    return Found(title=title, blocks=blocks, warnings=warnings)


def _opened(name: str, content: bytes, *, data_only: bool) -> Workbook:
    try:
        return load_workbook(io.BytesIO(content), data_only=data_only)
    except (KeyError, ValueError, TypeError, SyntaxError, AttributeError, IndexError, BadZipFile, OSError) as error:
        raise refuse("broken", name=name) from error


def _rows(name: str, sheet: Worksheet, formulas: Worksheet | None) -> tuple[list[list[str]], bool]:
    """What the visible cells show, and whether rows or columns are hidden."""
    if sheet.max_row * sheet.max_column > CELLS_LIMIT:
        raise refuse("sheet_large", name=name, sheet=sheet.title, limit=CELLS_LIMIT)
    merged: dict[tuple[int, int], tuple[int, int]] = {}
    for area in sheet.merged_cells.ranges:
        for row in range(area.min_row, min(area.max_row, sheet.max_row) + 1):
            for column in range(area.min_col, min(area.max_col, sheet.max_column) + 1):
                merged[row, column] = (area.min_row, area.min_col)
    columns = [number for number in range(1, sheet.max_column + 1) if number not in _hidden_columns(sheet)]
    numbers = [number for number in range(1, sheet.max_row + 1) if not sheet.row_dimensions[number].hidden]
    texts: dict[tuple[int, int], str] = {}
    for row in sheet.iter_rows():
        for cell in row:
            if not isinstance(cell, MergedCell):
                texts[cell.row, cell.column] = _shown(name, sheet, cell, formulas)
    rows = [[texts.get(merged.get((row, column), (row, column)), "") for column in columns] for row in numbers]
    hides = any(
        any(texts.get((row, column), "") for column in range(1, sheet.max_column + 1))
        for row in set(range(1, sheet.max_row + 1)) - set(numbers)
    )
    return rows, hides or any(texts.get((row, column), "") for column in _hidden_columns(sheet) for row in range(1, sheet.max_row + 1))


def _hidden_columns(sheet: Worksheet) -> set[int]:
    return {
        number
        for dimension in sheet.column_dimensions.values()
        if dimension.hidden
        for number in range(dimension.min or 0, min(dimension.max or 0, sheet.max_column) + 1)
    }


def _blocks(rows: Sequence[Sequence[str]], where: str) -> Iterator[Block]:
    """Tables are apart where an empty row is between them; a row with one text is a line above or below."""
    table: list[Sequence[str]] = []
    for row in [*rows, []]:
        texts = list(dict.fromkeys(filter(None, row)))
        is_line = len(texts) == 1 and (not table or len(set(filter(None, table[-1]))) < 2 or texts[0].startswith(NOTES))
        if not texts or is_line:
            if table:
                yield Table(rows=table, place=where)
                table = []
            if texts:
                yield Paragraph(text=texts[0], place=where)
        else:
            table.append(row)


def _shown(name: str, sheet: Worksheet, cell: Cell, formulas: Worksheet | None) -> str:
    value = cell.value
    # A formula whose result is an empty text says so; one that was never computed has no type.
    if formulas is not None and value is None and cell.data_type != "str":
        formula = formulas[cell.coordinate].value
        if isinstance(formula, str) and formula.startswith("="):
            raise refuse("formula_empty", name=name, sheet=sheet.title, cell=cell.coordinate)
    if isinstance(value, str) and ERROR.match(value):
        raise refuse("formula_error", name=name, sheet=sheet.title, cell=cell.coordinate, text=value)
    return shown(value, cell.number_format or "General")


def shown(value: object, pattern: str) -> str:
    """A value as its cell shows it: 1000 with #,##0"円" is 1,000円."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime() | date():
            return _day(value, pattern)
        case time():
            return f"{value.hour}:{value.minute:02d}"
        case timedelta():
            minutes = int(value.total_seconds()) // 60
            return f"{minutes // 60}:{minutes % 60:02d}"
        case int() | float():
            return _number(value, pattern)
        case _:
            return str(value).strip()


def _day(value: datetime | date, pattern: str) -> str:
    day = value.date() if isinstance(value, datetime) else value
    year = f"{day.year}年"
    if re.search(r"g|(?<!\w)e", QUOTED.sub("", pattern)):
        era = next(((name, offset) for start, name, offset in ERAS if day >= start), None)
        if era is not None:
            count = day.year - era[1]
            year = f"{era[0]}{'元' if count == 1 else count}年"
    has_time = isinstance(value, datetime) and (value.hour or value.minute)
    clock = f" {value.hour}:{value.minute:02d}" if has_time and isinstance(value, datetime) else ""
    return f"{year}{day.month}月{day.day}日{clock}"


def _number(value: int | float, pattern: str) -> str:
    """By the part of the format for positive numbers; words in it stand before or behind."""
    sections = pattern.split(";")
    form = sections[1] if value < 0 and len(sections) > 1 and sections[1] else sections[0]
    words = QUOTED.sub(lambda match: match[1] or match[2] or match[3] or "", form)
    core = re.search(r"[#0?][#0?,.]*%?", QUOTED.sub(lambda match: "\0" * len(match.group()), form))
    if form in ("General", "@") or core is None:
        return f"{value:.10g}" if isinstance(value, float) else str(value)
    digits = core.group()
    number = abs(value) * 100 if "%" in digits else (abs(value) if len(sections) > 1 and value < 0 else value)
    decimals = len(digits.partition(".")[2].rstrip("%").replace(",", ""))
    text = f"{number:{',' if ',' in digits else ''}.{decimals}f}" + ("%" if "%" in digits else "")
    whole = digits.partition(".")[0].replace(",", "")
    if not decimals and whole.strip("0") == "" and len(whole) > 1:
        text = text.zfill(len(whole))
    before, _, after = words.partition(digits)
    return f"{_words(before)}{text}{_words(after)}"


def _words(text: str) -> str:
    """What a format writes besides the number: colours, spaces and fillers are no words."""
    return re.sub(r"\[[^\]]*\]|[_*].|[#0?,.@]", "", text).strip()
