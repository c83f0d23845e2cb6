"""Measuring search and decisions over a file of questions: a TREC run, one JSON line per question, quality and time."""

import json
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.asking import decide_alone, reply_in_words
from bot.assembly import build_search
from bot.preparing import ensure_municipality, open_database
from bot.texts import say
from bot.tools import SearchTools
from core.clock import system_clock
from core.database import Database
from core.errors import ProjectError
from core.migrating import migrate
from core.pack import Pack
from core.pack_loading import CONTENT, blank_pack, load_pack
from core.progress_bar import progress_bar
from core.settings import SearchMode, Settings, read_settings
from faq.commands import import_into
from retrieval.judged import mean_quality, quality_of
from retrieval.modes import missing_package
from retrieval.queries import published_ids
from retrieval.search import Search

DEPTH = 100
RUN_TAG = "madoguchi"
TEMPORARY = "evaluation"


@dataclass(frozen=True, kw_only=True)
class EvaluationRequest:
    """What to measure and where the results go."""

    faq: Path | None
    municipality: str | None
    queries: Path
    qrels: Path | None
    run: Path
    answers: Path


def evaluate_to_files(request: EvaluationRequest, settings: Settings | None) -> str:
    """Writes run and answers, returns the report. Raises ProjectError for files that can't be read."""
    if (request.faq is None) == (request.municipality is None):
        raise ProjectError(say("evaluation.source"))
    queries = read_queries(request.queries)
    judged = read_qrels(request.qrels) if request.qrels else {}
    with _prepared(request, settings) as (pack, database, search):
        run, milliseconds, decisions = _measure(request, pack, database, search, queries)
    return report(run, judged, milliseconds, decisions)


@contextmanager
def _prepared(request: EvaluationRequest, settings: Settings | None) -> Iterator[tuple[Pack, Database, Search]]:
    if request.faq is None and settings is not None and request.municipality is not None:
        pack = load_pack(request.municipality)
        database = open_database(settings)
        yield pack, database, _search_over(settings, database, load_pack)
        database.close()
        return
    with tempfile.TemporaryDirectory(prefix="madoguchi-evaluate-") as folder:
        settings = read_settings().model_copy(update={"data_dir": Path(folder), "database_url": None, "chroma_url": None})
        database = Database(settings.database)
        migrate(database)
        pack = blank_pack(TEMPORARY)
        with database.transaction() as session:
            ensure_municipality(session, pack)
        if request.faq is not None:
            import_into(database, pack, request.faq, publish=True)
        yield pack, database, _search_over(settings, database, lambda _: pack)
        database.close()


def _search_over(settings: Settings, database: Database, packs: Callable[[str], Pack]) -> Search:
    search = build_search(settings, database, packs, CONTENT, folder=None, is_temporary=True)
    warm_with_bar(search)
    return search


def warm_with_bar(search: Search) -> None:
    """The large model takes minutes for what it has never read."""
    with progress_bar(say("evaluation.reading")) as show:
        most = 0

        def note(left: int) -> None:
            nonlocal most
            most = max(most, left)
            show(most - left, most)

        search.warm(note=note)


def _measure(
    request: EvaluationRequest, pack: Pack, database: Database, search: Search, queries: Mapping[str, str]
) -> tuple[dict[str, list[str]], list[float], dict[str, int]]:
    tools, unfound = SearchTools(database, search, lambda _: pack), _some_entries(database, pack.id)
    run: dict[str, list[str]] = {}
    milliseconds: list[float] = []
    decisions: dict[str, int] = {}
    for path in (request.run, request.answers):
        path.parent.mkdir(parents=True, exist_ok=True)
    with (
        request.run.open("w", encoding="utf-8") as run_file,
        request.answers.open("w", encoding="utf-8") as answer_file,
        progress_bar(say("evaluation.progress")) as show,
    ):
        for place, (query_id, text) in enumerate(queries.items()):
            show(place, len(queries))
            now = system_clock()
            started = time.perf_counter()
            outcome = decide_alone(pack, tools, text, now)
            taken = (time.perf_counter() - started) * 1000
            milliseconds.append(taken)
            hits = search.search(pack.id, text, moment=now, limit=DEPTH).hits
            run[query_id] = [hit.entry_id for hit in hits]
            scored = [(hit.entry_id, hit.score) for hit in hits] or unfound
            for rank, (entry, score) in enumerate(scored, start=1):
                run_file.write(f"{query_id} Q0 {entry} {rank} {score!r} {RUN_TAG}\n")
            decision = outcome.decision.decision or "refuse"
            decisions[decision] = decisions.get(decision, 0) + 1
            named = [str(entry["entry"]) for entry in outcome.decision.entries]
            line = {
                "query": query_id,
                "decision": decision,
                "status": outcome.decision.status or outcome.decision.route,
                "entries": list(dict.fromkeys([*named, *run[query_id]])),
                "text": reply_in_words(outcome.reply),
                "milliseconds": round(taken, 3),
            }
            answer_file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return run, milliseconds, decisions


