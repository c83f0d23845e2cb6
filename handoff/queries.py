"""Named reads over what people take care of."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.models import CallbackRequest, CallbackState


def callbacks(session: Session, municipality_id: str, state: CallbackState, *, limit: int = 200) -> Sequence[CallbackRequest]:
    """Open ones by the time that was promised, finished ones the latest first."""
    statement = select(CallbackRequest).where(CallbackRequest.municipality_id == municipality_id, CallbackRequest.state == state)
    order = (CallbackRequest.promised_from, CallbackRequest.id) if state == CallbackState.OPEN else (CallbackRequest.done_at.desc(),)
    return session.scalars(statement.order_by(*order).limit(limit)).all()


def open_callback_count(session: Session, municipality_id: str) -> int:
    statement = select(func.count()).where(CallbackRequest.municipality_id == municipality_id, CallbackRequest.state == CallbackState.OPEN)
    return session.scalar(statement) or 0


def callback_in(session: Session, municipality_id: str, callback_id: int) -> CallbackRequest | None:
    """The request, if it belongs to the municipality."""
    request = session.get(CallbackRequest, callback_id)
    return request if request is not None and request.municipality_id == municipality_id else None
