"""Photos whose hidden data say where they were taken, for tests."""

import io

from PIL import Image

GPS = 0x8825


def photo_taken_at(latitude: float, longitude: float) -> bytes:
    """A small JPEG, north of the equator and east of Greenwich."""
    exif = Image.Exif()
    exif[GPS] = {1: "N", 2: _parts(latitude), 3: "E", 4: _parts(longitude)}
    written = io.BytesIO()
    Image.new("RGB", (32, 24), "grey").save(written, "JPEG", exif=exif)
    return written.getvalue()


def _parts(degrees: float) -> tuple[float, float, float]:
    whole = int(degrees)
    minutes = (degrees - whole) * 60
    return float(whole), float(int(minutes)), round((minutes - int(minutes)) * 60, 4)
