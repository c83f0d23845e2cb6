"""The endpoints about the account itself: who it is, its webhook, its quota and numbers, link tokens."""

import re

from bot.simulator.api_call import Answer, Call, Endpoint, Refusal, Takes, not_found
from bot.simulator.courier import HEADERS
from bot.simulator.narrowcasts import iso
from bot.simulator.rate_limits import MASS_SENDING, WEBHOOK_ENDPOINT
from bot.simulator.records import DeliveryResult, Json, Rule, Via
from bot.simulator.text_limits import Address, address_problem
from bot.simulator.validation import read_request
from bot.simulator.webhook_bytes import signature

WEBHOOK_ADDRESS = Address(most=500)
DAY = re.compile(r"\d{8}")
FIRST_DAY = "20180331"
REASONS = {
    DeliveryResult.OK: "OK",
    DeliveryResult.COULD_NOT_CONNECT: "COULD_NOT_CONNECT",
    DeliveryResult.REQUEST_TIMEOUT: "REQUEST_TIMEOUT",
    DeliveryResult.ERROR_STATUS_CODE: "ERROR_STATUS_CODE",
}


def info(call: Call) -> Answer:
    channel = call.account.channel
    return Answer(
        json={
            "userId": channel.bot_user_id,
            "basicId": channel.basic_id,
            "displayName": channel.name,
            "chatMode": "chat" if channel.is_chat_on else "bot",
            "markAsReadMode": "manual" if channel.is_chat_on else "auto",
        }
    )


def webhook_endpoint(call: Call) -> Answer:
    if not call.account.webhook_url:
        raise not_found(None)
    return Answer(json={"endpoint": call.account.webhook_url, "active": True})


def set_webhook_endpoint(call: Call) -> Answer:
    body = read_request("SetWebhookEndpointRequest", call.json(), Rule.REQUEST_FORM)
    _refuse_bad_address(body["endpoint"])
    call.account.webhook_url = body["endpoint"]
    return Answer()


def check_webhook(call: Call) -> Answer:
    body: Json = read_request("TestWebhookEndpointRequest", call.json(), Rule.REQUEST_FORM) if call.body.strip() else {}
    url = body.get("endpoint")
    if url is not None:
        _refuse_bad_address(url)
    elif not call.account.webhook_url:
        raise not_found(Rule.REQUEST_FORM)
    ping = f'{{"destination":"{call.account.bot_user_id}","events":[]}}'.encode()
    headers = HEADERS | {"x-line-signature": signature(call.account.channel.secret, ping)}
    result, status, detail = call.platform.post_to_bot(url or call.account.webhook_url, ping, headers)
    if result is DeliveryResult.OK and url is None:
        call.platform.resume(call.account.channel.municipality)
    return Answer(
        json={
            "success": result is DeliveryResult.OK,
            "timestamp": iso(call.now),
            "statusCode": status or 0,
            "reason": REASONS[result],
            "detail": str(status) if status else detail,
        }
    )


def _refuse_bad_address(url: str) -> None:
    if problem := address_problem(url, WEBHOOK_ADDRESS):
        raise Refusal(400, f"Invalid webhook endpoint URL: {problem}", Rule.URLS)


def quota(call: Call) -> Answer:
    limit = call.account.quota.monthly_limit
    return Answer(json={"type": "none"} if limit is None else {"type": "limited", "value": limit})


def consumption(call: Call) -> Answer:
    return Answer(json={"totalUsage": call.account.quota.used(call.platform.clock())})


def sent_messages(call: Call) -> Answer:
    day = call.query.get("date", "")
    if not DAY.fullmatch(day):
        raise Refusal(400, "The value for the 'date' parameter is invalid", Rule.QUOTA)
    if day < FIRST_DAY:
        return Answer(json={"status": "out_of_service"})
    count = call.account.quota.sent_on(day, Via(call.path.rsplit("/", 1)[1]), call.platform.clock())
    return Answer(json={"status": "unready"} if count is None else {"status": "ready", "success": count})


def aggregation_info(call: Call) -> Answer:
    return Answer(json={"numOfCustomAggregationUnits": len(call.account.aggregation_units)})


def aggregation_list(call: Call) -> Answer:
    return Answer(json={"customAggregationUnits": sorted(call.account.aggregation_units)})


def link_token(call: Call) -> Answer:
    person = call.platform.people.get(call.values["user_id"])
    if person is None:
        raise Refusal(400, "Failed to issue a link token", Rule.RICH_MENU)
    token = call.platform.identifiers.token("NMZTNuVrPTqlr2IF8Bnymkb7rXfYv5EY")
    call.account.link_tokens.issue(token, person.id, now=call.now)
    return Answer(json={"linkToken": token})


def not_available(call: Call) -> Answer:
    raise Refusal(403, "Access to this API is not available for your account", Rule.REQUEST_FORM)


# What LINE opens to accounts only after an application.
WITH_APPLICATION = (
    ("GET", "/v2/bot/membership/list"),
    ("GET", "/v2/bot/membership/subscription/{user_id}"),
    ("GET", "/v2/bot/membership/{membership_id}/users/ids"),
    ("GET", "/v2/bot/coupon"),
    ("POST", "/v2/bot/coupon"),
    ("GET", "/v2/bot/coupon/{coupon_id}"),
    ("PUT", "/v2/bot/coupon/{coupon_id}/close"),
    ("POST", "/v2/bot/chat/{chat_id}/control/acquire"),
    ("POST", "/v2/bot/chat/{chat_id}/control/release"),
)

ENDPOINTS = (
    Endpoint(method="GET", path="/v2/bot/info", handle=info),
    Endpoint(method="GET", path="/v2/bot/channel/webhook/endpoint", handle=webhook_endpoint, rate=WEBHOOK_ENDPOINT),
    Endpoint(method="PUT", path="/v2/bot/channel/webhook/endpoint", handle=set_webhook_endpoint, takes=Takes.JSON, rate=WEBHOOK_ENDPOINT),
    # Its body is optional, and without one it has no content type either.
    Endpoint(method="POST", path="/v2/bot/channel/webhook/test", handle=check_webhook, rate=MASS_SENDING, is_slow=True),
    Endpoint(method="GET", path="/v2/bot/message/quota", handle=quota),
    Endpoint(method="GET", path="/v2/bot/message/quota/consumption", handle=consumption),
    *(
        Endpoint(method="GET", path=f"/v2/bot/message/delivery/{via}", handle=sent_messages)
        for via in (Via.REPLY, Via.PUSH, Via.MULTICAST, Via.BROADCAST, Via.NOTIFICATION)
    ),
    Endpoint(method="GET", path="/v2/bot/message/aggregation/info", handle=aggregation_info),
    Endpoint(method="GET", path="/v2/bot/message/aggregation/list", handle=aggregation_list),
    Endpoint(method="POST", path="/v2/bot/user/{user_id}/linkToken", handle=link_token),
    *(Endpoint(method=method, path=path, handle=not_available) for method, path in WITH_APPLICATION),
)
