"""Answering a resident: sending, undoing, keeping the draft with a preview of it, inserting prepared and published words."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from bot.media_kinds import Problem, UnfitFileError
from bot.scanning import ScannerError
from bot.staff_words import CollisionError, Newer, UnfitMessageError, by_submission
from console.access import accessible_case, acting_staff
from console.case_box import BoxRead, Said, opening_of, preview_view, read_box
from console.case_pages import PAGE, ROOM, case_path, case_view, refusal
from console.case_queries import staff_message_in
from console.case_reading import Reading
from console.forms import TextForm, clean
from console.routes.case_bulk import moment_of
from console.submissions import new_key
from console.texts import named, say
from console.views.canned import then_in_words
from console.views.case_reply import ConflictView, NewerView
from console.views.case_talk import tag_of
from console.visiting import CaseWriter, NotHereError, RowId, Visit
from handoff.canned import CannedReplyError, Then, use
from handoff.desk_models import CannedReply
from handoff.drafts import DraftKind, draft_of, keep_draft
from handoff.errors import CaseError
from handoff.models import Case, Staff

ANSWER = "case/_answer.html"
PREVIEW = "case/_preview.html"
NOTE_SAVED = "case/_note_saved.html"
DRAFT_LIMIT = 20_000
MOST_USED = 10

router = APIRouter(prefix="/cases")


@dataclass(frozen=True, kw_only=True)
class SentReply:
    """What the reply form sends. `seen` is the newest message that its page showed."""

    text: str
    submission: str
    seen: int
    cited: tuple[str, ...]
    used: tuple[int, ...]
    """Prepared replies that were inserted."""
    file_name: str
    file: bytes
    is_for_later: bool = False
    """To be sent when the department opens."""
    macro: str = ""
    """The prepared reply that is sent at once, after what was typed, with what it does besides."""


class DraftForm(TextForm):
    """What stands in a field of the page."""

    kind: str = DraftKind.REPLY
    text: str = ""
    cited: str = ""
    submission: str = ""
    """Of the reply's form: what it has sent meanwhile is no draft any more."""


class InsertForm(TextForm):
    """One of `canned` (a prepared reply's id) and `entry` (an entry's) goes to the end of the text."""

    text: str = ""
    canned: str = ""
    entry: str = ""


class UndoForm(TextForm):
    """What stands in the reply's field meanwhile."""

    text: str = ""


async def sent_reply(request: Request, _visit: CaseWriter) -> SentReply:
    """The file is read only once the visitor is known to be allowed."""
    form = await request.form()
    file = form.get("file")
    is_file = isinstance(file, UploadFile) and bool(file.filename)
    seen = _field(form, "seen")
    return SentReply(
        text=_field(form, "text"),
        submission=_field(form, "submission")[:36],
        seen=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 19 else 0,
        cited=tuple(_field(form, "cited").split()),
        used=tuple(int(key) for key in _field(form, "used").split() if key.isascii() and key.isdecimal() and len(key) < 19)[:MOST_USED],
        file_name=file.filename or "" if isinstance(file, UploadFile) and is_file else "",
        is_for_later=bool(_field(form, "later")),
        macro=_field(form, "macro"),
        file=await file.read() if isinstance(file, UploadFile) and is_file else b"",
    )


@router.post("/{case_id}/messages")
def post_message(case_id: RowId, sent: Annotated[SentReply, Depends(sent_reply)], visit: CaseWriter) -> Response:
    """Kept for some seconds in which it can be undone. Sent twice it is said once; what would collide is not sent."""
    try:
        visit.counter.media.require_clean(sent.file)
        with visit.writing() as session:
            case, staff = accessible_case(session, visit, case_id), acting_staff(session, visit)
            submit(session, visit, case, staff, sent)
            keep_draft(session, case_id, staff.id, DraftKind.REPLY, "", now=visit.now)
    except CollisionError as error:
        newer = tuple(newer_view(line) for line in error.newer)
        return not_sent(visit, case_id, sent, conflict=ConflictView(text=say("conflict.newer"), newer=newer, is_lost=False))
    except CaseError as error:
        return not_sent(visit, case_id, sent, conflict=ConflictView(text=lost(visit, case_id, error), newer=(), is_lost=True))
    except UnfitMessageError as error:
        return not_sent(visit, case_id, sent, problem=named("unfit", error.problem))
    except UnfitFileError as error:
        return not_sent(visit, case_id, sent, unfit_file=error.problem)
    except ScannerError:
        return not_sent(visit, case_id, sent, unfit_file=Problem.UNSCANNED)
    except CannedReplyError:
        return not_sent(visit, case_id, sent, problem=say("canned.expired"))
    return answer(
        visit, case_id, Said(text="", submission=new_key(), is_fresh=True), "message_for_later" if sent.is_for_later else "message_pending"
    )


