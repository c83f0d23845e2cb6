"""Days as tables hold them."""

from datetime import date

import pytest

from core.japanese_dates import Leaning, era_year, find_day, find_days, read_day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-04-01", date(2026, 4, 1)),
        ("2026/4/1", date(2026, 4, 1)),
        ("２０２６年４月１日", date(2026, 4, 1)),
        ("2026.4.1", date(2026, 4, 1)),
        ("令和8年4月1日", date(2026, 4, 1)),
        ("令和8年4月1日（水）", date(2026, 4, 1)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("R8.4.1", date(2026, 4, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("令和元年4月30日", None),
        ("2026-02-30", None),
        ("46113", None),
        ("4/1", None),
        ("26/4/1", None),
        ("来年", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_people_write_it(text: str, day: date | None) -> None:
    assert read_day(text) == day


TODAY = date(2026, 11, 29)
"""A Sunday."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("来週の火曜", date(2026, 12, 1)),
        ("再来週の火曜日がいい", date(2026, 12, 8)),
        ("今週の土曜", date(2026, 11, 28)),
        ("次の日曜", date(2026, 12, 6)),
        ("金曜でお願いします", date(2026, 12, 4)),
        ("あさって", date(2026, 12, 1)),
        ("明後日の朝", date(2026, 12, 1)),
        ("明日", date(2026, 11, 30)),
        ("令和8年12月4日", date(2026, 12, 4)),
        ("R8.12.4", date(2026, 12, 4)),
        ("２０２６年１２月４日（金）", date(2026, 12, 4)),
        ("2026-12-04", date(2026, 12, 4)),
        ("20261204", date(2026, 12, 4)),
        ("12/4", date(2026, 12, 4)),
        ("十二月四日", date(2026, 12, 4)),
        ("12月4日にして", date(2026, 12, 4)),
        ("1月5日", date(2027, 1, 5)),
        ("来年の1月5日", date(2027, 1, 5)),
        ("来月3日", date(2026, 12, 3)),
        ("今月末", date(2026, 11, 30)),
        ("来月末", date(2026, 12, 31)),
        ("月末", date(2026, 11, 30)),
        ("5日", date(2026, 12, 5)),
        ("31日", date(2026, 12, 31)),
        ("3日後", date(2026, 12, 2)),
        ("2週間後", date(2026, 12, 13)),
        ("2月29日", date(2028, 2, 29)),
        ("2月30日", None),
        ("平成40年1月1日", date(2028, 1, 1)),
        ("令和0年1月1日", None),
        ("ソファ2つ", None),
        ("090-1234-5678", None),
        ("港町3-2-1", None),
    ],
)
def test_day_of_a_wish(text: str, expected: date | None) -> None:
    found = find_day(text, TODAY)
    assert (found.day if found else None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("きのう", date(2026, 11, 28)),
        ("おととい亡くなりました", date(2026, 11, 27)),
        ("先週の金曜", date(2026, 11, 20)),
        ("金曜", date(2026, 11, 27)),
        ("日曜", date(2026, 11, 22)),
        ("12月1日", date(2025, 12, 1)),
        ("11月29日", date(2026, 11, 29)),
        ("先月20日", date(2026, 10, 20)),
        ("30日", date(2026, 10, 30)),
        ("10日前", date(2026, 11, 19)),
        ("去年の12月31日", date(2025, 12, 31)),
        ("2月29日", date(2024, 2, 29)),
    ],
)
def test_day_of_a_report(text: str, expected: date) -> None:
    found = find_day(text, TODAY, Leaning.BACK)
    assert found is not None
    assert found.day == expected


def test_weeks_turn_over_the_year() -> None:
    found = find_day("来週の月曜", date(2026, 12, 31))
    assert found is not None
    assert found.day == date(2027, 1, 4)


def test_several_days_in_their_order() -> None:
    assert [found.day for found in find_days("12月4日か12月18日、だめなら来年の1月8日", TODAY)] == [
        date(2026, 12, 4),
        date(2026, 12, 18),
        date(2027, 1, 8),
    ]


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 4, 1), ("令和", 8)), (date(2019, 5, 1), ("令和", 1)), (date(2019, 4, 30), ("平成", 31)), (date(1926, 12, 24), None)],
)
def test_year_of_an_era(day: date, expected: tuple[str, int] | None) -> None:
    assert era_year(day) == expected
