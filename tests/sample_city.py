"""The sample city with its content, published and searchable by the light models: made once in a run, copied by whoever needs it."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from bot.assembly import INDEX_FOLDER, build_search
from bot.preparing import load_content
from core.database import Database
from core.pack_loading import CONTENT, load_pack
from core.settings import SearchMode, Settings
from retrieval.models import PassageKind
from retrieval.passages import NewPassage, replace_many
from retrieval.search import Search
from tests.databases import lasting_folder, migrated_file
from tests.once import made_once
from tests.shared_database import migrated_database

MUNICIPALITY = "shiomi"
FILE = "test.sqlite"


@contextmanager
def sample_city(folder: Path, kind: str = "sqlite") -> Iterator[Database]:
    """A database with the published content and nothing else. On PostgreSQL it is published anew: copying would take as long."""
    if kind != "sqlite":
        with migrated_database(kind, folder) as database:
            load_content(database, [load_pack(MUNICIPALITY)])
            yield database
        return
    database = _opened(shutil.copy(_made() / FILE, folder / FILE))
    yield database
    database.close()


@cache
def shared_search() -> tuple[Database, Search]:
    """One for all tests of a process, with a database of its own. To be read only, but for what `also_published` puts there for a while."""
    folder = lasting_folder()
    shutil.copytree(_made(), folder, dirs_exist_ok=True)
    database = _opened(folder / FILE)
    return database, _warm_search(database, folder)


def furnish(data_folder: Path) -> None:
    """As if a product had been started there before: its database, published and searchable."""
    data_folder.mkdir(mode=0o700, parents=True)
    shutil.copy(_made() / FILE, data_folder / "madoguchi.sqlite")
    shutil.copytree(_made() / INDEX_FOLDER, data_folder / INDEX_FOLDER)


@contextmanager
def also_published(entries: Mapping[str, tuple[str, str]]) -> Iterator[None]:
    """Meanwhile the shared search finds these, question and answer by id, too."""
    if not entries:
        yield
        return
    database, search = shared_search()

    def publish(passages: Mapping[str, Sequence[NewPassage]]) -> None:
        with database.transaction() as session:
            replace_many(session, MUNICIPALITY, passages)
        search.follow(MUNICIPALITY)

    publish({entry_id: [NewPassage(kind=PassageKind.FAQ, question=asked, body=text)] for entry_id, (asked, text) in entries.items()})
    try:
        yield
    finally:
        publish({entry_id: [] for entry_id in entries})


def _made() -> Path:
    return made_once("sample-city", _make)


def _make(folder: Path) -> None:
    database = _opened(migrated_file(folder))
    load_content(database, [load_pack(MUNICIPALITY)])
    _warm_search(database, folder)
    database.close()  # With the last connection SQLite brings everything into the file.


def _opened(path: Path | str) -> Database:
    return Database(f"sqlite:///{path}")


def _warm_search(database: Database, folder: Path) -> Search:
    search = build_search(Settings(search_mode=SearchMode.LIGHT), database, load_pack, CONTENT, folder=folder / INDEX_FOLDER)
    search.warm()
    return search
