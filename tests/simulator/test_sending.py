"""Sending: reply tokens, retry keys, recipients, and what is seen on the phone."""

import uuid

import pytest
from linebot.v3.messaging import ApiException, BroadcastRequest, MulticastRequest

from bot.simulator.records import Via

from . import messages as m
from .sdk_requests import DAY, TEXT, push, reply, rules, told

# Reply tokens


def test_a_reply_is_seen_on_the_phone_and_costs_nothing(platform, hana, api, token):
    sent = reply(api, token)
    (item,) = hana.wait_for(1)
    assert (item.id, item.via, item.cost) == (sent.sent_messages[0].id, Via.REPLY, 0)
    assert sent.sent_messages[0].quote_token
    assert item.message == {"type": "text", "text": "こんにちは"}
    assert api.get_message_quota_consumption().total_usage == 0
    assert not platform.violations


def test_a_token_works_once(platform, api, token):
    reply(api, token)
    with pytest.raises(ApiException) as error:
        reply(api, token)
    assert told(error) == (400, '{"message": "Invalid reply token"}')
    assert rules(platform) == ["5"]


@pytest.mark.parametrize(("seconds", "is_usable"), [(59, True), (61, False)])
def test_a_token_lives_for_a_minute(platform, api, token, clock, seconds, is_usable):
    clock.advance(seconds)
    if is_usable:
        reply(api, token)
    else:
        with pytest.raises(ApiException):
            reply(api, token)
    assert rules(platform) == ([] if is_usable else ["5"])


def test_redelivery_gives_the_token_another_minute_but_not_beyond_twenty(open_platform, api, bot, clock):
    platform = open_platform(is_redelivery_on=True)
    phone = platform.phone("shiomi", next(iter(platform.people)))
    platform.faults.set(redeliver={"delay_ms": 10})
    phone.say("もしもし")
    platform.wait_until_idle()
    event = bot.events[0]
    clock.advance(10 * 60)
    with pytest.raises(ApiException):
        reply(api, event["replyToken"])
    platform.send_events("shiomi", [event])
    platform.wait_until_idle()
    reply(api, event["replyToken"])
    phone.say("もう一度")
    platform.wait_until_idle()
    event = bot.events[-1]
    clock.advance(20 * 60 + 1)
    platform.send_events("shiomi", [event])
    platform.wait_until_idle()
    with pytest.raises(ApiException):
        reply(api, event["replyToken"])


def test_an_unsafe_reply_does_not_use_the_token_up(platform, http, api, token):
    bad = http.post("/v2/bot/message/reply", json={"replyToken": token, "messages": [m.text("")]})
    assert bad.status_code == 400
    reply(api, token)


def test_tokens_belong_to_their_channel(platform, http, token):
    headers = {"authorization": "Bearer another-token"}
    answer = http.post("/v2/bot/message/reply", json={"replyToken": token, "messages": [m.text()]}, headers=headers)
    assert (answer.status_code, answer.json()) == (400, {"message": "Invalid reply token"})


def test_a_shortened_life_is_no_fault_of_the_bot(platform, api, token, clock):
    platform.faults.set(reply_token_seconds=20)
    clock.advance(25)
    with pytest.raises(ApiException):
        reply(api, token)
    assert not platform.violations


# Retry keys


def test_a_retried_push_tells_what_was_sent_before(platform, hana, api):
    key = str(uuid.uuid4())
    first = api.push_message_with_http_info(push(hana.person.id), x_line_retry_key=key)
    with pytest.raises(ApiException) as error:
        api.push_message(push(hana.person.id), x_line_retry_key=key)
    assert error.value.status == 409
    assert error.value.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert first.data.sent_messages[0].id in error.value.body
    assert len(hana.answers()) == 1
    assert api.get_message_quota_consumption().total_usage == 1
    assert not platform.violations


def test_a_retry_key_is_forgotten_after_a_day(hana, api, clock):
    key = str(uuid.uuid4())
    api.push_message(push(hana.person.id), x_line_retry_key=key)
    clock.advance(DAY + 1)
    api.push_message(push(hana.person.id), x_line_retry_key=key)
    assert len(hana.answers()) == 2


def test_a_retry_key_is_a_uuid_and_belongs_to_one_request(platform, hana, http):
    def send(key, text="a"):
        body = {"to": hana.person.id, "messages": [m.text(text)]}
        return http.post("/v2/bot/message/push", json=body, headers={"x-line-retry-key": key}).status_code

    key = str(uuid.uuid4())
    assert [send("not-a-uuid"), send(key), send(key, "another text")] == [400, 200, 409]
    assert rules(platform) == ["15", "15"]


