"""The frozen values that the platform is given and hands out: channels, people, items, deliveries, requests, violations."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

# JSON as it came over the wire: its shape is exactly what the platform exists to check, so nothing is known of it here.
Json = dict[str, Any]
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


class Rule(StrEnum):
    """The rules of the platform, numbered like the list in its documentation; a violation names the one that was broken."""

    SIGNATURE = "1: only signed webhooks may be accepted"
    PING = "2: a webhook without events must be answered 200"
    DEADLINE = "3: a webhook must be answered within two seconds"
    REPLY_TOKEN = "5: a reply token works once, for a minute"  # noqa: S105 - a sentence, not a password
    STANDBY = "6: nothing may be sent to a chat in standby"
    REQUEST_FORM = "9: authorisation, host, path, size and form of a request"
    MESSAGES = "10: messages keep the documented limits"
    URLS = "11: addresses keep the documented schemes and lengths"
    FLEX = "12: Flex messages keep their structure and size"
    QUICK_REPLIES_AND_TEMPLATES = "13: quick replies and templates keep the documented limits"
    CHAT_CONTEXT = "14: quotes, mentions and tracking belong to the chat"
    RETRY_KEY = "15: retry keys are UUIDs, and never on a reply"
    RECIPIENTS = "16: messages go to known recipients"
    QUOTA = "17: the monthly quota"
    RATE_LIMIT = "18: the rate limits"
    CHAT_STATE = "19: loading animation and read marks"
    CONTENT_AND_PROFILE = "20: contents and profiles"
    RICH_MENU = "21: rich menus and account links"
    AUDIENCE_AND_NOTIFICATION = "22: aggregation units, audiences and notification messages"
    TOKENS = "23: tokens"


class ChatKind(StrEnum):
    USER = "user"
    GROUP = "group"
    ROOM = "room"


class Friendship(StrEnum):
    NEVER = "never"
    FRIEND = "friend"
    BLOCKED = "blocked"


class Origin(StrEnum):
    RESIDENT = "resident"
    BOT = "bot"
    SYSTEM = "system"


class Via(StrEnum):
    REPLY = "reply"
    PUSH = "push"
    MULTICAST = "multicast"
    BROADCAST = "broadcast"
    NARROWCAST = "narrowcast"
    NOTIFICATION = "pnp"


class DeliveryResult(StrEnum):
    OK = "ok"
    REQUEST_TIMEOUT = "request_timeout"
    COULD_NOT_CONNECT = "could_not_connect"
    ERROR_STATUS_CODE = "error_status_code"
    SUSPENDED = "suspended"


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One LINE Official Account with its Messaging API channel, as its operator set it up."""

    municipality: str
    name: str
    basic_id: str
    secret: str
    access_token: str
    webhook_url: str
    is_redelivery_on: bool = False
    is_chat_on: bool = True
    monthly_limit: int | None = 200
    channel_id: str = ""
    login_channel_id: str = ""

    @property
    def bot_user_id(self) -> str:
        return "U" + hashlib.sha256(f"bot:{self.municipality}".encode()).hexdigest()[:32]

    @property
    def id(self) -> str:
        return self.channel_id or str(2_000_000_000 + int(self.bot_user_id[1:8], 16) % 1_000_000_000)

    @property
    def login_id(self) -> str:
        return self.login_channel_id or str(int(self.id) + 1)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Someone with LINE on a phone."""

    name: str
    language: str | None = "ja"
    about: str = ""
    phone_number: str = ""
    has_consented: bool = True
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing in a chat, as it is seen on a phone."""

    seq: int
    id: str
    origin: Origin
    person: str | None
    at: int
    message: Json | None
    text: str | None = None
    is_unsent: bool = False
    via: Via | None = None
    cost: int = 0
    sender: Json | None = None
    # The count of changes in the chat when this item last changed; a reader who has seen less must fetch it again.
    changed: int = 0

    def as_json(self) -> Json:
        return {
            "seq": self.seq,
            "id": self.id,
            "from": str(self.origin),
            "person": self.person,
            "at": self.at,
            "message": self.message,
            "text": self.text,
            "isUnsent": self.is_unsent,
            "via": None if self.via is None else str(self.via),
            "cost": self.cost,
            "sender": self.sender,
        }


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One POST of a webhook to the bot, and how it ended."""

    municipality: str
    events: tuple[Json, ...]
    body: bytes
    is_redelivery: bool
    result: DeliveryResult
    status: int | None
    at: int
    seconds: float
    detail: str = ""

    def as_json(self) -> Json:
        return {
            "municipality": self.municipality,
            "events": list(self.events),
            "isRedelivery": self.is_redelivery,
            "result": str(self.result),
            "status": self.status,
            "at": self.at,
            "milliseconds": round(self.seconds * 1000, 1),
            "detail": self.detail,
        }


@dataclass(frozen=True, kw_only=True)
class RecordedRequest:
    """One request of the bot to the Messaging API, with what it was answered."""

    request_id: str
    municipality: str | None
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    json: Any  # whatever JSON the body held, or None
    status: int
    response: Any  # whatever JSON was answered, or None
    is_answer_lost: bool
    at: int

    def as_json(self) -> Json:
        return {
            "requestId": self.request_id,
            "municipality": self.municipality,
            "method": self.method,
            "path": self.path,
            "body": self.json,
            "status": self.status,
            "response": self.response,
            "isAnswerLost": self.is_answer_lost,
            "at": self.at,
        }


@dataclass(frozen=True, kw_only=True)
class Violation:
    """Something the bot did that LINE forbids."""

    rule: Rule
    message: str
    property: str = ""
    municipality: str | None = None
    method: str = ""
    path: str = ""
    request_id: str = ""
    at: int = 0

    def as_json(self) -> Json:
        return {
            "rule": str(self.rule),
            "message": self.message,
            "property": self.property,
            "municipality": self.municipality,
            "request": {"method": self.method, "path": self.path, "requestId": self.request_id},
            "at": self.at,
        }


@dataclass(frozen=True, kw_only=True)
class SentMessage:
    """A message the platform has accepted from the bot."""

    id: str
    quote_token: str | None = None
    message: Json = field(default_factory=dict)

    def as_json(self) -> Json:
        return {"id": self.id} if self.quote_token is None else {"id": self.id, "quoteToken": self.quote_token}
