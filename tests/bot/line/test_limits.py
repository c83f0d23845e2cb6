"""The check before the ledger names the message and the property that break a limit."""

from typing import Any

import pytest

from bot.line import limits
from bot.line.limits import check_messages
from core.errors import MessageLimitError

FAMILY = "👨‍👩‍👧‍👦"
Json = dict[str, Any]  # Any: JSON as LINE takes it.


def quick(action: Json, count: int = 1) -> Json:
    return {"type": "text", "text": "a", "quickReply": {"items": [{"type": "action", "action": action}] * count}}


def flex(*contents: Json, alt: str = "a") -> Json:
    return {"type": "flex", "altText": alt, "contents": {"type": "bubble", "body": {"type": "box", "contents": list(contents)}}}


def say(label: str = "a", text: str = "a") -> Json:
    return {"type": "message", "label": label, "text": text}


def post(data: str = "a", **more: str) -> Json:
    return {"type": "postback", "label": "a", "data": data, **more}


def carousel(count: int) -> Json:
    return {
        "type": "flex",
        "altText": "a",
        "contents": {"type": "carousel", "contents": [flex({"type": "text", "text": "a"})["contents"]] * count},
    }


CASES = [
    ({"type": "text", "text": "あ" * limits.TEXT}, {"type": "text", "text": "あ" * (limits.TEXT + 1)}, "messages[0].text: 5001"),
    ({"type": "text", "text": "𠮷" * 2500}, {"type": "text", "text": "𠮷" * 2501}, "messages[0].text: 5002"),
    ({"type": "text", "text": "a"}, {"type": "text", "text": ""}, "messages[0].text: 0"),
    ({"type": "text", "text": "a"}, {"type": "sticker"}, "'sticker' messages are not rendered"),
    (quick(say(), 13), quick(say(), 14), "messages[0].quickReply.items: 14"),
    (quick(say()), quick(say(), 0), "messages[0].quickReply.items: 0"),
    (quick(say(FAMILY * 20)), quick(say(FAMILY * 21)), "messages[0].quickReply.items[0].action.label: 21"),
    (quick(say(text="あ" * 300)), quick(say(text="あ" * 301)), "action.text: 301"),
    (quick(post("a" * 300)), quick(post("a" * 301)), "action.data: 301"),
    (quick(post(displayText="あ" * 300)), quick(post(displayText="あ" * 301)), "action.displayText: 301"),
    (quick({"type": "uri", "uri": "tel:119"}), quick({"type": "uri", "uri": "javascript:x"}), "action.uri: only https://"),
    (quick({"type": "uri", "uri": "https://" + "a" * 992}), quick({"type": "uri", "uri": "https://" + "a" * 993}), "action.uri: 1001"),
    (
        quick({"type": "datetimepicker", "data": "a" * 300}),
        quick({"type": "datetimepicker", "data": "a" * 301}),
        "action.data: 301",
    ),
    (quick({"type": "camera", "label": "a"}), quick({"type": "camera", "label": ""}), "action.label: 0"),
    (flex({"type": "text", "text": "a"}, alt="あ" * 400), flex({"type": "text", "text": "a"}, alt="あ" * 401), "messages[0].altText: 401"),
    (flex({"type": "text", "text": "a"}), flex({"type": "text", "text": ""}), "messages[0].contents.body.contents[0].text: 0"),
    (flex({"type": "text", "text": "a"}), flex({"type": "box", "contents": []}), "contents[0].contents: an empty box"),
    (
        flex({"type": "button", "action": say("あ" * 40)}),
        flex({"type": "button", "action": say("あ" * 41)}),
        "messages[0].contents.body.contents[0].action.label: 41",
    ),
    (flex(*[{"type": "text", "text": "a" * 4000}] * 7), flex(*[{"type": "text", "text": "a" * 4000}] * 8), "messages[0].contents: 32"),
    (carousel(12), carousel(13), "messages[0].contents.contents: 13"),
    (
        {"type": "location", "title": "a" * 100, "address": "a"},
        {"type": "location", "title": "a" * 101, "address": "a"},
        "messages[0].title: 101",
    ),
    ({"type": "location", "title": "a", "address": "a"}, {"type": "location", "title": "a", "address": ""}, "messages[0].address: 0"),
]


@pytest.mark.parametrize(("right", "wrong", "expected"), CASES, ids=[expected for _, _, expected in CASES])
def test_broken_limit_is_named(right: Json, wrong: Json, expected: str) -> None:
    check_messages([right])
    with pytest.raises(MessageLimitError) as refused:
        check_messages([wrong])
    assert expected in str(refused.value)
    with pytest.raises(MessageLimitError, match=r"messages\[1\]"):
        check_messages([right, wrong])


@pytest.mark.parametrize("count", [0, 6])
def test_call_takes_one_to_five_messages(count: int) -> None:
    check_messages([{"type": "text", "text": "a"}] * 5)
    with pytest.raises(MessageLimitError, match="LINE takes 1 to 5"):
        check_messages([{"type": "text", "text": "a"}] * count)
