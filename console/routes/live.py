"""The event stream of open pages, and their heartbeats: somebody is there, looks at a case, types."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from starlette.responses import StreamingResponse

from console.access import accessible_case
from console.forms import TextForm
from console.live.parts import wanted_parts
from console.live.stream import Stream, event
from console.parts import PARTS
from console.visiting import COOKIE, Beating, NotHereError, RowId, Visit, quiet_visit, visitor_of
from core.changes import PRESENCE, QUEUE, case_topic, staff_topic
from handoff.presence import heartbeat
from handoff.viewing import look, look_away

HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
MOST_NAMES = 40
"""Parts, and topics, of one page."""

router = APIRouter()


class ViewingForm(TextForm):
    """`state` is looking, typing or gone."""

    state: str = "looking"


@router.get("/live")
def follow_changes(
    request: Request,
    part: Annotated[list[str], Query(max_length=MOST_NAMES)] = [],  # noqa: B006  # FastAPI copies it.
    topics: str = "",
    after: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
) -> Response:
    """`topics` by commas; `after` is the change that the page knows of, `Last-Event-ID` the one that it was told last.

    Without a session the stream says so and ends: a browser could not read the status of a refusal.
    """
    if visitor_of(request) is None:
        return StreamingResponse(iter([event("ended")]), media_type="text/event-stream", headers=HEADERS)
    visit = quiet_visit(request)
    stream = Stream(visit.console.live, visit, wanted_parts(part, PARTS), allowed_topics(visit, topics))
    number = visit.visitor.change_number if after is None else after
    events = stream.events(number_of(request, number), request.cookies.get(COOKIE, ""))
    return StreamingResponse(events, media_type="text/event-stream", headers=HEADERS)


@router.post("/live/heartbeat")
def be_there(visit: Beating) -> Response:
    """An open page says that its person has not left."""
    with visit.writing() as session:
        heartbeat(session, visit.visitor.staff_id, now=visit.now)
    return Response(status_code=204)


@router.post("/cases/{case_id}/viewing")
def view_case(case_id: RowId, form: Annotated[ViewingForm, Form()], visit: Beating) -> Response:
    with visit.writing() as session:
        case = accessible_case(session, visit, case_id)
        if form.state == "gone":
            look_away(session, case, visit.visitor.staff_id, now=visit.now)
        else:
            look(session, case, visit.visitor.staff_id, is_typing=form.state == "typing", now=visit.now)
    return Response(status_code=204)


def number_of(request: Request, after: int) -> int:
    """What the browser was told last counts, whatever stands in the address that it opens again."""
    told = request.headers.get("last-event-id", "")
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 19 else after


def allowed_topics(visit: Visit, topics: str) -> list[str]:
    """Raises NotHereError for a topic that is not the visitor's to follow."""
    wanted = [topic for topic in topics.split(",") if topic][:MOST_NAMES]
    mine = {QUEUE, PRESENCE, staff_topic(visit.visitor.staff_id)}
    with visit.reading() as session:
        for topic in wanted:
            if topic in mine:
                continue
            number = topic.removeprefix("case:")
            if not (number.isascii() and number.isdecimal() and len(number) < 19) or topic != case_topic(int(number)):
                raise NotHereError(f"no topic {topic!r}")
            accessible_case(session, visit, int(number))
    return wanted
