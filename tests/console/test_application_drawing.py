"""The map as a drawing: marks that can all be seen, names that stay on the paper."""

import math

from console.application_map import APART, WIDTH, drawing_of, ground_view, spread
from procedures.map import CityMap
from tests.procedures.talk import PROCEDURES


def test_reports_of_one_place_do_not_hide_each_other() -> None:
    """The older one used to lie under the newer one, where nobody saw it."""
    marks = spread([(100.0, 100.0)] * 5 + [(400.0, 100.0)])
    assert marks[0] == (100.0, 100.0)
    assert marks[-1] == (400.0, 100.0), "one that stands alone stays where it is"
    pairs = [(one, other) for place, one in enumerate(marks) for other in marks[:place]]
    assert all(math.dist(one, other) >= APART for one, other in pairs)


def test_hundreds_at_one_place_come_to_an_end() -> None:
    assert len(spread([(100.0, 100.0)] * 300)) == 300


def test_name_at_the_edge_stands_left_of_its_road() -> None:
    city: CityMap = PROCEDURES.locality.city_map
    drawing = drawing_of(city)
    assert drawing is not None
    roads = {road.name: road for road in ground_view(city, drawing).roads}
    assert {name for name, road in roads.items() if road.is_left} == {name for name, road in roads.items() if road.x > WIDTH - 190}
    assert any(road.is_left for road in roads.values())
