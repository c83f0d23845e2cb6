"""Whatever we say is rendered within LINE's limits, judged by the strict platform too, and loses nothing while there is room."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.line import limits
from bot.line.rendering import COMFORTABLE_TEXT, RenderedMessage, render
from bot.simulator.validation import request_errors
from bot.taps import AskEntry, ShowMenu, TapSigner
from core.errors import MessageLimitError
from core.messages import Call, Card, Choice, OpenLink, PickMoment, Place, Reply, Row, Say, SendLocation, TakePhoto, Tap, Text
from core.text import graphemes, utf16_length

SIGNER = TapSigner(b"a key", "shiomi")
FAMILY = "👨‍👩‍👧‍👦"


def rendered(reply: Reply) -> tuple[RenderedMessage, ...]:
    """Rendered, and accepted by the strict platform."""
    found = render(reply, SIGNER)
    body = {"replyToken": "t", "messages": [message.json for message in found]}
    assert request_errors("ReplyMessageRequest", body) == []
    return found


def texts(*words: str, choices: tuple[Choice, ...] = ()) -> list[str]:
    return [message.json["text"] for message in rendered(Reply(messages=tuple(Text(text=text) for text in words), choices=choices))]


def tap(label: str) -> Choice:
    return Choice(label=label, action=Tap(value=AskEntry(entry="waste-oversized"), shown=label))


@pytest.mark.parametrize(
    ("length", "pieces"),
    [
        (1, 1),
        (COMFORTABLE_TEXT, 1),
        (COMFORTABLE_TEXT + 1, 2),
        (3 * COMFORTABLE_TEXT, 2),
        (4 * COMFORTABLE_TEXT + 1, 1),
        (10_000, 2),
        (25_000, 5),
    ],
)
def test_long_text_is_split_into_as_few_bubbles_as_read_well(length: int, pieces: int) -> None:
    found = texts("あ" * length)
    assert len(found) == pieces
    assert "".join(found) == "あ" * length


def test_text_is_split_at_sentences() -> None:
    sentence = "粗大ごみは申し込み制です。"
    found = texts(sentence * 100)
    assert len(found) == 2
    assert all(piece.endswith("。") for piece in found)
    assert "".join(found) == sentence * 100


def test_text_that_has_no_room_ends_with_an_ellipsis() -> None:
    found = texts("あ" * 25_001)
    assert len(found) == 5
    assert found[-1].endswith("あ…")
    assert all(utf16_length(piece) <= limits.TEXT for piece in found)


def test_long_text_leaves_room_for_those_that_follow() -> None:
    found = texts("あ" * 9_000, "い", "う", "え")
    assert len(found) == 5
    assert found[2:] == ["い", "う", "え"]
    assert "".join(found[:2]) == "あ" * 9_000


@pytest.mark.parametrize("count", [0, 6])
@pytest.mark.parametrize("length", [1, 20_000])
def test_call_without_messages_or_with_six_is_refused(count: int, length: int) -> None:
    assert texts(*["あ"] * 5) == ["あ"] * 5
    with pytest.raises(MessageLimitError, match=f"{count} messages in one call"):
        render(Reply(messages=(Text(text="あ" * length),) * count), SIGNER)


def test_choices_stand_under_the_last_message_and_never_more_than_thirteen() -> None:
    choices = tuple(tap(f"{FAMILY * 30}{number}") for number in range(20))
    found = rendered(Reply(messages=(Text(text="a"), Text(text="b")), choices=choices))
    assert "quickReply" not in found[0].json
    labels = [item["action"]["label"] for item in found[1].json["quickReply"]["items"]]
    assert len(labels) == limits.QUICK_REPLIES
    assert {len(graphemes(label)) for label in labels} == {limits.QUICK_REPLY_LABEL}


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Say(text="はい"), {"type": "message", "text": "はい"}),
        (
            OpenLink(url="https://www.city.shiomi.example.jp/ごみ?a=b c"),
            {"type": "uri", "uri": "https://www.city.shiomi.example.jp/%E3%81%94%E3%81%BF?a=b%20c"},
        ),
        (Call(phone="0490-00-1100"), {"type": "uri", "uri": "tel:0490001100"}),
        (Call(phone="#8008"), {"type": "uri", "uri": "tel:%238008"}),
        (Call(phone="+81 490 00"), {"type": "uri", "uri": "tel:+8149000"}),
        (SendLocation(), {"type": "location"}),
        (TakePhoto(), {"type": "camera"}),
        (Tap(value=ShowMenu(), shown="メニュー"), {"type": "postback", "data": SIGNER.encode(ShowMenu()), "displayText": "メニュー"}),
        (Tap(value=ShowMenu()), {"type": "postback", "data": SIGNER.encode(ShowMenu())}),
        (
            PickMoment(
                value=ShowMenu(), mode="date", earliest=datetime(2026, 11, 30, 15, 0, tzinfo=UTC), latest=datetime(2026, 12, 31, tzinfo=UTC)
            ),
            {"type": "datetimepicker", "data": SIGNER.encode(ShowMenu()), "mode": "date", "min": "2026-12-01", "max": "2026-12-31"},
        ),
        (
            PickMoment(value=ShowMenu(), mode="datetime", earliest=datetime(2026, 11, 30, 15, 0, tzinfo=UTC)),
            {"type": "datetimepicker", "data": SIGNER.encode(ShowMenu()), "mode": "datetime", "min": "2026-12-01T00:00"},
        ),
    ],
)
def test_each_action_in_lines_form(action: Any, expected: dict[str, str]) -> None:  # Any: one of the actions.
    found = rendered(Reply(messages=(Text(text="a"),), choices=(Choice(label="押す", action=action),)))
    assert found[0].json["quickReply"]["items"][0]["action"] == {"label": "押す", **expected}


def test_card_becomes_a_bubble_and_the_ledger_keeps_its_words() -> None:
    card = Card(
        alt="問い合わせ先",
        title="環境課",
        text="粗大ごみのこと",
        rows=(Row(label="電話", text="0490-00-1106"), Row(label="空", text="")),
        choices=(Choice(label="電話する", action=Call(phone="0490-00-1106"), is_primary=True), tap("メニュー")),
    )
    found = rendered(Reply(messages=(card,)))[0]
    assert found.json["altText"] == "問い合わせ先"
    bubble = found.json["contents"]
    assert [button["style"] for button in bubble["footer"]["contents"]] == ["primary", "link"]
    assert len(bubble["body"]["contents"]) == 3
    for words in ("環境課", "粗大ごみのこと", "電話: 0490-00-1106", "［電話する］", "［メニュー］"):
        assert words in found.text


def test_rows_of_a_list_show_the_whole_question_though_their_label_is_short() -> None:
    question = "粗大ごみ" * 30
    found = rendered(Reply(messages=(Card(alt="選ぶ", choices=(tap(question),), is_list=True),)))[0]
    row = found.json["contents"]["body"]["contents"][1]
    assert row["contents"][0]["text"] == question
    assert len(graphemes(row["action"]["label"])) == limits.FLEX_LABEL
    assert "footer" not in found.json["contents"]


def test_card_that_holds_nothing_shows_its_alternative_text() -> None:
    found = rendered(Reply(messages=(Card(alt="お知らせ"),)))[0]
    assert found.json["contents"]["body"]["contents"][0]["text"] == "お知らせ"
    assert found.text == "お知らせ"


def test_alert_looks_unlike_others() -> None:
    plain, alert = (rendered(Reply(messages=(Card(alt="x", title="x", tone=tone),)))[0].json["contents"] for tone in ("plain", "alert"))
    assert "styles" in alert
    assert "styles" not in plain


def test_place_with_a_long_name_fits() -> None:
    """Emoji count eleven units each, and a name of ten of them used to be refused."""
    found = rendered(Reply(messages=(Place(title=FAMILY * 10, address="港" * 200, latitude=34.9, longitude=139.3),)))[0]
    assert found.json["title"] == FAMILY * 9 + "…"
    assert found.json["address"] == "港" * 99 + "…"


WORDS = st.lists(
    st.sampled_from([FAMILY, "𠮷", "ごみ。", "\n", "粗大ごみの出し方", "e\u0301", "x" * 90, " ", "！"]), min_size=1, max_size=60
).map("".join)
NON_BLANK = WORDS.filter(lambda words: bool(words.strip()))
ACTIONS = st.one_of(
    st.builds(Tap, value=st.builds(AskEntry, entry=st.text("abc-", min_size=1, max_size=64)), shown=st.one_of(st.none(), NON_BLANK)),
    st.builds(Say, text=NON_BLANK),
    st.builds(OpenLink, url=st.just("https://www.city.shiomi.example.jp/ごみ/")),
    st.builds(Call, phone=st.sampled_from(["0490-00-1100", "#8008", "119"])),
)
CHOICES = st.lists(st.builds(Choice, label=NON_BLANK, action=ACTIONS, is_primary=st.booleans()), max_size=20).map(tuple)
MESSAGES = st.one_of(
    st.builds(Text, text=st.tuples(NON_BLANK, st.integers(min_value=1, max_value=6)).map(lambda pair: pair[0] * pair[1])),
    st.builds(
        Card,
        alt=NON_BLANK,
        title=st.one_of(st.none(), NON_BLANK),
        text=st.one_of(st.none(), NON_BLANK),
        rows=st.lists(
            st.builds(Row, label=NON_BLANK.map(lambda words: words[:30]), text=NON_BLANK.map(lambda words: words[:200])), max_size=4
        ).map(tuple),
        choices=st.lists(st.builds(Choice, label=NON_BLANK.map(lambda words: words[:80]), action=ACTIONS), max_size=4).map(tuple),
        is_list=st.booleans(),
        tone=st.sampled_from(["plain", "alert"]),
    ),
    st.builds(Place, title=NON_BLANK, address=NON_BLANK, latitude=st.just(34.9), longitude=st.just(139.3)),
)


@given(st.lists(MESSAGES, min_size=1, max_size=5), CHOICES)
def test_every_reply_is_rendered_within_all_limits_in_order(messages: list[Any], choices: tuple[Choice, ...]) -> None:
    found = rendered(Reply(messages=tuple(messages), choices=choices))
    assert len(messages) <= len(found) <= limits.MESSAGES
    kinds = {Text: "text", Card: "card", Place: "location"}
    expected = [kinds[type(message)] for message in messages]
    shown = [message.kind for message in found]
    assert [kind for place, kind in enumerate(shown) if place == 0 or kind != "text" or shown[place - 1] != "text"] == [
        kind for place, kind in enumerate(expected) if place == 0 or kind != "text" or expected[place - 1] != "text"
    ]
    for message in found:
        assert message.text


@given(WORDS.filter(lambda words: bool(words.strip())), st.integers(min_value=1, max_value=8))
def test_text_alone_loses_nothing_but_space_at_the_ends_of_its_bubbles(words: str, times: int) -> None:
    assert "".join("".join(texts(words * times)).split()) == "".join((words * times).split())
