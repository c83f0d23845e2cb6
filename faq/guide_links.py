"""Where residents read a guide: its source on the web, else its page on this server."""

from dataclasses import replace
from urllib.parse import quote

from retrieval.models import PassageKind
from retrieval.passages import Passage

PREFIX = "/guides"


def guide_path(municipality_id: str, entry_id: str, anchor: str = "") -> str:
    """/guides/shiomi/oversized-waste#section-3"""
    path = f"{PREFIX}/{quote(municipality_id, safe='')}/{quote(entry_id, safe='')}"
    return f"{path}#{anchor}" if anchor else path


def with_link(passage: Passage, municipality_id: str, public_url: str | None) -> Passage:
    """A guide that is its own source leads to its section on our page, once it is known by which address people reach us."""
    if passage.source_url is not None or passage.kind is not PassageKind.GUIDE or public_url is None:
        return passage
    return replace(passage, source_url=public_url + guide_path(municipality_id, passage.entry_id, passage.anchor))
