"""The parts of the board, of one application and of the map that follow changes."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from console.application_lists import BOARD, TABS, board_view, procedures_of, tabs_view
from console.application_query import ApplicationQuery, read_query
from console.application_reading import ApplicationReading
from console.application_reports import PART as REPORTS
from console.application_reports import reports_view
from console.live.parts import Parameters, Part
from console.permissions import Permission
from console.visiting import NotHereError, Visit
from core.changes import APPLICATIONS, application_topic

ROOM = "applications"


def _of_board(_visit: Visit, _parameters: Parameters) -> tuple[str, ...]:
    return (APPLICATIONS,)


def _read(view: Callable[[Session, Visit, ApplicationQuery], object]) -> Callable[[Visit, Parameters], object]:
    def read(visit: Visit, parameters: Parameters) -> object:
        _require(visit)
        query = read_query(parameters, visit.pack.departments, procedures_of(visit).definitions)
        with visit.reading() as session:
            return view(session, visit, query)

    return read


def _reports(visit: Visit, parameters: Parameters) -> object:
    _require(visit)
    with visit.reading() as session:
        return reports_view(session, visit, parameters)


def _number(parameters: Parameters) -> int:
    """Raises NotHereError."""
    text = parameters.get("application", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise NotHereError("no number of an application")
    return int(text)


def _topics(_visit: Visit, parameters: Parameters) -> tuple[str, ...]:
    return (application_topic(_number(parameters)),)


def _part(template: str, view: Callable[[ApplicationReading], object]) -> Part:
    def read(visit: Visit, parameters: Parameters) -> object:
        _require(visit)
        with visit.reading() as session:
            return view(ApplicationReading.of(session, visit, _number(parameters)))

    return Part(template=template, room=ROOM, topics=_topics, view=read)


def _require(visit: Visit) -> None:
    """Raises NotHereError for who may not see applications."""
    if not visit.may(Permission.READ_APPLICATIONS):
        raise NotHereError("no applications for this role")


APPLICATION_PARTS: Mapping[str, Part] = {
    BOARD: Part(template="applications/_board.html", room=ROOM, topics=_of_board, view=_read(board_view), is_shared=True),
    TABS: Part(template="applications/_tabs.html", room=ROOM, topics=_of_board, view=_read(tabs_view), is_shared=True),
    REPORTS: Part(template="applications/_reports.html", room=ROOM, topics=_of_board, view=_reports, is_shared=True),
    "application_head": _part("applications/_head.html", lambda reading: reading.head()),
    "application_presence": _part("applications/_presence.html", lambda reading: reading.presence()),
    "application_fields": _part("applications/_fields.html", lambda reading: reading.fields()),
    "application_course": _part("applications/_course.html", lambda reading: reading.course()),
}
