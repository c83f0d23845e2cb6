"""The box in which a reply is written: suggestions, prepared replies, the bubble that it will be, and what stands against sending it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from console.suggesting import Suggestion
from console.texts import say
from console.views.canned import then_in_words
from core.pack import Pack
from handoff.desk_models import CannedReply


@dataclass(frozen=True, kw_only=True)
class SuggestionView:
    """A published answer that one tap inserts."""

    entry_id: str
    question: str
    answer: str
    office: str
    phone: str
    source_url: str
    place: str
    checked_on: object
    percent: int | None

    @property
    def inserted(self) -> str:
        """With its source, so that the resident can read on."""
        return f"{self.answer}\n{self.source_url}" if self.source_url else self.answer


@dataclass(frozen=True, kw_only=True)
class CannedView:
    """A prepared reply with its gaps filled; `problem` says why it can't be used."""

    id: int
    shortcut: str
    title: str
    text: str
    problem: str
    valid_until: datetime | None
    then: str
    """What sending it at once does with the case besides; empty where it can only be inserted."""


@dataclass(frozen=True, kw_only=True)
class SuggestionsView:
    """What published content says about some words."""

    case_id: int
    words: str
    is_ready: bool
    """Whether there is a search to ask."""
    suggestions: tuple[SuggestionView, ...]


@dataclass(frozen=True, kw_only=True)
class PreviewView:
    """What a reply would be: its bubble, length and cost, and figures that nothing published supports."""

    text: str
    tag: str
    count: int
    limit: int
    cost: int
    cost_in_words: str
    unsupported: tuple[str, ...]
    saved_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.count > self.limit


@dataclass(frozen=True, kw_only=True)
class NewerView:
    """Something that was said after the form was made."""

    name: str
    text: str
    tag: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ConflictView:
    """Why a reply was not sent, and what happened meanwhile. The text stays in the box."""

    text: str
    newer: tuple[NewerView, ...]
    is_lost: bool
    """Sending again does not help: somebody else has the case."""


@dataclass(frozen=True, kw_only=True)
class ReplyView:
    """The whole box. Where the visitor may not write, `hint` says why."""

    case_id: int
    may_write: bool
    hint: str
    text: str
    submission: str
    cited: tuple[str, ...]
    problem: str
    file_problem: str
    conflict: ConflictView | None
    preview: PreviewView
    suggestions: SuggestionsView
    canned: tuple[CannedView, ...]
    undo_seconds: int
    attachment_hint: str
    accepts: str
    largest_file: int
    is_fresh: bool
    """Just sent: the focus stays in the box."""
    opening: datetime | None = None
    """When the department opens, where it is closed now: words can be written for then."""


def suggestion_views(found: Iterable[Suggestion], pack: Pack) -> tuple[SuggestionView, ...]:
    views = []
    for suggestion in found:
        department = pack.department(suggestion.department_id)
        views.append(
            SuggestionView(
                entry_id=suggestion.entry_id,
                question=suggestion.question,
                answer=suggestion.answer,
                office=department.name if department else "",
                phone=department.phone if department else "",
                source_url=suggestion.source_url or "",
                place=suggestion.place,
                checked_on=suggestion.checked_on,
                percent=suggestion.percent,
            )
        )
    return tuple(views)


def canned_view(reply: CannedReply, text: str, missing: tuple[str, ...], pack: Pack) -> CannedView:
    return CannedView(
        id=reply.id,
        shortcut=reply.shortcut,
        title=reply.title,
        text=text,
        problem=say("canned.missing", names="、".join(missing)) if missing else "",
        valid_until=reply.valid_until,
        then=then_in_words(reply.then, pack) if not missing else "",
    )


def cost_in_words(cost: int) -> str:
    return say("cost.push", count=cost) if cost else say("cost.reply")
