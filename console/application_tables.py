"""Applications of one procedure as a table that other programs read."""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from sqlalchemy.orm import Session

from console.case_queries import staff_names
from console.texts import say
from console.views.applications import state_label
from console.visiting import Visit
from core.clock import in_japan
from core.messages import Language
from faq.exporting import BYTE_ORDER_MARK
from faq.tables import guard_formula
from procedures.definition import Definition
from procedures.listing import ApplicationFilter, applications
from procedures.models import Application
from procedures.sheet import shown
from procedures.wording import Wording

OWN = ("number", "state", "submitted_at", "due_at", "ended_at", "department", "holder", "joined_to")
"""Columns besides the answers."""
MOMENT = "%Y-%m-%d %H:%M"


class Encoding(StrEnum):
    """How the file is written: Excel needs one of them, older programs the other."""

    UTF_8 = "utf-8"
    CP932 = "cp932"


def table_of(
    session: Session, visit: Visit, definition: Definition, wanted: ApplicationFilter, *, encoding: Encoding, reveals: bool
) -> tuple[bytes, int]:
    """The file and how many applications it has. Sensitive answers are left out unless they are asked for by who may."""
    fields = [field for field in definition.fields if reveals or not field.sensitive]
    found = applications(session, visit.receiving.desk(visit.municipality_id), replace(wanted, with_joined=True), limit=None)
    names = staff_names(session, visit.municipality_id)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*(say(f"table.{name}") for name in OWN), *(guard_formula(field.label) for field in fields)])
    for one in found:
        progress = visit.receiving.teller.progress(session, one, visit.now)
        wording = Wording(progress.definition, visit.pack, Language.JAPANESE, progress)
        answers = progress.state.answers
        known = progress.definition.by_name
        # A field may have been sensitive in the version that it was filled in with.
        told = [known[field.name] for field in fields if field.name in known and (reveals or not known[field.name].sensitive)]
        texts = {field.name: shown(field, answers.get(field.name), wording, reveals=reveals) for field in told}
        cells = [texts.get(field.name, "") for field in fields]
        writer.writerow([guard_formula(cell) for cell in (*_own(session, visit, one, wording, names), *cells)])
    if encoding is Encoding.UTF_8:
        return (BYTE_ORDER_MARK + text.getvalue()).encode(), len(found)
    return text.getvalue().encode("cp932", errors="xmlcharrefreplace"), len(found)


def _own(session: Session, visit: Visit, one: Application, wording: Wording, names: Mapping[int, str]) -> list[str]:
    department = visit.pack.departments.get(one.department_id)
    original = session.get(Application, one.joined_to) if one.joined_to is not None else None
    moments = [f"{in_japan(moment):{MOMENT}}" if moment is not None else "" for moment in (one.submitted_at, one.due_at, one.ended_at)]
    return [
        one.number,
        state_label(one.state, wording.text(f"states.{one.state}")),
        *moments,
        department.name if department else one.department_id,
        names.get(one.holder_id or 0, ""),
        original.number if original is not None else "",
    ]
