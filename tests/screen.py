"""What a person sees of the bot's messages, and what can be tapped."""

from collections.abc import Iterator

from bot.simulator.phone import Phone
from bot.simulator.records import Json


def texts_in(message: Json | None) -> Iterator[str]:
    """Every text that a person sees or hears of a message, quick replies apart."""
    for key, value in (message or {}).items():
        if key == "quickReply":
            continue
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                yield from texts_in(part)
            elif isinstance(part, str) and key in ("text", "altText", "title", "address", "label"):
                yield part


def actions_in(value: object) -> Iterator[Json]:
    """Everything that can be tapped on a message."""
    if isinstance(value, dict):
        if isinstance(value.get("action"), dict):
            yield value["action"]
        for part in value.values():
            yield from actions_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from actions_in(part)


def quick_replies(phone: Phone) -> list[Json]:
    """Those that are on the screen."""
    return [item["action"] for item in (phone.quick_reply or {}).get("items", [])]
