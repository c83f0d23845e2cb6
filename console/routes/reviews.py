"""Cases whose residents were not content, and marking them as looked at."""

from fastapi import APIRouter, Response

from console.access import accessible_case, acting_staff
from console.case_lists import names_of
from console.security import PREFIX
from console.views.reviews import ReviewsView, review_view
from console.visiting import NotHereError, RowId, SupervisionReader, SupervisionWriter, Visit
from handoff import cases
from handoff.queries import low_scores

PATH = f"{PREFIX}/reviews"
ROOM = "reviews"
FRAGMENT = "reviews/_review.html"
MOST = 100

router = APIRouter(prefix="/reviews")


@router.get("")
def list_reviews(visit: SupervisionReader, state: str = "") -> Response:
    return visit.page("reviews/page.html", reviews_view(visit, is_reviewed=state == "done"), room=ROOM)


@router.post("/{case_id}/done")
def mark_reviewed(case_id: RowId, visit: SupervisionWriter) -> Response:
    """A second click changes nothing."""
    with visit.writing() as session:
        case = accessible_case(session, visit, case_id)
        if case.satisfaction is None or case.satisfaction > visit.pack.counter.low_score:
            raise NotHereError(f"case {case_id} was not scored low")
        if case.reviewed_at is None:
            cases.review(session, case, by=acting_staff(session, visit), now=visit.now)
            visit.record(session, "review.done", f"case:{case_id}")
        names = names_of(session, {found for found in (case.closed_by, case.reviewed_by) if found is not None})
        view = review_view(case, pack=visit.pack, names=names, is_fresh=True)
    return visit.fragment_or_redirect(FRAGMENT, view, room=ROOM, to=PATH, notice="review_done")


def reviews_view(visit: Visit, *, is_reviewed: bool) -> ReviewsView:
    rules = visit.pack.counter
    with visit.reading() as session:
        found = low_scores(session, visit.municipality_id, rules, is_reviewed=is_reviewed, limit=MOST)
        waiting = len(low_scores(session, visit.municipality_id, rules, is_reviewed=False, limit=MOST)) if is_reviewed else len(found)
        ids = {staff_id for case in found for staff_id in (case.closed_by, case.reviewed_by) if staff_id is not None}
        names = names_of(session, ids)
    return ReviewsView(
        is_done=is_reviewed,
        waiting=waiting,
        reviews=tuple(review_view(case, pack=visit.pack, names=names) for case in found),
        is_cut=len(found) == MOST,
        low=rules.low_score,
    )
