"""What the counter wishes the content to answer: the list for editors, and marking as settled."""

from fastapi import APIRouter, Response

from console.access import seen_among
from console.case_lists import names_of
from console.routes.content import PATH as CONTENT_PATH
from console.routes.content import ROOM
from console.views.wishes import WishesView, wish_view
from console.visiting import ContentReader, ContentWriter, NotHereError, RowId, Visit
from handoff import cases
from handoff.queries import case_in, entry_wishes

PATH = f"{CONTENT_PATH}/wishes"
MOST = 100

router = APIRouter(prefix="/content/wishes")


@router.get("")
def list_wishes(visit: ContentReader) -> Response:
    return visit.page("wishes/page.html", wishes_view(visit), room=ROOM)


@router.post("/{case_id}/done")
def settle_wish(case_id: RowId, visit: ContentWriter) -> Response:
    """Of whichever department: content is written for all of them."""
    with visit.writing() as session:
        case = case_in(session, visit.municipality_id, case_id)
        if case is None:
            raise NotHereError(f"no case {case_id} here")
        if cases.settle_wish(session, case, now=visit.now):
            visit.record(session, "wish.settle", f"case:{case_id}")
    return visit.redirect(PATH, "wish_settled")


def wishes_view(visit: Visit) -> WishesView:
    with visit.reading() as session:
        found = entry_wishes(session, visit.municipality_id, limit=MOST)
        names = names_of(session, {case.closed_by for case in found if case.closed_by is not None})
        seen = seen_among(session, visit, [case.id for case in found])
        wishes = tuple(wish_view(case, pack=visit.pack, names=names, may_see_case=case.id in seen) for case in found)
    return WishesView(wishes=wishes, is_cut=len(found) == MOST)
