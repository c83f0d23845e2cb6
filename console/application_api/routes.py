"""Reading applications, saying that they were taken over, and writing their state back."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response
from pydantic import AwareDatetime, StringConstraints
from sqlalchemy.orm import Session

from bot.media import MediaState
from bot.media_pages import headers_of
from bot.receiving import By
from console.application_api.calling import Call, FileCall, ReadCall, TakingCall, WriteCall
from console.application_api.moving import Target, move
from console.application_api.problems import ProblemDocument, ProblemError
from console.application_api.shapes import Acknowledging, Moved, Moving, Page, Taken, Whole, summary, taken_shape, whole
from console.application_paper import sheet_of
from console.texts import say
from core.errors import TamperedError
from handoff.desk_models import Media
from procedures.models import ApplicationState
from procedures.outside import queries
from procedures.outside.feed import cursor_of, number_of, pass_on
from procedures.outside.queries import Standing
from procedures.outside.reading import ReadApplication, read_application
from procedures.outside.scopes import Scope
from procedures.outside.taking import acknowledge, begin_once, end_once
from procedures.paper import template_of, to_pdf
from procedures.queries import locked_application

USUAL, MOST = 50, 200
KEY = r"^[\x21-\x7e]{8,64}$"
EARLIEST = datetime.fromisoformat("2000-01-01T00:00:00Z")

Number = Annotated[str, Path(max_length=24, pattern=r"^[0-9A-Z-]+$", description=say("api.parameter.number"))]
Procedures = Annotated[
    list[Annotated[str, StringConstraints(max_length=40)]], Query(max_length=20, description=say("api.parameter.procedure"))
]
States = Annotated[list[ApplicationState], Query(max_length=10, description=say("api.parameter.state"))]
STATUSES = (400, 401, 403, 404, 409, 413, 422, 429)
REFUSALS: dict[int | str, dict[str, Any]] = {  # Any: FastAPI's own form.
    status: {"model": ProblemDocument, "description": say(f"api.status.{status}")} for status in STATUSES
}

router = APIRouter(prefix="/applications", tags=["applications"])


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:  # Any: as above.
    return {status: REFUSALS[status] for status in (401, 403, 422, 429, *statuses)}


@router.get("", responses=refusals(400), description=say("api.list"))
def list_applications(
    call: ReadCall,
    procedure: Procedures = [],  # noqa: B006  # FastAPI copies it.
    state: States = [],  # noqa: B006
    changed_since: Annotated[AwareDatetime | None, Query(description=say("api.parameter.changed_since"))] = None,
    taken: Annotated[bool | None, Query(description=say("api.parameter.taken"))] = None,
    cursor: Annotated[str, Query(max_length=40, description=say("api.parameter.cursor"))] = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
) -> Page:
    """What arrives or changes meanwhile comes at the end, so nothing is missed; the same may come twice."""
    after = number_of(cursor) if cursor else 0
    _catch_up(call)
    visible = _visible(call, procedure)
    found: Sequence[Standing] = ()
    if visible is not None:
        with call.interface.database.reading() as session:
            found = queries.changes_after(
                session,
                call.municipality_id,
                call.bearer.system,
                after,
                procedures=visible,
                states=[one.value for one in state],
                since=max(changed_since, EARLIEST) if changed_since is not None else None,
                is_taken=taken,
                limit=limit + 1,
            )
    shown = found[:limit]
    return Page(
        applications=[summary(standing) for standing in shown],
        next_cursor=cursor_of(shown[-1].change.number if shown else after),
        has_more=len(found) > limit,
    )


@router.get("/{number}", responses=refusals(404), description=say("api.read"))
def read_one(call: ReadCall, number: Number) -> Whole:
    """What is sensitive has its values only where the token says so."""
    _catch_up(call)
    with call.interface.database.reading() as session:
        standing = _accessible(session, call, number)
        return whole(standing, _read(session, call, standing))


@router.get("/{number}/files/{file_id}", responses=refusals(404), response_class=Response, description=say("api.file"))
def download_file(call: FileCall, number: Number, file_id: Annotated[int, Path(ge=1, le=2**62)]) -> Response:
    """A photo or file of an answer."""
    _catch_up(call)
    with call.interface.database.reading() as session:
        standing = _accessible(session, call, number)
        ids = [file.id for file in _read(session, call, standing).files]
        row = session.get(Media, file_id) if file_id in ids else None
        if row is None or row.municipality_id != call.municipality_id or row.state != MediaState.READY:
            raise ProblemError("missing", 404)
        try:
            data = call.interface.receiving.media.read(row)
        except (FileNotFoundError, TamperedError):
            raise ProblemError("missing", 404) from None
        return Response(data, media_type=row.content_type, headers={**headers_of(row.content_type, row.name), "cache-control": "no-store"})


@router.get("/{number}/paper", responses=refusals(404), response_class=Response, description=say("api.paper"))
def print_one(call: FileCall, number: Number) -> Response:
    """Sensitive answers stand on it only where the token says so."""
    _catch_up(call)
    with call.interface.database.reading() as session:
        standing = _accessible(session, call, number)
        read = _read(session, call, standing)
    form = sheet_of(read, standing.application, call.interface.packs(call.municipality_id), call.interface.clock(), reveals=_reveals(call))
    pdf = to_pdf(form, template_of(call.interface.packs(call.municipality_id)))
    return Response(pdf, media_type="application/pdf", headers=headers_of("application/pdf", f"{standing.application.number}.pdf"))


@router.post("/{number}/acknowledgement", responses=refusals(400, 404, 409, 413), description=say("api.acknowledge"))
def acknowledge_one(call: TakingCall, number: Number, body: Acknowledging) -> Taken:
    """Said as often as one likes."""
    _catch_up(call)
    with call.interface.database.transaction() as session:
        standing = _accessible(session, call, number)
        locked_application(session, call.municipality_id, standing.application.id)
        session.refresh(standing.application)
        row = acknowledge(session, call.caller, standing.application, body.version, call.interface.clock())
        said = taken_shape(replace(standing, taken=row))
        assert said is not None
        return said


@router.post("/{number}/state", responses=refusals(400, 404, 409, 413), description=say("api.move"))
def move_one(
    call: WriteCall,
    number: Number,
    body: Moving,
    idempotency_key: Annotated[str, Header(pattern=KEY, description=say("api.parameter.key"))],
) -> Moved:
    """The resident is told, where the definition says anything for that state."""
    interface, now = call.interface, call.interface.clock()
    if body.fields and body.state is not Target.RETURNED:
        raise ProblemError("fields_unwanted", 422)
    fingerprint = hashlib.sha256(f"{number}\n{body.model_dump_json()}".encode()).hexdigest()
    _catch_up(call)
    with interface.database.transaction() as session:
        application = _accessible(session, call, number).application
        before = begin_once(session, call.caller, idempotency_key, fingerprint, now)
        if before is not None:
            return Moved.model_validate(before)
        locked_application(session, call.municipality_id, application.id)
        session.refresh(application)
        by = By(staff_id=None, now=now, seen_version=body.version, system=call.bearer.system)
        move(session, interface.receiving, application, body.state, by, reason=body.reason.strip(), reasons=body.fields)
        said = Moved(number=application.number, state=ApplicationState(application.state), version=application.version)
        end_once(session, call.caller, idempotency_key, said.model_dump(mode="json"))
    return said


def _catch_up(call: Call) -> None:
    """So that whoever asks sees what has just been committed."""
    pass_on(call.interface.database, call.interface.queue, call.municipality_id, call.interface.clock())


def _visible(call: Call, wanted: Sequence[str]) -> Sequence[str] | None:
    """Procedures to look for; none means all, None that nothing can be found."""
    if not call.bearer.procedures:
        return tuple(wanted)
    allowed = tuple(sorted(call.bearer.procedures if not wanted else call.bearer.procedures & set(wanted)))
    return allowed or None


def _accessible(session: Session, call: Call, number: str) -> Standing:
    """Raises ProblemError 404, as if there were none, where it is of another municipality or procedure."""
    standing = queries.standing_of(session, call.municipality_id, call.bearer.system, number)
    if standing is None or not call.bearer.sees(standing.application.procedure_id):
        raise ProblemError("missing", 404)
    return standing


def _read(session: Session, call: Call, standing: Standing) -> ReadApplication:
    return read_application(
        session,
        call.desk,
        call.interface.packs(call.municipality_id),
        standing.application,
        now=call.interface.clock(),
        shows_sensitive=_reveals(call),
    )


def _reveals(call: Call) -> bool:
    return call.bearer.may(Scope.SENSITIVE)
