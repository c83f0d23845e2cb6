"""The way to a facility that was asked for by its name: address, hours and the map."""

from collections.abc import Sequence
from dataclasses import replace

from bot.facilities import asked_facilities, facilities_named
from bot.handlers import offering
from bot.handlers.nearby import SHOWN, by_distance, distance_line, is_served, place_of, show_nearest
from bot.handlers.question import answer_question, question_of
from bot.incoming import SentLocation
from bot.outcome import Outcome, Tools, Turn
from bot.routing import Route
from bot.states import AskedForPlace, Idle, State
from bot.taps import ShowFacility
from core.messages import Call, Card, Choice, Decision, Message, OpenLink, Reply, Row, SendLocation, Tap, Text
from core.pack import Facility
from retrieval.answering import AnswerStatus

DESCRIBED = 5
"""Facilities whose address and hours fit on one card."""
LISTED = 10


def answer_facilities(turn: Turn, tools: Tools) -> Outcome:
    """One is shown with its map, several to choose from, and the nearest once we know where the resident is."""
    asked = asked_facilities(turn.pack, turn.text)
    if asked is None or tools.answer(question_of(turn, turn.text)).status is AnswerStatus.ANSWERED_SAME_QUESTION:
        return answer_question(turn, tools)
    if len(asked.facilities) == 1:
        return replace(_shown(turn, asked.facilities[0]), state=Idle(last=turn.state.last))
    send = Choice(label=turn.say("choice.send_location"), action=SendLocation())
    hint = Text(text=turn.say("place.send_to_sort"))
    card = _list_card(turn, asked.facilities)
    messages = (hint, card) if asked.is_nearby or len(asked.facilities) > LISTED else (card, hint)
    state = AskedForPlace(wanted=asked.name, last=turn.state.last)
    return _outcome(turn, state, messages, (send, *offering.ordinary(turn)), status="choices_facilities")


def answer_location(turn: Turn) -> Outcome:
    """What was asked for before the place was sent, otherwise whatever lies near."""
    match turn.last.content, turn.state:
        case SentLocation() as place, AskedForPlace(wanted=wanted) if is_served(turn, place):
            return _nearest_wanted(turn, place, wanted) or show_nearest(turn)
        case _:
            return show_nearest(turn)


def _nearest_wanted(turn: Turn, place: SentLocation, wanted: str) -> Outcome | None:
    """None where the pack has none of it any more."""
    ranked = by_distance(facilities_named(turn.pack, wanted), place.latitude, place.longitude)[:SHOWN]
    if not ranked:
        return None
    rows = tuple(Row(label=f"{number}", text=distance_line(turn, *pair)) for number, pair in enumerate(ranked, start=1))
    title = turn.say("nearby.title")
    choices = tuple(_choice(facility) for facility, _ in ranked)
    card = Card(alt=title, title=title, rows=rows, choices=choices, is_list=True)
    return _outcome(turn, Idle(last=turn.state.last), (card, place_of(ranked[0][0])), offering.ordinary(turn), status="answered_facility")


def show_facility(turn: Turn, facility_id: str) -> Outcome:
    facility = next((facility for facility in turn.pack.facilities if facility.id == facility_id), None)
    if facility is None:
        return _outcome(turn, turn.state, (Text(text=turn.say("nearby.none")),), offering.ordinary(turn), status="unanswerable_row_gone")
    return _shown(turn, facility)


def _shown(turn: Turn, facility: Facility) -> Outcome:
    rows = [Row(label=turn.say("place.address"), text=facility.address), Row(label=turn.say("place.hours"), text=facility.hours)]
    rows += [Row(label=turn.say("place.closed"), text=facility.closed), Row(label=turn.say("card.phone"), text=facility.phone)]
    rows.append(Row(label=turn.say("card.source"), text=facility.url or turn.say("place.source", name=turn.pack.municipality.name)))
    buttons = [Choice(label=turn.say("choice.source"), action=OpenLink(url=facility.url))] if facility.url else []
    if facility.phone:
        buttons.append(Choice(label=turn.say("choice.call"), action=Call(phone=facility.phone)))
    alt = turn.say("place.alt", name=facility.name, address=facility.address)
    card = Card(alt=alt, title=facility.name, rows=tuple(row for row in rows if row.text), choices=tuple(buttons))
    return _outcome(turn, turn.state, (card, place_of(facility)), offering.ordinary(turn), status="answered_facility")


def _list_card(turn: Turn, facilities: Sequence[Facility]) -> Card:
    title = turn.say("place.which")
    rows: tuple[Row, ...] = ()
    if len(facilities) <= DESCRIBED:
        rows = tuple(
            Row(label=facility.name, text="\n".join(line for line in (facility.address, facility.hours) if line)) for facility in facilities
        )
    choices = tuple(_choice(facility) for facility in facilities[:LISTED])
    return Card(alt=title, title=title, rows=rows, choices=choices, is_list=True)


def _choice(facility: Facility) -> Choice:
    return Choice(label=facility.name, action=Tap(value=ShowFacility(facility=facility.id), shown=facility.name))


def _outcome(turn: Turn, state: State, messages: tuple[Message, ...], choices: tuple[Choice, ...], *, status: str) -> Outcome:
    decision = "answer" if status.startswith("answered") else "choices" if status.startswith("choices") else "refuse"
    return Outcome(
        state=state,
        decision=Decision(route=Route.FACILITY, status=status, decision=decision),
        reply=Reply(messages=messages, choices=choices, language=turn.language),
    )
