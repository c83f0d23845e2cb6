"""Webhook events and the messages in them, as LINE words them (pure)."""

from collections.abc import Sequence

from bot.simulator.records import ChatKind, Json
from bot.simulator.stickers import Sticker


def event(
    kind: str,
    *,
    at: int,
    event_id: str,
    source: Json | None,
    is_standby: bool = False,
    reply_token: str | None = None,
    fields: Json | None = None,
) -> Json:
    """Absent properties are left out, as LINE leaves them out."""
    built: Json = {"type": kind, **(fields or {}), "webhookEventId": event_id, "deliveryContext": {"isRedelivery": False}, "timestamp": at}
    if source is not None:
        built["source"] = source
    if reply_token is not None:
        built["replyToken"] = reply_token
    built["mode"] = "standby" if is_standby else "active"
    return built


def source(kind: ChatKind, chat_id: str, person_id: str | None) -> Json:
    if kind is ChatKind.USER:
        return {"type": "user", "userId": chat_id}
    key = "groupId" if kind is ChatKind.GROUP else "roomId"
    built: Json = {"type": str(kind), key: chat_id}
    if person_id is not None:
        built["userId"] = person_id
    return built


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def text_message(text: str, *, mentions: Sequence[Json] = (), emojis: Sequence[Json] = ()) -> Json:
    message: Json = {"type": "text", "text": text}
    if emojis:
        message["emojis"] = list(emojis)
    if mentions:
        message["mention"] = {"mentionees": list(mentions)}
    return message


def mention_of(user_id: str, name: str, *, before: str = "", is_self: bool) -> tuple[str, Json]:
    """The text of a mention and its object; lengths count UTF-16 code units."""
    text = f"@{name}"
    return text, {"index": utf16_length(before), "length": utf16_length(text), "type": "user", "userId": user_id, "isSelf": is_self}


def sticker_message(sticker: Sticker, *, keywords: Sequence[str], text: str | None = None) -> Json:
    message: Json = {
        "type": "sticker",
        "packageId": sticker.package_id,
        "stickerId": sticker.sticker_id,
        "stickerResourceType": sticker.resource_type,
    }
    if keywords:
        message["keywords"] = list(keywords[:15])
    if text is not None:
        message["text"] = text
    return message


def media_message(kind: str, *, duration: int | None = None, image_set: Json | None = None) -> Json:
    message: Json = {"type": kind, "contentProvider": {"type": "line"}}
    if duration is not None:
        message["duration"] = duration
    if image_set is not None:
        message["imageSet"] = image_set
    return message


def file_message(name: str, size: int) -> Json:
    return {"type": "file", "fileName": name, "fileSize": size}


def location_message(title: str | None, address: str | None, latitude: float, longitude: float) -> Json:
    message: Json = {"type": "location", "latitude": latitude, "longitude": longitude}
    if title:
        message["title"] = title
    if address:
        message["address"] = address
    return message
