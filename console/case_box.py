"""The reply box of a case: first what the database knows, then, with no transaction open, what search adds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.media_kinds import EXTENSIONS, LARGEST, MEGABYTE, PICTURES, Kind
from bot.models import Direction
from bot.queries import ledger
from bot.staff_voice import Preview
from bot.staff_words import UNDO_SECONDS
from console.case_reading import Reading
from console.fact_warning import unsupported_figures
from console.texts import say
from console.views.case_reply import (
    CannedView,
    ConflictView,
    PreviewView,
    ReplyView,
    SuggestionsView,
    canned_view,
    cost_in_words,
    suggestion_views,
)
from console.views.case_talk import tag_of
from console.visiting import Visit
from core.pack import Pack
from handoff.business_hours import next_opening
from handoff.canned import render, replies_for, variables_of
from handoff.drafts import DraftKind, draft_of
from handoff.holidays import is_national_holiday
from handoff.models import Case, CaseChannel, CaseState, Staff
from handoff.packet import Packet

HEARD = 40
"""So many messages of the talk may be quoted in a reply without being published."""
ACCEPTED = ",".join(f".{ending}" for ending in (*EXTENSIONS.values(), "jpeg"))


@dataclass(frozen=True, kw_only=True)
class BoxRead:
    """What the database knows. `text` is what was typed just now, or the draft."""

    case_id: int
    may_write: bool
    hint: str
    text: str
    saved_at: datetime | None
    language: str
    question: str
    heard: tuple[str, ...]
    """What was said in the talk, and the answers of a procedure."""
    tried: tuple[str, ...]
    """Entries that the bot answered with."""
    canned: tuple[CannedView, ...]
    preview: Preview
    opening: datetime | None
    """Of the department, where it is closed now."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the form held that was sent just now, and what stood against it."""

    text: str | None = None
    """None: nothing was sent, the draft is shown."""
    submission: str = ""
    cited: tuple[str, ...] = ()
    problem: str = ""
    file_problem: str = ""
    """What stands against the file, or that it has to be chosen again."""
    conflict: ConflictView | None = None
    is_fresh: bool = False


def read_box(reading: Reading, text: str | None = None) -> BoxRead:
    visit, case = reading.visit, reading.case
    staff_id = visit.visitor.staff_id
    draft = draft_of(reading.session, case.id, staff_id, DraftKind.REPLY) if text is None else None
    words = text if text is not None else draft.text if draft is not None else ""
    lines = ledger(reading.session, case.conversation_id, limit=HEARD) if case.conversation_id is not None else ()
    asked = [line.message.text for line in lines if line.message.direction == Direction.INBOUND and line.message.kind == "text"]
    hint = hint_of(reading)
    return BoxRead(
        case_id=case.id,
        may_write=not hint,
        hint=hint,
        text=words,
        saved_at=draft.at if draft is not None else None,
        language=case.language,
        question=reading.packet.question or next((said for said in reversed(asked) if said), ""),
        heard=tuple(line.message.text for line in lines) + tuple(str(value) for value in reading.packet.slots.values()),
        tried=_entries(reading.packet),
        canned=_canned(reading) if not hint else (),
        preview=visit.counter.preview(reading.session, case, words, now=visit.now),
        opening=opening_of(visit.pack, case, visit.now),
    )


def reply_view(visit: Visit, read: BoxRead, said: Said, *, words: str | None = None) -> ReplyView:
    """Asks search, so no transaction may be open."""
    return ReplyView(
        case_id=read.case_id,
        may_write=read.may_write,
        hint=read.hint,
        text=read.text,
        submission=said.submission,
        cited=said.cited,
        problem=said.problem,
        file_problem=said.file_problem,
        conflict=said.conflict,
        preview=preview_view(visit, read, said.cited),
        suggestions=suggestions_view(visit, read.case_id, read.question if words is None else words),
        canned=read.canned,
        undo_seconds=UNDO_SECONDS,
        attachment_hint=_attachment_hint(),
        accepts=ACCEPTED,
        largest_file=max(LARGEST.values()),
        is_fresh=said.is_fresh,
        opening=read.opening,
    )


def preview_view(visit: Visit, read: BoxRead, cited: Sequence[str], *, saved_at: datetime | None = None) -> PreviewView:
    return PreviewView(
        text="\n".join(read.preview.bubbles),
        tag=tag_of(read.text, read.language),
        count=read.preview.characters,
        limit=read.preview.limit,
        cost=read.preview.cost,
        cost_in_words=cost_in_words(read.preview.cost),
        unsupported=_unsupported(visit, read, cited),
        saved_at=saved_at or read.saved_at,
    )


def suggestions_view(visit: Visit, case_id: int, words: str) -> SuggestionsView:
    suggester = visit.console.suggester
    found = suggester.suggest(visit.municipality_id, words, visit.now) if suggester is not None else ()
    return SuggestionsView(case_id=case_id, words=words, is_ready=suggester is not None, suggestions=suggestion_views(found, visit.pack))


def hint_of(reading: Reading) -> str:
    """Why nothing can be written to the resident; empty where it can."""
    case = reading.case
    if case.channel != CaseChannel.LINE or case.conversation_id is None:
        return say("reply.no_talk")
    if not reading.may_work:
        return say("reply.read_only")
    if case.state == CaseState.CLOSED:
        return say("reply.closed")
    head = reading.head()
    if head.is_mine:
        return ""
    return say("reply.claim_first") if head.may_claim else say("reply.held", name=head.holder or say("case.somebody"))


def opening_of(pack: Pack, case: Case, now: datetime) -> datetime | None:
    """When the department of the case opens next; None while it is open, and where nobody knows."""
    department = pack.department(case.department_id)
    opening = next_opening(department, pack.calendar, now, is_national_holiday) if department is not None else None
    return opening if opening is not None and opening > now else None


def _attachment_hint() -> str:
    picture, file, film = (LARGEST[kind] // MEGABYTE for kind in (PICTURES[0], Kind.PDF, Kind.MP4))
    return say("attachment.hint", picture=picture, file=file, film=film)


def _canned(reading: Reading) -> tuple[CannedView, ...]:
    visit = reading.visit
    staff = reading.session.get_one(Staff, visit.visitor.staff_id)
    variables = variables_of(visit.pack, staff.name, reading.case, staff.department_id)
    views = []
    for reply in replies_for(reading.session, staff, usable_at=visit.now):
        rendered = render(reply.text, visit.pack, visit.now, variables)
        views.append(canned_view(reply, rendered.text, rendered.missing, visit.pack))
    return tuple(views)


def _unsupported(visit: Visit, read: BoxRead, cited: Sequence[str]) -> tuple[str, ...]:
    suggester = visit.console.suggester
    if suggester is None or not read.text.strip():
        return ()
    published = suggester.published_texts(visit.municipality_id, read.text, (*cited, *read.tried), visit.now)
    return unsupported_figures(read.text, (*published, *read.heard, *_of_offices(visit.pack)))


def _of_offices(pack: Pack) -> tuple[str, ...]:
    """Numbers to call, places and addresses of the municipality are published by its pack."""
    own = (pack.municipality.phone, pack.municipality.website, pack.municipality.address)
    return (*own, *(f"{office.phone} {office.place} {office.url}" for office in pack.departments.values()))


def _entries(packet: Packet) -> tuple[str, ...]:
    return tuple(tried.entry for tried in packet.tried if tried.entry)
