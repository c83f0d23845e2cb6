"""Building the map and the list of reports about places."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from console.access import seen_department
from console.application_lists import has_places, lines_of, own_definitions
from console.application_map import drawing_of, ground_view, spread
from console.texts import named
from console.views.applications import ApplicationLine
from console.views.choices import Choice
from console.views.reports import LegendView, PointView, ReportsView
from console.visiting import NotHereError, Visit
from procedures.listing import ApplicationFilter, applications
from procedures.models import Application, ApplicationState

MOST = 300
PART = "application_reports"
SHOWN: Mapping[str, tuple[ApplicationState, ...]] = {
    "open": (ApplicationState.NEW, ApplicationState.CHECKING, ApplicationState.RETURNED, ApplicationState.ACCEPTED),
    "done": (ApplicationState.DONE, ApplicationState.REFUSED),
    "all": tuple(ApplicationState),
}
TONES: Mapping[ApplicationState, str] = {
    ApplicationState.NEW: "new",
    ApplicationState.CHECKING: "going",
    ApplicationState.RETURNED: "going",
    ApplicationState.ACCEPTED: "planned",
    ApplicationState.DONE: "done",
    ApplicationState.REFUSED: "over",
    ApplicationState.WITHDRAWN: "over",
}


def reports_view(session: Session, visit: Visit, given: Mapping[str, str]) -> ReportsView:
    """The same for everybody of a department and role. Raises NotHereError where no procedure of theirs is about places."""
    definitions = [one for one in own_definitions(visit) if has_places(one)]
    definition = next((one for one in definitions if one.id == given.get("procedure")), definitions[0] if definitions else None)
    if definition is None:
        raise NotHereError("no procedure about places")
    shown = given["shown"] if given.get("shown") in SHOWN else "open"
    desk = visit.receiving.desk(visit.municipality_id)
    wanted = ApplicationFilter(
        municipality_id=visit.municipality_id, seen_department=seen_department(visit), states=SHOWN[shown], procedure_id=definition.id
    )
    found = applications(session, desk, wanted, limit=MOST + 1)
    reports = found[:MOST]
    # Nothing is picked here.
    lines = {line.id: replace(line, may_pick=False) for line in lines_of(session, visit, reports)}
    places = [(one.latitude, one.longitude) for one in reports if one.latitude is not None and one.longitude is not None]
    city = desk.procedures.locality.city_map
    drawing = drawing_of(city, places)
    placed_reports = [one for one in reports if one.latitude is not None and one.longitude is not None]
    marks = spread([drawing.at(place) for place in places]) if drawing is not None else []
    points = tuple(_point(one, lines[one.id], at) for one, at in zip(placed_reports, marks, strict=False))
    placed = {point.line.id for point in points}
    return ReportsView(
        title=definition.title,
        procedure=definition.id,
        procedures=tuple(Choice(value=one.id, label=one.title) for one in definitions),
        shown=shown,
        showns=tuple(Choice(value=key, label=named("reports_shown", key)) for key in SHOWN),
        ground=ground_view(city, drawing) if drawing is not None else None,
        points=points,
        unplaced=tuple(line for line in lines.values() if line.id not in placed),
        legend=tuple(_legend(points)),
        has_more=len(found) > MOST,
        most=MOST,
        part=f"{PART}?procedure={definition.id}&shown={shown}",
    )


def _point(one: Application, line: ApplicationLine, at: tuple[float, float]) -> PointView:
    tone = TONES[ApplicationState(one.state)]
    return PointView(line=line, place=line.brief[-1] if line.brief else "", x=at[0], y=at[1], tone=tone, mark=named("reports_mark", tone))


def _legend(points: tuple[PointView, ...]) -> list[LegendView]:
    tones = {point.tone for point in points}
    return [
        LegendView(
            tone=tone, mark=named("reports_mark", tone), label=named("reports_tone", tone), count=sum(p.tone == tone for p in points)
        )
        for tone in dict.fromkeys(TONES.values())
        if tone in tones
    ]
