"""Facts look alike however they are written."""

import pytest

from retrieval.facts import facts_of
from retrieval.numerals import number_of


def facts(text: str) -> set[str]:
    return {str(fact) for fact in facts_of(text)}


@pytest.mark.parametrize(
    "writings",
    [
        ["300円", "三百円", "３００円", "300 円"],
        ["1,200円", "千二百円", "1200円", "1千2百円", "１，２００円"],
        ["1,000円", "千円", "1000円"],
        ["12,000円", "1万2千円", "1万2,000円"],
        ["令和8年4月1日", "2026年4月1日", "R8.4.1", "2026/4/1", "2026-04-01", "２０２６年４月１日", "令和八年四月一日"],
        ["令和元年5月1日", "2019年5月1日"],
        ["午後5時15分", "17:15", "17時15分", "午後五時十五分", "5:15 p.m."],
        ["午後5時半", "17:30", "17時30分"],
        ["正午", "12:00", "12時"],
        ["9:00〜17:00", "9時から17時", "9:00～17:00", "午前9時〜午後5時", "9:00–17:00"],
        ["午後1時〜4時", "13:00〜16:00"],
        ["3か月", "三ヶ月", "3ヵ月", "3カ月", "3ケ月", "三箇月"],
        ["1/2", "2分の1", "二分の一"],
        ["12/29〜1/3", "12月29日から1月3日", "12月29日〜1月3日"],
        ["第2・第4水曜日", "第2、第4水曜", "第二・第四水曜日", "第2・4水曜日"],
        ["月曜日から金曜日", "月〜金", "月曜〜金曜"],
        ["30%", "３０％", "3割", "30パーセント"],
        ["0490-00-1101", "０４９０－００－１１０１", "0490(00)1101", "(0490) 00-1101", "0490‐00‐1101"],
        ["+81 490-00-1101", "0490-00-1101"],
        ["〒123-4567", "123-4567", "〒1234567"],
        ["https://www.City.example.jp/kurashi/", "http://city.example.jp/kurashi", "www.city.example.jp/kurashi/"],
        ["3丁目6番2号", "３丁目６番２号", "3丁目6番地2"],
        ["令和9年度", "2027年度"],
        ["20日", "二十日", "20日間"],
        ["3〜5日", "3日〜5日", "3日から5日"],
        ["30分", "30分間"],
        ["5人", "5名"],
    ],
)
def test_one_fact_in_many_writings(writings: list[str]) -> None:
    assert all(facts(writing) == facts(writings[0]) for writing in writings), [facts(writing) for writing in writings]
    assert facts(writings[0])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("300円", "3,000円"),
        ("4月1日", "4月2日"),
        ("17:15", "7:15"),
        ("第2水曜日", "第4水曜日"),
        ("9:00〜17:00", "17:00〜9:00"),
        ("3日", "3週間"),
        ("1/2", "1/3"),
        ("令和8年度", "令和9年度"),
        ("市民課", "環境課"),
        ("転入届", "転出届"),
        ("https://a.example.jp/x", "https://a.example.jp/y"),
        ("午前5時", "午後5時"),
        ("5時", "5時間"),
    ],
)
def test_different_facts_stay_different(first: str, second: str) -> None:
    assert facts(first) != facts(second)


@pytest.mark.parametrize("text", ["一緒に第三者が一時的に使う", "十分に休む", "引っ越しました", "一般のごみ", "万一のとき", "月と太陽"])
def test_words_with_numerals_are_no_facts(text: str) -> None:
    assert facts(text) == set()


def test_offices_and_forms_are_facts() -> None:
    assert {"office:市民課", "form:住民票", "quantity:4番"} <= facts("市民課の4番窓口で住民票の写しを")


@pytest.mark.parametrize(("written", "value"), [("千二百", 1200), ("1万2千", 12000), ("二〇二七", 2027), ("十", 10), ("三億", 300_000_000)])
def test_numerals(written: str, value: int) -> None:
    assert number_of(written) == value
