"""What the platform does to a bot: signatures, deadlines, redeliveries, batches, odd events."""

import base64
import hashlib
import hmac
import json
import re
import threading
import time

import pytest
from linebot.v3.webhook import UnknownEvent, WebhookParser

from bot.simulator.odd_events import OddEvent
from bot.simulator.records import DeliveryResult, Person

from . import messages as m
from .conftest import SECRET

ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


def test_a_message_arrives_signed_and_complete(platform, hana, bot):
    message_id = hana.say("粗大ごみを出したい")
    event = bot.wait_for_events(2)[1]
    body, headers = bot.posts[1]
    assert headers["x-line-signature"] == base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    assert json.loads(body)["destination"] == platform.account("shiomi").bot_user_id
    assert event["message"] | {"quoteToken": "", "markAsReadToken": ""} == {
        "type": "text",
        "id": message_id,
        "text": "粗大ごみを出したい",
        "quoteToken": "",
        "markAsReadToken": "",
    }
    assert ULID.fullmatch(event["webhookEventId"])
    assert event["mode"] == "active"
    assert event["source"] == {"type": "user", "userId": hana.person.id}
    assert event["deliveryContext"] == {"isRedelivery": False}
    assert event["replyToken"]


def test_the_same_event_is_written_differently_each_time(platform, hana, bot):
    platform.faults.set(webhook_duplicates=4)
    hana.say("https://example.jp/ごみ")
    bot.wait_for_events(6)
    bodies = [body for body, _ in bot.posts[1:]]
    assert len({json.dumps(json.loads(body), sort_keys=True) for body in bodies}) == 1
    assert len(set(bodies)) > 1


def test_follow_tells_whether_the_account_was_unblocked(platform, hana, bot):
    hana.block()
    platform.wait_until_idle()
    hana.unblock()
    platform.wait_until_idle()
    followed, unfollowed, unblocked = bot.events
    assert followed["follow"] == {"isUnblocked": False}
    assert (unfollowed["type"], "replyToken" in unfollowed) == ("unfollow", False)
    assert unblocked["follow"] == {"isUnblocked": True}


def test_a_late_answer_is_a_timeout_and_a_failure_an_error(platform, hana, bot):
    bot.seconds = 2.2
    hana.say("おそい")
    assert platform.wait_until_idle()
    bot.seconds, bot.status = 0.0, 503
    hana.say("だめ")
    assert platform.wait_until_idle()
    assert [delivery.result for delivery in platform.deliveries] == [
        DeliveryResult.OK,
        DeliveryResult.REQUEST_TIMEOUT,
        DeliveryResult.ERROR_STATUS_CODE,
    ]


def test_nothing_is_redelivered_while_the_switch_is_off(platform, hana, bot):
    platform.faults.set(redeliver={"copies": 2, "delay_ms": 10})
    bot.status = 500
    hana.say("もしもし")
    assert platform.wait_until_idle()
    assert len(bot.events) == 2


def test_redelivery_repeats_the_event_with_its_token(open_platform, bot):
    platform = open_platform(is_redelivery_on=True)
    phone = platform.phone("shiomi", next(iter(platform.people)))
    bot.status = 500
    platform.faults.set(redeliver={"copies": 2, "delay_ms": 20, "concurrent": True})
    phone.say("もしもし")
    assert platform.wait_until_idle()
    first, *others = bot.events
    assert len(others) == 2
    for event in others:
        assert event["deliveryContext"] == {"isRedelivery": True}
        for name in ("webhookEventId", "replyToken", "timestamp", "message"):
            assert event[name] == first[name]


def test_reordered_redelivery_may_come_after_newer_events(open_platform, bot):
    platform = open_platform(is_redelivery_on=True)
    phone = platform.phone("shiomi", next(iter(platform.people)))
    platform.faults.set(redeliver={"copies": 2, "delay_ms": 60, "reorder": True})
    for number in range(4):
        phone.say(f"{number}")
    assert platform.wait_until_idle()
    redelivered = [event["message"]["text"] for event in bot.events if event["deliveryContext"]["isRedelivery"]]
    assert len(redelivered) == 8
    assert redelivered != sorted(redelivered)


