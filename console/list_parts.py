"""The parts of lists that follow changes: offers and tabs of one person, and the list, shared where it shows nothing of one person."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from console import queries
from console.case_lists import OFFERS, OWN_LIST, SHARED_LIST, TABS, list_view, offers_view, reader, tabs_view
from console.case_query import CaseQuery, read_query
from console.live.parts import Parameters, Part
from console.permissions import Permission
from console.rendering import PresenceMark
from console.supervising import supervision_view
from console.views.cases import TabsView
from console.views.presence import Standing
from console.views.supervision import SupervisionView
from console.visiting import NotHereError, Visit
from core.changes import PRESENCE, QUEUE, WHOLE_QUEUE, staff_topic
from handoff.listing import NOBODY, topics_of
from handoff.tally import Tally, tally

ROOM = "cases"
View = Callable[[Session, Visit, CaseQuery], object]


def _read(view: View) -> Callable[[Visit, Parameters], object]:
    def read(visit: Visit, parameters: Parameters) -> object:
        with visit.reading() as session:
            return view(session, visit, read_query(parameters, visit.pack.departments))

    return read


def _tabs(visit: Visit, parameters: Parameters) -> TabsView:
    """Each person's numbers, of cases that are counted once for all of them."""

    def read() -> Tally:
        with visit.reading() as session:
            return tally(session, visit.municipality_id)

    found = visit.console.live.tallies.at_least(visit.visitor.change_number, visit.municipality_id, read)
    return tabs_view(found, visit, read_query(parameters, visit.pack.departments))


def _of_queue(visit: Visit, _parameters: Parameters) -> tuple[str, ...]:
    return topics_of(reader(visit, NOBODY))


def _of_own_lists(visit: Visit, parameters: Parameters) -> tuple[str, ...]:
    """Cases of other departments that somebody has, or is asked about, are told to them."""
    return (*_of_queue(visit, parameters), *_of_person(visit, parameters))


def _of_desk(_visit: Visit, _parameters: Parameters) -> tuple[str, ...]:
    return (QUEUE, WHOLE_QUEUE, PRESENCE)


def _of_person(visit: Visit, _parameters: Parameters) -> tuple[str, ...]:
    return (staff_topic(visit.visitor.staff_id),)


def _standing(visit: Visit, _parameters: Parameters) -> PresenceMark:
    """As it is now, not as it was when the page was made."""
    with visit.reading() as session:
        return PresenceMark(standing=queries.standing_of(session, visit.visitor.staff_id))


def _offered(visit: Visit, _parameters: Parameters) -> Standing:
    with visit.reading() as session:
        return queries.standing_of(session, visit.visitor.staff_id)


def _supervised(visit: Visit, _parameters: Parameters) -> SupervisionView:
    if not visit.may(Permission.SUPERVISE):
        raise NotHereError("not the supervisor's")
    with visit.reading() as session:
        return supervision_view(session, visit)


LIST_PARTS: Mapping[str, Part] = {
    "presence": Part(template="_presence_part.html", room=ROOM, topics=_of_person, view=_standing),
    "offer_mark": Part(template="_offer_mark.html", room=ROOM, topics=_of_person, view=_offered),
    "supervision": Part(template="supervision/_room.html", room="supervision", topics=_of_desk, view=_supervised),
    OFFERS: Part(template="cases/_offers.html", room=ROOM, topics=_of_person, view=_read(offers_view)),
    TABS: Part(template="cases/_tabs.html", room=ROOM, topics=_of_own_lists, view=_tabs),
    OWN_LIST: Part(template="cases/_list.html", room=ROOM, topics=_of_own_lists, view=_read(list_view)),
    SHARED_LIST: Part(template="cases/_list.html", room=ROOM, topics=_of_queue, view=_read(list_view), is_shared=True),
}
