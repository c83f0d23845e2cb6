"""What stands on the sheet of an application."""

from console.application_reading import ApplicationReading
from console.dates import Calendar
from console.texts import say
from console.views.applications import state_label
from procedures.paper import PaperForm, PaperRow, PaperSection
from procedures.sheet import applicant, sections_of

LABELS = ("number", "submitted", "item", "answer", "notes", "office")


def paper_of(reading: ApplicationReading, *, reveals: bool) -> PaperForm:
    one, visit, wording = reading.application, reading.visit, reading.wording
    department = visit.pack.departments.get(one.department_id)
    full = Calendar(lambda: visit.now).full
    state = state_label(one.state, wording.text(f"states.{one.state}"))
    office = [
        PaperRow(label=say("paper.state"), text=say("paper.as_of", state=state, moment=full(visit.now))),
        PaperRow(label=say("paper.department"), text=department.name if department else one.department_id),
        PaperRow(label=say("paper.holder"), text=reading.names.get(one.holder_id or 0, "")),
        PaperRow(label=say("paper.legal_basis"), text=reading.progress.definition.legal_basis),
    ]
    title = wording.text("title")
    return PaperForm(
        municipality=visit.pack.municipality.name,
        title=title,
        number=one.number,
        submitted=full(one.submitted_at),
        addressee=say("paper.addressee", municipality=visit.pack.municipality.name),
        description=say("paper.description", title=title, number=one.number),
        sections=tuple(
            PaperSection(title=section.title, rows=tuple(PaperRow(label=row.label, text=row.text) for row in section.rows))
            for section in sections_of(reading.progress, wording, reveals=reveals)
        ),
        office=tuple(office),
        notes=tuple(_notes(reading)),
        labels={name: say(f"paper.{name}") for name in LABELS},
    )


def _notes(reading: ApplicationReading) -> list[str]:
    found = []
    if reading.is_forgotten:
        found.append(say("paper.forgotten"))
    if not reading.application.shows_applicant:
        found.append(say("paper.anonymous"))
    elif not applicant(reading.progress):
        found.append(say("paper.nameless"))
    return found
