"""All figures of quality for one mode of search: over judged questions of a real city, where they are there, and over the sample city."""

import math
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.asked import Asked, Replied, read_asked, replies_to, sample_city
from bot.asking import decide_alone
from bot.assembly import build_search
from bot.evaluation import warm_with_bar
from bot.preparing import ensure_municipality
from bot.tools import SearchTools
from core.clock import system_clock
from core.database import Database
from core.migrating import migrate
from core.pack_loading import CONTENT, blank_pack
from core.settings import SearchMode, Settings
from faq.commands import import_into
from retrieval.confidence import gates_of
from retrieval.fit_reranking import Found, held_out_qualities
from retrieval.fitting import Example
from retrieval.fusing import LENS
from retrieval.judged import Judged, Quality, mean_quality, read_judged, topics_of
from retrieval.reranking import CANDIDATES, FITTING, SIGNALS
from retrieval.search import Search
from retrieval.vectors import export_vectors, import_vectors

JUDGED = "evaluation"
CITY_FILES = ("residents_fitted", "residents_held_out", "questions")
DEPTH = 100


@dataclass(frozen=True, kw_only=True)
class Point:
    """One question that was answered or got choices: how sure the first entry was, and whether it was right."""

    confidence: float
    """1 for what is read from a table by its name."""
    is_right: bool
    is_answered: bool
    style: str = ""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """How a set of answerable questions was decided."""

    asked: int
    answered: int
    right: int
    points: tuple[Point, ...]

    @property
    def coverage(self) -> float:
        """Share of the questions that were answered directly."""
        return self.answered / max(1, self.asked)

    @property
    def precision(self) -> float:
        """Share of the direct answers that were right; 1 without any."""
        return self.right / self.answered if self.answered else 1.0


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Everything about one mode. What could not be measured is None."""

    mode: SearchMode
    quality: Quality | None
    held_out: Quality | None
    judged: Decided | None
    judged_held_out: Mapping[str, float]
    """Precision and coverage over the judged questions with whole topics held out, as recorded when the gates were fitted."""
    city: Mapping[str, Decided]
    small_talk_answered: float
    elsewhere_answered: float
    wrong: tuple[str, ...]
    """Questions of the sample city that got a wrong answer."""
    milliseconds: tuple[float, ...]

    @property
    def whole_city(self) -> Decided:
        """All questions of the sample city together."""
        own = self.city.values()
        return Decided(
            asked=sum(decided.asked for decided in own),
            answered=sum(decided.answered for decided in own),
            right=sum(decided.right for decided in own),
            points=tuple(point for decided in own for point in decided.points),
        )

    @property
    def p50(self) -> float:
        return statistics.median(self.milliseconds) if self.milliseconds else 0.0

    @property
    def p95(self) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else 0.0


def measure(mode: SearchMode, judged_folder: Path | None, vectors: Path) -> Measured:
    """`vectors` keeps what was embedded of the judged collection, because that takes minutes."""
    milliseconds: list[float] = []
    quality = held_out = decided = None
    if judged_folder is not None:
        judged = read_judged(judged_folder, name=JUDGED)
        with _judged_city(mode, judged_folder, vectors) as (database, search):
            found = _found(judged, search)
            quality, held_out = mean_quality([one.quality(None) for one in found]), _held_out(found)
            decided = _decided(judged, database, search, milliseconds)
    with sample_city(mode) as (database, search):
        replies = {name: replies_to(read_asked(name), database, search) for name in (*CITY_FILES, "chat", "elsewhere")}
    everything = [reply for own in replies.values() for reply in own]
    if judged_folder is None:
        milliseconds += [reply.milliseconds for reply in everything]
    return Measured(
        mode=mode,
        quality=quality,
        held_out=held_out,
        judged=decided,
        judged_held_out=gates_of(mode).held_out,
        city={name: decided_of([reply for reply in replies[name] if reply.asked.expects == "answer"]) for name in CITY_FILES},
        small_talk_answered=_answered_wrongly(everything, "chitchat"),
        elsewhere_answered=_answered_wrongly(everything, "not_ours"),
        wrong=tuple(f"{reply.asked.text} → {reply.shown[0]}" for reply in everything if _is_wrong(reply)),
        milliseconds=tuple(milliseconds),
    )


def decided_of(replies: Sequence[Replied]) -> Decided:
    """Of questions that published entries answer."""
    points = [
        Point(
            confidence=1.0 if reply.rows else reply.outcome.decision.confidence or 0.0,
            is_right=reply.is_first_right,
            is_answered=reply.is_answered,
            style=reply.asked.style,
        )
        for reply in replies
        if reply.decision in {"answer", "choices"} and reply.shown
    ]
    answered = [point for point in points if point.is_answered]
    return Decided(asked=len(replies), answered=len(answered), right=sum(point.is_right for point in answered), points=tuple(points))


def _is_wrong(reply: Replied) -> bool:
    return reply.is_answered and bool(reply.shown) and reply.asked.expects in {"answer", "unpublished", "not_ours"} and not reply.is_right


def _answered_wrongly(replies: Sequence[Replied], expects: str) -> float:
    own = [reply for reply in replies if reply.asked.expects == expects]
    return sum(reply.is_answered and not reply.is_right for reply in own) / max(1, len(own))


@contextmanager
def _judged_city(mode: SearchMode, folder: Path, vectors: Path) -> Iterator[tuple[Database, Search]]:
    with tempfile.TemporaryDirectory(prefix="madoguchi-judged-") as temporary:
        database = Database(f"sqlite:///{temporary}/judged.sqlite")
        migrate(database)
        pack = blank_pack(JUDGED)
        with database.transaction() as session:
            ensure_municipality(session, pack)
        import_into(database, pack, folder / "faq.csv", publish=True)
        kept = vectors / mode.value
        kept.mkdir(parents=True, exist_ok=True)
        import_vectors(database, kept)
        search = build_search(Settings(search_mode=mode), database, lambda _: pack, CONTENT, folder=None, is_temporary=True)
        warm_with_bar(search)
        export_vectors(database, kept)
        yield database, search
        database.close()


def _found(judged: Judged, search: Search) -> list[Found]:
    topics, now = topics_of(judged.judgements), system_clock()
    found = []
    for key, text in judged.questions.items():
        hits = search.search(JUDGED, text, moment=now, limit=DEPTH).hits
        grades, candidates = judged.judgements[key], hits[:CANDIDATES]
        example = Example(
            topic=topics[key],
            candidates=[hit.standard for hit in candidates],
            gains=[float(hit.entry_id in grades) for hit in candidates],
        )
        found.append(Found(example=example, entries=[hit.entry_id for hit in hits], grades=grades))
    return found


def _held_out(found: Sequence[Found]) -> Quality:
    names = sorted({name for one in found for features in one.example.candidates for name in features})
    return mean_quality(held_out_qualities(found, [name for name in names if name.removesuffix(LENS) in SIGNALS | FITTING]))


def _decided(judged: Judged, database: Database, search: Search, milliseconds: list[float]) -> Decided:
    pack, now = blank_pack(JUDGED), system_clock()
    tools = SearchTools(database, search, lambda _: pack)
    replies = []
    for key, text in judged.questions.items():
        started = time.perf_counter()
        outcome = decide_alone(pack, tools, text, now)
        milliseconds.append((time.perf_counter() - started) * 1000)
        asked = Asked(text=text, expects="answer", entries=tuple(judged.judgements[key]))
        replies.append(Replied(asked=asked, outcome=outcome, milliseconds=milliseconds[-1]))
    return decided_of(replies)
