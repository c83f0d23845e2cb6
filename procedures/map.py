"""Where a place lies: inside the municipality, on whose road, how far from another. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

METRES_OF_DEGREE = 111_320.0

Point = tuple[float, float]
"""Latitude and longitude."""


@dataclass(frozen=True, kw_only=True)
class Road:
    """A road that is not the municipality's own, and who keeps it."""

    name: str
    owner: str
    """national, prefecture or private."""
    office: str = ""
    phone: str = ""
    line: tuple[Point, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CityMap:
    """The border of the municipality as rings of points, and the roads of others in it."""

    rings: tuple[tuple[Point, ...], ...] = ()
    roads: tuple[Road, ...] = ()


def distance(first: Point, second: Point) -> float:
    """Metres, good to a few promille over the size of a city."""
    x, y = _flat(second, first)
    return math.hypot(x, y)


def is_inside(city: CityMap, place: Point, margin: float) -> bool:
    """Within the border, or at most so many metres outside. Without a map everything is."""
    if not city.rings:
        return True
    return any(_contains(ring, place) or _to_line((*ring, ring[0]), place) <= margin for ring in city.rings)


def road_at(city: CityMap, place: Point, within: float) -> Road | None:
    """The nearest road of somebody else, at most so many metres away."""
    near = [(_to_line(road.line, place), number) for number, road in enumerate(city.roads) if len(road.line) > 1]
    best = min(near, default=(math.inf, 0))
    return city.roads[best[1]] if best[0] <= within else None


def read_map(collection: Mapping[str, object]) -> CityMap:
    """GeoJSON: Polygons are the border, LineStrings with name, owner, office, phone are roads. Raises ValueError that names the feature."""
    rings: list[tuple[Point, ...]] = []
    roads: list[Road] = []
    features = collection.get("features")
    for number, feature in enumerate(features if isinstance(features, Sequence) else (), start=1):
        try:
            kind, points = feature["geometry"]["type"], feature["geometry"]["coordinates"]
            about = feature.get("properties") or {}
            if kind == "Polygon":
                rings.append(_points(points[0]))
            elif kind == "LineString":
                roads.append(
                    Road(line=_points(points), **{key: str(about[key]) for key in ("name", "owner", "office", "phone") if key in about})
                )
            else:
                raise ValueError(f"{kind} is neither Polygon nor LineString")
        except (KeyError, TypeError, IndexError, ValueError) as error:
            raise ValueError(f"feature {number}: {error}") from None
    return CityMap(rings=tuple(rings), roads=tuple(roads))


def _points(raw: Sequence[Sequence[float]]) -> tuple[Point, ...]:
    points = tuple((float(point[1]), float(point[0])) for point in raw)
    if any(not (-90 <= latitude <= 90 and -180 <= longitude <= 180) for latitude, longitude in points):
        raise ValueError("a point lies outside the world: GeoJSON has the longitude first")
    return points[:-1] if len(points) > 3 and points[0] == points[-1] else points


def _flat(point: Point, origin: Point) -> tuple[float, float]:
    """Metres east and north of the origin."""
    return (
        (point[1] - origin[1]) * METRES_OF_DEGREE * math.cos(math.radians(origin[0])),
        (point[0] - origin[0]) * METRES_OF_DEGREE,
    )


def _contains(ring: Sequence[Point], place: Point) -> bool:
    """Whether a ray from the place crosses the ring an odd number of times."""
    inside = False
    for (first_lat, first_lon), (second_lat, second_lon) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (first_lat > place[0]) != (second_lat > place[0]):
            crossing = first_lon + (place[0] - first_lat) / (second_lat - first_lat) * (second_lon - first_lon)
            inside ^= place[1] < crossing
    return inside


def _to_line(line: Sequence[Point], place: Point) -> float:
    """Metres to the nearest point of the line."""
    flat = [_flat(point, place) for point in line]
    return min((_to_segment(first, second) for first, second in pairwise(flat)), default=math.inf)


def _to_segment(first: tuple[float, float], second: tuple[float, float]) -> float:
    across, up = second[0] - first[0], second[1] - first[1]
    length = across * across + up * up
    share = 0.0 if length == 0 else min(max(-(first[0] * across + first[1] * up) / length, 0.0), 1.0)
    return math.hypot(first[0] + share * across, first[1] + share * up)
