"""Reading and marking the row of a call. These statements run for every call, so they are built once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, select, update
from sqlalchemy.orm import Session

from bot.line.models import LineAddress
from bot.models import CallState, Conversation, MessageRow, OutgoingCall, Resident

CALLS, MESSAGES = cast(Table, OutgoingCall.__table__), cast(Table, MessageRow.__table__)
CALL = (
    select(*(column for column in CALLS.c if column.name not in ("conversation_id", "error")), LineAddress.line_id, Resident.blocked_at)
    .outerjoin(LineAddress, LineAddress.conversation_id == CALLS.c.conversation_id)
    .outerjoin(Conversation, Conversation.id == CALLS.c.conversation_id)
    .outerjoin(Resident, Resident.id == Conversation.resident_id)
    .where(CALLS.c.id == bindparam("call"))
)
BEGIN_ATTEMPT = (
    update(CALLS)
    .where(CALLS.c.id == bindparam("call"))
    .values(
        state=CallState.SENDING,
        via=bindparam("way"),
        reply_attempts=CALLS.c.reply_attempts + bindparam("replies"),
        push_attempts=CALLS.c.push_attempts + bindparam("pushes"),
        reply_was_uncertain=bindparam("uncertain"),
    )
)
SETTLE = (
    update(CALLS)
    .where(CALLS.c.id == bindparam("call"))
    .values(state=bindparam("new_state"), error=bindparam("reason"), settled_at=bindparam("now"), cost=bindparam("count"))
)
MESSAGES_OF_CALL = select(MESSAGES.c.id).where(MESSAGES.c.call_id == bindparam("call")).order_by(MESSAGES.c.id)
NAME_MESSAGE = update(MESSAGES).where(MESSAGES.c.id == bindparam("message")).values(channel_message_id=bindparam("name"))

CallRow = Row[*tuple[Any, ...]]  # Any: the columns of an outgoing call, with `line_id` and the resident's `blocked_at`.


def read_call(session: Session, call_id: int) -> CallRow | None:
    return session.connection().execute(CALL, {"call": call_id}).one_or_none()


def begin_attempt(session: Session, call: CallRow, *, is_reply: bool, is_uncertain: bool) -> None:
    values = {
        "call": call.id,
        "way": "reply" if is_reply else "push",
        "replies": int(is_reply),
        "pushes": int(not is_reply),
        "uncertain": is_uncertain,
    }
    session.connection().execute(BEGIN_ATTEMPT, values)


def settle_call(session: Session, call_id: int, state: CallState, *, error: str | None, cost: int, now: datetime) -> None:
    values = {"call": call_id, "new_state": state, "reason": error, "now": now, "count": cost}
    session.connection().execute(SETTLE, values)


def name_messages(session: Session, call_id: int, names: Sequence[str]) -> None:
    """The ids by which the channel knows the messages of a call."""
    connection = session.connection()
    rows = connection.scalars(MESSAGES_OF_CALL, {"call": call_id}).all()
    named = [{"message": row, "name": name} for row, name in zip(rows, names, strict=False)]
    if named:
        connection.execute(NAME_MESSAGE, named)
