"""Prepared replies: the list, and the form of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from console.texts import named, say
from console.views.cases import department_name
from console.views.choices import Choice
from console.views.entry_form import FieldProblem
from core.clock import in_japan
from core.pack import Pack
from handoff.canned import Rendered, Then, is_usable, render
from handoff.desk_models import CannedReply

FIELDS = ("shortcut", "title", "text", "scope", "valid_from", "valid_until", "then")
SNOOZES = ("hour", "morning", "week")
TEXT_LIMIT = 2000


class Scope(StrEnum):
    """Who may use a prepared reply; a department is written as department:ID in the form."""

    OWN = "own"
    DEPARTMENT = "department"
    ALL = "all"


class Standing(StrEnum):
    """Whether a reply can be used now."""

    USABLE = "usable"
    EARLY = "early"
    OVER = "over"
    INCOMPLETE = "incomplete"
    """A gap has no value today."""


@dataclass(frozen=True, kw_only=True)
class CannedView:
    """One prepared reply as it would be sent today."""

    id: int
    shortcut: str
    title: str
    words: str
    missing: tuple[str, ...]
    scope: Scope
    scope_label: str
    standing: Standing
    valid_from: date | None
    last_day: date | None
    used: int
    then: str
    """What it does besides, in words."""
    may_edit: bool
    updated_at: str
    """As the form that retires it must name it."""


@dataclass(frozen=True, kw_only=True)
class CannedGroup:
    """Replies of one scope."""

    label: str
    replies: tuple[CannedView, ...]


@dataclass(frozen=True, kw_only=True)
class CannedListView:
    """All that the visitor may use or edit."""

    groups: tuple[CannedGroup, ...]
    words: str
    flagged: int
    """How many can't be used today."""


@dataclass(frozen=True, kw_only=True)
class CannedFormView:
    """What the fields hold, as it was typed."""

    id: int | None
    action: str
    seen: str
    submission: str
    values: Mapping[str, str]
    scopes: tuple[Choice, ...]
    gaps: tuple[Choice, ...]
    """Names of the gaps that case and staff fill, with what they become."""
    preview: Rendered | None
    limit: int
    thens: tuple[Choice, ...]
    """What it may do besides."""
    problems: tuple[FieldProblem, ...] = ()

    def problems_of(self, field: str) -> tuple[FieldProblem, ...]:
        return tuple(problem for problem in self.problems if problem.field == field)


def then_choices(pack: Pack) -> tuple[Choice, ...]:
    """The reasons to close a case and the moments until which one can be put aside."""
    closing = tuple(
        Choice(value=f"{Then.CLOSE}:{reason.id}", label=say("canned_then.close", reason=reason.label or reason.id))
        for reason in pack.counter.close_reasons
    )
    return (
        *closing,
        *(Choice(value=f"{Then.SNOOZE}:{key}", label=say("canned_then.snooze", until=named("bulk_until", key))) for key in SNOOZES),
    )


def then_in_words(then: str, pack: Pack) -> str:
    """Empty for nothing, and for what the pack does not offer any more."""
    return next((choice.label for choice in then_choices(pack) if choice.value == then), "")


def scope_of(reply: CannedReply) -> Scope:
    if reply.owner_id is not None:
        return Scope.OWN
    return Scope.DEPARTMENT if reply.department_id is not None else Scope.ALL


def scope_value(reply: CannedReply) -> str:
    """As the form names it."""
    return f"{Scope.DEPARTMENT}:{reply.department_id}" if scope_of(reply) is Scope.DEPARTMENT else scope_of(reply).value


def last_day(until: datetime | None) -> date | None:
    """The day on which a reply can still be used; validity ends at the midnight after it, or at the moment when somebody retired it."""
    return in_japan(until - timedelta(microseconds=1)).date() if until is not None else None


def first_day(begins: datetime | None) -> date | None:
    return in_japan(begins).date() if begins is not None else None


def canned_view(reply: CannedReply, *, pack: Pack, now: datetime, variables: Mapping[str, str], may_edit: bool) -> CannedView:
    shown = render(reply.text, pack, now, variables)
    if reply.valid_from is not None and now < reply.valid_from:
        standing = Standing.EARLY
    elif not is_usable(reply, now):
        standing = Standing.OVER
    else:
        standing = Standing.INCOMPLETE if shown.missing else Standing.USABLE
    scope = scope_of(reply)
    label = department_name(pack, reply.department_id) if scope is Scope.DEPARTMENT else None
    return CannedView(
        id=reply.id,
        shortcut=reply.shortcut,
        title=reply.title,
        words=shown.text,
        missing=shown.missing,
        scope=scope,
        scope_label=label or named("canned_scope", scope),
        standing=standing,
        valid_from=first_day(reply.valid_from),
        last_day=last_day(reply.valid_until),
        used=reply.used,
        then=then_in_words(reply.then, pack),
        may_edit=may_edit,
        updated_at=reply.updated_at.isoformat(),
    )


def groups_of(replies: Sequence[CannedView]) -> tuple[CannedGroup, ...]:
    """Own ones first; empty groups are left out."""
    found = [(named("canned_group", scope), tuple(reply for reply in replies if reply.scope is scope)) for scope in Scope]
    return tuple(CannedGroup(label=label, replies=inside) for label, inside in found if inside)
