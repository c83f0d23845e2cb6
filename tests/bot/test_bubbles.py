"""Which bubbles make one turn, and when what was said stands by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bubbles import Completeness, can_join, completeness, first_group, is_same_utterance, joined_text, taken_back
from bot.incoming import Bubble, Content, Followed, MediaKind, SentLocation, SentMedia, SentSticker, Tapped, Unknown, Unsent
from bot.models import ConversationKind
from bot.taps import ShowMenu
from core.individual_number import MASK
from tests.bot.turns import MEANINGS, PACK, bubble

TAP = Tapped(value=ShowMenu())
PHOTO = SentMedia(kind=MediaKind.IMAGE)
STICKER = SentSticker(keywords=("ありがとう",))
PLACE = SentLocation(latitude=34.95, longitude=139.3)


@pytest.mark.parametrize(
    ("waiting", "size"),
    [
        (["犬の", "登録"], 2),
        ([("犬の", 0), ("登録", 3000)], 2),
        ([("犬の", 0), ("登録", 3001)], 1),
        ([("a", 0), ("b", 2000), ("c", 4000)], 2),
        ([PHOTO, "これは何ごみ"], 2),
        ([STICKER, "犬の登録"], 2),
        (["犬の登録", TAP], 1),
        ([TAP, "犬の登録"], 1),
        (["犬の登録", TAP, "手数料"], 1),
        (["近くの避難所", PLACE], 1),
        ([Followed(), "はじめまして"], 1),
        ([Unsent(message_id="1"), "犬"], 1),
        ([Unknown(kind="x"), "犬"], 1),
        (["犬の登録"], 1),
    ],
)
def test_bubbles_within_three_seconds_are_one_turn_and_taps_never_join(waiting: list[object], size: int) -> None:
    bubbles = [
        bubble(*item) if isinstance(item, tuple) else bubble(item, at=place * 100)  # type: ignore[arg-type]  # a content or a pair
        for place, item in enumerate(waiting)
    ]
    assert first_group(bubbles) == tuple(bubbles[:size])


@pytest.mark.parametrize(
    ("more", "joins"),
    [
        ({}, True),
        ({"may_answer": False}, False),
        ({"conversation_kind": ConversationKind.GROUP}, False),
        ({"conversation_kind": ConversationKind.ROOM}, False),
    ],
)
def test_only_words_of_a_talk_of_two_that_may_be_answered_join(more: dict[str, object], joins: bool) -> None:
    assert can_join(bubble("犬の登録", **more)) is joins
    assert len(first_group([bubble("犬", **more), bubble("猫", at=10, **more)])) == (2 if joins else 1)


@given(st.lists(st.tuples(st.sampled_from(["犬", TAP, PHOTO]), st.integers(min_value=0, max_value=10_000)), min_size=1, max_size=8))
def test_groups_split_what_waits_without_losing_or_mixing_anything(items: list[tuple[Content | str, int]]) -> None:
    waiting = sorted((bubble(content, at=at) for content, at in items), key=lambda found: found.occurred_at)
    rest, groups = list(waiting), []
    while rest:
        groups.append(first_group(rest))
        rest = rest[len(groups[-1]) :]
    assert [found for group in groups for found in group] == waiting
    for group in groups:
        assert len(group) == 1 or all(can_join(found) for found in group)
        assert group[-1].occurred_at - group[0].occurred_at <= 3000


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("犬の登録をしたい", Completeness.STANDS),
        ("住民票", Completeness.STANDS),
        ("引っ越したんですけど", Completeness.FRAGMENT),
        ("粗大ごみを", Completeness.FRAGMENT),
        ("住民票と", Completeness.FRAGMENT),
        ("保育園について", Completeness.FRAGMENT),
        ("えっと、", Completeness.FRAGMENT),
        ("市役所は？", Completeness.STANDS),
        ("市役所は?", Completeness.STANDS),
        ("ありがとう。", Completeness.STANDS),
        ("こんにちは", Completeness.FRAGMENT),
        ("こんにちは！", Completeness.STANDS),
        ("すみません", Completeness.FRAGMENT),
        ("ちょっと聞きたいんですが", Completeness.FRAGMENT),
        ("市役所 何時まで", Completeness.STANDS),
        ("児童手当はいつから", Completeness.STANDS),
        ("療育手帳 何歳から", Completeness.STANDS),
        ("ヘルプマークどこで", Completeness.STANDS),
        ("明日から", Completeness.FRAGMENT),
        ("何を", Completeness.FRAGMENT),
        ("hello", Completeness.FRAGMENT),
        ("hello, where is the city hall", Completeness.STANDS),
        ("  ", Completeness.STANDS),
        (STICKER, Completeness.STANDS),
        (PHOTO, Completeness.FRAGMENT),
        (TAP, Completeness.STANDS),
    ],
)
def test_fragment_is_worth_a_wait(said: Content | str, expected: Completeness) -> None:
    assert completeness([bubble(said)], PACK.lexicon.fragments) is expected


def test_photo_with_its_words_stands_in_either_order() -> None:
    assert completeness([bubble("これは何ごみですか"), bubble(PHOTO)], ()) is Completeness.STANDS
    assert completeness([bubble(PHOTO), bubble("これは何ごみですか")], ()) is Completeness.STANDS
    assert completeness([bubble(PHOTO), bubble(PHOTO)], ()) is Completeness.FRAGMENT


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ([" 犬の ", "登録"], ("犬の\n登録", False)),
        ([PHOTO, "これは何ごみ", "  "], ("これは何ごみ", False)),
        ([SentSticker(keywords=("x",), text="おめでとう"), "犬"], ("おめでとう\n犬", False)),
        ([SentSticker(keywords=("no such word",))], ("", False)),
        (["番号は", "1234 5678", "9018"], (f"番号は\n{MASK}", True)),
        (["123456789018"], (MASK, True)),
        (["123456", "犬", "789018"], ("123456\n犬\n789018", False)),
        ([PHOTO], ("", False)),
    ],
)
def test_words_of_a_group_are_its_lines_with_spread_numbers_masked(group: list[Content | str], expected: tuple[str, bool]) -> None:
    assert joined_text([bubble(item) for item in group], MEANINGS) == expected


def test_sticker_stands_for_what_its_first_known_keyword_means() -> None:
    keyword, meaning = next(iter(MEANINGS.items()))
    assert joined_text([bubble(SentSticker(keywords=("unknown", keyword)))], MEANINGS) == (meaning, False)


def test_messages_that_were_taken_back_are_named() -> None:
    waiting: list[Bubble] = [bubble("犬", message_id="1"), bubble("猫", message_id="2"), bubble(Unsent(message_id="1"))]
    assert taken_back(waiting) == {"1"}
    assert taken_back(waiting[:2]) == frozenset()


@pytest.mark.parametrize(("first", "second", "expected"), [("犬の登録", "犬の 登録。", True), ("ゴミ", "ｺﾞﾐ", True), ("犬", "猫", False)])
def test_same_words_are_recognised(first: str, second: str, expected: bool) -> None:
    assert is_same_utterance(first, second) is expected
