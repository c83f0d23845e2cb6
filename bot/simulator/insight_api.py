"""The endpoints of statistics, as far as a small account sees them: mostly that the numbers are not ready or too few."""

import re

from bot.simulator.api_call import Answer, Call, Endpoint, Refusal, not_found
from bot.simulator.rate_limits import MASS_SENDING, MENU_CHANGES
from bot.simulator.records import Friendship, Rule, Via
from bot.simulator.request_rules import UNIT

DAY = re.compile(r"\d{8}")


def _day(call: Call, name: str) -> str:
    day = call.query.get(name, "")
    if not DAY.fullmatch(day):
        raise Refusal(400, f"The value for the '{name}' parameter is invalid", Rule.QUOTA)
    return day


def deliveries(call: Call) -> Answer:
    day = _day(call, "date")
    counts = {
        via: call.account.quota.sent_on(day, via, call.platform.clock()) for via in (Via.BROADCAST, Via.PUSH, Via.MULTICAST, Via.REPLY)
    }
    if None in counts.values():
        return Answer(json={"status": "unready"})
    names = {Via.BROADCAST: "apiBroadcast", Via.PUSH: "apiPush", Via.MULTICAST: "apiMulticast", Via.REPLY: "apiReply"}
    return Answer(json={"status": "ready", **{names[via]: count for via, count in counts.items()}})


def followers(call: Call) -> Answer:
    _day(call, "date")
    chats = call.account.chats.values()
    friends = len(call.account.friends())
    blocks = sum(1 for chat in chats if chat.friendship is Friendship.BLOCKED)
    return Answer(json={"status": "ready", "followers": friends + blocks, "targetedReaches": friends, "blocks": blocks})


def demographic(call: Call) -> Answer:
    return Answer(json={"available": False})


def message_event(call: Call) -> Answer:
    if call.account.narrowcasts.progress(call.query.get("requestId", ""), now=call.now) is None:
        raise not_found(Rule.QUOTA)
    return Answer(json={"overview": {"requestId": call.query["requestId"], "timestamp": call.now // 1000}, "messages": [], "clicks": []})


def aggregated_event(call: Call) -> Answer:
    unit = call.query.get("customAggregationUnit", "")
    if not UNIT.fullmatch(unit):
        raise Refusal(400, "The value for the 'customAggregationUnit' parameter is invalid", Rule.AUDIENCE_AND_NOTIFICATION)
    if _day(call, "from") > _day(call, "to"):
        raise Refusal(400, "The value for the 'from' parameter is invalid", Rule.AUDIENCE_AND_NOTIFICATION)
    return Answer(json={"overview": {"uniqueImpression": None, "uniqueClick": None}, "messages": [], "clicks": []})


def rich_menu(call: Call) -> Answer:
    if call.values["menu_id"] not in call.account.rich_menus.menus:
        raise not_found(Rule.RICH_MENU)
    return Answer(json={"richMenuId": call.values["menu_id"], "areas": []})


ENDPOINTS = (
    Endpoint(method="GET", path="/v2/bot/insight/message/delivery", handle=deliveries, rate=MASS_SENDING),
    Endpoint(method="GET", path="/v2/bot/insight/followers", handle=followers, rate=MASS_SENDING),
    Endpoint(method="GET", path="/v2/bot/insight/demographic", handle=demographic, rate=MASS_SENDING),
    Endpoint(method="GET", path="/v2/bot/insight/message/event", handle=message_event, rate=MASS_SENDING),
    Endpoint(method="GET", path="/v2/bot/insight/message/event/aggregation", handle=aggregated_event, rate=MENU_CHANGES),
    Endpoint(method="GET", path="/v2/bot/insight/richmenu/{menu_id}/daily", handle=rich_menu, rate=MENU_CHANGES),
    Endpoint(method="GET", path="/v2/bot/insight/richmenu/{menu_id}/summary", handle=rich_menu, rate=MENU_CHANGES),
)
