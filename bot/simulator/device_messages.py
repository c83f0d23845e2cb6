"""Turning the JSON of a page's message into what the phone does."""

from typing import TYPE_CHECKING

from bot.simulator.records import Json
from bot.simulator.speaking import PhoneError

if TYPE_CHECKING:
    from bot.simulator.phone import Phone


def send_message(phone: "Phone", body: Json, data: bytes | None, name: str, media_type: str) -> str:
    try:
        return _send(phone, body, data, name, media_type)
    except KeyError as error:
        raise PhoneError(f"a message of type {body.get('type')!r} needs {error}") from error


def _send(phone: "Phone", body: Json, data: bytes | None, name: str, media_type: str) -> str:
    match body.get("type"):
        case "text":
            if not body["text"]:
                raise PhoneError("an empty text cannot be sent")
            return phone.say(body["text"], mention_bot=bool(body.get("mentionBot")), quote=body.get("quoteItem"))
        case "sticker":
            return phone.send_sticker(
                str(body["packageId"]), str(body["stickerId"]), keywords=body.get("keywords"), quote=body.get("quoteItem")
            )
        case "location":
            return phone.send_location(body.get("title"), body.get("address"), float(body["latitude"]), float(body["longitude"]))
        case "image" | "video" | "audio" | "file" if data is None:
            raise PhoneError(f"a message of type {body['type']!r} is sent as multipart/form-data with its file")
    assert data is not None or body.get("type") not in {"image", "video", "audio", "file"}
    match body.get("type"):
        case "image":
            return phone.send_photo(data or b"", media_type)
        case "video":
            return phone.send_video(data or b"", media_type, int(body.get("duration") or 5000))
        case "audio":
            return phone.send_audio(data or b"", media_type, int(body.get("duration") or 3000))
        case "file":
            return phone.send_file(data or b"", body.get("fileName") or name, media_type)
        case kind:
            raise PhoneError(f"a phone cannot send a message of type {kind!r}")
