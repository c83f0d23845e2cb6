"""Beside the talk of a case: what was known when it came, what is to be done elsewhere, earlier cases, notes, and what happened to it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.texts import named, say
from console.views.applications import ApplicationLine
from console.views.case_head import reason_label
from console.views.case_talk import MediaView
from core.clock import in_japan
from core.pack import Pack
from handoff.desk_models import CaseNote, CaseTask, Mention
from handoff.events import name_of
from handoff.models import Case, CaseEvent, CaseState
from handoff.packet import Packet

ADDRESS = re.compile(r"https?://")


@dataclass(frozen=True, kw_only=True)
class TriedView:
    """What the bot found for a question, and how it ended."""

    entry_id: str
    question: str
    status: str
    source: str
    is_link: bool


@dataclass(frozen=True, kw_only=True)
class SlotView:
    """An answer that the resident gave in a procedure."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class TaskView:
    """Something that must be done outside the talk."""

    id: int
    kind: str
    note: str
    created_at: datetime
    done_at: datetime | None
    done_by: str


@dataclass(frozen=True, kw_only=True)
class EarlierCase:
    """Another case of the same resident that the visitor may open."""

    id: int
    title: str
    state: str
    is_open: bool
    department: str
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class EventLine:
    """One thing that happened to the case."""

    text: str
    by: str
    at: datetime
    note: str
    version: int
    """Of the case, as this made it."""


@dataclass(frozen=True, kw_only=True)
class NoteView:
    """What staff wrote to each other."""

    id: int
    name: str
    is_mine: bool
    text: str
    at: datetime
    asked: tuple[str, ...]
    """Who was asked for a word."""


@dataclass(frozen=True, kw_only=True)
class SideView:
    """Everything beside the talk but the notes."""

    case_id: int
    question: str
    tag: str
    tried: tuple[TriedView, ...]
    slots: tuple[SlotView, ...]
    media: tuple[MediaView, ...]
    tasks: tuple[TaskView, ...]
    earlier: tuple[EarlierCase, ...]
    hidden_cases: int
    """Of other departments; how many, and nothing else of them."""
    applications: tuple[ApplicationLine, ...]
    """Of the same person, as far as the visitor may see them."""
    events: tuple[EventLine, ...]
    may_work: bool
    conversation_id: int | None


@dataclass(frozen=True, kw_only=True)
class NotesView:
    """The notes of a case."""

    case_id: int
    notes: tuple[NoteView, ...]


def tried_views(packet: Packet) -> Iterator[TriedView]:
    for tried in packet.tried:
        source = tried.source or ""
        yield TriedView(
            entry_id=tried.entry,
            question=tried.question or tried.entry,
            status=named("status", tried.status),
            source=source,
            is_link=ADDRESS.match(source) is not None,
        )


def slot_views(packet: Packet) -> tuple[SlotView, ...]:
    return tuple(SlotView(name=str(name), value=str(value)) for name, value in packet.slots.items())


def task_views(tasks: Iterable[CaseTask], names: Mapping[int, str]) -> tuple[TaskView, ...]:
    """What is still to be done first."""
    found = [
        TaskView(
            id=task.id,
            kind=named("task", task.kind),
            note=task.note,
            created_at=task.created_at,
            done_at=task.done_at,
            done_by=names.get(task.done_by or 0, ""),
        )
        for task in tasks
    ]
    return tuple(sorted(found, key=lambda task: task.done_at is not None))


def earlier_cases(cases: Iterable[Case], pack: Pack) -> tuple[EarlierCase, ...]:
    found = []
    for case in cases:
        department = pack.departments.get(case.department_id or "")
        found.append(
            EarlierCase(
                id=case.id,
                title=case.title,
                state=named("case_state", case.state),
                is_open=case.state != CaseState.CLOSED,
                department=department.name if department else say("case.no_department"),
                opened_at=case.opened_at,
            )
        )
    return tuple(found)


def event_lines(events: Iterable[CaseEvent], names: Mapping[int, str], pack: Pack) -> tuple[EventLine, ...]:
    """The newest first."""
    return tuple(
        EventLine(
            text=name_of(event.kind),
            by=names.get(event.staff_id or 0, ""),
            at=event.at,
            note=_detail_in_words(event.detail, names, pack),
            version=event.version,
        )
        for event in reversed(list(events))
    )


def _detail_in_words(detail: Mapping[str, object], names: Mapping[int, str], pack: Pack) -> str:
    """What a reader can use of an event's detail: to whom or where, until when, and why."""
    parts = []
    if isinstance(to := detail.get("to"), int):
        parts.append(say("event.to", name=names.get(to, "")))
    elif isinstance(department_id := detail.get("department"), str):
        department = pack.departments.get(department_id)
        parts.append(say("event.to", name=department.name if department else department_id))
    if isinstance(until := detail.get("until"), str):
        parts.append(say("event.until", moment=in_japan(datetime.fromisoformat(until)).strftime(say("event.format"))))
    reason = detail.get("reason")
    if isinstance(reason, str) and reason:
        parts.append(reason_label(pack, reason) if reason in pack.counter.reasons else named("case_reason", reason))
    # The note of the event "noted" is the number of a row; its words stand among the notes.
    if isinstance(note := detail.get("note"), str) and note:
        parts.append(note)
    return "\n".join(parts)


def note_views(notes: Iterable[CaseNote], mentions: Sequence[Mention], names: Mapping[int, str], visitor_id: int) -> tuple[NoteView, ...]:
    return tuple(
        NoteView(
            id=note.id,
            name=names.get(note.staff_id, ""),
            is_mine=note.staff_id == visitor_id,
            text=note.text,
            at=note.at,
            asked=tuple(names.get(mention.staff_id, "") for mention in mentions if mention.note_id == note.id),
        )
        for note in notes
    )
