"""Commands around learning: a round of it, its history, going back, and whether golden questions lead where they must."""

from pathlib import Path
from string import Template

from sqlalchemy.orm import Session

from bot.assembly import build_search
from bot.preparing import load_content
from core.clock import in_japan, system_clock
from core.database import Database
from core.errors import ProjectError
from core.models import Municipality
from core.pack import Pack
from core.pack_loading import CONTENT, load_pack
from core.settings import SearchMode, Settings
from core.yaml_text import read_yaml
from retrieval import queries
from retrieval.judging import read_golden
from retrieval.learning import FEWEST, SHIPPED, learn, undo, use_version
from retrieval.models import LearnedRanker
from retrieval.modes import mode_of
from retrieval.search import Search

WORDS = Path(__file__).parent / "learning_words.yaml"
NEAR = 5


def learn_now(settings: Settings, database: Database, municipality_id: str, *, is_trial: bool) -> str:
    """A round of learning; what it takes is followed by running servers."""
    pack, search = _prepared(settings, database, municipality_id)
    lesson = learn(database, search, municipality_id, _golden(pack), now=system_clock(), is_trial=is_trial)
    if lesson.questions < FEWEST:
        return _say("too_few", questions=lesson.questions, fewest=FEWEST)
    key = "taken" if lesson.version is not None else "better" if lesson.is_better else "not_better"
    return _say(key, questions=lesson.questions, before=f"{lesson.before:.3f}", after=f"{lesson.after:.3f}", version=lesson.version)


def switch_version(settings: Settings, database: Database, municipality_id: str, version: int | None) -> str:
    """To this version, or back to the one before where none is named."""
    mode = _mode(settings)
    with database.transaction() as session:
        _require(session, municipality_id)
        if version is None:
            version = undo(session, municipality_id, mode)
        else:
            use_version(session, municipality_id, mode, version)
    return _say("switched", version=version)


def show_history(settings: Settings, database: Database, municipality_id: str) -> str:
    """All versions of this mode, the one in use marked."""
    with database.reading() as session:
        _require(session, municipality_id)
        rows = queries.learned_rankers(session, municipality_id, _mode(settings).value)
        is_shipped = not any(row.is_used for row in rows)
        lines = [_say("history"), f"{'*' if is_shipped else ' '} {SHIPPED}"]
        lines += [f"{'*' if row.is_used else ' '} {_in_columns(row)}" for row in rows]
    return "\n".join(lines)


def check_golden(settings: Settings, database: Database, municipality_id: str) -> tuple[str, bool]:
    """One line for each golden question that does not find its entry among the first five; whether there is none."""
    pack, search = _prepared(settings, database, municipality_id)
    golden = _golden(pack)
    if not golden:
        return _say("no_golden"), True
    now, first, missed = system_clock(), 0, []
    for question, entries in golden.items():
        found = [hit.entry_id for hit in search.search(municipality_id, question, moment=now, limit=NEAR).hits]
        first += bool(found) and found[0] in entries
        if not entries & set(found):
            missed.append(f"{question}\t{' '.join(sorted(entries))}\t{' '.join(found)}")
    summary = _say("golden", questions=len(golden), first=first, missed=len(missed))
    return "\n".join([*missed, summary]), not missed


def _in_columns(row: LearnedRanker) -> str:
    return f"{row.version}\t{in_japan(row.at):%Y-%m-%d %H:%M}\t{row.questions}\t{row.before:.3f}\t{row.after:.3f}"


def _prepared(settings: Settings, database: Database, municipality_id: str) -> tuple[Pack, Search]:
    pack = load_pack(municipality_id)
    with database.reading() as session:
        is_loaded = session.get(Municipality, municipality_id) is not None
    if not is_loaded:
        load_content(database, [pack])
    search = build_search(settings, database, load_pack, CONTENT, folder=None, is_temporary=True)
    search.warm()
    return pack, search


def _golden(pack: Pack) -> dict[str, frozenset[str]]:
    return dict(read_golden(Path(pack.folder))) if pack.folder else {}


def _mode(settings: Settings) -> SearchMode:
    return mode_of(settings)


def _require(session: Session, municipality_id: str) -> None:
    if session.get(Municipality, municipality_id) is None:
        raise ProjectError(f"{municipality_id}: no such municipality in this database")


def _say(key: str, **gaps: object) -> str:
    words = read_yaml(WORDS.read_text(encoding="utf-8"))
    return Template(words[key]).substitute({name: str(value) for name, value in gaps.items()})
