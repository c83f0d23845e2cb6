"""For which day a question is asked, seen from Tuesday 24 November 2026."""

from datetime import date

import pytest

from retrieval.asked_date import asked_date, without_date
from retrieval.models import PassageKind
from retrieval.passages import Passage
from retrieval.published_dates import is_published_for

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("来月からの手数料は？", "2026-12-01", "2026-12-31"),
        ("再来月の休み", "2027-01-01", "2027-01-31"),
        ("今月の休館日", "2026-11-01", "2026-11-30"),
        ("令和9年度は", "2027-04-01", "2028-03-31"),
        ("2027年度の国保税", "2027-04-01", "2028-03-31"),
        ("令和九年度の税", "2027-04-01", "2028-03-31"),
        ("来年度の国保税", "2027-04-01", "2028-03-31"),
        ("新年度の保育料", "2027-04-01", "2028-03-31"),
        ("今年度の税金", "2026-04-01", "2027-03-31"),
        ("昨年度の料金", "2025-04-01", "2026-03-31"),
        ("4月からの手数料は？", "2027-04-01", "2027-04-30"),
        ("四月から値上げですか", "2027-04-01", "2027-04-30"),
        ("12月の料金", "2026-12-01", "2026-12-31"),
        ("来年の4月はいくら", "2027-04-01", "2027-04-30"),
        ("来年はいくらですか", "2027-01-01", "2027-12-31"),
        ("去年は", "2025-01-01", "2025-12-31"),
        ("去年の手数料はいくら", "2025-01-01", "2025-12-31"),
        ("年末年始は開いてる？", "2026-12-29", "2027-01-03"),
        ("正月のごみ", "2026-12-29", "2027-01-03"),
        ("12月31日は開いてますか", "2026-12-31", "2026-12-31"),
        ("3月31日まで有効ですか", "2027-03-31", "2027-03-31"),
        ("2027年4月1日の手数料", "2027-04-01", "2027-04-01"),
        ("令和9年4月1日から", "2027-04-01", "2027-04-01"),
        ("R9.4.1から", "2027-04-01", "2027-04-01"),
        ("2027/4/1から", "2027-04-01", "2027-04-01"),
        ("12/29は休みですか", "2026-12-29", "2026-12-29"),
        ("明日開いてますか", "2026-11-25", "2026-11-25"),
        ("あさっての収集", "2026-11-26", "2026-11-26"),
        ("今度の土曜日", "2026-11-28", "2026-11-28"),
        ("次の火曜", "2026-12-01", "2026-12-01"),
        ("来週の月曜日", "2026-11-30", "2026-11-30"),
        ("来週開いてますか", "2026-11-30", "2026-12-06"),
    ],
)
def test_days_that_are_asked_for(text: str, first: str, last: str) -> None:
    asked = asked_date(text, TODAY)
    assert asked is not None
    assert (asked.first.isoformat(), asked.last.isoformat(), asked.is_recurring) == (first, last, False)


@pytest.mark.parametrize(("text", "first"), [("日曜日に住民票を取れますか", "2026-11-29"), ("土日も開いていますか", "2026-11-28")])
def test_a_day_of_every_week_asks_for_no_date(text: str, first: str) -> None:
    asked = asked_date(text, TODAY)
    assert asked is not None
    assert asked.is_recurring
    assert asked.first.isoformat() == first


@pytest.mark.parametrize(
    "text",
    [
        "住民票がほしい",
        "去年引っ越しました。住民票は？",
        "昨日引っ越してきました",
        "4月に生まれました",
        "3月15日に引っ越しました。手続きは？",
        "去年の源泉徴収票",
        "先月の水道料金のお知らせが届いた",
        "3か月以内の写真",
        "2026年13月40日",
        "2月30日",
        "1/2の割合",
    ],
)
def test_what_happened_then_asks_for_no_day(text: str) -> None:
    assert asked_date(text, TODAY) is None


def test_the_day_that_answers_is_today_where_it_is_meant_too() -> None:
    for text, day in (("今年度の税金", "2026-11-24"), ("来年度の税金", "2027-04-01"), ("去年の料金", "2025-12-31")):
        asked = asked_date(text, TODAY)
        assert asked is not None
        assert asked.day(TODAY).isoformat() == day


def test_the_matter_stays_without_the_date() -> None:
    asked = asked_date("来年度の住民票", TODAY)
    assert asked is not None
    assert without_date("来年度の住民票", asked) == "住民票"


@pytest.mark.parametrize(
    ("text", "body", "valid_from", "valid_until", "is_published"),
    [
        ("来月はいくら", "300円です。", None, None, True),
        ("来年度の料金", "300円です。", None, None, True),
        ("来年度の料金", "2026年度は300円です。", None, None, False),
        ("来年度の料金", "2026年度は300円、令和9年度は400円です。", None, None, True),
        ("来年度の料金", "300円です。", None, date(2027, 3, 31), False),
        ("去年の料金", "300円です。", None, None, False),
        ("去年の料金", "300円です。", date(2024, 4, 1), None, True),
        ("令和15年度の料金", "300円です。", None, None, False),
        ("令和15年度の料金", "300円です。", None, date(2040, 3, 31), True),
    ],
)
def test_other_days_need_content_that_names_them(
    text: str, body: str, valid_from: date | None, valid_until: date | None, is_published: bool
) -> None:
    asked = asked_date(text, TODAY)
    assert asked is not None
    passage = Passage(
        id=1,
        entry_id="fee",
        position=0,
        revision=1,
        kind=PassageKind.FAQ,
        question="料金はいくらですか。",
        body=body,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    assert is_published_for(passage, asked, TODAY) is is_published
