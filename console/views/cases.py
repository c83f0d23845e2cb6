"""The list of cases: its tabs, filters, lines, and the offers above them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from console.durations import duration
from console.texts import named, say
from console.views.case_head import risk_label
from console.views.choices import Choice
from console.views.conversations import language_tag
from console.views.paging import Paging
from console.views.talk import Segment
from core.pack import Pack
from handoff import packet
from handoff.models import Case, CaseChannel, CaseState, Priority

NEAR_SHARE = 80
"""Of a running clock, in percent, from which a case needs somebody soon."""
TIME_GAP = "{time}"
OPEN_PRIORITIES = (Priority.DEADLINE, Priority.VULNERABLE, Priority.CRISIS)


class ClockState(StrEnum):
    """How a case stands against the time that it has."""

    CALM = "calm"
    NEAR = "near"
    LATE = "late"
    PAUSED = "paused"
    """The next word is the resident's."""
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class ClockView:
    """The clock in words; `due_at` where it runs."""

    state: ClockState
    label: str
    due_at: datetime | None
    words: str = ""
    """The label with a gap for the time, for scripts that go on counting."""
    late_words: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """One case of the list."""

    id: int
    version: int
    title: tuple[Segment, ...]
    tag: str
    resident: str
    channel: str
    contact: str
    reason: str
    department: str | None
    language: str | None
    """None for Japanese, which needs no word."""
    is_easy: bool
    state: str
    state_label: str
    priority: str | None
    priority_key: str
    wait: str
    wait_words: str
    since: datetime
    clock: ClockView
    holder: str | None
    is_unread: bool
    is_escalated: bool
    risks: tuple[str, ...]
    excerpt: tuple[Segment, ...]
    """Of the talk, where the searched words stand there."""
    may_pick: bool

    @property
    def plain_title(self) -> str:
        return "".join(segment.text for segment in self.title)


@dataclass(frozen=True, kw_only=True)
class OfferView:
    """A case that waits for the visitor's yes."""

    line: CaseLine
    until: datetime
    seconds: int
    why: tuple[str, ...]
    """How it came to them, step by step."""
    decline_reasons: tuple[Choice, ...]


@dataclass(frozen=True, kw_only=True)
class TabView:
    """An entrance to a part of the list."""

    key: str
    label: str
    count: int | None
    href: str
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class SavedFilterView:
    """A way to look at the list that the visitor keeps."""

    id: int
    name: str
    href: str
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class FilterView:
    """What the list is narrowed to, and the choices of each field."""

    tab: str
    words: str
    department: str
    language: str
    reason: str
    priority: str
    sort: str
    departments: tuple[Choice, ...]
    languages: tuple[Choice, ...]
    reasons: tuple[Choice, ...]
    priorities: tuple[Choice, ...]
    sorts: tuple[Choice, ...]
    query: str
    """As it stands in the address, to be kept."""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.department or self.language or self.reason or self.priority)

    @property
    def has_choices(self) -> bool:
        """Whether more than the words narrows it."""
        return bool(self.department or self.language or self.reason or self.priority)


@dataclass(frozen=True, kw_only=True)
class BulkView:
    """What can be done with several cases at once."""

    submission: str
    colleagues: tuple[Choice, ...]
    snoozes: tuple[Choice, ...]
    close_reasons: tuple[Choice, ...]
    priorities: tuple[Choice, ...]


@dataclass(frozen=True, kw_only=True)
class BulkResultView:
    """What came of it: a sentence for what was done, one for each kind of refusal."""

    done: str
    refused: tuple[str, ...]
    undo: str | None
    """The key of the form that undoes it; None where nothing can be undone."""


@dataclass(frozen=True, kw_only=True)
class OffersView:
    """What waits for the visitor's yes."""

    offers: tuple[OfferView, ...]
    here: str


@dataclass(frozen=True, kw_only=True)
class TabsView:
    """The entrances, with what wants the visitor's attention."""

    tabs: tuple[TabView, ...]
    waiting: int
    part: str
    """As event streams call it; likewise below."""


@dataclass(frozen=True, kw_only=True)
class CaseListView:
    """One page of lines."""

    filter: FilterView
    tab_label: str
    tab_href: str
    lines: tuple[CaseLine, ...]
    total: int
    paging: Paging
    may_work: bool
    part: str


