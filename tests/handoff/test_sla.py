"""Clocks on the department's calendar: lunch breaks, weekends, holidays, the turn of the year, closures and openings of a day."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.counter_rules import CounterRules
from core.pack import Calendar, DatedClosure, Department, OpeningHours, YearlyClosure
from handoff.business_hours import is_open
from handoff.holidays import is_national_holiday
from handoff.models import Priority
from handoff.sla import WorkingTime, times_of
from tests.handoff.counter import at

WEEK = ("mon", "tue", "wed", "thu", "fri")


def hours(start: str, end: str) -> OpeningHours:
    return OpeningHours(days=WEEK, open=time.fromisoformat(start), close=time.fromisoformat(end))


NINE_TO_FIVE = Department(id="plain", name="市民課", phone="1", hours=(hours("09:00", "17:00"),))
WITH_LUNCH = Department(id="lunch", name="環境課", phone="2", hours=(hours("08:30", "12:00"), hours("13:00", "17:15")))
NEVER = Department(id="never", name="無人の課", phone="3", hours=())
CALENDAR = Calendar(
    closed_every_year=(YearlyClosure(start="12-29", end="01-03", reason="年末年始"),),
    closed=(DatedClosure(start=date(2026, 12, 2), end=date(2026, 12, 2), reason="停電", departments=("lunch",)),),
    opened=(
        DatedClosure(
            start=date(2026, 12, 5), end=date(2026, 12, 5), reason="土曜開庁", departments=("plain",), open=time(9), close=time(12)
        ),
    ),
)


def working(department: Department | None, *, around_the_clock: bool = False) -> WorkingTime:
    return WorkingTime(department=department, calendar=CALENDAR, is_holiday=is_national_holiday, is_around_the_clock=around_the_clock)


@pytest.mark.parametrize(
    ("department", "start", "minutes", "end"),
    [
        (NINE_TO_FIVE, "2026-11-27T16:30", 60, "2026-11-30T09:30"),  # Friday to Monday
        (NINE_TO_FIVE, "2026-11-24T10:00", 60, "2026-11-24T11:00"),
        (NINE_TO_FIVE, "2026-11-24T16:00", 60, "2026-11-24T17:00"),  # just in time
        (NINE_TO_FIVE, "2026-11-24T20:00", 60, "2026-11-25T10:00"),
        (NINE_TO_FIVE, "2026-11-20T16:30", 60, "2026-11-24T09:30"),  # a weekend and 勤労感謝の日 on Monday
        (NINE_TO_FIVE, "2026-12-28T16:30", 60, "2027-01-04T09:30"),  # 年末年始
        (NINE_TO_FIVE, "2026-12-04T16:30", 60, "2026-12-05T09:30"),  # an extra opening on Saturday
        (NINE_TO_FIVE, "2026-05-01T16:30", 60, "2026-05-07T09:30"),  # golden week with 振替休日
        (NINE_TO_FIVE, "2026-11-24T09:00", 8 * 60 * 3, "2026-11-26T17:00"),  # three whole days
        (WITH_LUNCH, "2026-11-24T11:45", 30, "2026-11-24T13:15"),
        (WITH_LUNCH, "2026-11-24T12:30", 15, "2026-11-24T13:15"),  # asked during lunch
        (WITH_LUNCH, "2026-12-01T17:00", 30, "2026-12-03T08:45"),  # closed for a power cut the day after
    ],
)
def test_time_runs_only_while_the_department_is_open(department: Department, start: str, minutes: int, end: str) -> None:
    assert working(department).after(at(start), minutes) == at(end)
    assert working(department).between(at(start), at(end)) == timedelta(minutes=minutes)


def test_lunch_is_out_of_hours() -> None:
    assert not is_open(WITH_LUNCH, CALENDAR, at("2026-11-24T12:30"), is_national_holiday)
    assert working(WITH_LUNCH).between(at("2026-11-24T12:00"), at("2026-11-24T13:00")) == timedelta()


def test_clock_around_the_clock_never_stops() -> None:
    assert working(NINE_TO_FIVE, around_the_clock=True).after(at("2026-12-31T23:58"), 5) == at("2027-01-01T00:03")
    assert working(None).after(at("2026-12-31T23:58"), 5) == at("2027-01-01T00:03")


def test_department_that_never_opens_has_no_end() -> None:
    assert working(NEVER).after(at("2026-11-24T10:00"), 5) is None
    assert working(NEVER).between(at("2026-11-24T10:00"), at("2026-12-24T10:00")) == timedelta()


def test_time_does_not_run_backwards() -> None:
    assert working(NINE_TO_FIVE).between(at("2026-11-25T10:00"), at("2026-11-24T10:00")) == timedelta()


FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)
MOMENTS = st.integers(min_value=0, max_value=int((LAST - FIRST).total_seconds()) // 60).map(
    lambda minutes: FIRST + timedelta(minutes=minutes)
)


@given(st.sampled_from([NINE_TO_FIVE, WITH_LUNCH]), MOMENTS, st.integers(min_value=1, max_value=2000))
def test_after_and_between_agree(department: Department, start: datetime, minutes: int) -> None:
    time = working(department)
    end = time.after(start, minutes)
    assert end is not None
    assert end >= start + timedelta(minutes=minutes)
    assert time.between(start, end) == timedelta(minutes=minutes)
    assert time.between(start, end - timedelta(minutes=1)) == timedelta(minutes=minutes - 1)


@given(MOMENTS, st.integers(min_value=1, max_value=600), st.integers(min_value=1, max_value=600))
def test_pieces_add_up(start: datetime, first: int, second: int) -> None:
    time = working(WITH_LUNCH)
    middle = time.after(start, first)
    assert middle is not None
    assert time.after(middle, second) == time.after(start, first + second)


def test_more_urgent_is_never_slower() -> None:
    rules = CounterRules()
    times = [times_of(rules, priority) for priority in sorted(Priority)]
    assert [one.first for one in times] == sorted((one.first for one in times), reverse=True)
    assert times_of(rules, Priority.CRISIS).around_the_clock
