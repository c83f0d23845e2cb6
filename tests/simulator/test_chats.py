"""What else happens in a chat: loading, read marks, contents, profiles, groups, taps, and all of it over HTTP."""

import json
import threading

import httpx
import pytest
from linebot.v3.messaging import (
    ApiException,
    MarkMessagesAsReadByTokenRequest,
    PushMessageRequest,
    ShowLoadingAnimationRequest,
    TextMessage,
)

from tests.patience import PATIENCE

from . import messages as m
from .sdk_requests import rules


def test_loading_ends_with_the_next_message_or_with_time(platform, hana, api, clock):
    start = ShowLoadingAnimationRequest(chatId=hana.person.id, loadingSeconds=5)
    api.show_loading_animation(start)
    assert hana.is_loading
    api.push_message(PushMessageRequest(to=hana.person.id, messages=[TextMessage(text="はい")]))
    assert not hana.is_loading
    api.show_loading_animation(start)
    clock.advance(5.1)
    assert not hana.is_loading


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (5, None),
        (60, None),
        (None, None),
        (4, "Must be between 5 and 60"),
        (65, "Must be between 5 and 60"),
        (7, "must be a multiple of five"),
    ],
)
def test_loading_seconds(hana, http, seconds, text):
    answer = http.post("/v2/bot/chat/loading/start", json={"chatId": hana.person.id, "loadingSeconds": seconds})
    if text is None:
        assert (answer.status_code, answer.json()) == (202, {})
    else:
        assert {"message": text, "property": "loadingSeconds"} in answer.json()["details"]


def test_loading_is_for_people_only(platform, hana, http):
    group = platform.group("shiomi", [hana.person.id])
    group.join_bot()
    answer = http.post("/v2/bot/chat/loading/start", json={"chatId": group.id})
    assert answer.json()["message"].startswith("Only user id is acceptable")


def test_reading_marks_everything_up_to_the_message(platform, hana, api, bot):
    hana.say("一")
    second = hana.say("二")
    hana.say("三")
    platform.wait_until_idle()
    token = next(event["message"]["markAsReadToken"] for event in bot.events if event.get("message", {}).get("id") == second)
    api.mark_messages_as_read_by_token(MarkMessagesAsReadByTokenRequest(markAsReadToken=token))
    assert [item.id for item in hana.timeline() if item.seq <= hana.chat.read_up_to][-1] == second
    with pytest.raises(ApiException):
        api.mark_messages_as_read_by_token(MarkMessagesAsReadByTokenRequest(markAsReadToken="unknown"))