@router.post("/{case_id}/messages/{message_id}/undo")
def undo_message(case_id: RowId, message_id: RowId, form: Annotated[UndoForm, Form()], visit: CaseWriter) -> Response:
    """Its words go back into the field, before what has been typed since."""
    with visit.writing() as session:
        message = staff_message_in(session, accessible_case(session, visit, case_id), message_id)
        if message is None:
            raise NotHereError(f"no message {message_id} of case {case_id} here")
        staff = acting_staff(session, visit)
        is_undone = visit.counter.undo_message(session, message, staff, now=visit.now)
        typed = form.text if visit.wants_fragment else _draft_text(session, case_id, staff)
        text = joined(message.text, typed) if is_undone else typed
        has_file = message.media_id is not None
        keep_draft(session, case_id, staff.id, DraftKind.REPLY, text, now=visit.now)
        if is_undone:
            visit.record(session, "case.undo", f"case:{case_id}")
    notice = "message_undone_file" if is_undone and has_file else "message_undone" if is_undone else "message_too_late"
    problem = "" if is_undone else say("notice.message_too_late")
    return answer(visit, case_id, Said(text=text, submission=new_key(), problem=problem, is_fresh=is_undone), notice)


@router.post("/{case_id}/draft")
def save_draft(case_id: RowId, form: Annotated[DraftForm, Form()], visit: CaseWriter) -> Response:
    """Answers with the bubble that it would be, its length and cost, and figures that nothing published supports."""
    kind = DraftKind.NOTE if form.kind == DraftKind.NOTE else DraftKind.REPLY
    text = form.text[:DRAFT_LIMIT]
    with visit.writing() as session:
        case = accessible_case(session, visit, case_id)
        if kind is DraftKind.NOTE or by_submission(session, form.submission) is None:
            keep_draft(session, case.id, visit.visitor.staff_id, kind, text, now=visit.now)
        box = read_box(Reading(visit=visit, session=session, case=case), text)
    if not visit.wants_fragment:
        return visit.redirect(f"{case_path(case_id)}#case-reply", "draft_saved")
    if kind is DraftKind.NOTE:
        return visit.fragment(NOTE_SAVED, visit.now if text.strip() else None, room=ROOM)
    return visit.fragment(PREVIEW, preview_of(visit, box, form), room=ROOM)


@router.post("/{case_id}/insert")
def insert_words(case_id: RowId, form: Annotated[InsertForm, Form()], visit: CaseWriter) -> Response:
    """Without scripts: the words come into the draft, and the page is shown again."""
    published = published_words(visit, form.entry)
    with visit.writing() as session:
        case, staff = accessible_case(session, visit, case_id), acting_staff(session, visit)
        try:
            words = published or canned_words(session, visit, case, staff, form.canned)
        except CannedReplyError:
            words = ""
        keep_draft(session, case.id, staff.id, DraftKind.REPLY, joined(form.text, words)[:DRAFT_LIMIT], now=visit.now)
    return visit.redirect(f"{case_path(case_id)}#case-reply", "words_inserted" if words else "words_not_inserted")


def submit(session: Session, visit: Visit, case: Case, staff: Staff, sent: SentReply) -> None:
    """Raises what stands against it; then nothing of it is kept."""
    counter = visit.counter
    if by_submission(session, sent.submission) is not None:
        return
    text, then = sent.text, ""
    if sent.macro:
        text, then = joined(sent.text, canned_words(session, visit, case, staff, sent.macro)), then_of(session, visit, case, sent.macro)
    media_id = None
    if sent.file_name:
        media_id = counter.media.take_upload(session, case, sent.file_name, sent.file, now=visit.now).id
    counter.submit_message(
        session,
        case,
        staff,
        text,
        submission=sent.submission,
        seen_message_id=sent.seen,
        media_id=media_id,
        send_at=opening_of(visit.pack, case, visit.now) if sent.is_for_later else None,
        then=then,
        now=visit.now,
    )
    for canned_id in sent.used:
        canned_words(session, visit, case, staff, str(canned_id))
    visit.record(session, "case.reply", f"case:{case.id}")


