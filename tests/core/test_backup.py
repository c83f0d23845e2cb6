"""A backup gives back what was there, and a damaged one gives nothing."""

import gzip
import io
import json
import shutil
import subprocess
import tarfile
import threading
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from core.backup import BackupError, backup_to, restore_from
from core.database import Database
from core.migrating import migrate, require_current_schema
from core.models import Municipality
from core.settings import MEDIA_FOLDER, Settings
from tests.databases import fresh_database_url, require

NAMES = [f"市{number}" * 40 for number in range(30)]


@pytest.fixture
def settings(emptied: Database, tmp_path: Path) -> Settings:
    """A deployment whose database holds some rows and whose folder holds a secret."""
    require(emptied.is_sqlite or shutil.which("pg_dump") is not None, "pg_dump")
    with emptied.transaction() as session:
        session.add_all(Municipality(id=f"m{place}", name=name, created_at=datetime.now(UTC)) for place, name in enumerate(NAMES))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret_key").write_text("the secret of this folder")
    (tmp_path / "data" / "media" / "m0" / "ab").mkdir(parents=True)
    (tmp_path / "data" / "media" / "m0" / "ab" / "photo").write_bytes(b"sealed photo")
    return Settings(data_dir=tmp_path / "data", database_url=emptied.url)


@pytest.fixture
def empty_place(emptied: Database, tmp_path: Path) -> Iterator[Settings]:
    kind = "sqlite" if emptied.is_sqlite else "postgresql"
    (tmp_path / "elsewhere").mkdir()
    with fresh_database_url(kind, tmp_path / "elsewhere") as url:
        yield Settings(data_dir=tmp_path / "elsewhere", database_url=url)


def names_in(settings: Settings) -> list[str]:
    database = Database(settings.database)
    require_current_schema(database)
    with database.reading() as session:
        found = list(session.scalars(select(Municipality.name).order_by(Municipality.created_at, Municipality.id)))
    database.close()
    return found


def test_restored_place_holds_what_was_backed_up(settings: Settings, empty_place: Settings, tmp_path: Path) -> None:
    file = tmp_path / "backups" / "a.tar.gz"
    assert str(file) in backup_to(settings, file)
    assert list(file.parent.iterdir()) == [file]
    restore_from(empty_place, file)
    assert sorted(names_in(empty_place)) == sorted(NAMES)
    assert (empty_place.data_dir / "media" / "m0" / "ab" / "photo").read_bytes() == b"sealed photo"
    secret = empty_place.data_dir / "secret_key"
    assert secret.read_text() == "the secret of this folder"
    assert secret.stat().st_mode & 0o077 == 0


def test_photos_and_files_are_kept(settings: Settings, empty_place: Settings, tmp_path: Path) -> None:
    """They lay outside the database, so a restored town had lost every photo of every application."""
    folder = Path(MEDIA_FOLDER) / "shiomi" / "07"
    (settings.data_dir / folder).mkdir(parents=True)
    for name in ("7", "7.preview", "8.31.part"):
        (settings.data_dir / folder / name).write_bytes(b"encrypted " + name.encode())
    backup_to(settings, tmp_path / "a.tar.gz")
    restore_from(empty_place, tmp_path / "a.tar.gz")
    restored = empty_place.data_dir / folder
    assert {path.name: path.read_bytes() for path in restored.iterdir()} == {"7": b"encrypted 7", "7.preview": b"encrypted 7.preview"}


def test_photos_of_another_town_are_not_mixed_in(settings: Settings, empty_place: Settings, tmp_path: Path) -> None:
    backup_to(settings, tmp_path / "a.tar.gz")
    (empty_place.data_dir / MEDIA_FOLDER / "shiomi").mkdir(parents=True)
    with pytest.raises(BackupError, match="すでにあります"):
        restore_from(empty_place, tmp_path / "a.tar.gz")


def test_backup_can_be_read_by_its_owner_only(settings: Settings, tmp_path: Path) -> None:
    """The secret that opens everything lies in it; it used to be readable by every user of the machine."""
    backup_to(settings, tmp_path / "a.tar.gz")
    assert (tmp_path / "a.tar.gz").stat().st_mode & 0o077 == 0