def test_content_is_late_then_there_then_gone(platform, hana, http, clock):
    platform.faults.set(content_pending=2)
    photo = hana.send_photo(b"\xff\xd8\xff photo", "image/jpeg")
    path = f"/v2/bot/message/{photo}/content"
    answers = [http.get(path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 200]
    assert (answers[2].content, answers[2].headers["content-type"]) == (b"\xff\xd8\xff photo", "image/jpeg")
    assert http.get(f"{path}/preview").status_code == 200
    hana.unsend(photo)
    assert (http.get(path).status_code, http.get(path).json()) == (410, {"message": "The content is gone"})
    assert hana.chat.find(photo).is_unsent
    platform.faults.set(content_pending=0)
    video = hana.send_video(b"video")
    assert http.get(f"/v2/bot/message/{video}/content/transcoding").json() == {"status": "succeeded"}
    clock.advance(15 * 24 * 60 * 60)
    assert http.get(f"/v2/bot/message/{video}/content").json() == {"message": "not found"}
    assert not platform.violations


def test_files_have_no_preview_and_unknown_contents_are_a_violation(platform, hana, http):
    file = hana.send_file(b"a,b", "表.csv", "text/csv")
    assert http.get(f"/v2/bot/message/{file}/content").status_code == 200
    assert http.get(f"/v2/bot/message/{file}/content/preview").status_code == 404
    assert http.get("/v2/bot/message/1/content").status_code == 404
    assert rules(platform) == ["20", "20"]


def test_profiles_are_of_friends(platform, hana, api, http):
    profile = api.get_profile(hana.person.id)
    assert (profile.display_name, profile.language, profile.status_message) == ("佐藤 はな", "ja", "子どもが二人")
    hana.block()
    assert http.get(f"/v2/bot/profile/{hana.person.id}").json() == {"message": "Not found"}
    assert not platform.violations
    assert http.get("/v2/bot/profile/U" + "0" * 32).status_code == 404
    assert rules(platform) == ["20"]


def test_groups_tell_their_summary_and_are_left(platform, hana, api, bot):
    group = platform.group("shiomi", list(platform.people)[:2], name="町内会")
    group.join_bot()
    assert api.get_group_summary(group.id).group_name == "町内会"
    assert api.get_group_member_count(group.id).count == 2
    assert api.get_group_member_profile(group.id, hana.person.id).display_name == "佐藤 はな"
    api.leave_group(group.id)
    platform.wait_until_idle()
    assert bot.events[-1]["type"] == "leave"
    with pytest.raises(ApiException):
        api.get_group_summary(group.id)


def test_members_come_and_go(platform, bot):
    one, two, three = platform.people
    group = platform.group("shiomi", [one, two])
    group.join_bot()
    group.join(three)
    group.leave(two)
    platform.wait_until_idle()
    kinds = {event["type"]: event for event in bot.events}
    assert kinds["memberJoined"]["joined"]["members"] == [{"type": "user", "userId": three}]
    assert "replyToken" not in kinds["memberLeft"]


def test_a_quick_reply_is_shown_until_somebody_speaks(hana, http):
    http.post("/v2/bot/message/push", json={"to": hana.person.id, "messages": [m.quick(m.postback()), m.text()]})
    assert hana.quick_reply is None
    http.post("/v2/bot/message/push", json={"to": hana.person.id, "messages": [m.quick(m.postback())]})
    assert len(hana.quick_reply["items"]) == 1
    hana.say("別のこと")
    assert hana.quick_reply is None


TAPS = [
    (m.postback(), None, {}, {"data": "yes"}),
    (m.postback(displayText="はい、お願いします"), None, {}, {"data": "yes"}),
    (m.postback(inputOption="openKeyboard", fillInText="住所:"), None, {"asks": "keyboard", "text": "住所:"}, {"data": "yes"}),
    (m.opening("https://example.jp/form"), None, {"opened": "https://example.jp/form"}, None),
    ({"type": "location", "label": "場所"}, None, {"asks": "location"}, None),
    ({"type": "clipboard", "label": "写す", "clipboardText": "123"}, None, {"asks": "clipboard", "text": "123"}, None),
    ({"type": "datetimepicker", "label": "日", "data": "day", "mode": "date"}, None, {"asks": "datetime"}, None),
    (
        {"type": "datetimepicker", "label": "日", "data": "day", "mode": "date"},
        {"date": "2026-05-04"},
        {},
        {"data": "day", "params": {"date": "2026-05-04"}},
    ),
    (
        {"type": "richmenuswitch", "label": "次", "data": "next", "richMenuAliasId": "none"},
        None,
        {},
        {"data": "next", "params": {"newRichMenuAliasId": "none", "status": "RICHMENU_ALIAS_ID_NOTFOUND"}},
    ),
]


@pytest.mark.parametrize(("action", "params", "result", "posted"), TAPS)
def test_a_tap_does_what_line_does(platform, hana, bot, device, action, params, result, posted):
    body = {"person": hana.person.id, "action": action, "params": params}
    answer = device.post(f"/chats/shiomi/{hana.person.id}/actions", json=body).json()
    assert {name: value for name, value in answer.items() if value is not None and name != "messageId"} == result
    platform.wait_until_idle()
    postbacks = [event["postback"] for event in bot.events if event["type"] == "postback"]
    assert postbacks == ([] if posted is None else [posted])
    if shown := action.get("displayText"):
        assert hana.timeline()[-1].message["text"] == shown
        assert not any(event["type"] == "message" for event in bot.events)


def test_the_page_sees_a_conversation_over_http(platform, bot, device, http, hana):
    person = device.get("/people", params={"municipality": "shiomi"}).json()["people"][0]
    assert (person["name"], person["isFriend"], person["hasBlocked"]) == ("佐藤 はな", True, False)
    chat = f"/chats/shiomi/{person['id']}"
    sent = device.post(f"{chat}/messages", json={"person": person["id"], "type": "text", "text": "こんにちは"})
    assert sent.status_code == 201
    http.post("/v2/bot/message/push", json={"to": person["id"], "messages": [m.quick(m.postback())]})
    seen = device.get(f"{chat}/timeline").json()
    assert [item["from"] for item in seen["items"]] == ["resident", "bot"]
    assert set(seen["items"][0]) == {"seq", "id", "from", "person", "at", "message", "text", "isUnsent", "via", "cost", "sender"}
    assert seen["quota"] == {"type": "limited", "limit": 200, "used": 1}
    assert (seen["isLoading"], seen["richMenu"], len(seen["quickReply"]["items"])) == (False, None, 1)
    cursor = seen["cursor"]
    assert device.get(f"{chat}/timeline", params={"after": cursor}).json()["items"] == []
    device.post(f"{chat}/unsend", json={"person": person["id"], "messageId": sent.json()["id"]})
    (changed,) = device.get(f"{chat}/timeline", params={"after": cursor}).json()["items"]
    assert (changed["id"], changed["isUnsent"], changed["message"]) == (sent.json()["id"], True, None)


def test_media_are_sent_as_a_form(platform, hana, bot, device):
    sent = device.post(
        f"/chats/shiomi/{hana.person.id}/messages",
        data={"message": json.dumps({"person": hana.person.id, "type": "image"})},
        files={"file": ("ごみ.jpg", b"\xff\xd8photo", "image/jpeg")},
    )
    assert sent.status_code == 201, sent.text
    assert bot.wait_for_events(2)[1]["message"]["contentProvider"] == {"type": "line"}
    assert device.get(f"/content/{sent.json()['id']}").content == b"\xff\xd8photo"


@pytest.mark.parametrize(
    "kind", [{"type": "sticker", "packageId": "11537", "stickerId": "52002735"}, {"type": "location", "latitude": 35.0, "longitude": 139.0}]
)
def test_other_messages_are_sent_as_json(hana, bot, device, kind):
    assert device.post(f"/chats/shiomi/{hana.person.id}/messages", json={"person": hana.person.id, **kind}).status_code == 201
    message = bot.wait_for_events(2)[1]["message"]
    assert message["type"] == kind["type"]
    assert message.get("keywords", ["ありがとう"])[0] == "ありがとう"


def test_friendship_people_groups_and_faults_over_http(platform, hana, device):
    chat = f"/chats/shiomi/{hana.person.id}"
    assert device.post(f"{chat}/friendship", json={"person": hana.person.id, "state": "blocked"}).json() == {"state": "blocked"}
    assert device.post(f"{chat}/messages", json={"person": hana.person.id, "type": "text", "text": "a"}).status_code == 409
    added = device.post("/people", json={"municipality": "shiomi", "name": "高橋 次郎", "language": "ja", "about": ""})
    assert added.status_code == 201
    group = device.post("/groups", json={"municipality": "shiomi", "name": "町内会", "members": [hana.person.id, added.json()["id"]]})
    assert device.get("/people").json()["groups"] == [group.json()]
    assert device.put("/faults", json={"content_pending": 2}).json()["content_pending"] == 2
    problem = device.put("/faults", json={"gremlins": 1})
    assert (problem.status_code, problem.headers["content-type"]) == (400, "application/problem+json")
    assert device.get("/chats/shiomi/nobody/timeline").status_code == 404
    for name in ("violations", "deliveries", "requests"):
        assert name in device.get(f"/{name}").json()


def test_the_stream_tells_of_changes(stage, platform, hana):
    cursors: list[int] = []
    has_begun = threading.Event()

    def listen():
        url = f"{stage.url}/simulator/device/chats/shiomi/{hana.person.id}/stream"
        with httpx.stream("GET", url, timeout=PATIENCE, trust_env=False) as response:
            for line in response.iter_lines():
                if line.startswith("data: "):
                    cursors.append(json.loads(line.removeprefix("data: "))["cursor"])
                    has_begun.set()
                if len(cursors) == 2:
                    return

    listener = threading.Thread(target=listen)
    listener.start()
    assert has_begun.wait(PATIENCE)
    hana.say("変わった")
    listener.join(PATIENCE)
    assert cursors == [0, 1]


def test_waiting_for_an_answer(platform, hana, bot, http):
    bot.react = lambda event: http.post("/v2/bot/message/reply", json={"replyToken": event["replyToken"], "messages": [m.text("はい")]})
    hana.say("もしもし")
    assert [item.message["text"] for item in hana.wait_for(1)] == ["はい"]
    bot.react = None
    hana.say("もしもし?")
    with pytest.raises(TimeoutError, match="bot answered"):
        hana.wait_for(1, timeout=0.05)
