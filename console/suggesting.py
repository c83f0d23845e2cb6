"""What published content says about a resident's question, for the reply box: read-only, over the product's own search."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from core.pack import Pack
from faq.guide_links import with_link
from retrieval.confidence import judge
from retrieval.passages import PLACEHOLDER, Passage
from retrieval.plain_text import plain
from retrieval.search import Search

MOST = 4
CHECKED = 6
"""So many hits of the reply itself may support its figures."""
QUESTION_LIMIT = 500


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A published answer with the page that it stands on."""

    entry_id: str
    question: str
    answer: str
    department_id: str | None
    source_url: str | None
    place: str
    checked_on: date | None
    percent: int | None
    """How likely it is the right one; only the first is judged."""


class Suggester(Protocol):
    """What the reply box asks of published content."""

    def suggest(self, municipality_id: str, text: str, now: datetime) -> tuple[Suggestion, ...]:
        """The nearest answers, best first; none where nothing is near."""

    def published_texts(self, municipality_id: str, text: str, entry_ids: Sequence[str], now: datetime) -> tuple[str, ...]:
        """Of these entries, and of what is nearest to the text: what a reply may state."""


class SearchSuggester:
    """Over the search that residents are answered by."""

    def __init__(self, search: Search, packs: Callable[[str], Pack], public_url: str | None) -> None:
        self._search = search
        self._packs = packs
        self._public_url = public_url

    def suggest(self, municipality_id: str, text: str, now: datetime) -> tuple[Suggestion, ...]:
        question = text.strip()[:QUESTION_LIMIT]
        if not question or not self._search.is_warm:
            return ()
        result = self._search.search(municipality_id, question, moment=now, limit=10)
        confidence = judge(result, result.hits)
        if not confidence.is_near:
            return ()
        found = []
        for place, hit in enumerate(result.hits[:MOST]):
            passage = with_link(hit.passage, municipality_id, self._public_url)
            percent = round(100 * confidence.first_right) if place == 0 else None
            # What no value fills must not be copied into a reply.
            if PLACEHOLDER not in passage.body:
                found.append(_suggestion(hit.entry_id, passage, percent))
        return tuple(found)

    def published_texts(self, municipality_id: str, text: str, entry_ids: Sequence[str], now: datetime) -> tuple[str, ...]:
        if not self._search.is_warm:
            return ()
        near = self._search.search(municipality_id, text.strip()[:QUESTION_LIMIT], moment=now, limit=CHECKED).hits if text.strip() else ()
        ids = dict.fromkeys((*entry_ids, *(hit.entry_id for hit in near)))
        parts = (part for entry_id in ids for part in self._search.parts(municipality_id, entry_id, moment=now))
        linked = (with_link(part, municipality_id, self._public_url) for part in parts)
        return tuple("\n".join(filter(None, (part.question, part.body, part.source_url))) for part in linked)


def _suggestion(entry_id: str, passage: Passage, percent: int | None) -> Suggestion:
    return Suggestion(
        entry_id=entry_id,
        question=passage.question,
        answer=plain(passage.body),
        department_id=passage.department_id,
        source_url=passage.source_url,
        place=passage.place,
        checked_on=passage.checked_on,
        percent=percent,
    )