def test_password_stands_in_no_list_of_processes(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[list[str], dict[str, str]]] = []

    def run(command: list[str], *, env: dict[str, str], **_more: object) -> None:
        seen.append((list(command), env))
        target = next(word.partition("=")[2] for word in command if word.startswith("--file="))
        Path(target).write_bytes(b"a dump")

    monkeypatch.setattr(subprocess, "run", run)
    server = "postgresql://clerk:p%40ss@127.0.0.1:1/town"
    backup_to(Settings(data_dir=tmp_path / "data", database_url=server), tmp_path / "a.tar.gz")
    ((command, environment),) = seen
    assert "--dbname=postgresql://clerk@127.0.0.1:1/town" in command
    assert environment["PGPASSWORD"] == "p@ss"


def test_restoring_over_something_is_refused_and_changes_nothing(settings: Settings, empty_place: Settings, tmp_path: Path) -> None:
    file = tmp_path / "a.tar.gz"
    backup_to(settings, file)
    database = Database(empty_place.database)
    migrate(database)
    database.close()
    with pytest.raises(BackupError):
        restore_from(empty_place, file)
    assert names_in(empty_place) == []
    assert not (empty_place.data_dir / "secret_key").exists()


def test_own_secret_of_the_place_is_kept(settings: Settings, empty_place: Settings, tmp_path: Path) -> None:
    backup_to(settings, tmp_path / "a.tar.gz")
    (empty_place.data_dir / "secret_key").write_text("its own")
    restore_from(empty_place, tmp_path / "a.tar.gz")
    assert (empty_place.data_dir / "secret_key").read_text() == "its own"


def test_existing_file_is_not_overwritten(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "a.tar.gz"
    file.write_text("precious")
    with pytest.raises(BackupError, match="すでにあります"):
        backup_to(settings, file)
    assert file.read_text() == "precious"


def test_backup_of_a_running_server_is_one_moment(settings: Settings, emptied: Database, empty_place: Settings, tmp_path: Path) -> None:
    """Two rows that are always changed together are never apart in the backup."""
    stopping, changes = threading.Event(), []

    def keep_writing() -> None:
        while not stopping.is_set():
            with emptied.transaction() as session:
                for name in ("m0", "m1"):
                    session.execute(text(f"UPDATE municipality SET content_revision = content_revision + 1 WHERE id = '{name}'"))
            changes.append(1)

    writer = threading.Thread(target=keep_writing)
    writer.start()
    while len(changes) < 5 and writer.is_alive():
        stopping.wait(0.01)
    backup_to(settings, tmp_path / "a.tar.gz")
    stopping.set()
    writer.join()
    restore_from(empty_place, tmp_path / "a.tar.gz")
    restored = Database(empty_place.database)
    with restored.reading() as session:
        revisions = session.scalars(select(Municipality.content_revision).where(Municipality.id.in_(("m0", "m1")))).all()
    restored.close()
    assert revisions[0] == revisions[1] >= 5


def test_backup_of_the_other_kind_is_refused(settings: Settings, emptied: Database, tmp_path: Path) -> None:
    backup_to(settings, tmp_path / "a.tar.gz")
    other = "postgresql://nobody@127.0.0.1:1/nothing" if emptied.is_sqlite else f"sqlite:///{tmp_path / 'x.sqlite'}"
    with pytest.raises(BackupError, match="種類"):
        restore_from(Settings(data_dir=tmp_path / "x", database_url=other), tmp_path / "a.tar.gz")
    assert not (tmp_path / "x").exists()


# What is damaged, on SQLite only: reading the file is the same for both.


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("good")
    settings = Settings(data_dir=folder, database_url=None)
    database = Database(settings.database)
    migrate(database)
    with database.transaction() as session:
        session.add_all(Municipality(id=f"m{place}", name=name, created_at=datetime.now(UTC)) for place, name in enumerate(NAMES))
    database.close()
    backup_to(settings, folder / "good.tar.gz")
    return (folder / "good.tar.gz").read_bytes()


def restored_from(content: bytes, folder: Path) -> list[str]:
    folder.mkdir()
    (folder / "file").write_bytes(content)
    settings = Settings(data_dir=folder / "data", database_url=None)
    try:
        restore_from(settings, folder / "file")
    except BackupError:
        assert not (folder / "data").exists(), "a refused file must leave nothing"
        raise
    return names_in(settings)


@pytest.mark.parametrize("end", ["-wal", "-shm"])
def test_left_log_of_another_database_is_not_carried_out(good: bytes, tmp_path: Path, end: str) -> None:
    """SQLite carried out what stood in the log of the database that had lain there before: what was restored was gone."""
    (tmp_path / "file").write_bytes(good)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / f"madoguchi.sqlite{end}").write_bytes(b"what was written to the database that is gone")
    with pytest.raises(BackupError, match="すでにあります"):
        restore_from(Settings(data_dir=tmp_path / "data", database_url=None), tmp_path / "file")
    assert not (tmp_path / "data" / "madoguchi.sqlite").exists()