def test_a_reply_takes_no_retry_key(platform, http, token):
    headers = {"x-line-retry-key": str(uuid.uuid4())}
    answer = http.post("/v2/bot/message/reply", json={"replyToken": token, "messages": [m.text()]}, headers=headers)
    assert answer.status_code == 400
    assert rules(platform) == ["15"]


# Recipients


def test_a_blocked_account_is_answered_200_and_shows_nothing(platform, hana, api):
    api.push_message(push(hana.person.id))
    hana.block()
    api.push_message(push(hana.person.id))
    assert [item.via for item in hana.timeline()] == [Via.PUSH]
    assert api.get_message_quota_consumption().total_usage == 1


def test_somebody_who_is_no_friend_hears_for_a_week(platform, api, clock):
    stranger = platform.phone("shiomi", list(platform.people)[1])
    api.push_message(push(stranger.person.id))
    assert stranger.timeline() == []
    stranger.say("はじめまして")
    clock.advance(7 * DAY - 10)
    api.push_message(push(stranger.person.id))
    clock.advance(20)
    api.push_message(push(stranger.person.id))
    assert len(stranger.answers()) == 1


@pytest.mark.parametrize(
    ("to", "text"),
    [
        ("U" + "0" * 32, "Failed to send messages"),
        ("C" + "0" * 32, "Failed to send messages"),
        ("hana", "The property, 'to', in the request body is invalid (line: -, column: -)"),
    ],
)
def test_unknown_recipients_are_refused(platform, http, to, text):
    answer = http.post("/v2/bot/message/push", json={"to": to, "messages": [m.text()]})
    assert (answer.status_code, answer.json()["message"]) == (400, text)
    assert rules(platform) == ["16"]


def test_multicast_takes_five_hundred_known_people(platform, api, http):
    people = list(platform.people)
    for person_id in people:
        platform.phone("shiomi", person_id).follow()
    api.multicast(MulticastRequest(to=people, messages=TEXT))
    assert all(platform.phone("shiomi", person_id).wait_for(1) for person_id in people)
    assert api.get_message_quota_consumption().total_usage == 3
    too_many = http.post("/v2/bot/message/multicast", json={"to": people[:1] * 501, "messages": [m.text()]})
    assert too_many.json()["details"] == [{"message": "Size must be between 1 and 500", "property": "to"}]
    unknown = http.post("/v2/bot/message/multicast", json={"to": [people[0], "C" + "0" * 32], "messages": [m.text()]})
    assert unknown.json()["message"] == "The property, to[1], in the request body is invalid (line: -, column: -)"


def test_broadcast_reaches_friends_only(platform, hana, api):
    other = platform.phone("shiomi", list(platform.people)[1])
    api.broadcast(BroadcastRequest(messages=TEXT))
    assert (len(hana.answers()), len(other.answers())) == (1, 0)


def test_nothing_may_be_sent_in_standby(platform, hana, api, http, token):
    hana.set_standby(True)
    for path, body in (
        ("/v2/bot/message/reply", {"replyToken": token}),
        ("/v2/bot/message/push", {"to": hana.person.id}),
    ):
        assert http.post(path, json=body | {"messages": [m.text()]}).status_code == 400
    assert http.post("/v2/bot/chat/loading/start", json={"chatId": hana.person.id}).status_code == 400
    assert rules(platform) == ["6", "6", "6"]
    hana.set_standby(False)
    reply(api, token)


# Quotes, mentions and tracking


def test_a_quote_belongs_to_its_chat(platform, hana, http, bot):
    hana.say("これを引用")
    platform.wait_until_idle()
    quote = bot.events[-1]["message"]["quoteToken"]
    other = platform.phone("shiomi", list(platform.people)[1])
    other.follow()

    def send(to):
        return http.post("/v2/bot/message/push", json={"to": to, "messages": [m.text(quoteToken=quote)]})

    assert send(hana.person.id).status_code == 200
    assert send(other.person.id).json()["details"][0]["property"] == "messages[0].quoteToken"


def test_mentions_go_to_groups_and_tracked_videos_to_people(platform, hana, http):
    group = platform.group("shiomi", [hana.person.id])
    group.join_bot()
    target = {"type": "mention", "mentionee": {"type": "user", "userId": hana.person.id}}
    mention = {"type": "textV2", "text": "{who}さん", "substitution": {"who": target}}

    def send(to, message):
        return http.post("/v2/bot/message/push", json={"to": to, "messages": [message]}).status_code

    assert [send(group.id, mention), send(hana.person.id, mention)] == [200, 400]
    assert [send(hana.person.id, m.video(trackingId="v1")), send(group.id, m.video(trackingId="v1"))] == [200, 400]
    assert rules(platform) == ["14", "14"]
