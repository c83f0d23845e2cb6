"""The list of conversations."""

from dataclasses import dataclass
from datetime import datetime

from bot.queries import ConversationSummary
from console.texts import named
from console.views.paging import Paging
from core.text import shorten

UNANSWERED = frozenset({"refuse", "handoff"})


@dataclass(frozen=True, kw_only=True)
class ConversationLine:
    """One conversation with what was said last."""

    id: int
    kind: str
    last_words: str
    last_at: datetime | None
    language: str | None
    tag: str
    is_unanswered: bool
    is_blocked: bool


@dataclass(frozen=True, kw_only=True)
class ConversationsView:
    """One page of the list."""

    words: str
    lines: tuple[ConversationLine, ...]
    paging: Paging


def conversation_line(summary: ConversationSummary) -> ConversationLine:
    return ConversationLine(
        id=summary.id,
        kind=named("conversation_kind", summary.kind),
        last_words=shorten(" ".join(summary.last_words.split()), 120),
        last_at=summary.last_turn_at,
        language=named("language", summary.language) if summary.language not in (None, "ja") else None,
        tag=language_tag(summary.language),
        is_unanswered=summary.last_decision in UNANSWERED,
        is_blocked=summary.is_blocked,
    )


def language_tag(language: str | None) -> str:
    """For `lang`; easy Japanese is Japanese."""
    return language if language and language != "easy" else "ja"
