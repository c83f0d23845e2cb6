"""Values hold from their first day to their last, in Japan."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import JAPAN
from core.errors import PackError
from core.values import DatedValue, Values, placeholders

VALUES = Values(
    {
        "fee": [DatedValue(value="300円", valid_until=date(2027, 3, 31)), DatedValue(value="400円", valid_from=date(2027, 4, 1))],
        "summer": [DatedValue(value="17:00", valid_from=date(2026, 7, 1), valid_until=date(2026, 8, 31))],
        "phone": [DatedValue(value="0490-00-1100")],
        "dept.a-b_c.name": [DatedValue(value="市民課")],
    }
)
MIDNIGHT = datetime(2027, 4, 1, tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("moment", "filled"),
    [
        (MIDNIGHT - timedelta(milliseconds=1), "1通300円です"),
        (MIDNIGHT, "1通400円です"),
        (MIDNIGHT.astimezone(UTC), "1通400円です"),
        (datetime(2027, 3, 31, 14, 59, 59, tzinfo=UTC), "1通300円です"),
        (datetime(2027, 3, 31, 15, 0, tzinfo=UTC), "1通400円です"),
    ],
)
def test_value_changes_at_midnight_in_japan(moment: datetime, filled: str) -> None:
    assert VALUES.fill("1通{{ fee }}です", moment) == filled


@pytest.mark.parametrize(
    ("day", "holds"), [(date(2026, 6, 30), False), (date(2026, 7, 1), True), (date(2026, 8, 31), True), (date(2026, 9, 1), False)]
)
def test_both_ends_belong_to_the_validity(day: date, holds: bool) -> None:
    if holds:
        assert VALUES.on("summer", day) == "17:00"
    else:
        with pytest.raises(PackError, match=f"'summer' has no row for {day}"):
            VALUES.on("summer", day)


def test_unknown_value_is_named() -> None:
    assert "fee" in VALUES
    assert "feee" not in VALUES
    with pytest.raises(PackError, match="unknown value 'feee'"):
        VALUES.fill("{{ feee }}", MIDNIGHT)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{fee}}と{{  phone  }}", "400円と0490-00-1100"),
        ("{{ dept.a-b_c.name }}", "市民課"),
        ("{ fee } {{ Fee }} {{}} { {fee} }", "{ fee } {{ Fee }} {{}} { {fee} }"),
        ("", ""),
    ],
)
def test_only_placeholders_are_filled(text: str, filled: str) -> None:
    assert VALUES.fill(text, MIDNIGHT) == filled


def test_placeholders_are_listed_in_order() -> None:
    assert placeholders("{{ b }}と{{a.c}}と{{ b }}") == ["b", "a.c", "b"]


@given(st.dates(), st.one_of(st.none(), st.dates()), st.one_of(st.none(), st.dates()))
def test_value_holds_exactly_between_its_days(day: date, start: date | None, end: date | None) -> None:
    held = DatedValue(value="x", valid_from=start, valid_until=end).holds_on(day)
    assert held == ((start or date.min) <= day <= (end or date.max))
