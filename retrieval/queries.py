"""Reads of retrieval."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.models import Municipality
from core.statements import Prepared
from retrieval.models import JudgedQuestion, LearnedRanker, ModelUsage, PassageRow, StoredVector, StoredWords

CONTENT_REVISIONS = Prepared(select(Municipality.id, Municipality.content_revision))
CHUNK = 500  # SQLite takes a limited number of parameters in one statement.


def content_revision(session: Session, municipality_id: str) -> int:
    """As this transaction sees it; 0 for an unknown municipality."""
    revision = session.scalar(select(Municipality.content_revision).where(Municipality.id == municipality_id))
    return revision or 0


def municipality_name(session: Session, municipality_id: str) -> str:
    """Empty for an unknown municipality."""
    return session.scalar(select(Municipality.name).where(Municipality.id == municipality_id)) or ""


def content_revisions(session: Session) -> Mapping[str, int]:
    """Of every municipality."""
    return {row.id: row.content_revision for row in CONTENT_REVISIONS.all(session)}


def passage_count(session: Session, municipality_id: str) -> int:
    """Of those that are published."""
    statement = select(func.count()).select_from(PassageRow)
    return session.scalar(statement.where(PassageRow.municipality_id == municipality_id, PassageRow.is_removed.is_(False))) or 0


def changes_since(session: Session, municipality_id: str, revision: int) -> Sequence[tuple[int, str, bool]]:
    """(id, entry, is removed) of the passages written after `revision`, in the order of their revisions."""
    statement = select(PassageRow.id, PassageRow.entry_id, PassageRow.is_removed)
    statement = statement.where(PassageRow.municipality_id == municipality_id, PassageRow.revision > revision)
    return [(row.id, row.entry_id, row.is_removed) for row in session.execute(statement.order_by(PassageRow.revision, PassageRow.id))]


def rows_of_entries(session: Session, municipality_id: str, entry_ids: Iterable[str]) -> Sequence[PassageRow]:
    """All rows of these entries, tombstones included."""
    found: list[PassageRow] = []
    ids = list(entry_ids)
    for start in range(0, len(ids), CHUNK):
        statement = select(PassageRow).where(PassageRow.municipality_id == municipality_id)
        statement = statement.where(PassageRow.entry_id.in_(ids[start : start + CHUNK]))
        found += session.scalars(statement.order_by(PassageRow.id)).all()
    return found


def sources_of(session: Session, municipality_id: str, entry_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Entry → its question and the address of its source (empty where it has none); withdrawn entries are missing."""
    rows = rows_of_entries(session, municipality_id, entry_ids)
    return {row.entry_id: (row.question, row.source_url or "") for row in reversed(rows) if not row.is_removed}


def stored_vectors(session: Session, model: str, hashes: Sequence[str]) -> Mapping[str, bytes]:
    """Those of the asked vectors that are stored, by text hash."""
    found: dict[str, bytes] = {}
    for start in range(0, len(hashes), CHUNK):
        statement = select(StoredVector.text_hash, StoredVector.vector)
        statement = statement.where(StoredVector.model == model, StoredVector.text_hash.in_(hashes[start : start + CHUNK]))
        found.update({row.text_hash: row.vector for row in session.execute(statement)})
    return found


def stored_words(session: Session, hashes: Sequence[str]) -> Mapping[str, bytes]:
    """Those of the asked that are stored, by hash."""
    found: dict[str, bytes] = {}
    for start in range(0, len(hashes), CHUNK):
        statement = select(StoredWords.text_hash, StoredWords.words)
        statement = statement.where(StoredWords.text_hash.in_(hashes[start : start + CHUNK]))
        found.update({row.text_hash: row.words for row in session.execute(statement)})
    return found


def all_stored_vectors(session: Session) -> Sequence[StoredVector]:
    """For export."""
    return session.scalars(select(StoredVector)).all()


def judged_questions(session: Session, municipality_id: str) -> Sequence[JudgedQuestion]:
    """All verdicts, oldest first."""
    statement = select(JudgedQuestion).where(JudgedQuestion.municipality_id == municipality_id)
    return session.scalars(statement.order_by(JudgedQuestion.id)).all()


def learned_rankers(session: Session, municipality_id: str, mode: str) -> Sequence[LearnedRanker]:
    """All versions, oldest first."""
    statement = select(LearnedRanker).where(LearnedRanker.municipality_id == municipality_id, LearnedRanker.mode == mode)
    return session.scalars(statement.order_by(LearnedRanker.version)).all()


def used_ranker(session: Session, municipality_id: str, mode: str) -> LearnedRanker | None:
    """None where the shipped one is in use."""
    return next((row for row in learned_rankers(session, municipality_id, mode) if row.is_used), None)


def model_tokens(session: Session, municipality_id: str, month: str) -> int:
    """Tokens of the language model that the municipality has used in this month (2026-11), both ways."""
    total = ModelUsage.prompt_tokens + ModelUsage.completion_tokens
    return session.scalar(select(total).where(ModelUsage.municipality_id == municipality_id, ModelUsage.month == month)) or 0


def published_ids(session: Session, municipality_id: str, limit: int) -> list[str]:
    """The first entries in the order of their ids."""
    statement = select(PassageRow.entry_id).where(PassageRow.municipality_id == municipality_id, PassageRow.is_removed.is_(False))
    return list(session.scalars(statement.distinct().order_by(PassageRow.entry_id).limit(limit)))
