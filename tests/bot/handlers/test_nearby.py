"""What lies nearest to a place."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handlers.nearby import SHOWN, by_distance, kilometres, show_facilities, show_nearest
from bot.incoming import SentLocation
from core.messages import Card, Place, Text
from tests.bot.turns import PACK, turn_of

HALL = next(facility for facility in PACK.facilities if facility.id == "city-hall")
HERE = SentLocation(latitude=HALL.latitude, longitude=HALL.longitude)


@pytest.mark.parametrize(
    ("start", "end", "distance"),
    [
        ((35.681236, 139.767125), (34.702485, 135.495951), 403.5),  # Tokyo station to Osaka station
        ((35.0, 139.0), (36.0, 139.0), 111.2),
        ((0.0, 179.5), (0.0, -179.5), 111.2),
        ((35.0, 139.0), (35.0, 139.0), 0.0),
        ((90.0, 0.0), (-90.0, 0.0), 20015.1),
    ],
)
def test_distance_in_kilometres(start: tuple[float, float], end: tuple[float, float], distance: float) -> None:
    assert kilometres(*start, *end) == pytest.approx(distance, rel=0.002)


LATITUDES, LONGITUDES = st.floats(min_value=-90, max_value=90), st.floats(min_value=-180, max_value=180)


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_distance_is_the_same_both_ways_and_never_more_than_half_the_earth(a: float, b: float, c: float, d: float) -> None:
    assert 0 <= kilometres(a, b, c, d) <= 20_016
    assert kilometres(a, b, c, d) == pytest.approx(kilometres(c, d, a, b), abs=1e-6)


@given(LATITUDES, LONGITUDES)
def test_facilities_come_nearest_first_and_all_of_them(latitude: float, longitude: float) -> None:
    pairs = by_distance(PACK.facilities, latitude, longitude)
    assert [distance for _, distance in pairs] == sorted(distance for _, distance in pairs)
    assert {facility.id for facility, _ in pairs} == {facility.id for facility in PACK.facilities}


def test_nearest_of_each_kind_is_shown() -> None:
    reply = show_nearest(turn_of(HERE)).reply
    assert reply is not None
    (card,) = reply.messages
    assert isinstance(card, Card)
    assert card.rows[0].text.startswith(f"{HALL.name}（約10m）")
    assert all(len(choice.label) <= 20 for choice in reply.choices)


def test_some_nearest_of_one_kind_are_shown_with_a_map() -> None:
    reply = show_facilities(turn_of(HERE), "shelter", HERE.latitude, HERE.longitude).reply
    assert reply is not None
    card, place = reply.messages
    assert isinstance(card, Card)
    assert isinstance(place, Place)
    assert len(card.rows) == SHOWN
    assert place.title in card.rows[0].text


@pytest.mark.parametrize(
    ("place", "sentence"),
    [(SentLocation(latitude=35.681236, longitude=139.767125), "nearby.far"), (SentLocation(latitude=0.0, longitude=0.0), "nearby.far")],
)
def test_place_far_away_is_not_served(place: SentLocation, sentence: str) -> None:
    turn = turn_of(place)
    reply = show_nearest(turn).reply
    assert reply is not None
    assert reply.messages == (Text(text=turn.say(sentence, name="汐見市")),)


def test_city_without_facilities_says_so() -> None:
    turn = turn_of(HERE, pack=replace(PACK, facilities=()))
    for outcome in (show_nearest(turn), show_facilities(turn, "shelter", 34.9, 139.3)):
        assert outcome.reply is not None
        assert outcome.reply.messages == (Text(text=turn.say("nearby.none")),)
