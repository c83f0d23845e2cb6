"""What systems say and do: that they have taken over a version, and calls that must be carried out once however often they come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.errors import ConflictError, ProjectError
from procedures.applications import StaleApplicationError
from procedures.models import Application
from procedures.outside.models import Acknowledgement, OnceCall


class NoSuchVersionError(ProjectError):
    """The application has not come to that version yet."""


class KeyReusedError(ConflictError):
    """The key of a call belongs to another call."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Which system of which municipality."""

    municipality_id: str
    system: str


def acknowledge(session: Session, caller: Caller, application: Application, version: int, now: datetime) -> Acknowledgement:
    """Only the present version can be taken over: whoever has an older one lacks something. Said twice it is said once."""
    if version > application.version:
        raise NoSuchVersionError(f"application {application.number} is at version {application.version}")
    if version < application.version:
        raise StaleApplicationError(f"application {application.number} was changed meanwhile")
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = {
        "application_id": application.id,
        "system": caller.system,
        "municipality_id": caller.municipality_id,
        "version": version,
        "at": now,
    }
    added = insert(Acknowledgement).values(row)
    newer = added.on_conflict_do_update(
        index_elements=["application_id", "system"],
        set_={"version": added.excluded.version, "at": added.excluded.at},
        where=Acknowledgement.version < added.excluded.version,
    )
    session.execute(newer)
    return session.get_one(Acknowledgement, (application.id, caller.system), populate_existing=True)


def begin_once(session: Session, caller: Caller, key: str, fingerprint: str, now: datetime) -> Mapping[str, Any] | None:  # Any: JSON.
    """What was answered to the same call before, or None: then it is to be carried out and `end_once` called in the same transaction.

    A second call that comes at the same moment waits for the first. One that fails leaves no trace. Raises KeyReusedError.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = {
        "municipality_id": caller.municipality_id,
        "system": caller.system,
        "key": key,
        "fingerprint": fingerprint,
        "answer": {},
        "at": now,
    }
    added = insert(OnceCall).values(row).on_conflict_do_nothing().returning(OnceCall.key)
    if session.execute(added).first() is not None:
        return None
    before = session.get_one(OnceCall, (caller.municipality_id, caller.system, key))
    if before.fingerprint != fingerprint:
        raise KeyReusedError("the key of a call belongs to another call")
    return before.answer


def end_once(session: Session, caller: Caller, key: str, answer: Mapping[str, Any]) -> None:  # Any: JSON.
    session.get_one(OnceCall, (caller.municipality_id, caller.system, key)).answer = dict(answer)
