"""Which questions are about another municipality, and which only name one."""

import pytest

from core.pack_loading import load_pack
from core.settings import SearchMode
from retrieval.jurisdiction import OTHER_MUNICIPALITY, elsewhere, known_place, may_mean_other_place
from retrieval.models import PassageKind
from retrieval.passages import Passage
from retrieval.results import Hit, SearchResult

OWN = load_pack("shiomi").own_places

OTHERS = [
    "横浜の住民票",
    "横浜の住民票がほしい",
    "大阪で出生届",
    "大阪で出生届を出せますか",
    "名古屋のごみの日はいつ",
    "札幌の市役所の電話番号",
    "京都の保育園の空き状況",
    "東京の高校入試の日程",
    "東京都の高校入試の日程",
    "福岡の市営地下鉄の料金",
    "神戸で粗大ごみを出したい",
    "仙台市の図書館の開館時間",
    "世田谷区の保育園の申し込み",
    "世田谷の児童手当",
    "新宿で印鑑登録をしたい",
    "渋谷区役所の場所",
    "港区の粗大ごみ",
    "津市の水道料金",
    "北区の介護保険の窓口",
    "中央区の図書館",
    "さいたまの犬の登録",
    "さいたま市の国民健康保険料",
    "千葉の税金",
    "埼玉の運動公園の予約",
    "神奈川の自動車税",
    "広島の平和公園の駐車場",
    "沖縄で婚姻届を出したい",
    "沖縄に婚姻届を提出したい",
    "横浜に出生届を出したい",
    "北海道の国保の料金",
    "長野の指定ごみ袋はどこで買える",
    "よこはまのごみ",
    "おおさかの住民税",
    "相模原における児童扶養手当",
    "山口の証明書の手数料",
    "堺の上下水道の開始",
    "北九州市で婚姻届",
    "那覇にある市民プール",
]
OURS = [
    "横浜から引っ越してきた",
    "横浜から転入したい",
    "東京へ引っ越す",
    "東京に引っ越す",
    "大阪に転出する",
    "大阪の本籍の戸籍を取りたい",
    "大阪の戸籍を取りたい",
    "京都の実家の介護",
    "京都に住んでいる母の介護保険",
    "横浜の会社で働いている",
    "東京に通勤している",
    "名古屋の大学に進学する",
    "札幌で生まれた子の出生届",
    "大阪の病院で妊婦健診を受けた",
    "大阪で里帰り出産する",
    "横浜の病院で亡くなった",
    "東京のコンビニで住民票を取れますか",
    "福岡へ郵送してほしい",
    "住民票は仙台にあるが住んでいるのは汐見市",
    "汐見市の住民票を大阪で取りたい",
    "汐見の住民票を横浜で受け取る",
    "東京ガスの検針",
    "横浜銀行で税金を払える",
    "大阪です",
    "広島風お好み焼き",
    "京都議定書とは",
    "山口さんの住民票",
    "大分遅れたが届け出できますか",
    "中央の図書館",
    "中央図書館はどこ",
    "港町の燃えるごみ",
    "北山の公民館",
    "浜町の燃えるごみは何曜日",
    "緑が丘の保育園",
    "汐見市の住民票",
    "みなと県の税金",
    "住民票がほしい",
    "粗大ごみを出したい",
    "津波のときの避難場所",
    "北側の道路に穴があいている",
    "練馬で転居届",
    "",
]


def test_table_is_large_enough() -> None:
    assert len({*OTHERS, *OURS}) >= 60


@pytest.mark.parametrize("text", OTHERS)
def test_matter_of_another_municipality(text: str) -> None:
    assert known_place(text, OWN) is not None


@pytest.mark.parametrize("text", OURS)
def test_our_own_matter(text: str) -> None:
    assert known_place(text, OWN) is None


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("横浜の住民票", {"横浜市"}),
        ("横浜の燃えるごみ", {"横浜町", "本町"}),
        ("新宿の図書館", {"東京都", "新宿図書館"}),
        ("千葉の税金", {"千葉県どこか市"}),
    ],
)
def test_own_names_of_places_win(text: str, own: set[str]) -> None:
    assert known_place(text, own) is None
    assert known_place(text, OWN) is not None


def result_of(text: str, *, unknown: tuple[str, ...] = (), published: str = "住民票") -> tuple[SearchResult, tuple[Hit, ...]]:
    passage = Passage(kind=PassageKind.FAQ, question=published, body="", id=1, entry_id="a", position=0, revision=1)
    hit = Hit(entry_id="a", passage=passage, score=1.0, parts={})
    result = SearchResult(
        municipality_id="shiomi",
        normalised=text,
        tokens=(),
        hits=(hit,),
        mode=SearchMode.LIGHT,
        revision=1,
        unknown_places=unknown,
        milliseconds=0.0,
        steps=(),
    )
    return result, (hit,)


@pytest.mark.parametrize(
    ("text", "published", "expected"),
    [
        ("東京で取りたい", "住民票はどこで取れますか", OTHER_MUNICIPALITY),
        ("東京で取りたい", "汐見市の住民票を東京で取りたい", None),
        ("東京の住民票", "汐見市の住民票を東京で取りたい", OTHER_MUNICIPALITY),
    ],
)
def test_what_a_near_entry_says_of_the_place_is_ours(text: str, published: str, expected: str | None) -> None:
    result, hits = result_of(text, published=published)
    assert elsewhere(result, hits, OWN) == expected


def test_place_that_is_not_well_known_counts_with_its_division_and_unless_it_is_ours() -> None:
    result, hits = result_of("熱海市の粗大ごみ", unknown=("熱海",))
    assert elsewhere(result, hits, OWN) == OTHER_MUNICIPALITY
    assert elsewhere(result, hits, {"熱海町"}) is None
    moved, hits = result_of("熱海市から越してきた", unknown=("熱海",))
    assert elsewhere(moved, hits, OWN) is None


def test_in_a_collection_of_nobody_every_city_may_be_meant() -> None:
    result, hits = result_of("熱海市の粗大ごみ", unknown=("熱海",))
    assert elsewhere(result, hits) is None
    assert not may_mean_other_place(result)
    assert may_mean_other_place(result, OWN)
