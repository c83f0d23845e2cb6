"""Jobs that were given up."""

from dataclasses import dataclass
from datetime import datetime

from console.texts import named
from core.jobs import DeadLetter


@dataclass(frozen=True, kw_only=True)
class LetterView:
    """One job; once retried it only says so."""

    id: int
    kind: str
    label: str
    key: str | None
    attempts: int
    error: str
    died_at: datetime | None
    is_shared: bool
    """Belongs to no municipality, so every administrator sees it."""
    is_retried: bool = False
    is_gone: bool = False


@dataclass(frozen=True, kw_only=True)
class DeadLettersView:
    """The newest first."""

    letters: tuple[LetterView, ...]


def letter_view(letter: DeadLetter) -> LetterView:
    return LetterView(
        id=letter.id,
        kind=letter.kind,
        label=named("job", letter.kind),
        key=letter.key,
        attempts=letter.attempts,
        error=letter.error,
        died_at=letter.died_at,
        is_shared=letter.municipality_id is None,
    )


def gone_view(letter_id: int) -> LetterView:
    """Somebody else was faster, or it never was."""
    return LetterView(id=letter_id, kind="", label="", key=None, attempts=0, error="", died_at=None, is_shared=False, is_gone=True)
