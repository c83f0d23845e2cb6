"""Handover notes: what the shift before left."""

from dataclasses import dataclass
from datetime import datetime

from console.texts import say
from console.views.cases import department_name
from console.views.choices import Choice
from console.views.paging import Paging
from core.pack import Pack
from handoff.handover import SignedNote

TEXT_LIMIT = 4000


@dataclass(frozen=True, kw_only=True)
class NoteView:
    """One note, and whom it is for."""

    id: int
    author: str
    at: datetime
    recipient: str
    text: str
    is_own: bool


@dataclass(frozen=True, kw_only=True)
class HandoverView:
    """Notes, the newest first, and the form for the next one."""

    notes: tuple[NoteView, ...]
    paging: Paging
    submission: str
    departments: tuple[Choice, ...]
    department: str
    typed: str
    held: int
    limit: int
    problem: str | None = None


def note_view(signed: SignedNote, pack: Pack, visitor_id: int) -> NoteView:
    note = signed.note
    return NoteView(
        id=note.id,
        author=signed.author,
        at=note.at,
        recipient=department_name(pack, note.department_id) or say("handover.everybody"),
        text=note.text,
        is_own=note.staff_id == visitor_id,
    )
