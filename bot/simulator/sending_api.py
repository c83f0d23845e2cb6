"""The endpoints that send messages to known people and chats, and those that only check messages."""

import functools
import re
from collections.abc import Callable, Sequence

from bot.simulator.api_call import Answer, Call, Endpoint, Refusal, Takes, invalid_property
from bot.simulator.chats import Chat
from bot.simulator.narrowcast_api import narrowcast, narrowcast_progress
from bot.simulator.rate_limits import MASS_SENDING, MULTICAST
from bot.simulator.records import ChatKind, Json, Rule, SentMessage, Via
from bot.simulator.reply_tokens import LIFE_MS, TokenState
from bot.simulator.retry_keys import AcceptedRequest, is_uuid
from bot.simulator.sending import (
    count_units,
    deliver,
    is_reachable,
    note_standby,
    recipients_in,
    refuse_in_standby,
    refuse_mentions,
    refuse_out_of_place,
    refuse_over_quota,
    refuse_too_many_to_one,
)
from bot.simulator.validation import read_request

RETRY_KEY = "x-line-retry-key"
CHAT_ID = re.compile(r"[UCR][0-9a-f]{32}")
USER_ID = re.compile(r"U[0-9a-f]{32}")
NOT_TO_BLAME = frozenset({TokenState.USED_UNKNOWINGLY, TokenState.EXPIRED_EARLY})

Send = Callable[[Call], tuple[Answer, Sequence[SentMessage]]]


def reply(call: Call) -> Answer:
    if RETRY_KEY in call.headers:
        raise Refusal(400, "The X-Line-Retry-Key header is not supported by this API", Rule.RETRY_KEY)
    body = read_request("ReplyMessageRequest", call.json())
    messages: list[Json] = body["messages"]
    tokens = call.account.reply_tokens
    life = call.platform.faults.plan.reply_token_seconds
    state = tokens.state(body["replyToken"], now=call.now, life_ms=LIFE_MS if life is None else life * 1000)
    token = tokens.find(body["replyToken"])
    if token is None or state is not TokenState.USABLE:
        raise Refusal(400, "Invalid reply token", None if state in NOT_TO_BLAME else Rule.REPLY_TOKEN)
    chat = call.account.chats[token.chat_key.split("/")[1]]
    refuse_in_standby(call, chat)
    refuse_out_of_place(chat, messages)
    refuse_too_many_to_one(call, chat)
    tokens.use(body["replyToken"], is_answer_lost=call.is_answer_lost)
    sent = deliver(call, chat, messages, Via.REPLY)
    call.account.quota.count(Via.REPLY, 1, call.platform.clock())
    return Answer(json={"sentMessages": [message.as_json() for message in sent]})


def push(call: Call) -> tuple[Answer, Sequence[SentMessage]]:
    body = read_request("PushMessageRequest", call.json())
    messages: list[Json] = body["messages"]
    if not CHAT_ID.fullmatch(body["to"]):
        raise invalid_property("to", Rule.RECIPIENTS)
    chat = _known_chat(call, body["to"])
    if chat is None or (chat.kind is not ChatKind.USER and not chat.is_bot_member):
        raise Refusal(400, "Failed to send messages", Rule.RECIPIENTS)
    refuse_in_standby(call, chat)
    refuse_out_of_place(chat, messages)
    cost = recipients_in(chat) if is_reachable(chat, call.now) else 0
    refuse_over_quota(call, max(1, cost))
    refuse_too_many_to_one(call, chat)
    sent = deliver(call, chat, messages, Via.PUSH)
    call.account.quota.count(Via.PUSH, cost, call.platform.clock())
    count_units(call, body, [chat])
    return Answer(json={"sentMessages": [message.as_json() for message in sent]}), sent


