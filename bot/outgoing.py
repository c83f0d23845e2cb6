"""Messages that no turn causes: notices of the counter and words of staff, put into the ledger with the call that carries them."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from bot import queries
from bot.line.channel import LineChannel
from bot.models import CallState, Conversation, Direction, MessageRow, OutgoingCall
from core.clock import to_milliseconds
from core.jobs import NewJob, Queue
from core.messages import Reply

MOST_SPARE = 5


def deliver_job(municipality_id: str, conversation_id: int, call_id: int) -> NewJob:
    return NewJob(
        kind="deliver",
        key=f"deliver:{conversation_id}",
        payload={"call_id": call_id},
        priority=10,  # What is decided should leave before the next decision begins.
        municipality_id=municipality_id,
    )


def spare_token(conversation: Conversation, token: tuple[str, int]) -> None:
    """A turn said nothing, so its reply token may carry what a person says soon."""
    value, until = token
    kept = [spare for spare in conversation.spare_tokens if spare["token"] != value]
    conversation.spare_tokens = [*kept, {"token": value, "until": until}][-MOST_SPARE:]


def has_young_token(conversation: Conversation, now: datetime) -> bool:
    """Whether the next message would be a reply, which costs nothing."""
    return any(spare["until"] > to_milliseconds(now) for spare in conversation.spare_tokens)


def take_young_token(conversation: Conversation, now: datetime) -> tuple[str, int] | None:
    """The newest of them; nobody else gets it."""
    young = [spare for spare in conversation.spare_tokens if spare["until"] > to_milliseconds(now)]
    if not young:
        conversation.spare_tokens = []
        return None
    newest = max(young, key=lambda spare: spare["until"])
    conversation.spare_tokens = [spare for spare in young if spare is not newest]
    return newest["token"], newest["until"]


def say(
    session: Session,
    jobs: Queue,
    channel: LineChannel,
    conversation: Conversation,
    reply: Reply,
    *,
    now: datetime,
    staff_id: int | None = None,
    media_id: int | None = None,
    once: str = "",
) -> OutgoingCall:
    """Into the ledger, with the job that sends it. What is named by `once` is said once, however often it is asked for.

    The caller has locked the conversation and compared its owner.
    """
    retry_key = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{conversation.municipality_id}:{conversation.id}:{once}") if once else uuid.uuid4())
    said = queries.call_with_key(session, conversation.id, retry_key) if once else None
    if said is not None:
        return said
    rendered = channel.render(reply, conversation.municipality_id)
    token = take_young_token(conversation, now)
    call = OutgoingCall(
        municipality_id=conversation.municipality_id,
        conversation_id=conversation.id,
        body=[message.json for message in rendered],
        state=CallState.READY,
        reply_token=token[0] if token else None,
        reply_until=token[1] if token else None,
        retry_key=retry_key,
        staff_id=staff_id,
        created_at=now,
    )
    session.add(call)
    session.flush()
    session.add_all(
        MessageRow(
            municipality_id=conversation.municipality_id,
            conversation_id=conversation.id,
            call_id=call.id,
            direction=Direction.OUTBOUND,
            kind=message.kind,
            text=message.text,
            staff_id=staff_id,
            media_id=media_id if place == len(rendered) - 1 else None,
            at=now,
        )
        for place, message in enumerate(rendered)
    )
    session.flush()
    jobs.enqueue(session, deliver_job(conversation.municipality_id, conversation.id, call.id))
    return call
