"""Days by rule, deadlines, schedules, maps, receipt numbers, doubles, conditions."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from core.clock import JAPAN
from procedures.conditions import Condition
from procedures.definition import Doubles
from procedures.duplicates import Report, near_reports
from procedures.known import plain_value
from procedures.map import CityMap, distance, is_inside, read_map
from procedures.receipts import ALPHABET, check_character, is_attempt, read_receipt_number, receipt_number
from procedures.rule_days import DayRule, RuleOfDay, deadline
from procedures.schedules import days_of, read_schedule
from tests.procedures.talk import NOW, PROCEDURES, sample_facts

FACTS = sample_facts("children")
RULES: TypeAdapter[RuleOfDay] = TypeAdapter(DayRule)


@pytest.mark.parametrize(
    ("rule", "today", "expected"),
    [
        ("today", date(2026, 11, 29), date(2026, 11, 29)),
        ("3 days", date(2026, 12, 30), date(2027, 1, 2)),
        ("-30 days", date(2027, 1, 1), date(2026, 12, 2)),
        ("2 weeks", date(2028, 2, 20), date(2028, 3, 5)),
        ("1 month", date(2027, 1, 31), date(2027, 2, 28)),
        ("1 month", date(2028, 1, 31), date(2028, 2, 29)),
        ("-1 month", date(2027, 3, 31), date(2027, 2, 28)),
        ("1 year", date(2028, 2, 29), date(2029, 2, 28)),
        ("1 open day", date(2026, 12, 28), date(2027, 1, 4)),
        ("2 open days", date(2026, 12, 25), date(2027, 1, 4)),
        ("-1 open day", date(2027, 1, 4), date(2026, 12, 28)),
        ("2027-03-31", date(2026, 1, 1), date(2027, 3, 31)),
        ("lead.days days", date(2026, 12, 30), date(2027, 1, 4)),
    ],
)
def test_day_by_rule(rule: str, today: date, expected: date) -> None:
    assert RULES.validate_python(rule).from_(today, lambda _: 5, FACTS.is_open) == expected


@pytest.mark.parametrize("rule", ["soon", "3", "days", "3 dayz", "2027-02-30", ""])
def test_other_rules_are_refused(rule: str) -> None:
    with pytest.raises(ValidationError, match="is no day"):
        RULES.validate_python(rule)


@pytest.mark.parametrize(
    ("event", "days", "moves", "expected"),
    [
        (date(2026, 11, 1), 15, True, date(2026, 11, 16)),
        (date(2026, 11, 6), 15, True, date(2026, 11, 24)),
        (date(2026, 11, 6), 15, False, date(2026, 11, 21)),
        (date(2026, 12, 14), 15, True, date(2027, 1, 4)),
        (date(2027, 1, 31), 14, True, date(2027, 2, 15)),
        (date(2028, 2, 14), 15, True, date(2028, 2, 29)),
        (date(2026, 4, 20), 15, True, date(2026, 5, 7)),
    ],
)
def test_deadline_is_counted_from_the_next_day_and_moves_to_an_open_one(event: date, days: int, moves: bool, expected: date) -> None:
    """A birth on the 1st with 15 days ends on the 16th; 2026-11-21 is a Saturday before a long weekend; 2026-05-05 lies in Golden Week."""
    assert deadline(event, days, moves_to_open_day=moves, is_open=FACTS.is_open) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("第2・第4金", {date(2026, 12, 11), date(2026, 12, 25)}),
        ("第1・第3火", {date(2026, 12, 1), date(2026, 12, 15)}),
        ("第5火", {date(2026, 12, 29)}),
        ("月・木", {date(2026, 12, day) for day in (3, 7, 10, 14, 17, 21, 24, 28, 31)}),
        ("毎週金曜日", {date(2026, 12, day) for day in (4, 11, 18, 25)}),
    ],
)
def test_schedule_of_a_table(written: str, expected: set[date]) -> None:
    assert set(days_of(written, date(2026, 12, 1), date(2026, 12, 31))) == expected


def test_schedules_of_the_sample_city_can_be_read() -> None:
    for area in PROCEDURES.locality.waste.areas:
        assert read_schedule(area.oversized)
    with pytest.raises(ValueError, match="is no schedule"):
        read_schedule("ときどき")


def test_border_holds_every_facility_of_the_sample_city() -> None:
    city = PROCEDURES.locality.city_map
    outside = [one.name for one in PROCEDURES.locality.facilities if not is_inside(city, (one.latitude, one.longitude), 0)]
    assert outside == []
    assert city.roads
    assert is_inside(CityMap(), (0, 0), 0), "without a map every place counts"


def test_map_with_exchanged_coordinates_is_refused() -> None:
    with pytest.raises(ValueError, match="longitude first"):
        read_map({"features": [{"geometry": {"type": "LineString", "coordinates": [[34.9, 139.3], [34.9, 139.4]]}}]})
    with pytest.raises(ValueError, match="feature 1"):
        read_map({"features": [{"geometry": {"type": "Point", "coordinates": [139.3, 34.9]}}]})


@given(sequence=st.integers(1, 999_999), place=st.integers(0, 12), other=st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_noticed(sequence: int, place: int, other: str) -> None:
    number = receipt_number(2026, sequence)
    body = number.replace("-", "")
    wrong = body[:place] + other + body[place + 1 :]
    assert (check_character(wrong[:-1]) == wrong[-1]) is (wrong == body)


@given(sequence=st.integers(1, 999_999), place=st.integers(2, 10))
def test_exchanged_neighbours_are_noticed(sequence: int, place: int) -> None:
    body = receipt_number(2026, sequence).replace("-", "")
    wrong = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
    assert (check_character(wrong[:-1]) == wrong[-1]) is (wrong == body)


@pytest.mark.parametrize(
    "form", ["{0}", "ju２０２６-000123-{1}", "受付番号は2026 000123 {1}です", "JU－2026－000123－{1}", "JU2026000123{1}"]
)
def test_receipt_number_is_read_however_it_is_written(form: str) -> None:
    number = receipt_number(2026, 123)
    assert read_receipt_number(form.format(number, number[-1])) == number


def test_wrong_receipt_number_is_an_attempt() -> None:
    number = receipt_number(2026, 123)
    wrong = number[:-1] + ("A" if number[-1] != "A" else "B")
    assert read_receipt_number(wrong) is None
    assert is_attempt(wrong)
    assert not is_attempt("粗大ごみを出したい")


RULE = Doubles(place="place", same=("kind",), metres=30, days=14)
HERE = (34.9480, 139.3050)


@pytest.mark.parametrize(
    ("metres_north", "age", "kind", "is_same"),
    [
        (0, timedelta(), "hole", True),
        (29, timedelta(days=13), "hole", True),
        (31, timedelta(days=1), "hole", False),
        (0, timedelta(days=14), "hole", True),
        (0, timedelta(days=14, seconds=1), "hole", False),
        (0, timedelta(days=1), "light", False),
        (0, -timedelta(days=1), "hole", False),
    ],
)
def test_near_reports_of_the_same_class(metres_north: float, age: timedelta, kind: str, is_same: bool) -> None:
    place = (HERE[0] + metres_north / 111_320, HERE[1])
    report = Report(application_id=1, number="JU", kind=kind, place=place, submitted_at=NOW - age)
    assert bool(near_reports(RULE, "hole", HERE, NOW, [report])) is is_same


def test_nearest_report_comes_first() -> None:
    places = [(HERE[0], HERE[1] + east / 91_000) for east in (20, 5, 12)]
    reports = [Report(application_id=number, number="", kind="hole", place=place, submitted_at=NOW) for number, place in enumerate(places)]
    assert [found.application_id for found in near_reports(RULE, "hole", HERE, NOW, reports)] == [1, 2, 0]
    assert 19 < distance(HERE, places[0]) < 21


class Fixed:
    """Answers of a test."""

    def __init__(self, **answers: object) -> None:
        self.answers = answers

    def get(self, path: str) -> object:
        return self.answers.get(path)

    def value(self, name: str) -> object:
        return 5

    def day(self, rule: RuleOfDay) -> date:
        return rule.from_(date(2026, 11, 29), lambda _: 1, lambda _: True)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"field": "a", "is": 3}, True),
        ({"field": "a", "is": True}, False),
        ({"field": "a", "is_not": 3}, False),
        ({"field": "a", "in": [1, 3]}, True),
        ({"field": "a", "not_in": [1, 3]}, False),
        ({"field": "a", "at_least": 3, "at_most": 3}, True),
        ({"field": "a", "more_than": 3}, False),
        ({"field": "a", "less_than": {"value": "v"}}, True),
        ({"field": "a", "is": {"field": "b"}}, False),
        ({"field": "d", "less_than": {"day": "today"}}, True),
        ({"field": "d", "at_least": "2026-11-28"}, True),
        ({"field": "d", "at_least": 3}, False),
        ({"field": "l", "contains": "x"}, True),
        ({"field": "l", "contains": "z"}, False),
        ({"field": "a", "contains": "x"}, False),
        ({"field": "missing", "filled": False}, True),
        ({"field": "missing", "at_least": 1}, False),
        ({"field": "missing", "is_not": 1}, True),
        ({"field": "e", "filled": True}, False),
        ({"all": [{"field": "a", "is": 3}, {"not": {"field": "b", "is": 3}}]}, True),
        ({"any": [{"field": "a", "is": 4}, {"field": "b", "is": 4}]}, True),
    ],
)
def test_conditions(condition: dict[str, object], holds: bool) -> None:
    known = Fixed(a=3, b=4, d="2026-11-28", l=["x", "y"], e="")
    assert Condition.model_validate(condition).holds(known) is holds  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "condition", [{}, {"field": "a"}, {"is": 3}, {"all": [], "any": []}, {"field": "a", "is": 3, "not": {"field": "b", "is": 1}}]
)
def test_conditions_that_say_nothing_are_refused(condition: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(condition)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("300円", 300),
        ("1,000円", 1000),
        ("3", 3),
        ("50cm", 50),
        ("0490-00-1100", "0490-00-1100"),
        ("8:30〜17:00", "8:30〜17:00"),
        ("no", "no"),
    ],
)
def test_values_of_the_pack_as_numbers(written: str, expected: object) -> None:
    assert plain_value(written) == expected


def test_moments_are_japanese() -> None:
    assert datetime(2026, 11, 29, 10, tzinfo=JAPAN) == NOW