def _some_entries(database: Database, municipality_id: str) -> list[tuple[str, float]]:
    """Tools that read runs want a line for every question, also where nothing is found: then the first ids, with falling scores."""
    with database.reading() as session:
        ids = published_ids(session, municipality_id, DEPTH)
    return [(entry_id, 1e-6 / rank) for rank, entry_id in enumerate(ids, start=1)]


def read_queries(path: Path) -> dict[str, str]:
    """`id<TAB>text` per line. Raises ProjectError with the line's number."""
    found: dict[str, str] = {}
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        query_id, tab, text = line.partition("\t")
        if not tab or not query_id.strip() or " " in query_id.strip():
            raise ProjectError(say("evaluation.query_bad", file=path.name, line=number))
        found[query_id.strip()] = text.strip()
    return found


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """TREC judgements: `query 0 entry grade`."""
    found: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_lines(path), start=1):
        parts = line.split()
        if not parts:
            continue
        if len(parts) != 4 or not parts[3].lstrip("-").isdigit():
            raise ProjectError(say("evaluation.qrel_bad", file=path.name, line=number))
        found.setdefault(parts[0], {})[parts[2]] = int(parts[3])
    return found


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ProjectError(say("evaluation.unreadable", file=path, reason=type(error).__name__)) from None


def report(
    run: Mapping[str, Sequence[str]], judged: Mapping[str, Mapping[str, int]], milliseconds: Sequence[float], decisions: Mapping[str, int]
) -> str:
    lines = []
    scored = [query_id for query_id in judged if query_id in run]
    if scored:
        for name, value in quality(run, judged, scored).items():
            lines.append(f"{name:<9}{value:.4f}")
    lines.append(say("evaluation.decisions", counts="  ".join(f"{name} {count}" for name, count in sorted(decisions.items()))))
    if milliseconds:
        ordered = sorted(milliseconds)
        median, slow = statistics.median(ordered), ordered[math.ceil(0.95 * len(ordered)) - 1]
        lines.append(say("evaluation.time", median=f"{median:.1f}", slow=f"{slow:.1f}", count=len(ordered)))
    return "\n".join(lines)


def quality(run: Mapping[str, Sequence[str]], judged: Mapping[str, Mapping[str, int]], queries: Sequence[str]) -> dict[str, float]:
    """Means over the judged questions: success at 1 and 5, recall and nDCG at 10, MRR."""
    mean = mean_quality([quality_of(run[query_id], judged[query_id]) for query_id in queries])
    return {
        "SR@1": mean.success_at_1,
        "SR@5": mean.success_at_5,
        "R@10": mean.recall,
        "nDCG@10": mean.ndcg,
        "MRR": mean.reciprocal_rank,
    }


def evaluate_to_report(folder: Path, judged: Path | None, modes: Sequence[str]) -> str:
    """Measures everything in every installed mode, writes quality.html and plots into the folder, and returns the figures.

    Without a folder of judged questions only the sample city is measured. Raises ProjectError for an unknown mode.
    """
    from bot.measuring import measure
    from bot.quality_report import in_lines, write_report

    unknown = [mode for mode in modes if mode not in list(SearchMode)]
    if unknown:
        raise ProjectError(f"--mode {unknown[0]}: full or light is needed")
    settings = read_settings()
    usable = [mode for mode in SearchMode if missing_package(settings.model_copy(update={"search_mode": mode})) is None]
    chosen = [SearchMode(mode) for mode in modes] or usable
    is_there = judged is not None and (judged / "faq.csv").is_file()
    measured = [measure(mode, judged if is_there else None, folder / "vectors") for mode in chosen]
    skipped = [] if is_there else [f"skipped: {judged or '--judged FOLDER'} with faq.csv, queries-dev.tsv and qrels-dev.txt is not there"]
    return "\n".join([*skipped, in_lines(measured), *(str(path) for path in write_report(measured, folder))])
