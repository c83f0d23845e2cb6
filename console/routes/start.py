"""The start page."""

from fastapi import APIRouter, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.queries import quota_of
from console import queries
from console.access import acting_staff, visible_callbacks
from console.case_lists import offers, reader
from console.permissions import Permission
from console.routes.dead_letters import visible_letters
from console.routes.handover import fresh_notes
from console.texts import say
from console.views.cases import department_name
from console.views.start import CasesWaiting, StartView, decision_counts, quota_view, start_of_day
from console.visiting import Reader, Visit
from handoff.listing import NOBODY, Tab, in_tab, visible_to
from handoff.models import Case
from handoff.queries import active_pauses, low_scores, mentions_of, open_callback_count
from handoff.tally import tally
from procedures.outside.queries import disabled_endpoints

MOST_LOW_SCORES = 100

router = APIRouter()


@router.get("/")
def start(visit: Reader) -> Response:
    today = start_of_day(visit.now)
    works = visit.may(Permission.WORK_CASES)
    with visit.reading() as session:
        view = StartView(
            cases=cases_waiting(session, visit) if works else None,
            notes=fresh_notes(session, visit) if works else (),
            paused=paused_places(session, visit) if works else (),
            open_callbacks=open_callback_count(session, visit.municipality_id, shown=visible_callbacks(visit)),
            overdue_callbacks=queries.callbacks_promised_before(session, visit.municipality_id, today),
            dead_letters=len(visible_letters(session, visit)) if visit.may(Permission.RETRY_JOBS) else None,
            conversations=queries.conversations_since(session, visit.municipality_id, today),
            decisions=decision_counts(queries.decisions_since(session, visit.municipality_id, today)),
            stopped_endpoints=stopped_endpoints(session, visit),
            quota=quota_view(quota_of(session, visit.municipality_id)),
        )
    return visit.page("start.html", view, room="start")


def cases_waiting(session: Session, visit: Visit) -> CasesWaiting:
    staff, everybody = acting_staff(session, visit), reader(visit, NOBODY)
    found = tally(session, visit.municipality_id)
    late = select(func.count()).select_from(Case).where(visible_to(everybody), in_tab(Tab.UNASSIGNED, everybody), Case.due_at <= visit.now)
    low = low_scores(session, visit.municipality_id, visit.pack.counter, is_reviewed=False, limit=MOST_LOW_SCORES)
    return CasesWaiting(
        unassigned=found.counts(staff)[Tab.UNASSIGNED],
        late=session.scalar(late) or 0,
        offers=len(offers(session, visit)),
        owed=found.owed_by(staff.id),
        held=visit.standing.held,
        mentions=tuple(dict.fromkeys(mention.case_id for mention in mentions_of(session, staff.id))),
        unreviewed=len(low) if visit.may(Permission.SUPERVISE) else None,
    )


def stopped_endpoints(session: Session, visit: Visit) -> int:
    """For those who can start them again."""
    return disabled_endpoints(session, visit.municipality_id) if visit.may(Permission.CONNECT_SYSTEMS) else 0


def paused_places(session: Session, visit: Visit) -> tuple[str, ...]:
    places = (department_name(visit.pack, pause.department_id) for pause in active_pauses(session, visit.municipality_id))
    return tuple(place or say("supervision.everywhere") for place in places)
