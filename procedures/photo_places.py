"""Where a photo was taken, by its hidden data; to be read before these are removed, and used only when the resident agrees."""

import io
import math
from collections.abc import Sequence

from procedures.map import Point

GPS = 0x8825
LATITUDE_SIDE, LATITUDE, LONGITUDE_SIDE, LONGITUDE = 1, 2, 3, 4


def place_in(data: bytes) -> Point | None:
    """Latitude and longitude; None where the photo holds no place on earth, or is no photo. The picture itself is not decoded."""
    from PIL import Image, UnidentifiedImageError  # Slow to load.

    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as photo:
            found = photo.getexif().get_ifd(GPS)
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, UnidentifiedImageError, Image.DecompressionBombError):
        return None
    latitude = _degrees(found.get(LATITUDE), found.get(LATITUDE_SIDE), "S")
    longitude = _degrees(found.get(LONGITUDE), found.get(LONGITUDE_SIDE), "W")
    if latitude is None or longitude is None or (latitude, longitude) == (0.0, 0.0):
        return None  # Cameras without reception write zeros.
    return (latitude, longitude) if -90 <= latitude <= 90 and -180 <= longitude <= 180 else None


def _degrees(parts: object, side: object, negative: str) -> float | None:
    """Degrees, minutes and seconds as one number."""
    if not isinstance(parts, Sequence) or len(parts) != 3:
        return None
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value):
        return None
    mark = side.decode("ascii", "replace") if isinstance(side, bytes) else str(side or "")
    return -value if mark.strip("\x00 ").upper() == negative else value