def test_jitter_lets_webhooks_overtake_each_other(platform, hana, bot):
    platform.faults.set(jitter_ms=150)
    for number in range(8):
        hana.say(f"{number}")
    assert platform.wait_until_idle()
    told = [event["timestamp"] for event in bot.events[1:]]
    assert len(set(told)) == 8
    assert told != sorted(told)


def test_events_of_several_people_share_a_batch(platform, bot):
    platform.faults.set(batch_ms=80)
    for person_id in platform.people:
        platform.phone("shiomi", person_id).say("同時に")
    assert platform.wait_until_idle()
    assert len(bot.posts) == 1
    assert {event["source"]["userId"] for event in bot.events} == set(platform.people)


def test_a_ping_must_be_answered_200(platform, bot):
    assert platform.ping("shiomi").status == 200
    assert not platform.violations
    bot.status = 204
    platform.ping("shiomi")
    assert [str(violation.rule)[:2] for violation in platform.violations] == ["2:"]


@pytest.mark.parametrize("signed_with", [None, "", "AAAA", "secret"])
def test_accepting_a_wrong_signature_is_a_violation(platform, bot, signed_with):
    platform.send_raw("shiomi", b'{"events":[]}', signed_with=signed_with)
    assert bool(platform.violations) == (signed_with != "secret")


def test_any_bytes_can_be_sent(platform, bot):
    delivery = platform.send_raw("shiomi", b"\xff\x00 not json")
    assert bot.posts[0][0] == b"\xff\x00 not json"
    assert delivery.result is DeliveryResult.OK


@pytest.mark.parametrize("kind", list(OddEvent))
def test_every_odd_event_is_sent(platform, hana, bot, kind):
    sent = hana.send_odd(kind)
    assert bot.wait_for_events(2)[1] == sent


def test_standby_events_carry_no_reply_token(platform, hana, bot):
    hana.set_standby(True)
    hana.say("待機中です")
    event = bot.wait_for_events(2)[1]
    assert event["mode"] == "standby"
    assert "replyToken" not in event


def test_photos_sent_together_are_one_set(platform, hana, bot):
    hana.send_photos([b"a", b"b", b"c"])
    assert platform.wait_until_idle()
    sets = [event["message"]["imageSet"] for event in bot.events[1:]]
    assert {entry["index"] for entry in sets} == {1, 2, 3}
    assert {(entry["id"], entry["total"]) for entry in sets} == {(sets[0]["id"], 3)}


def test_a_mention_in_a_group_counts_utf16_and_knows_itself(platform, bot):
    group = platform.group("shiomi", list(platform.people)[:2], name="町内会")
    group.join_bot()
    group.say(next(iter(platform.people)), "ごみの日は?", mention_bot=True)
    assert platform.wait_until_idle()
    message = next(event for event in bot.events if event["type"] == "message")
    assert message["source"]["groupId"] == group.id
    assert message["message"]["text"] == "@汐見市 ごみの日は?"
    mentionee = message["message"]["mention"]["mentionees"][0]
    assert (mentionee["index"], mentionee["length"], mentionee["isSelf"]) == (0, 4, True)


def test_a_bot_that_has_not_joined_hears_nothing_of_a_group(platform, bot):
    group = platform.group("shiomi", list(platform.people)[:2])
    group.say(next(iter(platform.people)), "ないしょ")
    assert platform.wait_until_idle()
    assert bot.events == []


def test_texts_are_edited_in_groups_only(platform, hana, bot):
    group = platform.group("shiomi", list(platform.people)[:2])
    group.join_bot()
    phone = group.phone(next(iter(platform.people)))
    message_id = phone.say("あした")
    phone.edit(message_id, "あさって")
    assert platform.wait_until_idle()
    edited = next(event for event in bot.events if event["type"] == "messageEdited")
    assert (edited["message"]["id"], edited["message"]["text"]) == (message_id, "あさって")
    with pytest.raises(Exception, match="group"):
        hana.edit(hana.say("ひとり"), "ふたり")


