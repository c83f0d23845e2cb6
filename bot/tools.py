"""What handlers may ask while they decide, over the real search and the real database."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.outcome import CategoryEntry
from core.clock import in_japan
from core.database import Database
from core.pack import Pack
from faq.queries import published_categories, published_questions
from retrieval.answering import STEPS, Answer, Answerer, Question
from retrieval.consulting import Consultant
from retrieval.model_steps import with_model
from retrieval.passages import Passage
from retrieval.search import Search


class SearchTools:
    """Implements `bot.outcome.Tools`."""

    def __init__(self, database: Database, search: Search, packs: Callable[[str], Pack], consultant: Consultant | None = None) -> None:
        self._database = database
        self._search = search
        self._answerer = Answerer(search, STEPS if consultant is None else with_model(consultant))
        self._packs = packs

    def answer(self, question: Question) -> Answer:
        return self._answerer.answer(question)

    def quote(self, question: Question, entry_id: str) -> Answer | None:
        return self._answerer.quote(question, entry_id)

    def passage(self, municipality_id: str, entry_id: str, moment: datetime) -> Passage | None:
        return self._search.passage(municipality_id, entry_id, moment=moment)

    def categories(self, municipality_id: str, moment: datetime) -> Mapping[str, int]:
        with self._database.reading() as session:
            return published_categories(session, municipality_id, in_japan(moment).date())

    def entries_of(self, municipality_id: str, category: str, moment: datetime) -> tuple[CategoryEntry, ...]:
        with self._database.reading() as session:
            rows = published_questions(session, municipality_id, category, in_japan(moment).date())
        fill = self._packs(municipality_id).values.fill
        return tuple(CategoryEntry(entry_id=row.entry_id, question=fill(row.question, moment)) for row in rows)
