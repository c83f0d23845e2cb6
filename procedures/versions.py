"""Definitions as they were: each is stored by its digest when something is filled in with it, and read again whenever that is looked at."""

from datetime import datetime
from functools import lru_cache

from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite
from sqlalchemy.orm import Session

from core.edits import digest_of
from core.errors import PackError
from procedures.definition import Definition
from procedures.loading import Procedures, read_source
from procedures.models import ProcedureVersion


def store_version(session: Session, municipality_id: str, procedures: Procedures, procedure_id: str, now: datetime) -> None:
    """The one that is in force, once."""
    store_text(session, municipality_id, procedure_id, procedures.sources[procedure_id], now)


def store_text(session: Session, municipality_id: str, procedure_id: str, source: str, now: datetime) -> None:
    insert = insert_on_sqlite if session.get_bind().dialect.name == "sqlite" else insert_on_postgresql
    values = {
        "municipality_id": municipality_id,
        "procedure_id": procedure_id,
        "digest": digest_of(source),
        "source": source,
        "created_at": now,
    }
    keys = ["municipality_id", "procedure_id", "digest"]
    session.execute(insert(ProcedureVersion).values(values).on_conflict_do_nothing(index_elements=keys))


def definition_of(session: Session, municipality_id: str, procedures: Procedures, procedure_id: str, digest: str) -> Definition:
    """The version with this digest. Raises PackError where it was never stored."""
    if procedures.digests.get(procedure_id) == digest:
        return procedures.definitions[procedure_id]
    row = session.get(ProcedureVersion, (municipality_id, procedure_id, digest))
    if row is None:
        raise PackError(f"procedures/{procedure_id}.yaml: version {digest} is not stored")
    return _read(row.source, procedure_id)


@lru_cache(maxsize=64)
def _read(source: str, procedure_id: str) -> Definition:
    return read_source(source, f"procedures/{procedure_id}.yaml")
