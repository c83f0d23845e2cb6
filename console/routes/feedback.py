"""What residents said of answers: the list with its filters, and marking as handled."""

from collections.abc import Sequence

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from bot import feedback as verbs
from bot.feedback_queries import FeedbackLine, feedback_in, feedback_lines, waiting_feedback_count
from bot.models import FeedbackReason, Verdict
from console.permissions import Permission
from console.routes.content import PATH as CONTENT_PATH
from console.routes.content import ROOM
from console.texts import named
from console.views.choices import Choice
from console.views.feedback import FeedbackListView, FeedbackView, feedback_view
from console.views.paging import paging
from console.visiting import ContentWriter, NotHereError, PageNumber, Reader, RowId, Visit
from faq.queries import current_versions

PATH = f"{CONTENT_PATH}/feedback"
FRAGMENT = "feedback/_feedback.html"
PAGE = 20
ENTRY_LIMIT = 128
STATES = {"": False, "handled": True, "all": None}
"""Of the filter: what waits, what is handled, both."""

router = APIRouter(prefix="/content/feedback")


@router.get("")
def list_feedback(visit: Reader, page: PageNumber, verdict: str = "", reason: str = "", state: str = "", entry: str = "") -> Response:
    view = list_view(
        visit,
        verdict=verdict if verdict in set(Verdict) else "",
        reason=reason if reason in set(FeedbackReason) else "",
        state=state if state in STATES else "",
        entry=entry.replace("\x00", "")[:ENTRY_LIMIT].strip(),
        page=page,
    )
    return visit.page_or_fragment("feedback/page.html", "feedback/_list.html", view, room=ROOM)


@router.post("/{feedback_id}/handle")
def handle_feedback(feedback_id: RowId, visit: ContentWriter) -> Response:
    with visit.writing() as session:
        line = accessible_feedback(session, visit, feedback_id)
        if line.feedback.handled_at is None:
            verbs.handle(line.feedback, by=visit.visitor.name, now=visit.now)
            visit.record(session, "feedback.handle", f"feedback:{feedback_id}")
        view = shown(session, visit, [line], is_fresh=True)[0]
    return visit.fragment_or_redirect(FRAGMENT, view, room=ROOM, to=PATH, notice="feedback_handled")


@router.post("/{feedback_id}/reopen")
def reopen_feedback(feedback_id: RowId, visit: ContentWriter) -> Response:
    with visit.writing() as session:
        line = accessible_feedback(session, visit, feedback_id)
        if line.feedback.handled_at is not None:
            verbs.reopen(line.feedback)
            visit.record(session, "feedback.reopen", f"feedback:{feedback_id}")
        view = shown(session, visit, [line], is_fresh=True)[0]
    return visit.fragment_or_redirect(FRAGMENT, view, room=ROOM, to=PATH, notice="feedback_reopened")


def accessible_feedback(session: Session, visit: Visit, feedback_id: int) -> FeedbackLine:
    """Locked until the transaction ends, so that of two clicks the second sees what the first did. Raises NotHereError."""
    line = feedback_in(session, visit.municipality_id, feedback_id)
    if line is None:
        raise NotHereError(f"no feedback {feedback_id} here")
    session.refresh(line.feedback, with_for_update=True)
    return line


def list_view(visit: Visit, *, verdict: str, reason: str, state: str, entry: str, page: int) -> FeedbackListView:
    with visit.reading() as session:
        # One more than is shown tells whether another page follows.
        found = feedback_lines(
            session,
            visit.municipality_id,
            verdict=verdict,
            reason=reason,
            is_handled=STATES[state],
            entry_id=entry,
            limit=PAGE + 1,
            offset=(page - 1) * PAGE,
        )
        lines = shown(session, visit, found[:PAGE])
        waiting = waiting_feedback_count(session, visit.municipality_id)
    query = {"verdict": verdict, "reason": reason, "state": state, "entry": entry}
    return FeedbackListView(
        **query,
        verdicts=tuple(Choice(value=value, label=named("feedback", value)) for value in Verdict),
        reasons=tuple(Choice(value=value, label=named("feedback_reason", value)) for value in FeedbackReason),
        lines=tuple(lines),
        waiting=waiting,
        paging=paging(PATH, page, has_later=len(found) > PAGE, query=query),
        may_edit=visit.may(Permission.EDIT_CONTENT),
    )


def shown(session: Session, visit: Visit, lines: Sequence[FeedbackLine], *, is_fresh: bool = False) -> list[FeedbackView]:
    ids = {str(entry["entry"]) for line in lines for entry in line.turn.entries if entry.get("entry")}
    versions = current_versions(session, visit.municipality_id, sorted(ids))
    questions = {key: version.question for key, version in versions.items()}
    may_edit = visit.may(Permission.EDIT_CONTENT)
    return [feedback_view(line, questions, may_edit=may_edit, is_fresh=is_fresh) for line in lines]
