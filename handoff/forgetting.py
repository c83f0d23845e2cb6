"""What goes from cases: words that a resident took back, and whole cases when their time is over."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from handoff.changing import begin, finish
from handoff.desk_models import CaseNote, CaseTask, ContactLimit, Draft, Media, Mention, StaffMessage, Viewing
from handoff.models import CallbackRequest, Case, CaseEvent, CaseState
from handoff.packet import Packet, load

HANGING = (Mention, CaseNote, CaseTask, Draft, Viewing, StaffMessage, ContactLimit, CaseEvent)
"""What belongs to a case and goes with it, in an order that no reference forbids."""


def forget_words(session: Session, conversation_id: int, words: str, *, now: datetime) -> None:
    """The resident took these words back: cases of the talk no longer quote them, nor pages that are open."""
    if not words.strip():
        return
    for case in session.scalars(select(Case).where(Case.conversation_id == conversation_id).order_by(Case.id)).all():
        begin(session, case)
        packet = load(case.packet)
        left = _without(packet, words)
        title = "" if _quotes(case.title, words) else case.title
        comment = "" if _quotes(case.satisfaction_comment, words) else case.satisfaction_comment
        if (left, title, comment) == (packet, case.title, case.satisfaction_comment):
            continue
        case.packet, case.title, case.satisfaction_comment = left.dump(), title, comment
        finish(session, case, now=now, staff=[case.holder_id])


def drop_closed(session: Session, municipality_id: str, before: datetime, limit: int) -> int:
    """Removes cases that closed before the moment, at most `limit`, with all that hangs on them; returns how many. Open ones stay."""
    old = select(Case.id).where(Case.municipality_id == municipality_id, Case.state == CaseState.CLOSED, Case.closed_at < before)
    ids = session.scalars(old.order_by(Case.closed_at, Case.id).limit(limit)).all()
    _drop(session, ids)
    return len(ids)


def drop_cases_of(session: Session, conversation_ids: Collection[int]) -> None:
    """Whatever the talks had, open or not: their residents are forgotten."""
    _drop(session, session.scalars(select(Case.id).where(Case.conversation_id.in_(conversation_ids))).all())


def _drop(session: Session, ids: Collection[int]) -> None:
    session.flush()
    for kept in (CallbackRequest, Media):
        session.execute(update(kept).where(kept.case_id.in_(ids)).values(case_id=None))
    for table in HANGING:
        session.execute(delete(table).where(table.case_id.in_(ids)))
    session.execute(delete(Case).where(Case.id.in_(ids)))


def _without(packet: Packet, words: str) -> Packet:
    def kept(text: str) -> str:
        return "" if _quotes(text, words) else text

    return replace(
        packet,
        summary=kept(packet.summary),
        question=kept(packet.question),
        tried=tuple(replace(one, question=kept(one.question)) for one in packet.tried),
        slots={name: kept(value) for name, value in packet.slots.items()},
    )


def _quotes(text: str, words: str) -> bool:
    """The words whole or, where only their beginning was kept, that."""
    return bool(text) and (words.strip() in text or text.rstrip("…") in words)
