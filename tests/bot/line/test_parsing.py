"""LINE's events become our values; whatever else comes becomes Unknown."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.incoming import (
    Content,
    Followed,
    JoinedGroup,
    LeftGroup,
    MediaKind,
    Said,
    SentLocation,
    SentMedia,
    SentSticker,
    Tapped,
    Unfollowed,
    Unknown,
    Unsent,
)
from bot.line.parsing import parse_event
from bot.models import ConversationKind
from bot.taps import ShowMenu, TapSigner

SIGNER = TapSigner(b"a key", "shiomi")
MENU = SIGNER.encode(ShowMenu())
FAMILY = "👨‍👩‍👧‍👦"


def parsed(event: dict[str, Any]) -> Content:  # Any: JSON.
    return parse_event(event, event_id=1, occurred_at=2, received_at=3, signer=SIGNER).content


def message(**fields: Any) -> dict[str, Any]:  # Any: JSON.
    return {"type": "message", "message": fields}


def mention(text: str, name: str, **more: Any) -> dict[str, Any]:  # Any: JSON.
    """The event that LINE sends: places are counted in UTF-16 units."""
    index = len(text[: text.index(name)].encode("utf-16-le")) // 2
    mentionee = {"index": index, "length": len(name.encode("utf-16-le")) // 2, "type": "user", "isSelf": True, **more}
    return message(type="text", id="1", text=text, mention={"mentionees": [mentionee]})


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (message(type="text", text=" 犬の登録\u200b "), Said(text="犬の登録")),
        (message(type="text", text=""), Said(text="")),
        (message(type="text"), Unknown(kind="text")),
        (message(type="text", text=5), Unknown(kind="text")),
        (message(type="text", text="a", mention=[]), Said(text="a")),
        (message(type="text", text="a", mention={"mentionees": "x"}), Said(text="a")),
        (message(type="text", text="abc", mention={"mentionees": [None, {"isSelf": True, "index": "0", "length": 1}]}), Said(text="abc")),
        (
            message(type="text", text="abc", mention={"mentionees": [{"isSelf": True, "index": 90, "length": 9}]}),
            Said(text="abc", mentions_us=True),
        ),
        (message(type="sticker", keywords=["ok", 5, None], text="x"), SentSticker(keywords=("ok",), text="x")),
        (message(type="sticker"), SentSticker(keywords=())),
        (message(type="sticker", keywords="ok", text=5), SentSticker(keywords=())),
        (message(type="image"), SentMedia(kind=MediaKind.IMAGE)),
        (message(type="video"), SentMedia(kind=MediaKind.VIDEO)),
        (message(type="audio"), SentMedia(kind=MediaKind.AUDIO)),
        (message(type="file", fileName="a.pdf"), SentMedia(kind=MediaKind.FILE, file_name="a.pdf")),
        (message(type="file", fileName=["a"]), SentMedia(kind=MediaKind.FILE)),
        (
            message(type="location", latitude=34.9, longitude=139, address="港町"),
            SentLocation(latitude=34.9, longitude=139.0, address="港町"),
        ),
        (message(type="location", latitude=34.9, longitude=139, address=None), SentLocation(latitude=34.9, longitude=139.0)),
        (message(type="location", latitude="34.9", longitude=139), Unknown(kind="location")),
        (message(type="location"), Unknown(kind="location")),
        (message(type="hologram"), Unknown(kind="message.hologram")),
        (message(), Unknown(kind="message.None")),
        ({"type": "message", "message": "text"}, Unknown(kind="message.None")),
        ({"type": "message"}, Unknown(kind="message.None")),
        ({"type": "postback", "postback": {"data": MENU}}, Tapped(value=ShowMenu())),
        ({"type": "postback", "postback": {"data": MENU, "params": {"date": "2026-12-01"}}}, Tapped(value=ShowMenu(), moment="2026-12-01")),
        ({"type": "postback", "postback": {"data": MENU, "params": {"time": "10:00"}}}, Tapped(value=ShowMenu(), moment="10:00")),
        ({"type": "postback", "postback": {"data": MENU, "params": {"date": 5}}}, Tapped(value=ShowMenu())),
        ({"type": "postback", "postback": {"data": MENU, "params": "x"}}, Tapped(value=ShowMenu())),
        ({"type": "postback", "postback": {"data": "action=1"}}, Tapped(value=None)),
        ({"type": "postback", "postback": {"data": 5}}, Tapped(value=None)),
        ({"type": "postback"}, Tapped(value=None)),
        ({"type": "follow"}, Followed()),
        ({"type": "follow", "follow": {"isUnblocked": True}}, Followed(is_unblocked=True)),
        ({"type": "follow", "follow": {"isUnblocked": "yes"}}, Followed()),
        ({"type": "unfollow"}, Unfollowed()),
        ({"type": "unsend", "unsend": {"messageId": "7"}}, Unsent(message_id="7")),
        ({"type": "unsend"}, Unsent(message_id="")),
        ({"type": "join"}, JoinedGroup()),
        ({"type": "leave"}, LeftGroup()),
        ({"type": "beacon"}, Unknown(kind="beacon")),
        ({"type": ["x"]}, Unknown(kind="['x']")),
        ({}, Unknown(kind="None")),
    ],
)
def test_content_of_an_event(event: dict[str, Any], expected: Content) -> None:
    assert parsed(event) == expected


@pytest.mark.parametrize(
    ("text", "name", "more", "expected"),
    [
        ("@汐見市 ごみの日は", "@汐見市", {}, Said(text="ごみの日は", mentions_us=True)),
        (f"{FAMILY}𠮷 @汐見市 ごみの日は", "@汐見市", {}, Said(text=f"{FAMILY}𠮷  ごみの日は", mentions_us=True)),
        (f"ごみの日は @汐見{FAMILY}", f"@汐見{FAMILY}", {}, Said(text="ごみの日は", mentions_us=True)),
        ("@汐見市", "@汐見市", {}, Said(text="", mentions_us=True)),
        ("@花子 ごみの日は", "@花子", {"isSelf": False}, Said(text="@花子 ごみの日は")),
        ("@花子 ごみの日は", "@花子", {"isSelf": "true"}, Said(text="@花子 ごみの日は")),
        ("@All ごみの日は", "@All", {"type": "all", "isSelf": None}, Said(text="@All ごみの日は")),
    ],
)
def test_own_name_is_taken_out_of_the_words(text: str, name: str, more: dict[str, Any], expected: Said) -> None:
    assert parsed(mention(text, name, **more)) == expected


def test_each_mention_of_us_is_taken_out() -> None:
    event = mention("@汐見市 犬 @汐見市", "@汐見市")
    event["message"]["mention"]["mentionees"].append({"index": 7, "length": 4, "isSelf": True})
    assert parsed(event) == Said(text="犬", mentions_us=True)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ({"type": "user", "userId": "U1"}, ConversationKind.PERSON),
        ({"type": "group", "groupId": "C1", "userId": "U1"}, ConversationKind.GROUP),
        ({"type": "room", "roomId": "R1"}, ConversationKind.ROOM),
        (None, ConversationKind.PERSON),
    ],
)
def test_what_stands_around_the_content(source: object, kind: ConversationKind) -> None:
    event = {**message(type="text", id="77", text="犬"), "source": source, "replyToken": "t", "mode": "active"}
    bubble = parse_event(event, event_id=1, occurred_at=2, received_at=3, signer=SIGNER)
    assert (bubble.event_id, bubble.occurred_at, bubble.received_at, bubble.message_id, bubble.reply_token) == (1, 2, 3, "77", "t")
    assert (bubble.conversation_kind, bubble.may_answer) == (kind, True)
    standby = parse_event({**event, "mode": "standby", "replyToken": ""}, event_id=1, occurred_at=2, received_at=3, signer=SIGNER)
    assert (standby.may_answer, standby.reply_token) == (False, None)


NAMES = st.sampled_from(
    [
        "type",
        "text",
        "id",
        "mention",
        "mentionees",
        "index",
        "length",
        "isSelf",
        "data",
        "params",
        "userId",
        "keywords",
        "latitude",
        "longitude",
    ]
)
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5))
JSON = st.recursive(PLAIN, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)), max_leaves=8)
MESSAGES = st.builds(
    lambda fields, kind: {**fields, "type": kind},
    st.dictionaries(NAMES, JSON),
    st.sampled_from(["text", "sticker", "image", "file", "location", "x"]),
)
EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["message", "postback", "follow", "unsend", "join", "x"])},
    optional={
        "message": st.one_of(JSON, MESSAGES),
        **dict.fromkeys(("source", "postback", "follow", "unsend", "replyToken", "mode"), JSON),
    },
)


@given(EVENTS)
def test_nothing_that_json_can_hold_raises(event: dict[str, Any]) -> None:
    assert parse_event(event, event_id=1, occurred_at=2, received_at=3, signer=SIGNER).event_id == 1
