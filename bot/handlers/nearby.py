"""A place on the map: what of the municipality lies nearest."""

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt

from bot.handlers import offering
from bot.incoming import SentLocation
from bot.outcome import Outcome, Turn
from bot.routing import Route
from bot.taps import ShowFacilities
from core.messages import Card, Choice, Decision, Message, Place, Reply, Row, SendLocation, Tap, Text
from core.pack import Facility
from core.text import shorten

EARTH_KILOMETRES = 6371.0
SERVED_KILOMETRES = 30.0
SHOWN = 3
MOST_KINDS = 12
"""A reply takes thirteen choices, and the menu is one."""
FIRST_KINDS = ("city_office", "shelter", "library", "clinic")
KINDS = (
    *("shelter", "evacuation_site", "city_office", "library", "sports", "community_centre"),
    *("park", "clinic", "waste_centre", "nursery", "school", "other"),
)


def ask_for_place(turn: Turn) -> Outcome:
    choice = Choice(label=turn.say("choice.send_location"), action=SendLocation())
    return _outcome(turn, (Text(text=turn.say("nearby.ask")),), (choice, offering.menu(turn)))


def show_nearest(turn: Turn) -> Outcome:
    """One nearest facility of each of the kinds most asked for; the other kinds as choices."""
    place = turn.last.content
    if not isinstance(place, SentLocation) or not turn.pack.facilities:
        return _outcome(turn, (Text(text=turn.say("nearby.none")),), offering.ordinary(turn))
    ranked = by_distance(turn.pack.facilities, place.latitude, place.longitude)
    if not is_served(turn, place):
        return _outcome(turn, (Text(text=turn.say("nearby.far", name=turn.label(turn.pack.municipality.name))),), offering.ordinary(turn))
    rows = []
    for kind in FIRST_KINDS:
        found = next(((facility, distance) for facility, distance in ranked if facility.kind == kind), None)
        if found:
            rows.append(Row(label=turn.say(f"facility.{kind}"), text=distance_line(turn, *found)))
    card = Card(alt=turn.say("nearby.title"), title=turn.say("nearby.title"), rows=tuple(rows))
    kinds = [kind for kind in KINDS if any(facility.kind == kind for facility in turn.pack.facilities)]
    choices = tuple(
        Choice(
            label=turn.say(f"facility.{kind}"),
            action=Tap(
                value=ShowFacilities(kind=kind, latitude=place.latitude, longitude=place.longitude), shown=turn.say(f"facility.{kind}")
            ),
        )
        for kind in kinds
    )
    return _outcome(turn, (card,), (*choices[:MOST_KINDS], offering.menu(turn)))


def is_served(turn: Turn, place: SentLocation) -> bool:
    """Whether the place lies in or near the municipality."""
    ranked = by_distance(turn.pack.facilities, place.latitude, place.longitude)
    return bool(ranked) and ranked[0][1] <= SERVED_KILOMETRES


def show_facilities(turn: Turn, kind: str, latitude: float, longitude: float) -> Outcome:
    ranked = [pair for pair in by_distance(turn.pack.facilities, latitude, longitude) if pair[0].kind == kind][:SHOWN]
    if not ranked:
        return _outcome(turn, (Text(text=turn.say("nearby.none")),), offering.ordinary(turn))
    rows = tuple(Row(label=f"{number}", text=distance_line(turn, *pair)) for number, pair in enumerate(ranked, start=1))
    title = turn.say("nearby.kind_title", kind=turn.say(f"facility.{kind}"))
    return _outcome(turn, (Card(alt=title, title=title, rows=rows), place_of(ranked[0][0])), offering.ordinary(turn))


def place_of(facility: Facility) -> Place:
    """Where it is on the map."""
    return Place(
        title=shorten(facility.name, 50), address=shorten(facility.address, 90), latitude=facility.latitude, longitude=facility.longitude
    )


def by_distance(facilities: Sequence[Facility], latitude: float, longitude: float) -> list[tuple[Facility, float]]:
    """Nearest first, with the distance in kilometres."""
    pairs = [(facility, kilometres(latitude, longitude, facility.latitude, facility.longitude)) for facility in facilities]
    return sorted(pairs, key=lambda pair: pair[1])


def kilometres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle distance."""
    south, north = radians(latitude), radians(other_latitude)
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_KILOMETRES * asin(sqrt(half))


def distance_line(turn: Turn, facility: Facility, distance: float) -> str:
    """Name, how far it is, address, hours and telephone."""
    shown = (
        turn.say("nearby.metres", metres=max(10, round(distance * 100) * 10))
        if distance < 1
        else turn.say("nearby.kilometres", kilometres=f"{distance:.1f}")
    )
    lines = [turn.say("nearby.line", place=facility.name, distance=shown), facility.address, facility.hours, facility.phone]
    return "\n".join(line for line in lines if line)


def _outcome(turn: Turn, messages: tuple[Message, ...], choices: tuple[Choice, ...]) -> Outcome:
    return Outcome(
        state=turn.state,
        decision=Decision(route=Route.LOCATION),
        reply=Reply(messages=messages, choices=choices, language=turn.language),
    )