def test_delivery_stops_after_a_long_failure_and_resumes_after_a_good_test(platform, hana, bot, clock, http):
    bot.status = 500
    hana.say("1")
    assert platform.wait_until_idle()
    clock.advance(3700)
    hana.say("2")
    assert platform.wait_until_idle()
    hana.say("3")
    assert platform.wait_until_idle()
    assert platform.deliveries[-1].result is DeliveryResult.SUSPENDED
    bot.status = 200
    assert http.post("/v2/bot/channel/webhook/test").json()["success"]
    hana.say("4")
    assert platform.wait_until_idle()
    assert platform.deliveries[-1].result is DeliveryResult.OK


def test_webhook_test_tells_each_reason(platform, bot, http):
    def reason(**body):
        answer = http.post("/v2/bot/channel/webhook/test", json=body).json()
        return answer["reason"], answer["statusCode"]

    assert reason() == ("OK", 200)
    bot.status = 404
    assert reason(endpoint="https://madoguchi.example.jp/webhook/shiomi") == ("ERROR_STATUS_CODE", 404)
    assert reason(endpoint="https://127.0.0.1:9/webhook")[0] == "COULD_NOT_CONNECT"
    assert http.post("/v2/bot/channel/webhook/test", json={"endpoint": "http://example.jp/"}).status_code == 400


def test_clock_skew_moves_the_timestamps(platform, hana, bot):
    platform.faults.set(clock_skew_ms=90_000)
    hana.say("未来から")
    assert bot.wait_for_events(2)[1]["timestamp"] - time.time() * 1000 > 60_000


def test_the_sdk_understands_what_residents_do(platform, hana, bot):
    group = platform.group("shiomi", [hana.person.id])
    group.join_bot()
    group.say(hana.person.id, "みなさん", mention_bot=True)
    group.phone(hana.person.id).edit(group.say(hana.person.id, "あした"), "あさって")
    hana.say("引用", quote=hana.say("もと"))
    hana.send_sticker("11537", "52002735")
    hana.send_photos([b"a", b"b"])
    hana.send_video(b"v")
    hana.send_audio(b"a")
    hana.send_file(b"f", "表.csv")
    hana.send_location("駅", "中央1", 35.0, 139.0)
    hana.unsend(hana.say("まちがい"))
    hana.tap({"type": "postback", "data": "d"})
    hana.finish_video("v1")
    hana.enter_beacon("d41d8cd98f")
    hana.block()
    assert platform.wait_until_idle()
    parser = WebhookParser(SECRET)
    for body, headers in bot.posts:
        for event in parser.parse(body.decode(), headers["x-line-signature"]):
            assert not isinstance(event, UnknownEvent), body


def test_many_people_at_once_are_all_answered(platform, bot, http):
    def answer(event):
        if event["type"] == "message":
            http.post("/v2/bot/message/reply", json={"replyToken": event["replyToken"], "messages": [m.text("はい")]})

    bot.react = answer
    platform.faults.set(webhook_duplicates={"copies": 0})
    phones = [platform.phone("shiomi", platform.add_person(Person(name=f"住民{number}")).id) for number in range(20)]
    threads = [threading.Thread(target=lambda phone=phone: [phone.say(f"{number}") for number in range(5)]) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert platform.changes.wait_until(lambda: all(len(phone.timeline()) == 10 for phone in phones), 20)
    assert not platform.violations


def test_a_killed_bot_may_try_its_token_again(platform, hana, bot, http):
    hana.say("もしもし")
    token = bot.wait_for_events(2)[1]["replyToken"]
    body = {"replyToken": token, "messages": [m.text()]}
    assert http.post("/v2/bot/message/reply", json=body).status_code == 200
    platform.note_bot_crash("shiomi")
    assert http.post("/v2/bot/message/reply", json=body).json() == {"message": "Invalid reply token"}
    assert not platform.violations


def test_nothing_reaches_somebody_who_left_line(platform, hana, http):
    platform.delete_person(hana.person.id)
    answer = http.post("/v2/bot/message/push", json={"to": hana.person.id, "messages": [m.text()]})
    assert (answer.status_code, hana.timeline()) == (200, [])
    assert http.get(f"/v2/bot/profile/{hana.person.id}").status_code == 404
