"""Requests to be called back, as staff work through them."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.clock import in_japan
from core.pack import Pack
from handoff.models import CallbackRequest, CallbackState

NOTE_LIMIT = 2_000


class Due(StrEnum):
    """How a request stands against what the resident was told."""

    LATER = "later"
    NOW = "now"
    OVERDUE = "overdue"
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class CallbackView:
    """One request. `typed` is what stands in the note's field, `note` what is stored."""

    id: int
    conversation_id: int
    phone: str
    phone_address: str
    preferred_time: str
    topic: str
    department: str | None
    promised_from: datetime
    created_at: datetime
    due: Due
    is_done: bool
    done_at: datetime | None
    done_by: str | None
    note: str
    typed: str
    may_handle: bool
    problem: str | None = None
    is_fresh: bool = False
    """Just changed by the visitor: takes the focus, because the button that was pressed is gone."""


@dataclass(frozen=True, kw_only=True)
class CallbacksView:
    """One of the two tabs."""

    is_done: bool
    open_count: int
    callbacks: tuple[CallbackView, ...]
    is_cut: bool


def due(request: CallbackRequest, now: datetime) -> Due:
    """Overdue from the day after the promised one: within that day somebody may still be at it."""
    if request.state == CallbackState.DONE:
        return Due.DONE
    if in_japan(now).date() > in_japan(request.promised_from).date():
        return Due.OVERDUE
    return Due.NOW if now >= request.promised_from else Due.LATER


def callback_view(
    request: CallbackRequest,
    *,
    pack: Pack,
    now: datetime,
    may_handle: bool,
    typed: str | None = None,
    problem: str | None = None,
    is_fresh: bool = False,
) -> CallbackView:
    department = pack.departments.get(request.department_id or "")
    return CallbackView(
        id=request.id,
        conversation_id=request.conversation_id,
        phone=request.phone,
        phone_address="tel:" + re.sub(r"[^0-9+]", "", request.phone),
        preferred_time=request.preferred_time,
        topic=request.topic,
        department=department.name if department else request.department_id,
        promised_from=request.promised_from,
        created_at=request.created_at,
        due=due(request, now),
        is_done=request.state == CallbackState.DONE,
        done_at=request.done_at,
        done_by=request.done_by,
        note=request.note,
        typed=request.note if typed is None else typed,
        may_handle=may_handle,
        problem=problem,
        is_fresh=is_fresh,
    )
