"""Writing editions of a procedure, a value or intake: proposing, approving, refusing; two editors never overwrite each other."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.edits import INTAKE, edition, edition_in, last_number, raise_revision
from core.errors import ConflictError
from core.models import Edition, EditionState


class StaleEditionError(ConflictError):
    """The form was made from an earlier text; what changed meanwhile is shown first."""


class EditionError(ConflictError):
    """It can't be decided: it was decided before, or whoever wrote it may not approve it."""


@dataclass(frozen=True, kw_only=True)
class Author:
    """A member of staff."""

    id: int
    name: str


def text_in_force(session: Session, municipality_id: str, subject: str, original: str) -> str:
    """What residents meet; `original` is the pack's."""
    published = edition_in(session, municipality_id, subject, EditionState.PUBLISHED)
    return original if published is None or published.is_pack else published.text


def text_to_edit(session: Session, municipality_id: str, subject: str, original: str) -> str:
    """What the next edition is made from: the one that waits for approval, or what is in force."""
    waiting = edition_in(session, municipality_id, subject, EditionState.IN_REVIEW)
    return waiting.text if waiting is not None else text_in_force(session, municipality_id, subject, original)


def propose(
    session: Session,
    municipality_id: str,
    subject: str,
    text: str,
    *,
    made_from: str,
    original: str,
    way: str,
    by: Author,
    now: datetime,
    needs_approval: bool,
) -> Edition | None:
    """Publishes the text, or lets it wait for somebody else's approval. None where it changes nothing.

    `made_from` is the text with which the form began. Raises StaleEditionError where it is not what is to be edited any more.
    """
    raise_revision(session, municipality_id)
    to_edit = text_to_edit(session, municipality_id, subject, original)
    if text == to_edit:
        return None
    if made_from != to_edit:
        raise StaleEditionError(f"{subject} was changed meanwhile")
    in_force = text_in_force(session, municipality_id, subject, original)
    waiting = edition_in(session, municipality_id, subject, EditionState.IN_REVIEW)
    if waiting is not None:
        _archive(session, waiting)
    added = Edition(
        municipality_id=municipality_id,
        subject=subject,
        number=last_number(session, municipality_id, subject) + 1,
        state=EditionState.IN_REVIEW,
        way=way,
        text=text,
        is_pack=text == original,
        before=in_force,
        author=by.name,
        author_id=by.id,
        created_at=now,
    )
    if not needs_approval:
        _publish(session, added)
    session.add(added)
    session.flush()
    return added


def approve(session: Session, municipality_id: str, subject: str, number: int, *, by: Author, now: datetime) -> Edition:
    """By somebody else than its author. Raises EditionError."""
    waiting = _waiting(session, municipality_id, subject, number)
    if waiting.author_id == by.id:
        raise EditionError("whoever wrote it does not approve it")
    waiting.decided_by, waiting.decided_at = by.name, now
    _publish(session, waiting)
    session.flush()
    return waiting


def refuse(session: Session, municipality_id: str, subject: str, number: int, reason: str, *, by: Author, now: datetime) -> Edition:
    """Also by its author, who takes it back. Raises EditionError."""
    waiting = _waiting(session, municipality_id, subject, number)
    waiting.state, waiting.decided_by, waiting.decided_at, waiting.reason = EditionState.ARCHIVED, by.name, now, reason
    session.flush()
    return waiting


def stop_intake(session: Session, municipality_id: str, procedure_id: str, notice: str, *, by: Author, now: datetime) -> Edition | None:
    """Nobody can begin or submit the procedure from now on; `notice` is what residents read. None where it says so already."""
    before = intake_notice(session, municipality_id, procedure_id)
    return propose(
        session, municipality_id, INTAKE + procedure_id, notice, made_from=before, original="", way="stopped", by=by, now=now,
        needs_approval=False,
    )  # fmt: skip


def start_intake(session: Session, municipality_id: str, procedure_id: str, *, by: Author, now: datetime) -> Edition | None:
    before = intake_notice(session, municipality_id, procedure_id)
    return propose(
        session, municipality_id, INTAKE + procedure_id, "", made_from=before, original="", way="started", by=by, now=now,
        needs_approval=False,
    )  # fmt: skip


def intake_notice(session: Session, municipality_id: str, procedure_id: str) -> str:
    """Empty while intake is open."""
    return text_in_force(session, municipality_id, INTAKE + procedure_id, "")


def _waiting(session: Session, municipality_id: str, subject: str, number: int) -> Edition:
    raise_revision(session, municipality_id)
    found = edition(session, municipality_id, subject, number)
    if found is not None:
        session.refresh(found)
    if found is None or found.state != EditionState.IN_REVIEW:
        raise EditionError(f"edition {number} of {subject} does not wait for approval")
    return found


def _publish(session: Session, one: Edition) -> None:
    published = edition_in(session, one.municipality_id, one.subject, EditionState.PUBLISHED)
    if published is not None:
        _archive(session, published)
    one.state = EditionState.PUBLISHED


def _archive(session: Session, one: Edition) -> None:
    one.state = EditionState.ARCHIVED
    # The database allows no two published or waiting editions, not even for a moment.
    session.flush()
