"""The endpoints of LINE notification messages, which reach people by the hash of their telephone number."""

import hashlib
import re

from bot.simulator.api_call import Answer, Call, Endpoint, ErrorDetail, Refusal, Takes, invalid_property
from bot.simulator.records import Friendship, Json, Person, Rule, Via
from bot.simulator.sending import deliver, refuse_in_standby, refuse_mentions, refuse_with
from bot.simulator.validation import read_request

HASH = re.compile(r"[0-9a-f]{64}")
TAG = re.compile(r".{16,100}")
DELIVERY_TAG = "x-line-delivery-tag"
WITHOUT_MEDIA = frozenset({"image", "video", "imagemap"})


def phone_hash(number: str) -> str:
    """SHA-256 of a number in E.164 form, such as +819012345678."""
    return hashlib.sha256(number.encode()).hexdigest()


def push_flexible(call: Call) -> Answer:
    body = read_request("PnpMessagesRequest", call.json(), Rule.AUDIENCE_AND_NOTIFICATION)
    messages: list[Json] = body["messages"]
    refuse_with(
        [
            ErrorDetail(
                message="can't be used in a notification message", property=f"messages[{number}].type", rule=Rule.AUDIENCE_AND_NOTIFICATION
            )
            for number, message in enumerate(messages)
            if message["type"] in WITHOUT_MEDIA
        ]
    )
    refuse_mentions(messages)
    return _notify(call, body["to"], messages)


def push_templated(call: Call) -> Answer:
    body = read_request("PnpTemplatedMessageRequest", call.json(), Rule.AUDIENCE_AND_NOTIFICATION)
    # What the template says is LINE's; only its key and what was filled in can be shown.
    shown = {"type": "text", "text": f"[{body['templateKey']}]"}
    return _notify(call, body["to"], [shown])


def _notify(call: Call, to: str, messages: list[Json]) -> Answer:
    tag = call.headers.get(DELIVERY_TAG)
    if "x-line-retry-key" in call.headers:
        raise Refusal(400, "The X-Line-Retry-Key header is not supported by this API", Rule.RETRY_KEY)
    if tag is not None and not TAG.fullmatch(tag):
        raise Refusal(400, "The length of the X-Line-Delivery-Tag header must be between 16 and 100", Rule.AUDIENCE_AND_NOTIFICATION)
    if not HASH.fullmatch(to):
        raise invalid_property("to", Rule.AUDIENCE_AND_NOTIFICATION)
    person = next(
        (person for person in call.platform.people.values() if person.phone_number and phone_hash(person.phone_number) == to), None
    )
    if person is None or not _can_be_notified(call, person):
        raise Refusal(422, "Failed to send messages", None)
    chat = call.account.chat_with(person.id, person.name)
    refuse_in_standby(call, chat)
    was = chat.friendship
    # The message reaches people who are no friends of the account, and makes none of them.
    chat.friendship = Friendship.FRIEND
    deliver(call, chat, messages, Via.NOTIFICATION)
    chat.friendship = was
    call.account.quota.count(Via.NOTIFICATION, 1, call.platform.clock())
    if tag is not None:
        call.platform.happen(call.account, chat, "delivery", {"delivery": {"data": tag}}, gives_token=False)
    return Answer()


def _can_be_notified(call: Call, person: Person) -> bool:
    chat = call.account.chats.get(person.id)
    return chat is None or chat.friendship is not Friendship.BLOCKED


ENDPOINTS = (
    Endpoint(method="POST", path="/bot/pnp/push", handle=push_flexible, takes=Takes.JSON),
    Endpoint(method="POST", path="/v2/bot/message/pnp/templated/push", handle=push_templated, takes=Takes.JSON),
)
