"""Writing published entries as CSV or Excel, so that importing the file again changes nothing."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import date

from faq.columns import column_names
from faq.drafts import EntryDraft
from faq.tables import guard_apostrophe, guard_formula
from retrieval.passages import Translation

BYTE_ORDER_MARK = "\ufeff"
"""By it Excel knows that the file is UTF-8."""
ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
NO_TRANSLATION = Translation(question="", answer="")
WIDTHS = {"question": 50, "answer": 80, "phrasings": 40, "source_url": 40}


def to_csv(drafts: Iterable[EntryDraft]) -> bytes:
    """UTF-8 with a byte order mark; no cell is taken for a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(column_names())
    for draft in drafts:
        writer.writerow([guard_formula(cell) for cell in _cells(draft)])
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def to_excel(drafts: Iterable[EntryDraft]) -> bytes:
    """One sheet, every cell a text, so that 001 stays 001 and nothing is computed."""
    from openpyxl import Workbook  # Slow to load, and rarely needed.
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("FAQ")
    sheet.freeze_panes = "A2"
    for place, name in enumerate(column_names(), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = WIDTHS.get(name, 16)

    def cell(text: str, *, is_heading: bool = False) -> WriteOnlyCell:
        made = WriteOnlyCell(sheet, value=ESCAPE_LIKE.sub("_x005F_", guard_apostrophe(text)))
        made.data_type = "s"
        made.number_format = "@"
        made.alignment = Alignment(wrap_text=True, vertical="top")
        if is_heading:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(name, is_heading=True) for name in column_names()])
    for draft in drafts:
        sheet.append([cell(text) for text in _cells(draft)])
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _cells(draft: EntryDraft) -> list[str]:
    return [_cell(draft, name) for name in column_names()]


def _cell(draft: EntryDraft, column: str) -> str:
    match column.partition("_"):
        case ("question", "_", language):
            return draft.translations.get(language, NO_TRANSLATION).question
        case ("answer", "_", language):
            return draft.translations.get(language, NO_TRANSLATION).answer
    match column:
        case "department":
            return draft.department_id or ""
        case "phrasings" | "related":
            return "\n".join(getattr(draft, column))
        case "links":
            return "\n".join(f"{link.label} {link.url}" for link in draft.links)
        case "valid_from" | "valid_until" | "checked_on":
            day: date | None = getattr(draft, column)
            return day.isoformat() if day else ""
        case _:
            return getattr(draft, column) or ""
