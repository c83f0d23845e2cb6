"""Which facilities a question after a place means, and which questions are no such question."""

from dataclasses import replace

import pytest

from bot.facilities import asked_facilities
from tests.bot.turns import PACK


@pytest.mark.parametrize(
    ("text", "names", "is_nearby"),
    [
        ("図書館はどこ", ["中央図書館", "東台図書館", "図書館港町分館"], False),
        ("としょかんはどこですか？", ["中央図書館", "東台図書館", "図書館港町分館"], False),
        ("図書館の場所を教えてください", ["中央図書館", "東台図書館", "図書館港町分館"], False),
        ("中央図書館はどこにありますか", ["中央図書館"], False),
        ("体育館の場所", ["市民体育館"], False),
        ("体育館への行き方", ["市民体育館"], False),
        ("近くの小学校", ["中央小学校", "港町小学校", "緑が丘小学校"], True),
        ("最寄りの小学校はどこですか", ["中央小学校", "港町小学校", "緑が丘小学校"], True),
        ("近くに小学校はありますか", ["中央小学校", "港町小学校", "緑が丘小学校"], True),
        ("中学校の住所", ["汐見中学校"], False),
        ("斎場の場所", ["汐見市斎場"], False),
        ("保健センターはどこ", ["保健センター"], False),
        ("クリーンセンターの地図", ["クリーンセンター"], False),
        ("文化ホールの住所を教えて", ["市民文化ホール"], False),
        ("自転車保管所はどこですか", ["自転車保管所"], False),
        ("プールにはどうやって行けばいいですか", ["市民プール"], False),
    ],
)
def test_question_after_a_place_names_facilities(text: str, names: list[str], is_nearby: bool) -> None:
    asked = asked_facilities(PACK, text)
    assert asked is not None
    assert ([facility.name for facility in asked.facilities], asked.is_nearby) == (names, is_nearby)


@pytest.mark.parametrize(
    ("text", "kind", "count"),
    [("近くの公園", "park", 5), ("公民館はどこ", "community_centre", 7), ("トイレはどこ", "other", 4), ("学校の場所", "school", 4)],
)
def test_kinds_and_names_without_brackets_count(text: str, kind: str, count: int) -> None:
    asked = asked_facilities(PACK, text)
    assert asked is not None
    assert ({facility.kind for facility in asked.facilities}, len(asked.facilities)) == ({kind}, count)


@pytest.mark.parametrize(
    "text",
    [
        "図書館",
        "図書館は何時まで",
        "図書館で本を借りたい",
        "体育館を借りたい",
        "どこの小学校になりますか",
        "小学校の転校手続き",
        "転校先の小学校はどこに聞けばよいですか",
        "投票所はどこ",
        "駐輪場はどこですか",
        "避難所はどこ",
        "近くの病院",
        "北山はどこ",
        "市役所の電話番号",
        "ごみはどこに捨てる",
        "住民票はどこで取れますか",
        "図書館の本をなくした場所",
        "横浜の図書館はどこ",
        "",
    ],
)
def test_other_questions_are_left_to_search(text: str) -> None:
    assert asked_facilities(PACK, text) is None


def test_city_without_facilities_is_asked_for_none() -> None:
    assert asked_facilities(replace(PACK, facilities=()), "図書館はどこ") is None
