"""LINE's limits on what is sent, and the check that every rendered message passes before it is written to the ledger."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from core.errors import MessageLimitError
from core.text import graphemes, utf16_length

MESSAGES = 5
TEXT = 5000
ALT_TEXT = 400
"""The older reference's limit; the newer one allows 1,500."""
QUICK_REPLIES = 13
QUICK_REPLY_LABEL = 20
FLEX_LABEL = 40
POSTBACK_DATA = 300
DISPLAY_TEXT = 300
MESSAGE_ACTION_TEXT = 300
URI = 1000
BUBBLE_BYTES = 30_000
CAROUSEL_BYTES = 50_000
CAROUSEL_BUBBLES = 12
LOCATION_TEXT = 100
SENDER_NAME = 20
MEDIA_URL = 2000
URI_SCHEMES = ("https://", "http://", "tel:", "line://")

Json = Mapping[str, Any]  # Any: JSON as LINE takes it.


def check_messages(messages: Sequence[Json]) -> None:
    """Raises MessageLimitError that names the message and the property."""
    if not 1 <= len(messages) <= MESSAGES:
        raise MessageLimitError(f"{len(messages)} messages in one call, LINE takes 1 to {MESSAGES}")
    for place, message in enumerate(messages):
        _check(message, f"messages[{place}]")


def _check(message: Json, place: str) -> None:
    match message["type"]:
        case "text":
            _length(utf16_length(message["text"]), 1, TEXT, f"{place}.text")
        case "flex":
            _length(utf16_length(message["altText"]), 1, ALT_TEXT, f"{place}.altText")
            _check_flex(message["contents"], f"{place}.contents")
        case "location":
            for name in ("title", "address"):
                _length(utf16_length(message[name]), 1, LOCATION_TEXT, f"{place}.{name}")
        case "image":
            for name in ("originalContentUrl", "previewImageUrl"):
                _length(utf16_length(message[name]), 1, MEDIA_URL, f"{place}.{name}")
                if not message[name].startswith("https://"):
                    raise MessageLimitError(f"{place}.{name}: only https:// is allowed")
        case other:
            raise MessageLimitError(f"{place}: '{other}' messages are not rendered by this project")
    items = message.get("quickReply", {}).get("items", [])
    if "quickReply" in message:
        _length(len(items), 1, QUICK_REPLIES, f"{place}.quickReply.items")
    for number, item in enumerate(items):
        _check_action(item["action"], f"{place}.quickReply.items[{number}].action", QUICK_REPLY_LABEL)


def _check_flex(container: Json, place: str) -> None:
    if container["type"] == "carousel":
        _length(len(container["contents"]), 1, CAROUSEL_BUBBLES, f"{place}.contents")
        _length(len(orjson.dumps(container)), 1, CAROUSEL_BYTES, place)
        for number, bubble in enumerate(container["contents"]):
            _check_flex(bubble, f"{place}.contents[{number}]")
        return
    _length(len(orjson.dumps(container)), 1, BUBBLE_BYTES, place)
    for part in ("header", "body", "footer"):
        if part in container:
            _check_component(container[part], f"{place}.{part}")


def _check_component(component: Json, place: str) -> None:
    if component["type"] == "text":
        _length(utf16_length(component["text"]), 1, TEXT, f"{place}.text")
    if component["type"] == "box" and not component["contents"]:
        raise MessageLimitError(f"{place}.contents: an empty box")
    if "action" in component:
        _check_action(component["action"], f"{place}.action", FLEX_LABEL)
    for number, child in enumerate(component.get("contents", ())):
        _check_component(child, f"{place}.contents[{number}]")


def _check_action(action: Json, place: str, label_limit: int) -> None:
    if "label" in action:
        _length(len(graphemes(action["label"])), 1, label_limit, f"{place}.label")
    match action["type"]:
        case "postback":
            _length(utf16_length(action["data"]), 1, POSTBACK_DATA, f"{place}.data")
            if "displayText" in action:
                _length(len(graphemes(action["displayText"])), 1, DISPLAY_TEXT, f"{place}.displayText")
        case "message":
            _length(len(graphemes(action["text"])), 1, MESSAGE_ACTION_TEXT, f"{place}.text")
        case "uri":
            _length(utf16_length(action["uri"]), 1, URI, f"{place}.uri")
            if not action["uri"].startswith(URI_SCHEMES):
                raise MessageLimitError(f"{place}.uri: only {', '.join(URI_SCHEMES)} are allowed")
        case "datetimepicker":
            _length(utf16_length(action["data"]), 1, POSTBACK_DATA, f"{place}.data")
        case _:
            pass


def _length(actual: int, least: int, most: int, place: str) -> None:
    if not least <= actual <= most:
        raise MessageLimitError(f"{place}: {actual}, LINE takes {least} to {most}")
