"""Backup and restore: the database, photos and files, and the data folder's secret in one file, checked before it replaces anything."""

import gzip
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from sqlalchemy import make_url

from core.errors import ProjectError
from core.settings import MEDIA_FOLDER, Settings, make_folder
from core.texts import say

MANIFEST = "manifest.json"
SQLITE_NAME = "madoguchi.sqlite"
POSTGRES_NAME = "madoguchi.dump"
KEPT_FILES = ("secret_key",)
SQLITE_PARTS = ("", "-wal", "-shm")
UNFINISHED = ".part"
FORMAT = 1


class BackupError(ProjectError):
    """The backup could not be made, or the file is not one."""


def backup_to(settings: Settings, file: Path) -> str:
    """May run while the server does. The search index is left out: it is made anew from the database."""
    if file.exists():
        raise BackupError(say("backup.exists", file=file))
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        dump = _dump_sqlite(settings, Path(folder)) if settings.is_embedded else _dump_postgres(settings, Path(folder))
        manifest = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(), "database": dump.name}
        partial = file.with_name(file.name + UNFINISHED)
        partial.unlink(missing_ok=True)
        # Whoever reads it could read what residents wrote.
        partial.touch(mode=0o600)
        with tarfile.open(partial, "w:gz") as archive:
            _add_text(archive, MANIFEST, json.dumps(manifest))
            archive.add(dump, arcname=dump.name)
            for name in KEPT_FILES:
                if (settings.data_dir / name).is_file():
                    archive.add(settings.data_dir / name, arcname=name)
            _add_media(archive, settings)
        partial.replace(file)
    size = file.stat().st_size / 1_000_000
    return say("backup.done", file=file, size=f"{size:.1f}")


def restore_from(settings: Settings, file: Path) -> str:
    """Into an empty place only; nothing is touched when the file is damaged."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            _read_to_the_end(file)
            with tarfile.open(file, "r:gz") as archive:
                _extract(archive, Path(folder), are_media=False)
            manifest = dict(json.loads((Path(folder) / MANIFEST).read_text(encoding="utf-8")))
        except (OSError, tarfile.TarError, zlib.error, ValueError, TypeError, EOFError) as error:
            raise BackupError(say("restore.unreadable", file=file, reason=type(error).__name__)) from None
        if manifest.get("format") != FORMAT:
            raise BackupError(say("restore.other_format", file=file))
        dump = Path(folder) / str(manifest.get("database"))
        if (dump.name == SQLITE_NAME) != settings.is_embedded:
            raise BackupError(say("restore.other_kind"))
        media = settings.data_dir / MEDIA_FOLDER
        if media.is_dir() and any(media.iterdir()):
            raise BackupError(say("restore.exists", file=media))
        if settings.is_embedded:
            _restore_sqlite(settings, dump)
        else:
            _restore_postgres(settings, dump)
        make_folder(settings.data_dir)
        for name in KEPT_FILES:
            source, target = Path(folder) / name, settings.data_dir / name
            if source.is_file() and not target.exists():
                target.write_bytes(source.read_bytes())
                target.chmod(0o600)
        with tarfile.open(file, "r:gz") as archive:
            _extract(archive, settings.data_dir, are_media=True)
    return say("restore.done")


def _add_media(archive: tarfile.TarFile, settings: Settings) -> None:
    """Photos and files, encrypted as they lie there. What is dropped meanwhile is left out."""
    for path in sorted((settings.data_dir / MEDIA_FOLDER).rglob("*")):
        if path.is_file() and path.suffix != UNFINISHED:
            with suppress(FileNotFoundError):
                archive.add(path, arcname=str(path.relative_to(settings.data_dir)), recursive=False)


def _is_media(member: tarfile.TarInfo) -> bool:
    return member.name.startswith(f"{MEDIA_FOLDER}/")


def _extract(archive: tarfile.TarFile, folder: Path, *, are_media: bool) -> None:
    """Files only, and nowhere but below the folder: Python itself keeps to that not before 3.11.4. Raises tarfile.TarError."""
    for member in archive:
        is_below = not member.name.startswith("/") and ".." not in PurePosixPath(member.name).parts
        content = archive.extractfile(member) if member.isfile() and is_below else None
        if content is None:
            raise tarfile.ExtractError(member.name)
        if _is_media(member) is are_media:
            target = folder / member.name
            make_folder(target.parent)
            target.touch(mode=0o600)
            with content, target.open("wb") as file:
                shutil.copyfileobj(content, file)


def _read_to_the_end(file: Path) -> None:
    """Only at its end is a gzip file's checksum compared; tarfile stops before."""
    with gzip.open(file) as whole:
        while whole.read(1 << 20):
            pass


def _sqlite_path(settings: Settings) -> Path:
    return Path(settings.database.removeprefix("sqlite:///"))


def _dump_sqlite(settings: Settings, folder: Path) -> Path:
    source_path, target_path = _sqlite_path(settings), folder / SQLITE_NAME
    if not source_path.is_file():
        raise BackupError(say("backup.no_database", file=source_path))
    source, target = sqlite3.connect(source_path), sqlite3.connect(target_path)
    with source, target:
        source.backup(target)
    source.close()
    target.close()
    return target_path


def _restore_sqlite(settings: Settings, dump: Path) -> None:
    target = _sqlite_path(settings)
    # SQLite would carry out what stands in the log of another database.
    for left in (target.with_name(target.name + part) for part in SQLITE_PARTS):
        if left.exists():
            raise BackupError(say("restore.exists", file=left))
    connection = sqlite3.connect(dump)
    try:
        state = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise BackupError(say("restore.damaged", reason=error)) from None
    finally:
        connection.close()
    if state != "ok":
        raise BackupError(say("restore.damaged", reason=state))
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + UNFINISHED)
    shutil.copyfile(dump, partial)
    partial.replace(target)


def _address(settings: Settings) -> str:
    """Without the password, which every user of the machine would see in the list of processes."""
    url = make_url(settings.database).set(drivername="postgresql")
    return url._replace(password=None).render_as_string(hide_password=False)


def _dump_postgres(settings: Settings, folder: Path) -> Path:
    target = folder / POSTGRES_NAME
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={target}", f"--dbname={_address(settings)}", settings=settings)
    return target


def _restore_postgres(settings: Settings, dump: Path) -> None:
    from core.migrating import is_empty, reachable

    database = reachable(settings)
    has_room = is_empty(database)
    database.close()
    if not has_room:
        raise BackupError(say("restore.not_empty"))
    address = f"--dbname={_address(settings)}"
    _run("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", address, str(dump), settings=settings)


def _run(*command: str, settings: Settings) -> None:
    password = make_url(settings.database).password
    environment = {**os.environ, "PGPASSWORD": str(password)} if password else None
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, env=environment)  # noqa: S603  # Fixed program, arguments from settings.
    except FileNotFoundError:
        raise BackupError(say("tool.missing", tool=command[0])) from None
    except subprocess.CalledProcessError as error:
        raise BackupError(say("tool.failed", tool=command[0], reason=error.stderr.strip()[-400:])) from None


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    info = tarfile.TarInfo(name)
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))
