"""Limits of a document, and how one is refused. Texts that name a page, a sheet or a slide come from texts.yaml."""

from core.errors import ImportRefusedError
from faq.texts import say

MEGABYTE = 1024 * 1024
SIZE_LIMIT = 20 * MEGABYTE
UNPACKED_LIMIT = 200 * MEGABYTE
FILES_LIMIT = 5_000
PAGES_LIMIT = 500
"""Pages of a PDF, slides."""
SHEETS_LIMIT = 50
CELLS_LIMIT = 200_000
GLYPHS_LIMIT = 2_000_000
SECONDS = 90
"""For reading one document."""
MEMORY = 1536 * MEGABYTE
"""Address space of the process that reads."""
READ, REFUSED, OUT_OF_MEMORY = 0, 3, 4
"""How the process that reads ends; anything else is a failure of it."""
NAMED = 12
"""Pages that a sentence names."""


def refuse(key: str, **gaps: object) -> ImportRefusedError:
    """The error to raise, with the sentence document.<key>."""
    return ImportRefusedError(say(f"document.{key}", **gaps))


def named(places: list[str]) -> str:
    """3ページ、4ページ、…ほか5"""
    rest = len(places) - NAMED
    return "、".join(places[:NAMED]) + (say("document.and_more", count=rest) if rest > 0 else "")
