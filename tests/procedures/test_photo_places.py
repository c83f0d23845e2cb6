"""The place that a photo's hidden data tell."""

import io

import pytest
from PIL import Image

from procedures.photo_places import GPS, place_in


def photo(kind: str = "JPEG", **gps: object) -> bytes:
    picture = Image.new("RGB", (8, 8), "grey")
    exif = picture.getexif()
    names = {"lat_side": 1, "lat": 2, "lon_side": 3, "lon": 4}
    for name, value in gps.items():
        exif.get_ifd(GPS)[names[name]] = value
    written = io.BytesIO()
    picture.save(written, kind, exif=exif.tobytes()) if gps else picture.save(written, kind)
    return written.getvalue()


SHIOMI = {"lat_side": "N", "lat": (34.0, 56.0, 52.8), "lon_side": "E", "lon": (139.0, 18.0, 18.0)}


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_place_of_a_photo(kind: str) -> None:
    found = place_in(photo(kind, **SHIOMI))
    assert found == (pytest.approx(34.948), pytest.approx(139.305))


def test_south_and_west_are_negative() -> None:
    found = place_in(photo(**{**SHIOMI, "lat_side": "S", "lon_side": "W"}))
    assert found == (pytest.approx(-34.948), pytest.approx(-139.305))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no photo",
        photo(),
        photo("PNG"),
        photo(**{**SHIOMI, "lat": (0.0, 0.0, 0.0), "lon": (0.0, 0.0, 0.0)}),
        photo(**{**SHIOMI, "lat": (99.0, 0.0, 0.0)}),
        photo(lat_side="N", lat=(34.0, 56.0, 52.8)),
        photo(**SHIOMI)[:60],
        photo(**SHIOMI)[:20] + b"\xff" * 200,
    ],
)
def test_where_there_is_no_place_nothing_is_made_up(data: bytes) -> None:
    assert place_in(data) is None
