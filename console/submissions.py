"""What forms have done, so that one that is sent twice is carried out once."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from console.models import FormSubmission
from console.visiting import ForgedRequestError, Visit

KEPT = timedelta(days=1)
LEAST, MOST = 16, 36


def new_key() -> str:
    """For the hidden field `submission` of a form."""
    return secrets.token_hex(16)


def begin(session: Session, visit: Visit, key: str, kind: str) -> bool:
    """Whether the form is sent for the first time; a second one that comes at the same moment waits for the first.

    Raises ForgedRequestError for a key that no page made, or that belongs to somebody else.
    """
    if not LEAST <= len(key) <= MOST:
        raise ForgedRequestError("a form without the key of its page")
    session.execute(delete(FormSubmission).where(FormSubmission.at < visit.now - KEPT))
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = {
        "submission": key,
        "municipality_id": visit.municipality_id,
        "staff_id": visit.visitor.staff_id,
        "kind": kind,
        "detail": {},
        "at": visit.now,
    }
    done = session.execute(insert(FormSubmission).values(row).on_conflict_do_nothing().returning(FormSubmission.submission)).first()
    if done is None and submission_of(session, visit, key, kind) is None:
        raise ForgedRequestError("the key of a form of somebody else")
    return done is not None


def finish(session: Session, key: str, detail: Mapping[str, Any]) -> None:  # Any: JSON.
    """What came of it."""
    session.get_one(FormSubmission, key).detail = dict(detail)


def submission_of(session: Session, visit: Visit, key: str, kind: str) -> FormSubmission | None:
    """What the visitor's own form has done."""
    row = session.get(FormSubmission, key) if LEAST <= len(key) <= MOST else None
    return row if row is not None and row.staff_id == visit.visitor.staff_id and row.kind == kind else None