def is_readable_as(content: bytes, file: bytes) -> bool:
    try:
        return gzip.decompress(file) == content
    except (OSError, EOFError, zlib.error):
        return False


def test_each_damaged_byte_is_noticed(good: bytes, tmp_path: Path) -> None:
    """A changed bit used to end in a foreign exception, or in a restored database without its rows."""
    assert sorted(restored_from(good, tmp_path / "good")) == sorted(NAMES)
    content, refused = gzip.decompress(good), 0
    # What stands before is gzip's header, with nothing of ours.
    for place in range(64, len(good), len(good) // 40):
        damaged = bytearray(good)
        damaged[place] ^= 0x10
        # Now and then it says the same as before: bits that fill up a byte, or another place from which to repeat a nought.
        if is_readable_as(content, damaged):
            continue
        with pytest.raises(BackupError):
            restored_from(bytes(damaged), tmp_path / f"{place}")
        refused += 1
    assert refused > 30


def symbolic_link(name: str, target: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, target
    return member


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.999])
def test_file_that_is_cut_short_is_refused(good: bytes, tmp_path: Path, share: float) -> None:
    with pytest.raises(BackupError, match="読めません"):
        restored_from(good[: int(len(good) * share)], tmp_path / "cut")


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        (None, "読めません"),
        ({"format": 2, "database": "madoguchi.sqlite"}, "別の版"),
        ({"format": 1}, "種類"),
        ({"format": 1, "database": "madoguchi.dump"}, "種類"),
        ([], "別の版"),
        ([1], "読めません"),
        ({"format": 1, "database": "madoguchi.sqlite"}, "壊れています"),
    ],
)
def test_archive_that_is_no_backup_is_refused(tmp_path: Path, manifest: object, reason: str) -> None:
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        (tmp_path / "madoguchi.sqlite").write_bytes(b"no database at all, only some words" * 100)
        archive.add(tmp_path / "madoguchi.sqlite", "madoguchi.sqlite")
        if manifest is not None:
            (tmp_path / "manifest.json").write_text(json.dumps(manifest))
            archive.add(tmp_path / "manifest.json", "manifest.json")
    with pytest.raises(BackupError, match=reason):
        restored_from((tmp_path / "a.tar.gz").read_bytes(), tmp_path / "place")


@pytest.mark.parametrize(
    "member",
    [
        tarfile.TarInfo("../outside"),
        tarfile.TarInfo("media/../../outside"),
        tarfile.TarInfo("/outside"),
        symbolic_link("media/link", "/etc/passwd"),
    ],
)
def test_nothing_is_written_outside_the_place(good: bytes, tmp_path: Path, member: tarfile.TarInfo) -> None:
    with tarfile.open(fileobj=io.BytesIO(good), mode="r:gz") as source, tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        for known in source:
            archive.addfile(known, source.extractfile(known))
        archive.addfile(member)
    with pytest.raises(BackupError, match="読めません"):
        restored_from((tmp_path / "a.tar.gz").read_bytes(), tmp_path / "place")
    assert not list(tmp_path.rglob("outside"))
    assert not list(tmp_path.rglob("madoguchi.sqlite")), "nothing is touched"


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupError):
        restore_from(Settings(data_dir=tmp_path / "data", database_url=None), tmp_path / "nothing.tar.gz")


def test_missing_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="DATA_DIR"):
        backup_to(Settings(data_dir=tmp_path, database_url=None), tmp_path / "a.tar.gz")
    assert list(tmp_path.iterdir()) == []
