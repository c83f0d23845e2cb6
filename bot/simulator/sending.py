"""Whom a message reaches, what it costs, and putting it into their chats."""

from collections.abc import Sequence

from bot.simulator.api_call import Call, ErrorDetail, Refusal
from bot.simulator.chats import QUOTABLE_FROM_BOT, Chat
from bot.simulator.records import ChatKind, Friendship, Json, Origin, Rule, SentMessage, Via, Violation

# Somebody who is no friend can be written to for a week after they wrote.
STRANGER_MS = 7 * 24 * 60 * 60_000


def is_reachable(chat: Chat, now: int) -> bool:
    if chat.kind is not ChatKind.USER:
        return chat.is_bot_member
    if chat.friendship is Friendship.NEVER:
        return chat.last_said_at is not None and now <= chat.last_said_at + STRANGER_MS
    return chat.friendship is Friendship.FRIEND


def recipients_in(chat: Chat) -> int:
    return 1 if chat.kind is ChatKind.USER else len(chat.members)


def refuse_in_standby(call: Call, chat: Chat) -> None:
    if chat.is_standby:
        raise Refusal(400, "Failed to send messages", Rule.STANDBY)


def note_standby(call: Call, chats: Sequence[Chat]) -> list[Chat]:
    """Those that may be sent to; every other is a violation, though the request is answered as if nothing were wrong."""
    for chat in chats:
        if chat.is_standby:
            call.platform.record_violation(
                Violation(
                    rule=Rule.STANDBY,
                    message=f"sent to {chat.id} in standby",
                    municipality=call.account.channel.municipality,
                    method="POST",
                    path=call.path,
                    request_id=call.request_id,
                    at=call.now,
                )
            )
    return [chat for chat in chats if not chat.is_standby]


def refuse_out_of_place(chat: Chat, messages: Sequence[Json]) -> None:
    """Quotes must come from this chat, mentions need a group and its members, tracked videos a person."""
    details: list[ErrorDetail] = []

    def blame(number: int, name: str, text: str) -> None:
        details.append(ErrorDetail(message=text, property=f"messages[{number}].{name}", rule=Rule.CHAT_CONTEXT))

    for number, message in enumerate(messages):
        quote = message.get("quoteToken")
        if quote is not None and quote not in chat.quote_tokens:
            blame(number, "quoteToken", "Invalid quote token")
        if message.get("trackingId") is not None and chat.kind is not ChatKind.USER:
            blame(number, "trackingId", "trackingId can't be used in group chats or multi-person chats")
        for key, substitution in (message.get("substitution") or {}).items():
            if substitution.get("type") != "mention":
                continue
            target = substitution.get("mentionee") or {}
            if chat.kind is ChatKind.USER:
                blame(number, f"substitution.{key}", "mention can only be used in group chats or multi-person chats")
            elif target.get("type") == "user" and target.get("userId") not in chat.members:
                blame(number, f"substitution.{key}.mentionee.userId", "The user is not a member of the chat")
    refuse_with(details)


def refuse_mentions(messages: Sequence[Json]) -> None:
    """Only a reply or a push goes to one chat, and only there can anybody be mentioned or quoted."""
    details = [
        ErrorDetail(message=f"{name} can't be used in this API", property=f"messages[{number}].{name}", rule=Rule.CHAT_CONTEXT)
        for number, message in enumerate(messages)
        for name, is_there in (
            ("quoteToken", message.get("quoteToken") is not None),
            ("substitution", any(value.get("type") == "mention" for value in (message.get("substitution") or {}).values())),
        )
        if is_there
    ]
    refuse_with(details)


def refuse_with(details: Sequence[ErrorDetail]) -> None:
    if details:
        raise Refusal(400, f"The request body has {len(details)} error(s)", details[0].rule, details=details)


def refuse_over_quota(call: Call, recipients: int) -> None:
    has_room = call.account.quota.has_room_for(recipients, call.platform.clock())
    if call.platform.faults.plan.quota_exhausted or not has_room:
        raise Refusal(429, "You have reached your monthly limit.", None)


def refuse_too_many_to_one(call: Call, chat: Chat) -> None:
    limit = call.platform.faults.plan.messages_per_person
    if limit is None:
        return
    sent = call.account.sent_to_person.setdefault(chat.id, [])
    sent[:] = [at for at in sent if at > call.now - limit.seconds * 1000]
    if len(sent) >= limit.count:
        raise Refusal(429, "The API rate limit has been exceeded. Try again later.", None)
    sent.append(call.now)


def deliver(call: Call, chat: Chat, messages: Sequence[Json], via: Via) -> list[SentMessage]:
    """Shows the messages in the chat; the cost stands on the first, because a call counts once however many it holds."""
    sent: list[SentMessage] = []
    has_arrived = is_reachable(chat, call.now)
    for number, message in enumerate(messages):
        message_id = call.platform.identifiers.message_id()
        quote_token = call.platform.identifiers.token("yHAz4Ua2wx7") if message["type"] in QUOTABLE_FROM_BOT else None
        sent.append(SentMessage(id=message_id, quote_token=quote_token, message=message))
        if has_arrived:
            if quote_token is not None:
                chat.quote_tokens[quote_token] = message_id
            cost = 1 if number == 0 and via is not Via.REPLY else 0
            chat.add(message_id=message_id, origin=Origin.BOT, at=call.now, message=message, via=via, cost=cost)
    return sent


def count_units(call: Call, body: Json, chats: Sequence[Chat]) -> None:
    for unit in body.get("customAggregationUnits") or ():
        call.account.aggregation_units.setdefault(unit, set()).update(chat.id for chat in chats)