def multicast(call: Call) -> tuple[Answer, Sequence[SentMessage]]:
    body = read_request("MulticastRequest", call.json())
    chats: list[Chat] = []
    for number, person_id in enumerate(body["to"]):
        chat = _known_chat(call, person_id) if USER_ID.fullmatch(person_id) else None
        if chat is None:
            message = f"The property, to[{number}], in the request body is invalid (line: -, column: -)"
            raise Refusal(400, message, Rule.RECIPIENTS)
        chats.append(chat)
    refuse_mentions(body["messages"])
    _send_to_many(call, body, list(dict.fromkeys(chats)), Via.MULTICAST)
    return Answer(), ()


def broadcast(call: Call) -> tuple[Answer, Sequence[SentMessage]]:
    body = read_request("BroadcastRequest", call.json())
    refuse_mentions(body["messages"])
    _send_to_many(call, body, call.account.friends(), Via.BROADCAST)
    return Answer(), ()


def _send_to_many(call: Call, body: Json, chats: Sequence[Chat], via: Via) -> None:
    reached = [chat for chat in note_standby(call, chats) if is_reachable(chat, call.now)]
    refuse_over_quota(call, max(1, len(reached)))
    for chat in reached:
        deliver(call, chat, body["messages"], via)
    call.account.quota.count(via, len(reached), call.platform.clock())
    count_units(call, body, reached)


def _known_chat(call: Call, chat_id: str) -> Chat | None:
    """Anybody on the platform can be named; only ids that LINE never gave out are unknown."""
    account = call.account
    if chat_id in account.chats:
        return account.chats[chat_id]
    person = call.platform.people.get(chat_id)
    return None if person is None else account.chat_with(person.id, person.name)


def retried(send: Send) -> Callable[[Call], Answer]:
    """Accepts each retry key once a day; a second time the first acceptance is told again."""

    @functools.wraps(send)
    def handle(call: Call) -> Answer:
        key = call.headers.get(RETRY_KEY)
        if key is None:
            return send(call)[0]
        if not is_uuid(key):
            raise Refusal(400, "The value of the X-Line-Retry-Key header is not a UUID", Rule.RETRY_KEY)
        accepted = call.account.retry_keys.find(key, now=call.now)
        if accepted is not None:
            # A key belongs to one request: another one under the same key would be lost silently.
            is_same = (accepted.path, accepted.body) == (call.path, call.body)
            body: Json = {"message": "The retry key is already accepted"}
            if accepted.sent_messages:
                body["sentMessages"] = list(accepted.sent_messages)
            headers = {"x-line-accepted-request-id": accepted.request_id}
            raise Refusal(409, body["message"], None if is_same else Rule.RETRY_KEY, headers=headers, body=body)
        answer, sent = send(call)
        messages = tuple(message.as_json() for message in sent)
        call.account.retry_keys.remember(
            key, AcceptedRequest(request_id=call.request_id, path=call.path, body=call.body, sent_messages=messages, at=call.now)
        )
        return answer

    return handle


def validate(call: Call) -> Answer:
    read_request("ValidateMessageRequest", call.json())
    return Answer()


ENDPOINTS = (
    Endpoint(method="POST", path="/v2/bot/message/reply", handle=reply, takes=Takes.JSON),
    Endpoint(method="POST", path="/v2/bot/message/push", handle=retried(push), takes=Takes.JSON),
    Endpoint(method="POST", path="/v2/bot/message/multicast", handle=retried(multicast), takes=Takes.JSON, rate=MULTICAST),
    Endpoint(method="POST", path="/v2/bot/message/broadcast", handle=retried(broadcast), takes=Takes.JSON, rate=MASS_SENDING),
    Endpoint(method="POST", path="/v2/bot/message/narrowcast", handle=retried(narrowcast), takes=Takes.JSON, rate=MASS_SENDING),
    Endpoint(method="GET", path="/v2/bot/message/progress/narrowcast", handle=narrowcast_progress),
    *(
        Endpoint(method="POST", path=f"/v2/bot/message/validate/{kind}", handle=validate, takes=Takes.JSON)
        for kind in ("reply", "push", "multicast", "narrowcast", "broadcast")
    ),
)
