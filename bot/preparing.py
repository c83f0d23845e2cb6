"""What commands and start-up share: opening the database, loading packs' content, tending index and dead letters."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from bot.assembly import INDEX_FOLDER, build_search
from bot.texts import say
from core.clock import in_japan, system_clock
from core.database import Database
from core.embedded_queue import EmbeddedQueue
from core.errors import ProjectError
from core.migrating import is_empty, migrate, reachable, require_current_schema
from core.models import Municipality
from core.pack import Pack
from core.pack_loading import CONTENT, load_pack
from core.process_lock import ProcessLock
from core.settings import Settings
from faq.pack_content import load_pack_content
from retrieval.vectors import export_vectors, import_vectors

log = structlog.get_logger()


def open_database(settings: Settings, *, may_upgrade: bool = False) -> Database:
    """An empty database is migrated; one of another version is refused unless it may be upgraded. Raises SchemaError and SettingsError."""
    database = reachable(settings)
    if may_upgrade or is_empty(database):
        migrate(database)
    require_current_schema(database)
    return database


def load_content(database: Database, packs: Iterable[Pack], content: Path = CONTENT) -> None:
    """Publishes what is new in the packs; the vectors that they ship spare the next search to warm their computing."""
    for pack in packs:
        with database.transaction() as session:
            ensure_municipality(session, pack)
            report = load_pack_content(session, pack, system_clock())
        if not report.is_unchanged:
            import_vectors(database, content / pack.id)
        log.info("pack_loaded", municipality=pack.id, report=str(report))


def ship_vectors(municipality_id: str, content: Path = CONTENT) -> str:
    """Computes the vectors of a pack's whole content by every installed model and writes them into its folder; tells how many."""
    pack = load_pack(municipality_id)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/vectors.sqlite")
        migrate(database)
        load_content(database, [pack], content)
        build_search(Settings(), database, load_pack, content, folder=None, is_temporary=True).warm()
        count = export_vectors(database, content / municipality_id)
        database.close()
    return say("content.shipped", count=count)


def ensure_municipality(session: Session, pack: Pack) -> Municipality:
    row = session.get(Municipality, pack.id)
    if row is None:
        row = Municipality(
            id=pack.id, name=pack.municipality.name or pack.id, created_at=system_clock(), content_revision=0, pack_digest=""
        )
        session.add(row)
        session.flush()
    row.name = pack.municipality.name or row.name
    return row


def rebuild_index(settings: Settings, database: Database, municipality_id: str) -> str:
    """Tells the number of passages. Raises AlreadyRunningError while a server holds the embedded index."""
    load_pack(municipality_id)
    lock = ProcessLock(settings.data_dir) if settings.chroma_url is None else None
    if lock is not None:
        lock.acquire()
    try:
        search = build_search(settings, database, load_pack, CONTENT, folder=settings.data_dir / INDEX_FOLDER)
        search.warm()
        return say("content.rebuilt", count=search.rebuild(municipality_id))
    finally:
        if lock is not None:
            lock.release()


def dead_letters(database: Database) -> str:
    with database.reading() as session:
        letters = EmbeddedQueue(database).dead_letters(session)
    if not letters:
        return say("dead_letter.none")
    rows = [f"{x.id}\t{x.kind}\t{in_japan(x.died_at):%Y-%m-%d %H:%M}\t{x.municipality_id or '-'}\t{x.error}" for x in letters]
    return "\n".join([say("dead_letter.heading"), *rows])


def retry_dead_letter(database: Database, job_id: int) -> str:
    """Raises ProjectError where there is none with this number."""
    with database.transaction() as session:
        if not EmbeddedQueue(database).retry(session, job_id):
            raise ProjectError(say("dead_letter.unknown", id=job_id))
    return say("dead_letter.retried")
