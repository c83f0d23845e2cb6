"""When a department is open, and when it opens next."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import JAPAN
from core.pack import Calendar, DatedClosure, Department, OpeningHours, YearlyClosure
from handoff.business_hours import SEARCH_DAYS, closure_reason, intervals_of, is_open, next_opening, runs, week_of
from handoff.holidays import is_national_holiday

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def hours(days: tuple[str, ...], start: str, end: str) -> OpeningHours:
    return OpeningHours(days=days, open=time.fromisoformat(start), close=time.fromisoformat(end))  # type: ignore[arg-type]


ENVIRONMENT = Department(
    id="environment", name="環境課", phone="0490-00-1106", hours=(hours(WEEKDAYS, "13:00", "17:15"), hours(WEEKDAYS, "08:30", "12:00"))
)
CITIZENS = Department(
    id="citizens",
    name="市民課",
    phone="0490-00-1101",
    hours=(hours(("mon", "tue", "wed", "fri"), "08:30", "17:15"), hours(("thu",), "08:30", "19:00")),
)
NEVER = Department(id="never", name="無人の課", phone="0490-00-1199", hours=())
CALENDAR = Calendar(
    closed_every_year=(YearlyClosure(start="12-29", end="01-03", reason="年末年始"),),
    closed=(
        DatedClosure(start=date(2026, 11, 25), end=date(2026, 11, 26), reason="停電", departments=("citizens",)),
        DatedClosure(start=date(2026, 12, 1), end=date(2026, 12, 1), reason="全館点検"),
    ),
    opened=(
        DatedClosure(
            start=date(2027, 3, 28), end=date(2027, 3, 28), reason="引っ越しの季節", departments=("citizens",), open=time(9), close=time(12)
        ),
        DatedClosure(
            start=date(2026, 12, 30), end=date(2026, 12, 30), reason="年末窓口", departments=("citizens",), open=time(9), close=time(12)
        ),
    ),
)


def at(text: str) -> datetime:
    """A moment in Japan."""
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("department", "moment", "expected"),
    [
        (ENVIRONMENT, "2026-11-24T08:29:59.999", False),
        (ENVIRONMENT, "2026-11-24T08:30", True),
        (ENVIRONMENT, "2026-11-24T11:59:59.999", True),
        (ENVIRONMENT, "2026-11-24T12:00", False),
        (ENVIRONMENT, "2026-11-24T12:30", False),
        (ENVIRONMENT, "2026-11-24T13:00", True),
        (ENVIRONMENT, "2026-11-24T17:14", True),
        (ENVIRONMENT, "2026-11-24T17:15", False),
        (ENVIRONMENT, "2026-11-22T10:00", False),  # a Sunday
        (ENVIRONMENT, "2026-11-23T10:00", False),  # 勤労感謝の日, a Monday
        (CITIZENS, "2026-11-19T18:59", True),  # Thursday, open late
        (CITIZENS, "2026-11-20T18:59", False),
        (CITIZENS, "2026-11-25T10:00", False),  # closed for a power cut
        (ENVIRONMENT, "2026-11-25T10:00", True),  # which others do not share
        (ENVIRONMENT, "2026-12-01T10:00", False),
        (CITIZENS, "2026-12-01T10:00", False),
        (CITIZENS, "2026-12-28T10:00", True),
        (CITIZENS, "2026-12-29T10:00", False),
        (CITIZENS, "2026-12-30T10:00", True),  # opened against the yearly closure
        (ENVIRONMENT, "2026-12-30T10:00", False),
        (CITIZENS, "2026-12-30T13:00", False),
        (CITIZENS, "2027-01-01T10:00", False),
        (CITIZENS, "2027-01-03T10:00", False),
        (CITIZENS, "2027-01-04T10:00", True),
        (CITIZENS, "2027-03-28T09:00", True),  # a Sunday, opened
        (CITIZENS, "2027-03-28T12:00", False),
        (ENVIRONMENT, "2027-03-28T10:00", False),
        (NEVER, "2026-11-24T10:00", False),
    ],
)
def test_open_or_closed(department: Department, moment: str, expected: bool) -> None:
    assert is_open(department, CALENDAR, at(moment), is_national_holiday) is expected
    assert is_open(department, CALENDAR, at(moment).astimezone(UTC), is_national_holiday) is expected


@pytest.mark.parametrize(
    ("department", "moment", "expected"),
    [
        (ENVIRONMENT, "2026-11-24T10:00", "2026-11-24T10:00"),
        (ENVIRONMENT, "2026-11-24T00:00", "2026-11-24T08:30"),
        (ENVIRONMENT, "2026-11-24T12:00", "2026-11-24T13:00"),
        (ENVIRONMENT, "2026-11-24T17:15", "2026-11-25T08:30"),
        (ENVIRONMENT, "2026-11-20T17:15", "2026-11-24T08:30"),  # over a weekend and a holiday
        (CITIZENS, "2026-11-24T17:15", "2026-11-27T08:30"),  # over two closed days
        (ENVIRONMENT, "2026-12-28T17:15", "2027-01-04T08:30"),
        (CITIZENS, "2026-12-28T17:15", "2026-12-30T09:00"),
        (CITIZENS, "2026-12-30T12:00", "2027-01-04T08:30"),
        (CITIZENS, "2027-03-27T00:00", "2027-03-28T09:00"),
        (ENVIRONMENT, "2026-04-28T20:00", "2026-04-30T08:30"),
        (ENVIRONMENT, "2026-05-01T17:15", "2026-05-07T08:30"),  # the golden week with a substitute holiday
        (ENVIRONMENT, "2026-09-18T18:00", "2026-09-24T08:30"),  # a day between two holidays is one too
        (NEVER, "2026-11-24T10:00", None),
    ],
)
def test_next_opening(department: Department, moment: str, expected: str | None) -> None:
    found = next_opening(department, CALENDAR, at(moment), is_national_holiday)
    assert found == (at(expected) if expected else None)


def test_department_that_stays_closed_for_two_months_has_no_next_opening() -> None:
    start = date(2026, 6, 1)
    for days, is_found in ((SEARCH_DAYS - 2, True), (SEARCH_DAYS + 10, False)):
        closed = Calendar(closed=(DatedClosure(start=start, end=start + timedelta(days=days), reason="工事"),))
        assert (next_opening(ENVIRONMENT, closed, at("2026-06-01T09:00"), lambda _: False) is not None) is is_found


@pytest.mark.parametrize(
    ("department", "day", "reason"),
    [
        (CITIZENS, date(2026, 11, 25), "停電"),
        (ENVIRONMENT, date(2026, 11, 25), None),
        (CITIZENS, date(2026, 12, 31), "年末年始"),
        (CITIZENS, date(2027, 1, 1), "年末年始"),
        (CITIZENS, date(2026, 11, 23), "祝日"),
        (CITIZENS, date(2026, 11, 22), None),
        (CITIZENS, date(2026, 12, 1), "全館点検"),
    ],
)
def test_reason_of_a_closure(department: Department, day: date, reason: str | None) -> None:
    assert closure_reason(department, CALENDAR, day, is_national_holiday) == reason


def test_yearly_closure_within_a_year_does_not_run_over_new_year() -> None:
    summer = Calendar(closed_every_year=(YearlyClosure(start="08-13", end="08-15", reason="お盆"),))
    closed = [day for day in range(10, 20) if closure_reason(CITIZENS, summer, date(2026, 8, day), lambda _: False)]
    assert closed == [13, 14, 15]
    assert closure_reason(CITIZENS, summer, date(2026, 1, 1), lambda _: False) is None


FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(min_value=0, max_value=int((LAST - FIRST).total_seconds())).map(lambda seconds: FIRST + timedelta(seconds=seconds))
DEPARTMENTS = st.sampled_from([ENVIRONMENT, CITIZENS])


@given(DEPARTMENTS, MOMENTS)
def test_next_opening_is_open_and_nothing_before_it_is(department: Department, moment: datetime) -> None:
    found = next_opening(department, CALENDAR, moment, is_national_holiday)
    assert found is not None
    assert found >= moment
    assert is_open(department, CALENDAR, found, is_national_holiday)
    if found > moment:
        assert not is_open(department, CALENDAR, found - timedelta(microseconds=1), is_national_holiday)
    step = moment
    while step < found:
        assert not is_open(department, CALENDAR, step, is_national_holiday)
        step += timedelta(minutes=97)


@given(DEPARTMENTS, st.dates(min_value=date(2026, 1, 1), max_value=date(2028, 1, 1)))
def test_intervals_of_a_day_are_in_order_apart_and_of_that_day(department: Department, day: date) -> None:
    intervals = intervals_of(department, CALENDAR, day, is_national_holiday)
    edges = [edge for interval in intervals for edge in (interval.start, interval.end)]
    assert edges == sorted(set(edges))
    assert {edge.astimezone(JAPAN).date() for edge in edges} <= {day}


def test_week_is_shown_with_equal_days_together() -> None:
    shown = [(days, [(h.open, h.close) for h in of_day]) for days, of_day in week_of(CITIZENS)]
    assert shown == [(("mon", "tue", "wed", "fri"), [(time(8, 30), time(17, 15))]), (("thu",), [(time(8, 30), time(19))])]
    assert [[(h.open, h.close) for h in of_day] for _, of_day in week_of(ENVIRONMENT)] == [
        [(time(8, 30), time(12)), (time(13), time(17, 15))]
    ]
    assert list(week_of(NEVER)) == []


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (("mon", "tue", "wed", "fri"), [("mon", "wed"), ("fri", "fri")]),
        (("mon", "tue", "wed", "thu", "fri", "sat", "sun"), [("mon", "sun")]),
        (("sat",), [("sat", "sat")]),
        (("mon", "wed", "fri"), [("mon", "mon"), ("wed", "wed"), ("fri", "fri")]),
        ((), []),
    ],
)
def test_days_in_a_row_become_a_range(days: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert runs(days) == expected
