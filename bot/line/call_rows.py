"""Reading and marking the row of a call. These statements run for every call, so they are built once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from bot.line.models import LineAddress
from bot.models import CallState, Conversation, MessageRow, OutgoingCall, Resident
from core.statements import Prepared

CALLS, MESSAGES = cast(Table, OutgoingCall.__table__), cast(Table, MessageRow.__table__)
CALL = Prepared(
    select(*(column for column in CALLS.c if column.name not in ("conversation_id", "error")), LineAddress.line_id, Resident.blocked_at)
    .outerjoin(LineAddress, LineAddress.conversation_id == CALLS.c.conversation_id)
    .outerjoin(Conversation, Conversation.id == CALLS.c.conversation_id)
    .outerjoin(Resident, Resident.id == Conversation.resident_id)
    .where(CALLS.c.id == bindparam("call"))
)
BEGIN_ATTEMPT = Prepared(
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
SETTLE = Prepared(
    update(CALLS)
    .where(CALLS.c.id == bindparam("call"))
    .values(state=bindparam("new_state"), error=bindparam("reason"), settled_at=bindparam("now"), cost=bindparam("count"))
)
MESSAGES_OF_CALL = Prepared(select(MESSAGES.c.id).where(MESSAGES.c.call_id == bindparam("call")).order_by(MESSAGES.c.id))
NAME_MESSAGE = Prepared(update(MESSAGES).where(MESSAGES.c.id == bindparam("message")).values(channel_message_id=bindparam("name")))


def read_call(
    session: Session, call_id: int
) -> Any:  # Any: the columns of an outgoing call, with `line_id` and the resident's `blocked_at`.
    """None where there is no such call."""
    return CALL.first(session, {"call": call_id})


def begin_attempt(session: Session, call: Any, *, is_reply: bool, is_uncertain: bool) -> None:  # Any: a row of `CALL`.
    values = {
        "call": call.id,
        "way": "reply" if is_reply else "push",
        "replies": int(is_reply),
        "pushes": int(not is_reply),
        "uncertain": is_uncertain,
    }
    BEGIN_ATTEMPT.run(session, values)


def settle_call(session: Session, call_id: int, state: CallState, *, error: str | None, cost: int, now: datetime) -> None:
    values = {"call": call_id, "new_state": state, "reason": error, "now": now, "count": cost}
    SETTLE.run(session, values)


def name_messages(session: Session, call_id: int, names: Sequence[str]) -> None:
    """The ids by which the channel knows the messages of a call."""
    rows = MESSAGES_OF_CALL.all(session, {"call": call_id}) if names else ()
    NAME_MESSAGE.run_for_each(session, [{"message": row.id, "name": name} for row, name in zip(rows, names, strict=False)])
