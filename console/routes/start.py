"""The start page."""

from fastapi import APIRouter, Response

from bot.queries import quota_of
from console import queries
from console.permissions import Permission
from console.routes.dead_letters import visible_letters
from console.views.start import StartView, decision_counts, quota_view, start_of_day
from console.visiting import Reader
from handoff.queries import open_callback_count

router = APIRouter()


@router.get("/")
def start(visit: Reader) -> Response:
    today = start_of_day(visit.now)
    with visit.reading() as session:
        view = StartView(
            open_callbacks=open_callback_count(session, visit.municipality_id),
            overdue_callbacks=queries.callbacks_promised_before(session, visit.municipality_id, today),
            dead_letters=len(visible_letters(session, visit)) if visit.may(Permission.RETRY_JOBS) else None,
            conversations=queries.conversations_since(session, visit.municipality_id, today),
            decisions=decision_counts(queries.decisions_since(session, visit.municipality_id, today)),
            quota=quota_view(quota_of(session, visit.municipality_id)),
        )
    return visit.page("start.html", view, room="start")
