"""Quota, rate limits, injected faults, and the gate that every request passes."""

import uuid
from zoneinfo import ZoneInfo

import pytest
from linebot.v3.messaging import ApiException, PushMessageRequest, TextMessage

from . import messages as m
from .sdk_requests import DAY, push, reply, rules, told

# Quota and rate limits


def test_the_quota_counts_recipients_not_messages(open_platform, api, http):
    platform = open_platform(monthly_limit=4)
    people = list(platform.people)
    group = platform.group("shiomi", people)
    group.join_bot()
    five = [TextMessage(text=str(number)) for number in range(5)]
    api.push_message(PushMessageRequest(to=group.id, messages=five))
    assert (api.get_message_quota().value, api.get_message_quota_consumption().total_usage) == (4, 3)
    refused = http.post("/v2/bot/message/push", json={"to": group.id, "messages": [m.text()]})
    assert (refused.status_code, refused.json()) == (429, {"message": "You have reached your monthly limit."})
    assert "retry-after" not in refused.headers
    assert not platform.violations


def test_an_exhausted_quota_leaves_replies_alone(platform, hana, api, token):
    platform.faults.set(quota_exhausted=True)
    with pytest.raises(ApiException) as error:
        api.push_message(push(hana.person.id))
    assert told(error) == (429, '{"message": "You have reached your monthly limit."}')
    reply(api, token)


def test_rate_limits_are_another_429(platform, hana, http):
    statuses = [http.post("/v2/bot/richmenu/batch", json={"operations": [{"type": "unlinkAll"}]}).status_code for _ in range(4)]
    assert statuses == [202, 202, 202, 429]
    platform.faults.set(messages_per_person=1)
    body = {"to": hana.person.id, "messages": [m.text()]}
    assert http.post("/v2/bot/message/push", json=body).status_code == 200
    refused = http.post("/v2/bot/message/push", json=body)
    assert refused.json() == {"message": "The API rate limit has been exceeded. Try again later."}
    assert not platform.violations


def test_numbers_of_a_day_are_ready_on_the_next(hana, api, clock):
    api.push_message(push(hana.person.id))
    today = clock().astimezone(ZoneInfo("Asia/Tokyo")).strftime("%Y%m%d")
    assert api.get_number_of_sent_push_messages(today).status == "unready"
    clock.advance(DAY)
    ready = api.get_number_of_sent_push_messages(today)
    assert (ready.status, ready.success) == ("ready", 1)


# Faults


@pytest.mark.parametrize("how", ["close", "500"])
def test_a_lost_answer_leaves_the_message_sent_and_the_token_used(platform, hana, api, token, how):
    platform.faults.set(accept_then_drop={"path": "/v2/bot/message/reply", "count": 1, "how": how})
    with pytest.raises(Exception):  # noqa: B017 - the SDK raises whatever its transport does
        reply(api, token)
    assert len(hana.answers()) == 1
    with pytest.raises(ApiException) as error:
        reply(api, token)
    assert told(error) == (400, '{"message": "Invalid reply token"}')
    assert len(hana.answers()) == 1
    assert not platform.violations


def test_a_lost_push_is_found_again_by_its_key(platform, hana, api):
    platform.faults.set(accept_then_drop={"count": 1, "how": "500"})
    key = str(uuid.uuid4())
    with pytest.raises(ApiException):
        api.push_message(push(hana.person.id), x_line_retry_key=key)
    with pytest.raises(ApiException) as error:
        api.push_message(push(hana.person.id), x_line_retry_key=key)
    assert error.value.status == 409
    assert len(hana.answers()) == 1


def test_a_refused_request_does_not_use_up_a_counted_fault(platform, hana, http):
    platform.faults.set(accept_then_drop={"count": 1, "how": "500"})
    body = {"to": hana.person.id, "messages": [m.text("")]}
    assert http.post("/v2/bot/message/push", json=body).status_code == 400
    assert http.post("/v2/bot/message/push", json=body | {"messages": [m.text()]}).status_code == 500


def test_an_error_before_acting_sends_nothing(platform, hana, api):
    platform.faults.set(api_errors=1)
    with pytest.raises(ApiException) as error:
        api.push_message(push(hana.person.id))
    assert error.value.status == 500
    assert hana.answers() == []
    api.push_message(push(hana.person.id))
    assert not platform.violations


def test_latency_delays_and_rate_limits_strike_only_their_path(platform, hana, http):
    platform.faults.set(rate_limited={"path": "/v2/bot/message/push", "probability": 1.0}, latency_ms=30)
    assert http.get("/v2/bot/info").status_code == 200
    assert http.post("/v2/bot/message/push", json={"to": hana.person.id, "messages": [m.text()]}).status_code == 429
    assert http.get("/v2/bot/info").elapsed.total_seconds() > 0.03


# The gate


@pytest.mark.parametrize(
    ("method", "path", "values", "status", "text"),
    [
        ("GET", "/v2/bot/info", {"headers": {"authorization": "Bearer wrong"}}, 401, "Authentication failed due to the following reason"),
        ("GET", "/v2/bot/nothing", {}, 404, "Not found"),
        ("GET", "/v2/bot/message/push", {}, 404, "Not found"),
        ("POST", "/v2/bot/message/push", {"content": b"{}"}, 415, "The content type, null, is not supported"),
        (
            "POST",
            "/v2/bot/message/push",
            {"content": b'{\n"to": }', "headers": {"content-type": "application/json"}},
            400,
            "The request body could not be parsed as JSON (line: 2, column: 7)",
        ),
        (
            "POST",
            "/v2/bot/message/push",
            {"content": b" " * 2_000_001, "headers": {"content-type": "application/json"}},
            413,
            "Request Entity Too Large",
        ),
        ("GET", "/v2/bot/message/1/content", {"headers": {"host": "api.localhost"}}, 404, "Not found"),
        ("GET", "/v2/bot/info", {"headers": {"host": "api-data.localhost"}}, 404, "Not found"),
    ],
)
def test_badly_formed_requests_are_refused(platform, http, method, path, values, status, text):
    answer = http.request(method, path, **values)
    assert answer.status_code == status
    assert answer.json()["message"].startswith(text)
    assert answer.headers["x-line-request-id"]
    assert rules(platform) == ["9"]
    assert platform.requests[-1].status == status


def test_every_request_is_recorded(platform, hana, api):
    api.push_message(push(hana.person.id))
    request = platform.requests[-1]
    assert (request.method, request.path, request.status) == ("POST", "/v2/bot/message/push", 200)
    assert request.json["to"] == hana.person.id
    assert request.response["sentMessages"]
