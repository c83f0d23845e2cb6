"""Which procedure a resident wants to begin, and which belongs to an answer. Pure."""

import re
import unicodedata
from functools import lru_cache

from core.text import squeeze
from procedures.definition import Definition
from procedures.fields.choosing import is_among
from procedures.fields.items import ItemsField
from procedures.loading import Procedures
from procedures.receipts import read_receipt_number
from retrieval.tokens import fold

PARTICLES = re.compile(r"[のをにはがで、。\s]+$")
LONGEST_NUMBER = len("JU-2026-000123-K")
RECEIPT = re.compile(r"\bJU[\s-]*\d")


def wanted_procedure(procedures: Procedures | None, text: str) -> Definition | None:
    """The one that is asked for in so many words: 「粗大ごみを申し込みたい」. What only asks about it is none."""
    what = _wanted(procedures, text)
    return _named(procedures, what) if procedures is not None and what else None


def says_only_name(procedures: Procedures | None, text: str) -> bool:
    """Whether a wish for a procedure says nothing of the matter besides."""
    what = _wanted(procedures, text)
    names = {fold(squeeze(name)) for one in procedures.definitions.values() for name in one.starts} if procedures is not None else set()
    return PARTICLES.sub("", fold(squeeze(what))) in names


def _wanted(procedures: Procedures | None, text: str) -> str:
    """What a wish begins with: the procedure's name, and whatever stands before it."""
    if procedures is None:
        return ""
    flat = unicodedata.normalize("NFKC", text).strip().rstrip("。.!！")
    match = next((found for shape in _shapes(procedures.locality.words.start_shapes) if (found := shape.fullmatch(flat))), None)
    return match["what"] if match is not None else ""


def _named(procedures: Procedures, what: str) -> Definition | None:
    """By the name with which the words end, the longest first: what stands before it says more of the matter."""
    said = PARTICLES.sub("", fold(squeeze(what)))
    names = [(fold(squeeze(name)), definition) for definition in procedures.definitions.values() for name in definition.starts]
    found = [(len(name), definition) for name, definition in names if name and said.endswith(name)]
    return max(found, key=lambda one: one[0])[1] if found else None


def procedure_after(procedures: Procedures | None, entry_id: str, category: str) -> Definition | None:
    """The one whose button stands under an answer: of an entry that it names, or, where it names none, of its category."""
    if procedures is None:
        return None
    for definition in procedures.definitions.values():
        by_category = not definition.entries and bool(definition.category) and definition.category == category
        if entry_id in definition.entries or by_category:
            return definition
    return None


def procedure_for_items(procedures: Procedures | None) -> Definition | None:
    """The one that takes things of the waste table."""
    if procedures is None:
        return None
    takes = (one for one in procedures.definitions.values() if any(isinstance(field, ItemsField) for field in one.fields))
    return next(takes, None)


def asks_how_it_stands(procedures: Procedures | None, text: str) -> bool:
    """「申込みの状況」, or a receipt number."""
    if procedures is None:
        return False
    return is_among(procedures.locality.words.status, text) or names_receipt(text)


def says_not_done(procedures: Procedures | None, text: str) -> bool:
    """「まだ直っていません」, of what was reported as done."""
    return procedures is not None and is_among(procedures.locality.words.reopen, text)


def to_be_changed(procedures: Procedures | None, text: str) -> tuple[Definition, ...]:
    """Whose applications shall change or be taken back: 「粗大ごみの申込みを取り消したい」; all where the words name none."""
    if procedures is None:
        return ()
    flat = unicodedata.normalize("NFKC", text).strip().rstrip("。.!！?？").lower()
    for shape in _shapes(procedures.locality.words.change_shapes):
        match = shape.fullmatch(flat)
        what = match.groupdict().get("what") if match is not None else None
        named = _named(procedures, what) if what else None
        if named is not None:
            return (named,)
        if match is not None and not what:
            return tuple(procedures.definitions.values())
    return ()


def goes_on_with_filling(procedures: Procedures | None, text: str) -> bool:
    """「続きから」, said when something else has come in between."""
    return procedures is not None and is_among(procedures.locality.words.resume, text)


def asks_for_own_data(procedures: Procedures | None, text: str) -> bool:
    """「わたしのデータ」."""
    return procedures is not None and is_among(procedures.locality.words.my_data, text)


def names_receipt(text: str) -> bool:
    """Whether a receipt number stands in it, right or not; a telephone number is none."""
    flat = unicodedata.normalize("NFKC", text).upper().strip()
    if RECEIPT.search(flat) is not None:
        return True
    return len(squeeze(text)) <= LONGEST_NUMBER and not flat.isdigit() and read_receipt_number(text) is not None


@lru_cache(maxsize=8)
def _shapes(shapes: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(shape) for shape in shapes)
