"""The page of one case: reading it, its suggestions, and printing it."""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from console.access import accessible_case, acting_staff
from console.case_box import Said, read_box, reply_view, suggestions_view
from console.case_pages import PAGE, ROOM, case_view
from console.case_reading import PRINTED, Reading
from console.forms import clean
from console.submissions import new_key
from console.suggesting import QUESTION_LIMIT
from console.views.case import PrintView
from console.visiting import Reader, RowId, Visit
from handoff.cases import see_mentions
from handoff.queries import mentions_of

router = APIRouter(prefix="/cases")


@router.get("/{case_id}")
def show_case(case_id: RowId, visit: Reader, words: str | None = None, before: str = "") -> Response:
    is_number = before.isascii() and before.isdecimal() and len(before) < 19
    asked = clean(words)[:QUESTION_LIMIT] if words is not None else None
    view = case_view(visit, case_id, before=int(before) if is_number else None, words=asked)
    note_mentions_seen(visit, case_id)
    return visit.page(PAGE, view, room=ROOM)


@router.get("/{case_id}/reply")
def show_reply_box(case_id: RowId, visit: Reader) -> Response:
    """For a page on which nothing could be written until now."""
    with visit.reading() as session:
        box = read_box(Reading.of(session, visit, case_id))
    return visit.fragment("case/_reply.html", reply_view(visit, box, Said(submission=new_key())), room=ROOM)


@router.get("/{case_id}/suggestions")
def show_suggestions(case_id: RowId, visit: Reader, words: str = "") -> Response:
    with visit.reading() as session:
        accessible_case(session, visit, case_id)
    view = suggestions_view(visit, case_id, clean(words).strip()[:QUESTION_LIMIT])
    return visit.fragment("case/_suggestions.html", view, room=ROOM)


@router.get("/{case_id}/print")
def print_case(case_id: RowId, visit: Reader, notes: str = "") -> Response:
    """For the paper file; who printed what is recorded. Notes among staff are left out unless they are asked for."""
    has_notes = notes == "1"
    with visit.writing() as session:
        reading = Reading.of(session, visit, case_id)
        talk = reading.talk(limit=PRINTED)
        view = PrintView(
            head=reading.head(),
            talk=talk,
            notes=reading.notes().notes if has_notes else (),
            events=reading.side().events[::-1],
            has_notes=has_notes,
            is_cut=talk.older is not None,
            most=PRINTED,
            printed_at=visit.now,
        )
        visit.record(session, "case.print", f"case:{case_id}")
    return HTMLResponse(visit.console.renderer.render("case/print.html", view, visit.frame(ROOM)))


def note_mentions_seen(visit: Visit, case_id: int) -> None:
    """Whoever was asked for a word has the case in front of them."""
    with visit.reading() as session:
        is_asked = bool(mentions_of(session, visit.visitor.staff_id, case_id=case_id))
    if is_asked:
        with visit.writing() as session:
            see_mentions(session, accessible_case(session, visit, case_id), acting_staff(session, visit), now=visit.now)