@dataclass(frozen=True, kw_only=True)
class CasesView:
    """The list with all that surrounds it."""

    filter: FilterView
    tabs: TabsView
    saved: tuple[SavedFilterView, ...]
    offers: OffersView
    list: CaseListView
    may_work: bool
    bulk: BulkView | None
    result: BulkResultView | None
    here: str
    """The address of this list, to come back to."""


def resident_name(case: Case) -> str:
    """Never an id of a channel, and no name that nobody gave."""
    if case.resident_id is not None:
        return say("case_list.resident", number=case.resident_id)
    return named("case_person", case.channel)


def department_name(pack: Pack, department_id: str | None) -> str | None:
    department = pack.departments.get(department_id or "")
    return department.name if department else department_id


def clock_view(case: Case, share: int | None, now: datetime) -> ClockView:
    """`share` is how much of the running clock is used, in percent; None while it does not run."""
    if case.state == CaseState.CLOSED:
        return ClockView(state=ClockState.OVER, label=say("case_clock.over"), due_at=None)
    if case.due_at is None or share is None:
        return ClockView(state=ClockState.PAUSED, label=say("case_clock.paused"), due_at=None)
    on_time = ClockState.NEAR if share >= NEAR_SHARE else ClockState.CALM
    state = on_time if now < case.due_at else ClockState.LATE
    return ClockView(
        state=state,
        label=say(f"case_clock.{state}", time=duration(abs(case.due_at - now))),
        due_at=case.due_at,
        words=say(f"case_clock.{state}", time=TIME_GAP),
        late_words=say("case_clock.late", time=TIME_GAP),
    )


def waited(case: Case) -> tuple[str, datetime]:
    """Since or until when the case stands as it does: the key of its words, and the moment."""
    match case.state:
        case CaseState.CLOSED:
            return "closed", case.closed_at or case.opened_at
        case CaseState.SNOOZED if case.snoozed_until is not None:
            return "snoozed", case.snoozed_until
        case CaseState.WAITING_FOR_RESIDENT:
            return "resident", case.last_staff_at or case.opened_at
        case CaseState.HELD if case.last_resident_at is not None:
            return "held", case.last_resident_at
        case _:
            return "queue", case.opened_at


def is_unread(case: Case, seen_at: datetime | None) -> bool:
    """Whether the resident said something that nobody who should has looked at; `seen_at` is when they last did."""
    if case.state == CaseState.CLOSED:
        return False
    newest = case.last_resident_at or case.opened_at
    is_answered = case.last_staff_at is not None and case.last_staff_at >= newest
    return not is_answered and (seen_at is None or seen_at < newest)


def case_line(
    case: Case,
    *,
    pack: Pack,
    now: datetime,
    holder: str | None,
    share: int | None,
    seen_at: datetime | None,
    title: Sequence[Segment],
    excerpt: Sequence[Segment] = (),
    may_pick: bool,
) -> CaseLine:
    wait, since = waited(case)
    foreign = case.language if case.language not in ("", "ja", "easy") else None
    return CaseLine(
        id=case.id,
        version=case.version,
        title=tuple(title),
        tag=language_tag(case.language),
        resident=resident_name(case),
        channel=named("case_channel", case.channel),
        contact=case.contact if case.channel != CaseChannel.LINE else "",
        reason=named("case_reason", case.reason),
        department=department_name(pack, case.department_id),
        language=named("language", foreign) if foreign else None,
        is_easy=case.language == "easy",
        state=case.state,
        state_label=named("case_state", case.state),
        priority=named("priority", Priority(case.priority).name.lower()) if case.priority in OPEN_PRIORITIES else None,
        priority_key=Priority(case.priority).name.lower(),
        wait=say(f"wait.{wait}", time=duration(abs(now - since))),
        wait_words=say(f"wait.{wait}", time=TIME_GAP),
        since=since,
        clock=clock_view(case, share, now),
        holder=holder,
        is_unread=is_unread(case, seen_at),
        is_escalated=case.is_escalated and case.state != CaseState.CLOSED,
        risks=tuple(risk_label(pack, risk) for risk in packet.risks_of(case.packet)),
        excerpt=tuple(excerpt),
        may_pick=may_pick,
    )
