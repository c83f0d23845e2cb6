"""LINE's events → the project's own values; what LINE adds in future becomes Unknown, never an error."""

from typing import Any

from bot.incoming import (
    Bubble,
    Content,
    Followed,
    JoinedGroup,
    LeftGroup,
    MediaKind,
    Said,
    SentLocation,
    SentMedia,
    SentSticker,
    Tapped,
    Unfollowed,
    Unknown,
    Unsent,
)
from bot.models import ConversationKind
from bot.taps import TapSigner
from core.errors import TamperedError
from core.text import strip_invisible

KINDS = {"user": ConversationKind.PERSON, "group": ConversationKind.GROUP, "room": ConversationKind.ROOM}

Event = dict[str, Any]  # Any: JSON as LINE sent it.


def parse_event(event: Event, *, event_id: int, occurred_at: int, received_at: int, signer: TapSigner) -> Bubble:
    source = _mapping(event.get("source"))
    message = _mapping(event.get("message"))
    token = event.get("replyToken")
    return Bubble(
        event_id=event_id,
        occurred_at=occurred_at,
        received_at=received_at,
        content=_content(event, message, signer),
        conversation_kind=KINDS.get(str(source.get("type")), ConversationKind.PERSON),
        message_id=message["id"] if isinstance(message.get("id"), str) else None,
        reply_token=token if isinstance(token, str) and token else None,
        may_answer=event.get("mode", "active") == "active",
    )


def _content(event: Event, message: Event, signer: TapSigner) -> Content:
    kind = str(event.get("type"))
    match kind:
        case "message":
            return _message(message)
        case "postback":
            return _tap(_mapping(event.get("postback")), signer)
        case "follow":
            return Followed(is_unblocked=_mapping(event.get("follow")).get("isUnblocked") is True)
        case "unfollow":
            return Unfollowed()
        case "unsend":
            return Unsent(message_id=str(_mapping(event.get("unsend")).get("messageId", "")))
        case "join":
            return JoinedGroup()
        case "leave":
            return LeftGroup()
        case _:
            return Unknown(kind=kind)


def _message(message: Event) -> Content:
    kind = str(message.get("type"))
    match kind:
        case "text":
            text = message.get("text")
            if not isinstance(text, str):
                return Unknown(kind="text")
            mentions = _own_mentions(message)
            return Said(text=strip_invisible(_without(text, mentions)).strip(), mentions_us=bool(mentions))
        case "sticker":
            keywords = message.get("keywords")
            words = tuple(word for word in keywords if isinstance(word, str)) if isinstance(keywords, list) else ()
            text = message.get("text")
            return SentSticker(keywords=words, text=text if isinstance(text, str) and text else None)
        case "image" | "video" | "audio" | "file":
            name = message.get("fileName")
            return SentMedia(kind=MediaKind(kind), file_name=name if isinstance(name, str) else None)
        case "location":
            latitude, longitude = message.get("latitude"), message.get("longitude")
            if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
                return Unknown(kind="location")
            return SentLocation(latitude=float(latitude), longitude=float(longitude), address=str(message.get("address") or ""))
        case _:
            return Unknown(kind=f"message.{kind}")


def _own_mentions(message: Event) -> list[tuple[int, int]]:
    """Index and length of each mention of this bot, in UTF-16 units."""
    mentionees = _mapping(message.get("mention")).get("mentionees")
    found = []
    for mentionee in mentionees if isinstance(mentionees, list) else ():
        fields = _mapping(mentionee)
        if fields.get("isSelf") is True and isinstance(fields.get("index"), int) and isinstance(fields.get("length"), int):
            found.append((fields["index"], fields["length"]))
    return found


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    raw = text.encode("utf-16-le", "surrogatepass")
    for index, length in sorted(spans, reverse=True):
        raw = raw[: 2 * index] + raw[2 * (index + length) :]
    return raw.decode("utf-16-le", "replace")


def _tap(postback: Event, signer: TapSigner) -> Content:
    data = postback.get("data")
    params = _mapping(postback.get("params"))
    moment = params.get("date") or params.get("datetime") or params.get("time")
    try:
        value = signer.decode(data) if isinstance(data, str) else None
    except TamperedError:
        value = None
    return Tapped(value=value, moment=moment if isinstance(moment, str) else None)


def _mapping(value: object) -> Event:
    return value if isinstance(value, dict) else {}
