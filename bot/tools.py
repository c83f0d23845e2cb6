"""What handlers may ask while they decide, over the real search and the real database."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Self

from bot.outcome import CategoryEntry
from bot.procedure_desk import ProcedureDesk
from bot.queries import quoted_counts
from core.clock import in_japan
from core.database import Database
from core.pack import Pack
from faq.guide_links import with_link
from faq.queries import published_categories, published_questions, related_entries
from retrieval.answering import STEPS, Answer, Answerer, Question
from retrieval.consulting import Consultant
from retrieval.model_steps import with_model
from retrieval.passages import Passage
from retrieval.search import Search

COUNTED = timedelta(days=90)
"""What was asked longer ago says little about what is asked now."""
RECOUNTED = timedelta(minutes=10)


class SearchTools:
    """Implements `bot.outcome.Tools`. `public_url` is where residents reach this server; without it guides have no page to link to."""

    def __init__(
        self,
        database: Database,
        search: Search,
        packs: Callable[[str], Pack],
        public_url: str | None = None,
        consultant: Consultant | None = None,
    ) -> None:
        self.procedures: ProcedureDesk | None = None
        self._database = database
        self._search = search
        self._answerer = Answerer(search, STEPS if consultant is None else with_model(consultant))
        self._packs = packs
        self._counts: dict[str, tuple[datetime, Mapping[str, int]]] = {}
        self._public_url = public_url

    def with_procedures(self, desk: ProcedureDesk) -> Self:
        """The same, for a talk in which something can be applied for."""
        tools = copy(self)
        tools.procedures = desk
        return tools

    def answer(self, question: Question) -> Answer:
        answer = self._answerer.answer(question)
        if answer.passage is None:
            return answer
        return replace(answer, passage=with_link(answer.passage, question.municipality_id, self._public_url))

    def quote(self, question: Question, entry_id: str) -> Answer | None:
        return self._answerer.quote(question, entry_id)

    def passage(self, municipality_id: str, entry_id: str, moment: datetime) -> Passage | None:
        found = self._search.passage(municipality_id, entry_id, moment=moment)
        return with_link(found, municipality_id, self._public_url) if found is not None else None

    def related(self, municipality_id: str, entry_id: str, moment: datetime) -> tuple[Passage, ...]:
        with self._database.reading() as session:
            ids = related_entries(session, municipality_id, entry_id)
        found = (self.passage(municipality_id, other, moment) for other in ids)
        return tuple(passage for passage in found if passage is not None)

    def categories(self, municipality_id: str, moment: datetime) -> Mapping[str, int]:
        with self._database.reading() as session:
            return published_categories(session, municipality_id, in_japan(moment).date())

    def entries_of(self, municipality_id: str, category: str, moment: datetime) -> tuple[CategoryEntry, ...]:
        with self._database.reading() as session:
            rows = published_questions(session, municipality_id, category, in_japan(moment).date())
        asked = self._asked(municipality_id, moment)
        fill = self._packs(municipality_id).values.fill
        most_asked_first = sorted(rows, key=lambda row: -asked.get(row.entry_id, 0))
        return tuple(
            CategoryEntry(
                entry_id=row.entry_id,
                question=fill(row.question, moment),
                translated={language: fill(text, moment) for language, text in row.translated.items()},
            )
            for row in most_asked_first
        )

    def _asked(self, municipality_id: str, moment: datetime) -> Mapping[str, int]:
        """Counted again now and then: who turns a page should find the order of the page before."""
        known = self._counts.get(municipality_id)
        if known is None or not known[0] <= moment < known[0] + RECOUNTED:
            with self._database.reading() as session:
                known = moment, quoted_counts(session, municipality_id, moment - COUNTED)
            self._counts[municipality_id] = known
        return known[1]
