"""The emergency message: the one that holds, the form, what must be confirmed, and those of the past."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.models import Quota
from console.texts import named
from console.views.entry_form import FieldProblem
from handoff.desk_models import EmergencyMessage

LANGUAGES = ("ja", "easy", "en")
"""In which staff may write it; who reads another language is shown the English, or else the easy Japanese."""
TEXT_LIMIT = 500


@dataclass(frozen=True, kw_only=True)
class WordsView:
    """The text of one language."""

    language: str
    label: str
    tag: str
    text: str


@dataclass(frozen=True, kw_only=True)
class EmergencyView:
    """One message, holding or over."""

    id: int
    words: tuple[WordsView, ...]
    began_at: datetime
    ended_at: datetime | None
    author: str
    is_pushed: bool


@dataclass(frozen=True, kw_only=True)
class EmergencyFormView:
    """What the fields hold, as it was typed."""

    values: Mapping[str, str]
    is_pushed: bool
    replaces: str
    submission: str
    limit: int
    problems: tuple[FieldProblem, ...] = ()

    def problems_of(self, field: str) -> tuple[FieldProblem, ...]:
        return tuple(problem for problem in self.problems if problem.field == field)


@dataclass(frozen=True, kw_only=True)
class EmergencyPageView:
    """The page with the form."""

    now: EmergencyView | None
    form: EmergencyFormView
    past: tuple[EmergencyView, ...]
    recipients: int


@dataclass(frozen=True, kw_only=True)
class ConfirmView:
    """What will happen, before it does."""

    form: EmergencyFormView
    words: tuple[WordsView, ...]
    recipients: int
    cost: int
    left: int | None
    """Messages of this month that the channel still has; None without a limit or where it is not known."""
    is_replacing: bool

    @property
    def is_short(self) -> bool:
        return self.left is not None and self.left < self.cost


def words_views(texts: Mapping[str, str]) -> tuple[WordsView, ...]:
    found = [(language, texts[language]) for language in LANGUAGES if texts.get(language)]
    return tuple(
        WordsView(language=language, label=named("language", language), tag="ja" if language == "easy" else language, text=text)
        for language, text in found
    )


def emergency_view(message: EmergencyMessage, author: str) -> EmergencyView:
    return EmergencyView(
        id=message.id,
        words=words_views(message.texts),
        began_at=message.began_at,
        ended_at=message.ended_at,
        author=author,
        is_pushed=message.is_pushed,
    )


def messages_left(quota: Quota | None) -> int | None:
    return max(0, quota.limit - quota.used) if quota is not None and quota.limit is not None else None
