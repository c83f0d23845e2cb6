"""What stands on the sheet of an application."""

from datetime import datetime

from console.application_reading import ApplicationReading
from console.dates import Calendar
from console.texts import say
from console.views.applications import state_label
from core.pack import Pack
from procedures.models import Application
from procedures.outside.reading import ReadApplication
from procedures.paper import PaperForm, PaperRow, PaperSection
from procedures.progress import Progress
from procedures.sheet import applicant, sections_of
from procedures.wording import Wording

LABELS = ("number", "submitted", "item", "answer", "notes", "office")


def paper_of(reading: ApplicationReading, *, reveals: bool) -> PaperForm:
    """For staff."""
    return _form(
        reading.application,
        reading.visit.pack,
        reading.progress,
        reading.wording,
        reading.visit.now,
        holder=reading.names.get(reading.application.holder_id or 0, ""),
        is_forgotten=reading.is_forgotten,
        reveals=reveals,
    )


def sheet_of(read: ReadApplication, application: Application, pack: Pack, now: datetime, *, reveals: bool) -> PaperForm:
    """For other systems, which are not told who of the staff has it."""
    return _form(application, pack, read.progress, read.wording, now, holder="", is_forgotten=read.fields is None, reveals=reveals)


def _form(
    one: Application,
    pack: Pack,
    progress: Progress,
    wording: Wording,
    now: datetime,
    *,
    holder: str,
    is_forgotten: bool,
    reveals: bool,
) -> PaperForm:
    department = pack.departments.get(one.department_id)
    full = Calendar(lambda: now).full
    state = state_label(one.state, wording.text(f"states.{one.state}"))
    office = [
        PaperRow(label=say("paper.state"), text=say("paper.as_of", state=state, moment=full(now))),
        PaperRow(label=say("paper.department"), text=department.name if department else one.department_id),
        PaperRow(label=say("paper.holder"), text=holder),
        PaperRow(label=say("paper.legal_basis"), text=progress.definition.legal_basis),
    ]
    title = wording.text("title")
    return PaperForm(
        municipality=pack.municipality.name,
        title=title,
        number=one.number,
        submitted=full(one.submitted_at),
        addressee=say("paper.addressee", municipality=pack.municipality.name),
        description=say("paper.description", title=title, number=one.number),
        sections=tuple(
            PaperSection(title=section.title, rows=tuple(PaperRow(label=row.label, text=row.text) for row in section.rows))
            for section in sections_of(progress, wording, reveals=reveals)
        ),
        office=tuple(office),
        notes=tuple(_notes(one, progress, is_forgotten=is_forgotten)),
        labels={name: say(f"paper.{name}") for name in LABELS},
    )


def _notes(application: Application, progress: Progress, *, is_forgotten: bool) -> list[str]:
    found = []
    if is_forgotten:
        found.append(say("paper.forgotten"))
    if not application.shows_applicant:
        found.append(say("paper.anonymous"))
    elif not applicant(progress):
        found.append(say("paper.nameless"))
    return found
