"""A small catalogue of stickers: those a bot may send, and the Japanese keywords LINE tells the bot when one is received."""

from dataclasses import dataclass
from pathlib import Path

from core.yaml_text import read_yaml


@dataclass(frozen=True, kw_only=True)
class Sticker:
    package_id: str
    sticker_id: str
    keywords: tuple[str, ...] = ()
    resource_type: str = "STATIC"


def _static(package_id: str, first: int, last: int) -> dict[tuple[str, str], Sticker]:
    return {
        (package_id, str(number)): Sticker(package_id=package_id, sticker_id=str(number), resource_type="ANIMATION")
        for number in range(first, last + 1)
    }


# The ranges that LINE's list of sendable stickers names for these packages.
SENDABLE: dict[tuple[str, str], Sticker] = {
    **_static("446", 1988, 2027),
    **_static("789", 10855, 10894),
    **_static("1070", 17839, 17878),
    **_static("6136", 10551376, 10551399),
    **_static("6325", 10979904, 10979927),
    **_static("6359", 11069848, 11069871),
    **_static("6362", 11087920, 11087943),
    **_static("6370", 11088016, 11088039),
    **_static("6632", 11825374, 11825397),
    **_static("8515", 16581242, 16581265),
    **_static("8522", 16581266, 16581289),
    **_static("8525", 16581290, 16581313),
    **_static("11537", 52002734, 52002773),
    **_static("11538", 51626494, 51626533),
    **_static("11539", 52114110, 52114149),
}

RECEIVABLE: tuple[Sticker, ...] = tuple(
    Sticker(package_id=row["package_id"], sticker_id=row["sticker_id"], keywords=tuple(row["keywords"]))
    for row in read_yaml(Path(__file__).with_name("stickers.yaml").read_text(encoding="utf-8"))
)
"""What a resident's phone offers."""


def is_sendable(package_id: str, sticker_id: str) -> bool:
    return (package_id, sticker_id) in SENDABLE


def find_receivable(package_id: str, sticker_id: str) -> Sticker:
    """A sticker outside the catalogue is received without keywords, as LINE does for many."""
    for sticker in RECEIVABLE:
        if (sticker.package_id, sticker.sticker_id) == (package_id, sticker_id):
            return sticker
    return SENDABLE.get((package_id, sticker_id), Sticker(package_id=package_id, sticker_id=sticker_id))