def then_of(session: Session, visit: Visit, case: Case, key: str) -> str:
    """What the prepared reply does with this case, with its moment. Raises CannedReplyError where the pack does not offer it any more."""
    then = session.get_one(CannedReply, int(key)).then
    if not then_in_words(then, visit.pack):
        raise CannedReplyError(f"the prepared reply {key} does nothing that can be done now")
    kind, _, choice = then.partition(":")
    return f"{kind}:{moment_of(choice, case, visit).isoformat()}" if kind == Then.SNOOZE else then


def canned_words(session: Session, visit: Visit, case: Case, staff: Staff, key: str) -> str:
    """What a prepared reply says here; empty where there is none of that id. Raises CannedReplyError."""
    reply = session.get(CannedReply, int(key)) if key.isascii() and key.isdecimal() and len(key) < 19 else None
    is_theirs = reply is not None and reply.municipality_id == case.municipality_id and reply.owner_id in (None, staff.id)
    return use(session, reply, visit.pack, staff=staff, case=case, now=visit.now) if reply is not None and is_theirs else ""


def published_words(visit: Visit, entry_id: str) -> str:
    suggester = visit.console.suggester
    texts = suggester.published_texts(visit.municipality_id, "", (entry_id,), visit.now) if suggester is not None and entry_id else ()
    return texts[0].partition("\n")[2] if texts else ""


def joined(first: str, second: str) -> str:
    return "\n".join(part for part in (first.rstrip(), second.strip()) if part)


def preview_of(visit: Visit, box: BoxRead, form: DraftForm) -> object:
    return preview_view(visit, box, tuple(form.cited.split()), saved_at=visit.now if form.text.strip() else None)


def lost(visit: Visit, case_id: int, error: CaseError) -> str:
    with visit.reading() as session:
        reading = Reading.of(session, visit, case_id)
        return refusal(visit, error, reading.names.get(reading.case.holder_id or 0, ""))


def newer_view(line: Newer) -> NewerView:
    name = line.who or named("sender", "resident")
    return NewerView(name=name, text=line.text or named("message", line.kind, "unknown"), tag=tag_of(line.text, "ja"), at=line.at)


def not_sent(
    visit: Visit, case_id: int, sent: SentReply, *, problem: str = "", unfit_file: str = "", conflict: ConflictView | None = None
) -> Response:
    """The box with the text in it, also after a reload. No browser lets a page put a file back into its field, so that is said."""
    with visit.writing() as session:
        accessible_case(session, visit, case_id)
        keep_draft(session, case_id, visit.visitor.staff_id, DraftKind.REPLY, sent.text[:DRAFT_LIMIT], now=visit.now)
    unfit = say("conflict.file_unfit", problem=named("media_problem", unfit_file)) if unfit_file else ""
    file_problem = unfit or (say("conflict.file") if sent.file_name else "")
    said = Said(text=sent.text, submission=new_key(), cited=sent.cited, problem=problem, file_problem=file_problem, conflict=conflict)
    view = case_view(visit, case_id, said=said)
    status = 409 if conflict is not None else 422
    return visit.page_or_fragment(PAGE, ANSWER, view, room=ROOM, status=status, address=case_path(case_id))


def answer(visit: Visit, case_id: int, said: Said, notice: str) -> Response:
    if not visit.wants_fragment:
        return visit.redirect(f"{case_path(case_id)}#talk", notice)
    return visit.fragment(ANSWER, case_view(visit, case_id, said=said), room=ROOM, announce=say(f"notice.{notice}"))


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return clean(value) if isinstance(value, str) else ""


def _draft_text(session: Session, case_id: int, staff: Staff) -> str:
    draft = draft_of(session, case_id, staff.id, DraftKind.REPLY)
    return draft.text if draft is not None else ""
