"""What the webhook must know of LINE's events before they are stored: whose they are, and that no individual number stays in them."""

import base64
import hashlib
import re
from typing import Any, NamedTuple

import orjson

from bot.models import EventState
from core.personal_numbers import mask_personal_numbers

MAX_EVENTS = 1000
ID_LENGTH = 64
KEY_BYTES = 12
"""Enough that no two talks ever share a key, and short, since each event writes it into two indexes."""
NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
"""PostgreSQL stores none in a text, and no event needs one."""


class RawEvent(NamedTuple):
    """One event as it will be stored, its JSON not yet encrypted. A tuple, because it is made for every event before LINE is answered."""

    webhook_event_id: str
    conversation_key: str | None
    kind: str
    message_id: str | None
    occurred_at: int
    is_redelivered: bool
    state: EventState
    json: bytes


def read_body(body: bytes) -> list[Any]:
    """The events of a delivery. Raises ValueError where the body is no delivery at all."""
    document = orjson.loads(NUL.sub(rb"\1", body) if b"\\u0000" in body else body)
    events = document.get("events") if isinstance(document, dict) else None
    if not isinstance(events, list) or len(events) > MAX_EVENTS:
        raise ValueError("events")
    return events


def read_event(event: object, body: bytes, place: int, municipality_id: str) -> RawEvent:
    """Odd events are kept too: what has no id of its own gets one from the delivery, and waits for nobody."""
    fields = event if isinstance(event, dict) else {}
    source = _mapping(fields.get("source"))
    message = _mapping(fields.get("message"))
    delivery = _mapping(fields.get("deliveryContext"))
    event_id = fields.get("webhookEventId")
    address = _address(source)
    timestamp = fields.get("timestamp")
    mask_event(fields)
    json = _dumped(fields or {"odd": str(event)[:100]})
    return RawEvent(
        webhook_event_id=event_id[:ID_LENGTH]
        if isinstance(event_id, str) and event_id
        else f"{hashlib.sha256(body).hexdigest()[:40]}-{place}",
        conversation_key=conversation_key(municipality_id, address) if address else None,
        kind=str(fields.get("type", "unknown"))[:ID_LENGTH],
        message_id=_message_id(fields, message),
        occurred_at=timestamp if isinstance(timestamp, int) and not isinstance(timestamp, bool) and 0 <= timestamp < 2**53 else 0,
        is_redelivered=delivery.get("isRedelivery") is True,
        state=EventState.WAITING if address and json else EventState.IGNORED,
        json=json or b'{"odd":"nested too deeply"}',
    )


def mask_event(event: dict[str, Any]) -> None:
    """Blanks numbers of persons, cards and accounts where a resident's words can stand; ids are left alone."""
    for name, fields in (("message", ("text", "fileName")), ("postback", ("data",))):
        part = event.get(name)
        if isinstance(part, dict):
            for field in fields:
                if isinstance(part.get(field), str):
                    part[field] = mask_personal_numbers(part[field])[0]
            if isinstance(part.get("params"), dict):
                part["params"] = {
                    key: mask_personal_numbers(value)[0] if isinstance(value, str) else value for key, value in part["params"].items()
                }


def conversation_key(municipality_id: str, address: str) -> str:
    """Stable, and tells nothing of LINE's id."""
    digest = hashlib.blake2b(f"{municipality_id}|{address}".encode(), digest_size=KEY_BYTES).digest()
    return base64.urlsafe_b64encode(digest).decode()


def _address(source: dict[str, Any]) -> str | None:
    """In groups and rooms the talk is the group's, whoever speaks."""
    for name in ("groupId", "roomId", "userId"):
        value = source.get(name)
        if isinstance(value, str) and value:
            return value[:ID_LENGTH]
    return None


def _message_id(event: dict[str, Any], message: dict[str, Any]) -> str | None:
    found = message.get("id") or _mapping(event.get("unsend")).get("messageId")
    return found[:ID_LENGTH] if isinstance(found, str) else None


def _dumped(event: dict[str, Any]) -> bytes | None:
    """None where it is nested deeper than can be written again, though it could be read."""
    try:
        return orjson.dumps(event)
    except TypeError:
        return None


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
