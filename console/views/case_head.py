"""The top of a case: what it is, why it came here, who has it, and until when the resident waits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.durations import duration
from console.texts import named, say
from console.views.conversations import language_tag
from core.pack import Pack
from handoff.events import EventKind
from handoff.models import HELD_STATES, Case, CaseEvent, CaseState, Priority
from handoff.texts import named as counter_named

STATE_MARKS = {
    CaseState.WAITING: ("warning", "clock"),
    CaseState.OFFERED: ("warning", "person"),
    CaseState.HELD: ("info", "person"),
    CaseState.WAITING_FOR_RESIDENT: ("plain", "conversations"),
    CaseState.SNOOZED: ("plain", "clock"),
    CaseState.CLOSED: ("success", "check"),
}
HANDING_ON = (EventKind.TRANSFERRED, EventKind.RELEASED)
CLOCK_TONES = ((100, "error"), (80, "warning"), (0, "info"))


@dataclass(frozen=True, kw_only=True)
class ClockView:
    """A promise or limit with what is left of it. `percent` is the share of its time that has passed; None where it is only a moment."""

    label: str
    due_at: datetime
    left: str
    tone: str
    percent: int | None = None


@dataclass(frozen=True, kw_only=True)
class HandedView:
    """What whoever had the case last wrote to whoever goes on with it."""

    by: str
    at: datetime
    text: str


@dataclass(frozen=True, kw_only=True)
class HeadView:
    """What somebody must know before they read the talk."""

    id: int
    version: int
    title: str
    tag: str
    summary: str
    state_key: str
    state: str
    tone: str
    icon: str
    reason: str
    channel: str
    department: str
    routing: tuple[str, ...]
    """Why it came to this counter, step by step."""
    priority_key: int
    priority: str
    language: str
    is_foreign: bool
    is_easy: bool
    """To be answered in easy Japanese, where the language does not say so already."""
    is_blocked: bool
    is_escalated: bool
    risks: tuple[str, ...]
    contact: str
    clocks: tuple[ClockView, ...]
    is_paused: bool
    opened_at: datetime
    snoozed_until: datetime | None
    offered_until: datetime | None
    holder: str | None
    is_mine: bool
    """Held by the visitor."""
    is_offered_to_me: bool
    may_work: bool
    close_reason: str
    wrap_up: str
    minutes: int | None
    is_faq_candidate: bool
    closed_at: datetime | None
    closed_by: str | None
    handed: HandedView | None = None

    @property
    def is_open(self) -> bool:
        return self.state_key != CaseState.CLOSED

    @property
    def is_held(self) -> bool:
        return self.state_key in HELD_STATES

    @property
    def may_claim(self) -> bool:
        """Whether nobody has it, so that one click takes it."""
        return self.may_work and (self.state_key == CaseState.WAITING or self.is_offered_to_me)


def clock_views(case: Case, now: datetime) -> tuple[ClockView, ...]:
    found = []
    if case.conversation_id is not None and case.promised_at is not None and case.first_reply_at is None and case.state != CaseState.CLOSED:
        found.append(clock_view(say("limit.promise"), case.promised_at, now))
    if case.due_at is not None:
        label = say("limit.next") if case.first_reply_at else say("limit.first")
        found.append(clock_view(label, case.due_at, now, case.due_from))
    if case.resolve_by is not None and case.state != CaseState.CLOSED:
        found.append(clock_view(say("limit.resolve"), case.resolve_by, now, case.opened_at))
    return tuple(found)


def clock_view(label: str, due_at: datetime, now: datetime, begun_at: datetime | None = None) -> ClockView:
    percent = None
    if begun_at is not None and due_at > begun_at:
        percent = max(0, min(100, round(100 * (now - begun_at) / (due_at - begun_at))))
    elif begun_at is not None:
        percent = 100
    reached = 100 if now >= due_at else percent or 0
    tone = next(tone for least, tone in CLOCK_TONES if reached >= least)
    return ClockView(label=label, due_at=due_at, left=time_left(due_at, now), tone=tone, percent=percent)


def time_left(due_at: datetime, now: datetime) -> str:
    if due_at <= now:
        return say("limit.over", time=duration(now - due_at))
    return say("limit.left", time=duration(due_at - now))


def routing_steps(routing: Sequence[Mapping[str, object]], pack: Pack, names: Mapping[int, str]) -> tuple[str, ...]:
    """Why it went where it is, with the names of today."""
    return tuple(_step_in_words(step, pack, names) for step in routing)


def _step_in_words(step: Mapping[str, object], pack: Pack, names: Mapping[int, str]) -> str:
    values = {name: value for name, value in step.items() if name != "key"}
    if isinstance(staff_id := values.get("staff"), int):
        values["staff"] = names.get(staff_id, "")
    if isinstance(department_id := values.get("department"), str):
        department = pack.departments.get(department_id)
        values["department"] = department.name if department else department_id
    if isinstance(language := values.get("language"), str):
        values["language"] = named("language", language)
    return counter_named("routing", str(step.get("key", "")), **values)


def risk_label(pack: Pack, risk: str) -> str:
    """A sensitive topic is named by the pack, a crisis and everything else by the console."""
    topics = {topic.id: topic.label for topic in pack.counter.sensitive}
    if risk in topics:
        return topics[risk]
    is_crisis = any(kind.id == risk for kind in pack.lexicon.crisis)
    return named("status", f"crisis_{risk}") if is_crisis else named("risk", risk)


def reason_label(pack: Pack, reason: str) -> str:
    """A reason that the pack no longer has shows as itself."""
    known = pack.counter.reasons.get(reason)
    return known.label if known is not None else reason


def handed_view(events: Iterable[CaseEvent], names: Mapping[int, str]) -> HandedView | None:
    """Of the newest time that the case was handed on; None where that was before it was closed, or where nothing was written."""
    handed = None
    for event in events:
        if event.kind == EventKind.CLOSED:
            handed = None
        elif event.kind in HANDING_ON:
            note = event.detail.get("note")
            handed = HandedView(by=names.get(event.staff_id or 0, ""), at=event.at, text=note) if isinstance(note, str) and note else None
    return handed


def head_view(
    case: Case,
    *,
    pack: Pack,
    now: datetime,
    visitor_id: int,
    may_work: bool,
    summary: str,
    is_easy: bool,
    risks: Sequence[str],
    routing: Sequence[str],
    names: Mapping[int, str],
    is_blocked: bool,
    handed: HandedView | None,
) -> HeadView:
    tone, icon = STATE_MARKS[CaseState(case.state)]
    department = pack.departments.get(case.department_id or "")
    is_offered = case.state == CaseState.OFFERED
    return HeadView(
        id=case.id,
        version=case.version,
        title=case.title,
        tag=language_tag(case.language),
        summary=summary if summary != case.title else "",
        state_key=case.state,
        state=named("case_state", case.state),
        tone=tone,
        icon=icon,
        reason=named("case_reason", case.reason),
        channel=named("case_channel", case.channel),
        department=department.name if department else say("case.no_department"),
        routing=tuple(routing),
        priority_key=case.priority,
        priority=named("priority", Priority(case.priority).name.lower()),
        language=named("language", case.language),
        is_foreign=language_tag(case.language) != "ja",
        is_easy=is_easy,
        is_blocked=is_blocked,
        is_escalated=case.is_escalated,
        risks=tuple(risk_label(pack, risk) for risk in risks),
        contact=case.contact,
        clocks=clock_views(case, now),
        is_paused=case.due_at is None and case.state in (CaseState.WAITING_FOR_RESIDENT, CaseState.SNOOZED),
        opened_at=case.opened_at,
        snoozed_until=case.snoozed_until if case.state == CaseState.SNOOZED else None,
        offered_until=case.offered_until if is_offered else None,
        holder=names.get(case.holder_id) if case.holder_id is not None else None,
        is_mine=case.holder_id == visitor_id and case.state in HELD_STATES,
        is_offered_to_me=is_offered and case.holder_id == visitor_id,
        may_work=may_work,
        close_reason=reason_label(pack, case.close_reason) if case.close_reason else "",
        wrap_up=case.wrap_up,
        minutes=case.minutes,
        is_faq_candidate=case.is_faq_candidate,
        handed=handed,
        closed_at=case.closed_at,
        closed_by=names.get(case.closed_by) if case.closed_by is not None else None,
    )
