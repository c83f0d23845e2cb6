"""The endpoints of narrowcasts: choosing recipients by audience and attribute, and asking how far the sending has come."""

from collections.abc import Iterator, Sequence

from bot.simulator.api_call import Answer, Call, Refusal, not_found
from bot.simulator.chats import Chat
from bot.simulator.narrowcasts import Narrowcast
from bot.simulator.records import Json, Rule, SentMessage, Via
from bot.simulator.sending import deliver, note_standby, refuse_mentions, refuse_over_quota
from bot.simulator.validation import read_request

MOST_CONDITIONS = 10
FEWEST_BY_ATTRIBUTE = 100
FEWEST_RECIPIENTS = 50
NOT_ENOUGH_RECIPIENTS = 2
SMALL_AUDIENCE = 4
PARTIAL_DELIVERY = 5


def narrowcast(call: Call) -> tuple[Answer, Sequence[SentMessage]]:
    body = read_request("NarrowcastRequest", call.json())
    refuse_mentions(body["messages"])
    recipient: Json | None = body.get("recipient")
    conditions = list(_conditions(recipient)) if recipient else []
    if len(conditions) > MOST_CONDITIONS:
        raise Refusal(400, f"Too many conditions, the maximum is {MOST_CONDITIONS}", Rule.RECIPIENTS)
    friends = {chat.id: chat for chat in call.account.friends()}
    chosen = _choose(call, recipient, set(friends)) if recipient else set(friends)
    if (body.get("filter") or {}).get("demographic") and len(chosen) < FEWEST_BY_ATTRIBUTE:
        raise Refusal(403, "The number of recipients is too small to filter them by attribute", Rule.RECIPIENTS)
    chats = [friends[person_id] for person_id in sorted(chosen)]
    limit: Json = body.get("limit") or {}
    wanted = min(len(chats), limit.get("max") or len(chats))
    call.account.narrowcasts.accept(call.request_id, _run(call, body["messages"], conditions, chats[:wanted], limit))
    return Answer(status=202), ()


def _run(call: Call, messages: Sequence[Json], conditions: Sequence[Json], chats: list[Chat], limit: Json) -> Narrowcast:
    targets = len(chats)
    remaining = call.account.quota.remaining(call.platform.clock())
    if limit.get("upToRemainingQuota"):
        if remaining is not None and remaining < targets:
            if limit.get("forbidPartialDelivery"):
                return Narrowcast(
                    accepted_at=call.now, targets=targets, error_code=PARTIAL_DELIVERY, failed_description="Partial delivery is forbidden"
                )
            chats = chats[:remaining]
    else:
        # Without the option the whole reach is reserved before anything is sent.
        refuse_over_quota(call, max(1, targets))
    small = [
        condition for condition in conditions if condition["type"] == "audience" and _audience_size(call, condition) < FEWEST_RECIPIENTS
    ]
    if small:
        return Narrowcast(accepted_at=call.now, targets=targets, error_code=SMALL_AUDIENCE, failed_description="An audience is too small")
    if targets < FEWEST_RECIPIENTS:
        return Narrowcast(
            accepted_at=call.now, targets=targets, error_code=NOT_ENOUGH_RECIPIENTS, failed_description="Not enough recipients"
        )
    reached = note_standby(call, chats)
    for chat in reached:
        deliver(call, chat, messages, Via.NARROWCAST)
    call.account.quota.count(Via.NARROWCAST, len(reached), call.platform.clock())
    return Narrowcast(accepted_at=call.now, targets=targets, delivered=len(reached))


def _conditions(recipient: Json) -> Iterator[Json]:
    if recipient["type"] == "operator":
        for name in ("and", "or"):
            for inner in recipient.get(name) or ():
                yield from _conditions(inner)
        if recipient.get("not"):
            yield from _conditions(recipient["not"])
    else:
        yield recipient


def _choose(call: Call, recipient: Json, everybody: set[str]) -> set[str]:
    match recipient["type"]:
        case "audience":
            audience = call.account.audiences.find(recipient.get("audienceGroupId") or 0, now=call.now)
            if audience is None:
                raise Refusal(400, "Audience group not found", Rule.AUDIENCE_AND_NOTIFICATION)
            if not audience.is_ready(call.now):
                raise Refusal(400, "Audience group is not ready", Rule.AUDIENCE_AND_NOTIFICATION)
            return audience.user_ids & everybody
        case "redelivery":
            if call.account.narrowcasts.progress(recipient.get("requestId") or "", now=call.now) is None:
                raise Refusal(400, "The request ID is unknown", Rule.RECIPIENTS)
            return everybody
    if recipient.get("and"):
        return set.intersection(*(_choose(call, inner, everybody) for inner in recipient["and"]))
    if recipient.get("or"):
        return set.union(*(_choose(call, inner, everybody) for inner in recipient["or"]))
    if recipient.get("not"):
        return everybody - _choose(call, recipient["not"], everybody)
    raise Refusal(400, "The operator has no condition", Rule.RECIPIENTS)


def _audience_size(call: Call, condition: Json) -> int:
    audience = call.account.audiences.find(condition["audienceGroupId"], now=call.now)
    return 0 if audience is None else len(audience.user_ids)


def narrowcast_progress(call: Call) -> Answer:
    progress = call.account.narrowcasts.progress(call.query.get("requestId", ""), now=call.now)
    if progress is None:
        raise not_found(Rule.RECIPIENTS)
    return Answer(json=progress)
