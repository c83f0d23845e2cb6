"""The ledger: what was said both ways, in words that staff can read, and the call that carries our part."""

import uuid
from collections.abc import Sequence
from dataclasses import fields
from typing import cast

import orjson
from sqlalchemy import Table
from sqlalchemy.orm import Session

from bot import queries
from bot.incoming import Bubble, Followed, JoinedGroup, LeftGroup, Said, SentLocation, SentMedia, SentSticker, Tapped, Unfollowed
from bot.line.channel import RenderedMessage
from bot.models import CallState, ConversationKind, Direction, MessageRow, OutgoingCall
from bot.outcome import Turn
from core.messages import TapValue
from core.statements import prepared_insert

REPLY_TOKEN_MILLISECONDS = 50_000
"""LINE gives a minute; what is older is pushed rather than tried."""
CALLS, MESSAGES = cast(Table, OutgoingCall.__table__), cast(Table, MessageRow.__table__)
OF_MESSAGE = ("municipality_id", "conversation_id", "turn_id", "direction", "kind", "text", "at")
ADD_HEARD = prepared_insert(MESSAGES, *OF_MESSAGE, "channel_message_id")
ADD_SAID = prepared_insert(MESSAGES, *OF_MESSAGE, "call_id")
ADD_CALL = prepared_insert(
    CALLS,
    *("municipality_id", "conversation_id", "body", "state", "reply_token", "reply_until", "retry_key", "is_fallback", "created_at"),
    returning="id",
)


def record_inbound(session: Session, turn: Turn, talk_id: int, turn_id: int) -> None:
    """What the resident said or did, one row per utterance."""
    described = [(bubble, words) for bubble in turn.bubbles if (words := describe_bubble(bubble, turn)) is not None]
    rows = [
        {
            "municipality_id": turn.pack.id,
            "conversation_id": talk_id,
            "turn_id": turn_id,
            "direction": Direction.INBOUND,
            "kind": kind,
            "text": text,
            "channel_message_id": bubble.message_id,
            "at": turn.now,
        }
        for bubble, (kind, text) in described
    ]
    ADD_HEARD.run_for_each(session, rows)


def describe_bubble(bubble: Bubble, turn: Turn) -> tuple[str, str] | None:
    """Kind and words for the ledger; None for what is no utterance. In groups only what was meant for us is kept."""
    is_shared = bubble.conversation_kind is not ConversationKind.PERSON
    match bubble.content:
        case Said(text=text, mentions_us=mentions_us):
            # A number that was spread over several bubbles is masked only in the joined words.
            words = turn.text if turn.masked_number and len(turn.bubbles) > 1 else text
            return None if is_shared and not mentions_us else ("text", words)
        case SentSticker(keywords=keywords, text=text):
            return None if is_shared else ("sticker", text or "、".join(keywords[:3]))
        case SentMedia(kind=kind, file_name=name):
            return None if is_shared else (kind.value, name or "")
        case SentLocation(address=address):
            return None if is_shared else ("location", address)
        case Tapped(value=value, moment=moment):
            return "tap", tap_in_words(value, moment) if value is not None else ""
        case Followed() | Unfollowed() | JoinedGroup() | LeftGroup():
            return type(bubble.content).__name__.lower(), ""
        case _:
            return None


def tap_in_words(value: TapValue, moment: str | None) -> str:
    """The kind of button and what it stood for, but no coordinates: `AskEntry waste-oversized`."""
    parts = [str(part) for field in fields(value) if not isinstance(part := getattr(value, field.name), float)]
    return " ".join([type(value).__name__, *parts, *([moment] if moment else [])])


def record_outbound(
    session: Session,
    turn: Turn,
    rendered: Sequence[RenderedMessage],
    talk_id: int,
    turn_id: int,
    *,
    is_retry: bool,
    has_failed: bool,
) -> int | None:
    """The call to be sent and its messages; returns the call's id, None where nothing is said."""
    if not rendered:
        return None
    # The token of a turn that failed was used for the apology.
    token = None if is_retry else newest_reply_token(turn.bubbles)
    call = {
        "municipality_id": turn.pack.id,
        "conversation_id": talk_id,
        "body": [message.json for message in rendered],
        "state": CallState.READY,
        "reply_token": token[0] if token else None,
        "reply_until": token[1] if token else None,
        "retry_key": str(uuid.uuid4()),
        "is_fallback": has_failed,
        "created_at": turn.now,
    }
    call_id: int = ADD_CALL.scalar(session, call)
    rows = [
        {
            "municipality_id": turn.pack.id,
            "conversation_id": talk_id,
            "turn_id": turn_id,
            "call_id": call_id,
            "direction": Direction.OUTBOUND,
            "kind": message.kind,
            "text": message.text,
            "at": turn.now,
        }
        for message in rendered
    ]
    ADD_SAID.run_for_each(session, rows)
    return call_id


def mask_in_replies(session: Session, conversation_id: int, phone: str) -> None:
    """A number that the resident took back stands in nothing that we said, sent or not."""
    masked = "".join("●" if character.isdigit() else character for character in phone)
    for message in queries.replies_that_quote(session, conversation_id, phone):
        message.text = message.text.replace(phone, masked)
        call = session.get(OutgoingCall, message.call_id) if message.call_id is not None else None
        if call is not None:
            call.body = orjson.loads(orjson.dumps(call.body).decode().replace(phone, masked))


def newest_reply_token(bubbles: Sequence[Bubble]) -> tuple[str, int] | None:
    """The token that stays young longest, and until when."""
    tokens = [(bubble.reply_token, bubble.received_at + REPLY_TOKEN_MILLISECONDS) for bubble in bubbles if bubble.reply_token]
    return max(tokens, key=lambda token: token[1]) if tokens else None
