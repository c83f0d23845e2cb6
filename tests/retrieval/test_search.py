"""Whole searches on the light models: spellings, order, validity, separation."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from core.database import Database
from retrieval import ranking
from retrieval.passages import Translation
from retrieval.search import Search
from tests.retrieval.conftest import ENTRIES, NOON, faq, ids, publish


@pytest.mark.parametrize(
    ("text", "entry_id"),
    [
        ("犬", "dog"),
        ("印鑑", "seal"),
        ("国保", "health-insurance"),
        ("こくほ", "health-insurance"),
        ("じゅうみんひょう", "resident-record"),
        ("ジュウミンヒョウ", "resident-record"),
        ("ひっこしたとき", "moving-in"),
        ("粗ごみ", "oversized"),
        ("ｿﾀﾞｲｺﾞﾐ", "oversized"),
        ("ハンコの証明", "seal"),
        ("国民建康保険", "health-insurance"),
        ("ハザードマッフ", "hazard"),
        ("じどうてあて", "allowance"),
        ("髙橋川", "takahashi"),
        ("としょかんの時間", "library"),
        ("水道", "water"),
        ("ＨＡＺＡＲＤ　ハザードマップ", "hazard"),
        ("保育所に入りたい", "nursery"),
    ],
)
def test_short_kana_and_misspelt_words_are_found(town: Search, text: str, entry_id: str) -> None:
    assert ids(town, text)[0] == entry_id


def test_scores_fall_strictly_and_entries_come_once(town: Search) -> None:
    hits = town.search("midori", "ごみを出したい", moment=NOON).hits
    scores = [hit.score for hit in hits]
    assert all(earlier > later > 0 for earlier, later in pairwise(scores))
    assert len({hit.entry_id for hit in hits}) == len(hits)


def test_equal_passages_still_have_different_scores(database: Database, following: Callable[..., Search]) -> None:
    publish(database, "midori", "twin", faq(*ENTRIES["dog"]))
    hits = following().search("midori", "犬", moment=NOON).hits
    assert {hits[0].entry_id, hits[1].entry_id} == {"dog", "twin"}
    assert hits[0].score > hits[1].score


@pytest.mark.parametrize("text", ["", " ", "　", "!?", "🥺"])
def test_a_text_without_words_finds_nothing_certain(town: Search, text: str) -> None:
    assert all(not hit.parts["bm25"] for hit in town.search("midori", text, moment=NOON).hits)


def test_comparing_side_by_side_changes_nothing(
    database: Database, following: Callable[..., Search], monkeypatch: pytest.MonkeyPatch
) -> None:
    one_after_the_other = following().search("midori", "犬を飼い始めました", moment=NOON)
    monkeypatch.setattr(ranking, "MANY_ROWS", 1)
    side_by_side = following().search("midori", "犬を飼い始めました", moment=NOON)
    assert [(hit.entry_id, hit.score, hit.parts) for hit in side_by_side.hits] == [
        (hit.entry_id, hit.score, hit.parts) for hit in one_after_the_other.hits
    ]


def test_placeholders_are_filled(town: Search) -> None:
    found = town.search("midori", "住民票の写し", moment=NOON).hits[0].passage
    assert found.body.endswith("手数料は300円です。")
    again = town.passage("midori", "resident-record", moment=NOON)
    assert again is not None
    assert again.body == found.body


def test_an_unknown_entry_or_municipality_has_no_passage(town: Search) -> None:
    assert town.passage("midori", "nothing", moment=NOON) is None
    assert town.passage("nowhere", "dog", moment=NOON) is None
    assert town.search("nowhere", "犬", moment=NOON).hits == ()


def test_the_same_question_is_remembered_until_something_is_published(database: Database, following: Callable[..., Search]) -> None:
    search = following()
    search.search("midori", "犬", moment=NOON)
    assert search.search("midori", "犬", moment=NOON).is_cached
    publish(database, "midori", "cat", faq("猫を飼うときの決まりはありますか。", "屋内で飼ってください。"))
    search.follow()
    assert not search.search("midori", "犬", moment=NOON).is_cached


@pytest.mark.parametrize(
    ("moment", "is_found"),
    [
        (datetime(2026, 3, 31, 14, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 31, 15, 0, tzinfo=UTC), True),
        (datetime(2026, 4, 30, 14, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 4, 30, 15, 0, tzinfo=UTC), False),
    ],
)
def test_validity_begins_and_ends_at_midnight_in_japan(
    database: Database, following: Callable[..., Search], moment: datetime, is_found: bool
) -> None:
    passage = faq("臨時給付金の申請はいつまでですか。", "4月中です。", valid_from=date(2026, 4, 1), valid_until=date(2026, 4, 30))
    publish(database, "midori", "benefit", passage)
    search = following(["dog"])
    assert ("benefit" in ids(search, "臨時給付金", moment=moment)) is is_found
    assert (search.passage("midori", "benefit", moment=moment) is not None) is is_found


def test_two_municipalities_never_mix(database: Database, following: Callable[..., Search]) -> None:
    publish(database, "aoba", "aoba-dog", faq("犬の登録はどこでしますか。", "青葉の窓口です。"))
    search = following()
    assert ids(search, "犬の登録", "aoba") == ["aoba-dog"]
    assert "aoba-dog" not in ids(search, "犬の登録", "midori")


def test_phrasings_and_translations_find_their_entry(database: Database, following: Callable[..., Search]) -> None:
    passage = faq(
        "飼い主の義務は何ですか。",
        "決まりを守ってください。",
        phrasings=("リードを放してもよいですか",),
        translations={"en": Translation(question="What must dog owners do?", answer="Follow the rules.")},
    )
    publish(database, "midori", "owners", passage)
    search = following(["library", "water", "seal", "pension"])
    assert ids(search, "リードを放してもいい?")[0] == "owners"
    assert ids(search, "rules for dog owners")[0] == "owners"


def test_a_question_word_for_word_comes_first(database: Database, following: Callable[..., Search]) -> None:
    publish(database, "midori", "odd", faq("窓口", "窓口は1階です。"))
    hit = following().search("midori", "窓口？", moment=NOON).hits[0]
    assert (hit.entry_id, hit.parts["same"]) == ("odd", 1.0)
