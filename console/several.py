"""What the forms that move several rows at once have in common: the boxes, doing it once, undoing it once, and what came of it."""

from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session

from console import submissions
from console.forms import TextForm
from console.models import FormSubmission
from console.texts import say
from console.views.cases import BulkResultView
from console.visiting import NotHereError, Visit

Detail = Mapping[str, Any]  # Any: JSON.
"""What was done and what was refused; and once it is undone, under `undone`, what came of that."""


@dataclass(frozen=True, kw_only=True)
class Picked:
    """A row as the page showed it."""

    id: int
    version: int


class UndoForm(TextForm):
    """`submission` is the form that is undone."""

    submission: str = ""
    back: str = ""


async def picked_in(request: Request, name: str, most: int) -> Sequence[Picked]:
    """Boxes that were ticked: the row and the version that the page showed, as 12.3."""
    form = await request.form()
    found = []
    for value in form.getlist(name)[:most]:
        parts = str(value).split(".")
        if len(parts) == 2 and all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
            found.append(Picked(id=int(parts[0]), version=int(parts[1])))
    return found


def do_once(visit: Visit, key: str, kind: str, act: Callable[[], Detail]) -> None:
    """A second click does nothing. Raises ForgedRequestError."""
    with visit.writing() as session:
        is_first = submissions.begin(session, visit, key, kind)
    if is_first:
        detail = act()
        with visit.writing() as session:
            submissions.finish(session, key, detail)


def undo_once(visit: Visit, key: str, kind: str, take_back: Callable[[Detail], Detail]) -> None:
    """Raises NotHereError for a form that is none of the visitor's."""
    with visit.writing() as session:
        row = submissions.submission_of(session, visit, key, kind)
        if row is None:
            raise NotHereError("no such form of this person")
        session.refresh(row, with_for_update=True)
        is_first = row.undone_at is None and bool(row.detail)
        if is_first:
            row.undone_at = visit.now
        detail = dict(row.detail)
    if is_first:
        undone = take_back(detail)
        with visit.writing() as session:
            session.get_one(FormSubmission, key).detail = {**detail, "undone": undone}


def result_of(session: Session, visit: Visit, key: str, kind: str, in_words: Callable[[str, int, bool], str]) -> BulkResultView | None:
    """Of the visitor's own form; None for a key that is none of theirs. `in_words` says of an action how many, and whether undone."""
    row = submissions.submission_of(session, visit, key, kind)
    if row is None:
        return None
    if not row.detail:
        return BulkResultView(done=say("bulk.running"), refused=(), undo=None)
    is_undone = row.undone_at is not None
    shown = row.detail["undone"] if is_undone and "undone" in row.detail else row.detail
    count = len(shown["done"])
    refused = tuple(say("bulk.refused", count=number, reason=reason) for reason, number in Tally(shown["refused"]).most_common())
    undo = row.submission if count and not is_undone else None
    return BulkResultView(done=in_words(shown["action"], count, is_undone), refused=refused, undo=undo)
