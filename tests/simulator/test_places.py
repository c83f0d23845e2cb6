"""The places that the chat page offers to send."""

import json
from pathlib import Path

from procedures.loading import load_procedures
from procedures.map import is_inside, road_at

PLACES = json.loads(Path("bot/simulator/static/texts.json").read_text(encoding="utf-8"))["places"]


def test_places_to_send_lie_in_the_sample_city_and_one_on_a_road_of_the_prefecture() -> None:
    """They used to lie far out at sea, so that every report from there was turned away."""
    city = load_procedures("shiomi").locality.city_map
    points = [(place["latitude"], place["longitude"]) for place in PLACES]
    assert all(is_inside(city, point, 0) for point in points)
    roads = [road_at(city, point, 15) for point in points]
    assert [road.owner for road in roads if road is not None] == ["prefecture"]
