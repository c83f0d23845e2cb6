"""Questions of which it is known what is right in the sample city, and how the city's counter treats them."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from bot.asking import decide_alone, turn_of
from bot.assembly import build_search
from bot.outcome import Outcome
from bot.preparing import load_content
from bot.routing import Route, route
from bot.tools import SearchTools
from core.clock import system_clock
from core.database import Database
from core.migrating import migrate
from core.pack_loading import CONTENT, load_pack
from core.settings import SearchMode, Settings
from core.yaml_text import read_yaml
from retrieval.results import SearchResult
from retrieval.search import Search

QUESTIONS = Path(__file__).parent.parent / "tests" / "acceptance"
CITY = "shiomi"
DEPTH = 12


class Asked(BaseModel):
    """One question, and what is right for it; the files tell what each field means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    who: str = ""
    style: str = ""
    about: str = ""
    expects: str
    entries: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    """Codes of the table of waste that are right as well."""

    @property
    def right(self) -> frozenset[str]:
        """Ids and codes, any of which answers it."""
        return frozenset((*self.entries, *self.rows))


@dataclass(frozen=True, kw_only=True)
class Replied:
    """A question and what became of it."""

    asked: Asked
    outcome: Outcome
    milliseconds: float

    @property
    def decision(self) -> str:
        return self.outcome.decision.decision or ""

    @property
    def shown(self) -> list[str]:
        """The entries that the reply stands on, quoted or offered, or the rows of a table that it was read from."""
        return [str(entry["entry"]) for entry in self.outcome.decision.entries] or self.rows

    @property
    def rows(self) -> list[str]:
        rows = self.outcome.trace.get("rows")
        return [str(row) for row in rows] if isinstance(rows, list) else []

    @property
    def is_answered(self) -> bool:
        return self.decision == "answer"

    @property
    def is_right(self) -> bool:
        return self.is_answered and self.is_first_right

    @property
    def is_first_right(self) -> bool:
        """Whether what is shown first answers it, as an answer or among choices."""
        return bool(self.shown) and self.shown[0] in self.asked.right


def read_asked(name: str) -> tuple[Asked, ...]:
    """The questions of a file of the folder, or its `texts`, of which nothing but their kind is known: chat or elsewhere."""
    loaded = read_yaml((QUESTIONS / f"{name}.yaml").read_text(encoding="utf-8"))
    if "texts" in loaded:
        expects = "chitchat" if name == "chat" else "not_ours"
        return tuple(Asked(text=text, expects=expects) for text in loaded["texts"])
    return tuple(Asked.model_validate(fields) for fields in loaded["questions"])


@contextmanager
def sample_city(mode: SearchMode) -> Iterator[tuple[Database, Search]]:
    """The sample city's content, published in a temporary database and searchable."""
    with tempfile.TemporaryDirectory(prefix="madoguchi-city-") as folder:
        database = Database(f"sqlite:///{folder}/city.sqlite")
        migrate(database)
        load_content(database, [load_pack(CITY)])
        search = build_search(Settings(search_mode=mode), database, load_pack, CONTENT, folder=None, is_temporary=True)
        search.warm()
        yield database, search
        database.close()


def replies_to(questions: Sequence[Asked], database: Database, search: Search) -> list[Replied]:
    """All questions, each asked once and for itself."""
    pack, now, tools = load_pack(CITY), system_clock(), SearchTools(database, search, load_pack)
    found = []
    for asked in questions:
        started = time.perf_counter()
        outcome = decide_alone(pack, tools, asked.text, now)
        found.append(Replied(asked=asked, outcome=outcome, milliseconds=(time.perf_counter() - started) * 1000))
    return found


def searched(questions: Sequence[Asked], search: Search) -> Iterator[tuple[Asked, SearchResult]]:
    """What is found for those that routing takes for questions."""
    pack, now = load_pack(CITY), system_clock()
    for asked in questions:
        if route(turn_of(pack, asked.text, now)) is Route.ANSWER:
            yield asked, search.search(CITY, asked.text, moment=now, limit=DEPTH)
