"""Which rows of the waste tables a question means, and which questions are about something else."""

import pytest

from bot.waste import asked_days, asked_item
from core.waste_tables import CollectionArea, Waste
from retrieval.waste_rows import areas_at
from tests.bot.turns import PACK

WASTE = PACK.waste


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("電池は何ごみ？", ["乾電池"]),
        ("電池は、何ゴミですか。", ["乾電池"]),
        ("傘って何ゴミ", ["傘"]),
        ("カサは何のごみになりますか？", ["傘"]),
        ("布団の捨て方", ["布団"]),
        ("ふとんの捨てかたを教えてください", ["布団"]),
        ("古い布団を捨てたいのですが", ["布団"]),
        ("壊れた扇風機はどう捨てる", ["扇風機"]),
        ("アイロンどこに捨てればいいの", ["アイロン"]),
        ("スプレー缶は燃えないゴミですか", ["スプレー缶"]),
        ("傘は燃えるごみ？", ["傘"]),
        ("消火器の処分方法", ["消火器"]),
        ("炊飯器　分別", ["炊飯器"]),
        ("使い終わった食用油はどうやって捨てますか", ["食用油"]),
        ("蛍光灯はいつ出す", ["蛍光灯"]),
        ("ソファーベッドを処分したい", ["ソファベッド"]),
        ("ぬいぐるみはごみの日に出せますか", ["ぬいぐるみ"]),
        ("テレビ捨てたい", ["テレビ（液晶・有機EL・プラズマ）", "テレビ（ブラウン管）"]),
        ("ハンガーは何ごみですか", ["針金ハンガー", "プラスチックのハンガー"]),
        ("灯油の捨て方", ["灯油・ガソリン"]),
    ],
)
def test_question_about_an_item_names_its_rows(text: str, names: list[str]) -> None:
    asked = asked_item(WASTE, text)
    assert asked is not None
    assert ([item.name for item in asked.items], asked.is_bare, asked.is_exact) == (names, False, True)


@pytest.mark.parametrize(
    ("text", "names"), [("布団", ["布団"]), ("ふとん", ["布団"]), ("フトン？", ["布団"]), ("机", ["机（120cm未満）", "机（120cm以上）"])]
)
def test_bare_name_is_told_apart(text: str, names: list[str]) -> None:
    asked = asked_item(WASTE, text)
    assert asked is not None
    assert ([item.name for item in asked.items], asked.is_bare) == (names, True)


def test_last_part_of_names_finds_them_all_but_is_not_exact() -> None:
    asked = asked_item(WASTE, "ストーブは何ごみ")
    assert asked is not None
    assert ({item.name for item in asked.items}, asked.is_exact) == ({"石油ストーブ", "電気ストーブ"}, False)


@pytest.mark.parametrize(
    "text",
    [
        "電池の工場に就職したい",
        "犬が死んだ",
        "自転車の駐輪場",
        "自転車をなくした",
        "布団の丸洗いサービス",
        "パソコン教室",
        "傘を忘れた",
        "薬をもらえますか",
        "テレビの受信料",
        "ごみの出し方",
        "これは何ごみですか",
        "粗大ごみを出したい",
        "猫の砂は何ごみ",
        "カセットコンロは何ごみ",
        "犬の死骸を捨てたい",
        "ごみを捨てたい",
        "名前を捨てたい",
        "住民票の出し方",
        "婚姻届はどう出す",
        "写真の撮り方",
        "電池を買いたい",
        "時計台はいつ出す",
        "本人確認",
        "人生を捨てたい",
        "",
        "？",
        "布団\n電池",
        "布団を捨てたいのですが、" + "とても長い話です。" * 10,
    ],
)
def test_question_about_something_else_is_not_hijacked(text: str) -> None:
    assert asked_item(WASTE, text) is None


@pytest.mark.parametrize(
    ("text", "kind", "areas"),
    [
        ("浜町の燃えるごみは何曜日", "burnable", ["浜町1〜2丁目", "浜町3〜5丁目"]),
        ("浜町2丁目の燃えるゴミは何曜日ですか", "burnable", ["浜町1〜2丁目"]),
        ("浜町二丁目の粗大ごみはいつ", "oversized", ["浜町1〜2丁目"]),
        ("浜町４丁目の不燃ごみの日", "non_burnable", ["浜町3〜5丁目"]),
        ("中央3-4-1のペットボトルの日", "bottles_cans", ["中央1〜3丁目"]),
        ("北山の古紙の収集日を教えて", "paper", ["北山"]),
        ("不燃ごみの収集日は何曜日ですか", "non_burnable", []),
        ("北山の不燃ごみの収集日は何曜日ですか", "non_burnable", ["北山"]),
        ("港町のごみの日", "any", ["港町"]),
        ("燃えるごみは何曜日", "burnable", []),
        ("もえるごみ なんようび", "burnable", []),
        ("ごみの日はいつ", "any", []),
        ("うちは港町です", "any", ["港町"]),
        ("うちは浜町2丁目", "any", ["浜町1〜2丁目"]),
        ("西浦に住んでいます", "any", ["西浦"]),
        ("浜町9丁目の燃えるごみの日", "burnable", ["浜町1〜2丁目", "浜町3〜5丁目"]),
    ],
)
def test_question_about_days_names_kind_and_areas(text: str, kind: str, areas: list[str]) -> None:
    asked = asked_days(WASTE, text)
    assert asked is not None
    assert (asked.kind, [area.area for area in asked.areas], asked.unknown_place) == (kind, areas, "")


def test_place_in_no_row_is_told() -> None:
    asked = asked_days(WASTE, "うちは本町2丁目")
    assert asked is not None
    assert (asked.areas, asked.unknown_place) == ((), "本町2丁目")


@pytest.mark.parametrize(
    "text",
    [
        "祝日のごみの日",
        "年末年始のごみの収集",
        "浜町のごみ拾いの日はいつ",
        "浜町",
        "私は佐藤です",
        "うちは犬がいます",
        "うちは4人家族です",
        "北山の公民館はいつ開いていますか",
        "浜町の祭りはいつ",
        "ごみ袋の値段",
        "住民税の納付日はいつ",
        "横浜の燃えるごみの日",
        "",
    ],
)
def test_other_questions_are_not_about_days(text: str) -> None:
    assert asked_days(WASTE, text) is None


def test_place_alone_is_enough_after_a_question_about_days_and_keeps_its_kind() -> None:
    asked = asked_days(WASTE, "浜町2丁目", "燃えるごみは何曜日")
    assert asked is not None
    assert (asked.kind, [area.area for area in asked.areas]) == ("burnable", ["浜町1〜2丁目"])
    assert asked_days(WASTE, "浜町2丁目", "住民票がほしい") is None
    assert asked_days(WASTE, "うちは浜町2丁目です", "避難所はどこですか") is None


def test_city_without_tables_knows_neither() -> None:
    empty = Waste(words=WASTE.words)
    assert asked_item(empty, "電池は何ごみ") is None
    assert asked_days(empty, "燃えるごみは何曜日") is None


def test_longest_name_of_a_district_wins_and_parts_of_other_words_do_not_count() -> None:
    waste = Waste(areas=[CollectionArea(area=name, district=name) for name in ("東", "東台", "北1〜2丁目")], words=WASTE.words)
    assert [area.area for area in areas_at(waste, "東台")] == ["東台"]
    assert [area.area for area in areas_at(waste, "東")] == ["東"]
    assert areas_at(waste, "東京") == ()
    assert areas_at(waste, "十二丁目") == ()
