"""Shows the page of one case, or what of it a form has changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Response

from console.case_box import Said, read_box, reply_view
from console.case_reading import Reading, TypedNote
from console.security import PREFIX
from console.submissions import new_key
from console.texts import say
from console.views.case import CaseView
from console.views.case_moves import Typed
from console.views.case_side import EventLine
from console.visiting import Visit
from handoff.errors import (
    CapacityError,
    CaseError,
    ClaimLostError,
    NoteMissingError,
    NotHolderError,
    NotInStateError,
    NotThereError,
    ReasonMissingError,
    StaleCaseError,
    TargetError,
)

ROOM = "cases"
PAGE = "case/page.html"
MOST_CHANGES = 10


class NoMomentError(CaseError):
    """A case can only be put aside until a moment that comes."""


INPUT_ERRORS = (NoteMissingError, ReasonMissingError, TargetError, NotThereError, NoMomentError)


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A form of the page that changed nothing. `seen` is the version that it was made from."""

    typed: Typed
    seen: int | None = None


def case_path(case_id: int) -> str:
    return f"{PREFIX}/cases/{case_id}"


def case_view(
    visit: Visit,
    case_id: int,
    *,
    before: int | None = None,
    words: str | None = None,
    said: Said | None = None,
    refused: Refused | None = None,
    note: TypedNote | None = None,
) -> CaseView:
    """`words` are what suggestions are searched for, `note` what was typed for a note that was refused. Raises NotHereError."""
    said = said or Said(submission=new_key())
    with visit.reading() as session:
        reading = Reading.of(session, visit, case_id)
        typed = refused.typed if refused is not None else None
        head, presence, talk, moves = reading.head(), reading.presence(), reading.talk(before), reading.moves(typed)
        notes, note_form, side = reading.notes(), reading.note_form(new_key(), note), reading.side()
        changes = changes_since(side.events, refused.seen if refused is not None else None)
        box = read_box(reading, said.text)
    return CaseView(
        staff_id=visit.visitor.staff_id,
        head=head,
        presence=presence,
        talk=talk,
        reply=reply_view(visit, box, said, words=words),
        moves=moves,
        notes=notes,
        note_form=note_form,
        side=side,
        changes=changes,
    )


def changes_since(events: tuple[EventLine, ...], seen: int | None) -> tuple[EventLine, ...]:
    """What happened to the case since the form was made, the newest first."""
    return tuple(event for event in events if seen is not None and event.version > seen)[:MOST_CHANGES]


def refusal(visit: Visit, error: CaseError, name: str = "") -> str:
    """Why something about a case was not done, in words; `name` is that of who has it."""
    somebody = name or say("case.somebody")
    match error:
        case StaleCaseError():
            return say("refused.stale")
        case ClaimLostError():
            return say("refused.claim_lost", name=error.holder_name or somebody)
        case CapacityError():
            return say("refused.capacity", count=error.capacity)
        case NotHolderError():
            return say("refused.not_holder", name=somebody) if error.holder_id is not None else say("refused.nobody_holds")
        case NoteMissingError():
            return say("refused.note_missing")
        case ReasonMissingError():
            return say("refused.reason_missing")
        case TargetError():
            return say("refused.target")
        case NotThereError():
            return say("refused.not_there")
        case NoMomentError():
            return say("refused.moment")
        case NotInStateError():
            return say("refused.state")
        case _:
            return say("refused.other")


def status_of(error: CaseError) -> int:
    return 422 if isinstance(error, INPUT_ERRORS) else 409


def show_refused(visit: Visit, case_id: int, form: str, values: Mapping[str, str], error: CaseError) -> Response:
    """The page as it is now, with what happened meanwhile and what was typed."""
    with visit.reading() as session:
        reading = Reading.of(session, visit, case_id)
        name = reading.names.get(reading.case.holder_id or 0, "")
    seen = error.seen if isinstance(error, StaleCaseError) else None
    typed = Typed(form=form, problem=refusal(visit, error, name), values=values)
    view = case_view(visit, case_id, refused=Refused(typed=typed, seen=seen))
    return visit.page(PAGE, view, room=ROOM, status=status_of(error), address=case_path(case_id))
