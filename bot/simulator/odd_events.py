"""Events that a bot must survive: rare ones, ones it was never told of, and ones with parts missing or unknown."""

from enum import StrEnum
from typing import TYPE_CHECKING

from bot.simulator.chats import Chat
from bot.simulator.records import Json, Person
from bot.simulator.texts import say

if TYPE_CHECKING:
    from bot.simulator.platform import Platform


class OddEvent(StrEnum):
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_MESSAGE = "unknown_message"
    UNKNOWN_MODE = "unknown_mode"
    UNKNOWN_SOURCE = "unknown_source"
    UNKNOWN_FIELDS = "unknown_fields"
    MISSING_SOURCE = "missing_source"
    MISSING_QUOTE_TOKEN = "missing_quote_token"  # noqa: S105 - a name, not a password
    STANDBY_MESSAGE = "standby_message"
    MESSAGE_EDITED = "message_edited"
    ACCOUNT_LINK = "account_link"
    ACCOUNT_LINK_FAILED = "account_link_failed"
    BEACON = "beacon"
    MEMBERSHIP = "membership"
    MODULE_ATTACHED = "module_attached"
    MODULE_DETACHED = "module_detached"
    ACTIVATED = "activated"
    DEACTIVATED = "deactivated"
    BOT_SUSPENDED = "bot_suspended"
    BOT_RESUMED = "bot_resumed"
    VIDEO_PLAY_COMPLETE = "video_play_complete"
    MEMBER_JOINED = "member_joined"
    MEMBER_LEFT = "member_left"
    DELIVERY = "delivery"
    EXTERNAL_CONTENT = "external_content"
    EMPTY_TEXT = "empty_text"
    HUGE_TEXT = "huge_text"


Parts = tuple[str, Json, Json, bool]


def odd_fields(kind: OddEvent, platform: "Platform", chat: Chat, person: Person) -> Parts:
    """The event's type, its own properties, replacements of common ones (None removes), and whether it gives a reply token."""
    text = {
        "type": "text",
        "id": platform.identifiers.message_id(),
        "text": say("odd.greeting"),
        "quoteToken": platform.identifiers.token("q3"),
    }
    members = {"members": [{"type": "user", "userId": person.id}]}
    bot_id = platform.accounts[chat.key.split("/")[0]].bot_user_id
    table: dict[OddEvent, Parts] = {
        OddEvent.UNKNOWN_TYPE: ("seanceStarted", {"seance": {"medium": "unknown"}}, {}, True),
        OddEvent.UNKNOWN_MESSAGE: ("message", {"message": {"type": "hologram", "id": text["id"], "depth": 3}}, {}, True),
        OddEvent.UNKNOWN_MODE: ("message", {"message": text}, {"mode": "dozing"}, True),
        OddEvent.UNKNOWN_SOURCE: ("message", {"message": text}, {"source": {"type": "planet", "planetId": "P1"}}, True),
        OddEvent.UNKNOWN_FIELDS: (
            "message",
            {"message": text | {"mood": {"level": 3}}, "weather": ["rain"]},
            {"orbit": 1},
            True,
        ),
        OddEvent.MISSING_SOURCE: ("accountLink", {"link": {"result": "failed", "nonce": "n"}}, {"source": None}, False),
        OddEvent.MISSING_QUOTE_TOKEN: ("message", {"message": {key: text[key] for key in ("type", "id", "text")}}, {}, True),
        OddEvent.STANDBY_MESSAGE: ("message", {"message": text}, {"mode": "standby"}, False),
        OddEvent.MESSAGE_EDITED: ("messageEdited", {"message": text}, {}, True),
        OddEvent.ACCOUNT_LINK: ("accountLink", {"link": {"result": "ok", "nonce": "n"}}, {}, True),
        OddEvent.ACCOUNT_LINK_FAILED: ("accountLink", {"link": {"result": "failed", "nonce": "n"}}, {}, False),
        OddEvent.BEACON: ("beacon", {"beacon": {"hwid": "d41d8cd98f", "type": "enter"}}, {}, True),
        OddEvent.MEMBERSHIP: ("membership", {"membership": {"type": "joined", "membershipId": 3189}}, {}, True),
        OddEvent.MODULE_ATTACHED: (
            "module",
            {"module": {"type": "attached", "botId": bot_id, "scopes": ["message:send"]}},
            {"source": None},
            False,
        ),
        OddEvent.MODULE_DETACHED: (
            "module",
            {"module": {"type": "detached", "botId": bot_id, "reason": "bot_deleted"}},
            {"source": None},
            False,
        ),
        OddEvent.ACTIVATED: ("activated", {"chatControl": {"expireAt": platform.now_ms() + 3_600_000}}, {}, False),
        OddEvent.DEACTIVATED: ("deactivated", {}, {"mode": "standby"}, False),
        OddEvent.BOT_SUSPENDED: ("botSuspended", {}, {"source": None}, False),
        OddEvent.BOT_RESUMED: ("botResumed", {}, {"source": None}, False),
        OddEvent.VIDEO_PLAY_COMPLETE: ("videoPlayComplete", {"videoPlayComplete": {"trackingId": "guide-video"}}, {}, True),
        OddEvent.MEMBER_JOINED: ("memberJoined", {"joined": members}, {}, True),
        OddEvent.MEMBER_LEFT: ("memberLeft", {"left": members}, {}, False),
        OddEvent.DELIVERY: ("delivery", {"delivery": {"data": "waste-reminder-0001"}}, {}, False),
        OddEvent.EXTERNAL_CONTENT: (
            "message",
            {
                "message": {
                    "type": "image",
                    "id": text["id"],
                    "quoteToken": text["quoteToken"],
                    "contentProvider": {
                        "type": "external",
                        "originalContentUrl": "https://example.jp/a.jpg",
                        "previewImageUrl": "https://example.jp/b.jpg",
                    },
                }
            },
            {},
            True,
        ),
        OddEvent.EMPTY_TEXT: ("message", {"message": text | {"text": ""}}, {}, True),
        OddEvent.HUGE_TEXT: ("message", {"message": text | {"text": say("odd.character") * 10_000}}, {}, True),
    }
    return table[kind]
