"""The page of one case, put together, and the page that is printed of it."""

from dataclasses import dataclass
from datetime import datetime

from console.views.case_head import HeadView
from console.views.case_moves import MovesView
from console.views.case_reply import ReplyView
from console.views.case_side import EventLine, NotesView, NoteView, SideView
from console.views.case_talk import CaseTalkView
from console.views.choices import Choice
from handoff.viewing import Viewer

NOTE_LIMIT = 2_000


@dataclass(frozen=True, kw_only=True)
class PresenceView:
    """Who else has the case open."""

    case_id: int
    people: tuple[Viewer, ...]


@dataclass(frozen=True, kw_only=True)
class NoteFormView:
    """The form in which a note is written; `text` is what was typed and not kept yet."""

    case_id: int
    text: str
    mention: str
    people: tuple[Choice, ...]
    submission: str
    problem: str
    saved_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """Everything on the page. `changes` is what happened since a refused form was made."""

    staff_id: int
    head: HeadView
    presence: PresenceView
    talk: CaseTalkView
    reply: ReplyView
    moves: MovesView
    notes: NotesView
    note_form: NoteFormView | None
    side: SideView
    changes: tuple[EventLine, ...]


@dataclass(frozen=True, kw_only=True)
class PrintView:
    """A case on paper. `has_notes` where whoever prints asked for what staff wrote to each other."""

    head: HeadView
    talk: CaseTalkView
    notes: tuple[NoteView, ...]
    events: tuple[EventLine, ...]
    has_notes: bool
    is_cut: bool
    most: int
    printed_at: datetime
