"""Requests to be called back: opening, noting, closing."""

from collections.abc import Collection, Sequence
from datetime import datetime, time

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.clock import JAPAN, in_japan
from core.pack import Pack
from handoff.models import CallbackRequest, CallbackState
from handoff.promising import is_staffed


def open_callback(
    session: Session,
    *,
    municipality_id: str,
    conversation_id: int,
    department_id: str | None,
    phone: str,
    preferred_time: str,
    topic: str,
    promised_from: datetime,
    now: datetime,
) -> CallbackRequest:
    request = CallbackRequest(
        municipality_id=municipality_id,
        conversation_id=conversation_id,
        department_id=department_id,
        phone=phone,
        preferred_time=preferred_time,
        topic=topic,
        state=CallbackState.OPEN,
        promised_from=promised_from,
        created_at=now,
    )
    session.add(request)
    return request


def forget_words(session: Session, conversation_id: int, words: str) -> None:
    """The resident took these words back: requests of the talk no longer quote them, as what they are about or when to call."""
    if not words:
        return
    for request in session.scalars(select(CallbackRequest).where(CallbackRequest.conversation_id == conversation_id)):
        if words[: len(request.topic)] in request.topic and request.topic:
            request.topic = ""
        if words[: len(request.preferred_time)] in request.preferred_time and request.preferred_time:
            request.preferred_time = ""


def forget_phones(session: Session, conversation_id: int, phones: Collection[str]) -> None:
    """The resident took these numbers back. The requests stay, so that staff see that a promise can no longer be kept."""
    session.execute(
        update(CallbackRequest)
        .where(CallbackRequest.conversation_id == conversation_id, CallbackRequest.phone.in_(phones))
        .values(phone=""),
        execution_options={"synchronize_session": "fetch"},
    )


def broken_promises(session: Session, pack: Pack, now: datetime, limit: int) -> Sequence[CallbackRequest]:
    """Open requests whose promised day has passed, the resident not yet told; while their department is open."""
    day_began = datetime.combine(in_japan(now).date(), time(), tzinfo=JAPAN)
    statement = select(CallbackRequest).where(
        CallbackRequest.municipality_id == pack.id,
        CallbackRequest.state == CallbackState.OPEN,
        CallbackRequest.apologised_at.is_(None),
        CallbackRequest.promised_from < day_began,
        CallbackRequest.phone != "",
    )
    found = session.scalars(statement.order_by(CallbackRequest.conversation_id, CallbackRequest.id).limit(limit)).all()
    return [request for request in found if is_staffed(pack, request.department_id, now)]


def note(request: CallbackRequest, text: str) -> None:
    request.note = text.strip()


def finish(request: CallbackRequest, *, by: str, now: datetime) -> None:
    """Once done, a second click changes nothing."""
    if request.state == CallbackState.OPEN:
        request.state, request.done_at, request.done_by = CallbackState.DONE, now, by


def reopen(request: CallbackRequest) -> None:
    request.state, request.done_at, request.done_by = CallbackState.OPEN, None, None


def drop_finished(session: Session, municipality_id: str, before: datetime, limit: int) -> int:
    """Removes requests that were done before the moment, at most `limit`; returns how many. Open ones stay however old they are."""
    old = select(CallbackRequest.id).where(
        CallbackRequest.municipality_id == municipality_id, CallbackRequest.state == CallbackState.DONE, CallbackRequest.done_at < before
    )
    ids = session.scalars(old.order_by(CallbackRequest.id).limit(limit)).all()
    session.execute(delete(CallbackRequest).where(CallbackRequest.id.in_(ids)))
    return len(ids)
