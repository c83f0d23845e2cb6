"""A municipality's map as a drawing: borders, roads of others, and places, in the coordinates of an SVG. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from console.views.application import GroundView, PlaceView, RoadView
from procedures.map import CityMap, Point

WIDTH = 1000
EDGE = 24
APART = 42
"""Between the middles of two marks."""
RINGS = (1, 2, 3, 4)
AROUND = ((1, 0), (-1, 0), (0, -1), (0, 1), (0.8, -0.8), (-0.8, -0.8), (0.8, 0.8), (-0.8, 0.8))
NAME_ROOM = 190
"""What a road's name takes beside its line."""
ROAD_OWNERS = ("national", "prefecture", "private")


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """How places of the earth come onto the paper: north is up, and a metre is as long east as north."""

    west: float
    north: float
    scale: float
    """Units for a degree of longitude."""
    stretch: float
    """How much longer a degree of latitude is."""
    height: int

    def at(self, place: Point) -> tuple[float, float]:
        latitude, longitude = place
        x = EDGE + (longitude - self.west) * self.scale
        y = EDGE + (self.north - latitude) * self.scale * self.stretch
        return round(x, 1), round(y, 1)


def drawing_of(city: CityMap, places: Sequence[Point] = ()) -> Drawing | None:
    """Of the borders; of the places themselves where there are none. None where nothing is known."""
    points = [point for ring in city.rings for point in ring] or list(places)
    if not points:
        return None
    south, north = min(point[0] for point in points), max(point[0] for point in points)
    west, east = min(point[1] for point in points), max(point[1] for point in points)
    stretch = 1 / max(math.cos(math.radians((south + north) / 2)), 0.01)
    scale = (WIDTH - 2 * EDGE) / max(east - west, 0.001)
    height = int(2 * EDGE + max(north - south, 0.001) * scale * stretch)
    return Drawing(west=west, north=north, scale=scale, stretch=stretch, height=height)


def spread(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Marks that would hide each other stand around the place instead, so that each can be seen and tapped; the first stays."""
    taken: list[tuple[float, float]] = []
    for x, y in places:
        steps = ((x, y), *((x + APART * ring * across, y + APART * ring * down) for ring in RINGS for across, down in AROUND))
        free = next((one for one in steps if all(math.dist(one, other) >= APART for other in taken)), (x, y))
        taken.append((round(free[0], 1), round(free[1], 1)))
    return taken


def ground_view(city: CityMap, drawing: Drawing) -> GroundView:
    return GroundView(
        width=WIDTH,
        height=drawing.height,
        borders=tuple(_line(drawing, ring) for ring in city.rings),
        roads=tuple(
            RoadView(
                points=_line(drawing, road.line),
                name=road.name,
                owner=road.owner if road.owner in ROAD_OWNERS else "private",
                x=drawing.at(road.line[len(road.line) // 2])[0],
                y=drawing.at(road.line[len(road.line) // 2])[1],
                is_left=drawing.at(road.line[len(road.line) // 2])[0] > WIDTH - NAME_ROOM,
            )
            for road in city.roads
            if road.line
        ),
    )


def place_view(city: CityMap, latitude: float | None, longitude: float | None) -> PlaceView | None:
    if latitude is None or longitude is None:
        return None
    drawing = drawing_of(city, [(latitude, longitude)])
    if drawing is None:
        return None
    x, y = drawing.at((latitude, longitude))
    return PlaceView(x=x, y=y, latitude=latitude, longitude=longitude, ground=ground_view(city, drawing))


def _line(drawing: Drawing, points: Sequence[Point]) -> str:
    return " ".join(f"{x},{y}" for x, y in map(drawing.at, points))
