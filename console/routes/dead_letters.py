"""Jobs that were given up: seeing them, and having them tried again."""

from collections.abc import Sequence
from dataclasses import replace

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from console.security import PREFIX
from console.views.dead_letters import DeadLettersView, gone_view, letter_view
from console.visiting import JobReader, JobWriter, RowId, Visit
from core.jobs import DeadLetter

PATH = f"{PREFIX}/dead-letters"

router = APIRouter(prefix="/dead-letters")


@router.get("")
def dead_letters(visit: JobReader) -> Response:
    with visit.reading() as session:
        letters = visible_letters(session, visit)
    view = DeadLettersView(letters=tuple(letter_view(letter) for letter in letters))
    return visit.page("dead_letters/page.html", view, room="dead_letters")


@router.post("/{letter_id}/retry")
def retry(letter_id: RowId, visit: JobWriter) -> Response:
    with visit.writing() as session:
        letter = next((letter for letter in visible_letters(session, visit) if letter.id == letter_id), None)
        is_retried = letter is not None and visit.console.queue.retry(session, letter_id)
        if is_retried:
            visit.record(session, "job.retry", f"job:{letter_id}")
    view = replace(letter_view(letter), is_retried=True) if letter is not None and is_retried else gone_view(letter_id)
    notice = "job_retried" if is_retried else "job_gone"
    return visit.fragment_or_redirect("dead_letters/_letter.html", view, room="dead_letters", to=PATH, notice=notice)


def visible_letters(session: Session, visit: Visit) -> Sequence[DeadLetter]:
    """Those of the municipality, and those of none."""
    return [letter for letter in visit.console.queue.dead_letters(session) if letter.municipality_id in (None, visit.municipality_id)]
