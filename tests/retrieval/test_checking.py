"""What leaves, and what does not."""

import pytest

from retrieval.checking import Reason, check_text

SOURCE = """住民票の手数料はいくらですか。
住民票の写しは、窓口で300円、コンビニで200円です。委任状はいりません。郵送では受け付けていません。
手数料（1通）
・コンビニ：200円
・窓口：300円
第2・第4水曜日の午後5時15分まで開いています。市民課で受け取れます。電話は0490-00-1101です。
2027年4月1日から400円に変わります。くわしくは https://www.city.example.jp/juminhyo/ をご覧ください。
"""


@pytest.mark.parametrize(
    "text",
    [
        "住民票の写しは、窓口で300円、コンビニで200円です。",
        "住民票の写しは、窓口で三百円、コンビニで２００円です。",
        "手数料は窓口で300円、コンビニで200円です。",
        "コンビニなら200円です。",
        "委任状はいりません。",
        "委任状は不要です。",
        "第2、第4水曜は17時15分まで開いています。",
        "市民課で受け取れます。電話は0490-00-1101です。",
        "令和9年4月1日から400円に変わります。",
        "",
        "！",
    ],
)
def test_what_the_source_says_leaves(text: str) -> None:
    checked = check_text(text, [SOURCE])
    assert checked.is_whole, checked.dropped
    assert checked.kept == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("住民票の写しは、窓口で200円、コンビニで300円です。", Reason.MISPLACED),
        ("手数料は窓口が200円、コンビニが300円です。", Reason.MISPLACED),
        ("コンビニなら300円です。", Reason.MISPLACED),
        ("コンビニなら250円です。", Reason.UNSUPPORTED),
        ("委任状はいります。", Reason.TURNED_ROUND),
        ("委任状は必要です。", Reason.TURNED_ROUND),
        ("郵送でも受け付けています。", Reason.UNKNOWN),
        ("住民票の写しの委任状はいります。", Reason.TURNED_ROUND),
        ("第2・第3水曜日の午後5時15分まで開いています。", Reason.UNSUPPORTED),
        ("環境課で受け取れます。", Reason.UNSUPPORTED),
        ("電話は0490-00-1102です。", Reason.UNSUPPORTED),
        ("くわしくは https://www.city.example.jp/koseki/ をご覧ください。", Reason.UNSUPPORTED),
        ("窓口では{{ fee.window }}です。", Reason.UNFILLED),
        ("できます。", Reason.UNKNOWN),
        ("パスポートは海外で作ると便利です。", Reason.UNKNOWN),
    ],
)
def test_what_the_source_does_not_say_stays(text: str, reason: Reason) -> None:
    checked = check_text(text, [SOURCE])
    assert [dropped.reason for dropped in checked.dropped] == [reason]
    assert checked.kept == ""


def test_a_sentence_goes_and_the_others_stay() -> None:
    checked = check_text("委任状はいりません。手数料は500円です。市民課で受け取れます。", [SOURCE])
    assert checked.kept == "委任状はいりません。市民課で受け取れます。"
    assert not checked.is_whole
    assert [str(fact) for fact in checked.dropped[0].facts] == ["money:500"]


def test_a_list_heading_goes_with_its_list() -> None:
    checked = check_text("手数料（1通）\n・コンビニ：250円\n・窓口：350円\n市民課で受け取れます。", [SOURCE])
    assert checked.kept == "市民課で受け取れます。"


def test_an_item_belongs_to_its_own_list() -> None:
    source = "北の窓口\n・電話：0490-00-0001\n\n南の窓口\n・電話：0490-00-0002\n"
    assert check_text("北の窓口\n・電話：0490-00-0001", [source]).is_whole
    assert not check_text("北の窓口\n・電話：0490-00-0002", [source]).is_whole


def test_a_named_office_must_stand_in_the_source() -> None:
    text = "市民課で受け取れます。"
    assert check_text(text, [SOURCE], names=["市民課"]).is_whole
    assert not check_text("みどりの窓で市民課の住民票を受け取れます。", [SOURCE], names=["みどりの窓"]).is_whole


def test_several_sources_are_one_ground() -> None:
    other = "印鑑登録の手数料\n印鑑登録の手数料は500円です。"
    assert check_text("印鑑登録の手数料は500円です。委任状はいりません。", [SOURCE, other]).is_whole
    assert not check_text("印鑑登録の手数料は500円です。", [SOURCE]).is_whole


def test_a_published_value_beside_the_passage_may_be_given_as_a_source() -> None:
    text = "電話は0490-00-9999です。"
    assert not check_text(text, [SOURCE]).is_whole
    assert check_text(text, [SOURCE, "電話 0490-00-9999"]).is_whole


def test_rows_of_tables_are_checked_as_rows() -> None:
    table = "料金\n| 品目 | 枚数 | 金額 |\n|---|---|---|\n| いす | 1枚 | 300円 |\n| 机 | 2枚 | 600円 |\n"
    assert check_text("・いす：枚数 1枚、金額 300円", [table]).is_whole
    assert not check_text("・いす：枚数 2枚、金額 600円", [table]).is_whole
