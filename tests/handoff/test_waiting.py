"""A wait is said as a band that measured times support, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.waiting import FEWEST_MEASURED, STEP, Wait, position_and_wait, quantile

TENS = [10.0] * 8
MIXED = [5.0, 10.0, 15.0, 20.0, 40.0]


@pytest.mark.parametrize(
    ("ahead", "free", "people", "minutes", "expected"),
    [
        (0, 1, 1, TENS, Wait(position=1, least_minutes=0, most_minutes=5)),
        (2, 3, 1, TENS, Wait(position=3, least_minutes=0, most_minutes=5)),
        (0, 0, 1, TENS, Wait(position=1, least_minutes=10, most_minutes=15)),
        (3, 0, 1, TENS, Wait(position=4, least_minutes=40, most_minutes=45)),
        (3, 0, 2, TENS, Wait(position=4, least_minutes=20, most_minutes=25)),
        (0, 0, 4, TENS, Wait(position=1, least_minutes=0, most_minutes=10)),
        (1, 0, 1, MIXED, Wait(position=2, least_minutes=20, most_minutes=40)),
        (0, 0, 0, TENS, None),  # nobody is there
        (0, 1, 1, TENS[: FEWEST_MEASURED - 1], None),  # too little is known
    ],
)
def test_band(ahead: int, free: int, people: int, minutes: list[float], expected: Wait | None) -> None:
    assert position_and_wait(ahead, free, people, minutes) == expected


@given(st.integers(0, 50), st.integers(0, 20), st.integers(1, 20), st.lists(st.floats(1, 240), min_size=FEWEST_MEASURED, max_size=30))
def test_band_is_a_band_and_grows_with_the_queue(ahead: int, free: int, people: int, minutes: list[float]) -> None:
    wait, next_one = position_and_wait(ahead, free, people, minutes), position_and_wait(ahead + 1, free, people, minutes)
    assert wait is not None
    assert next_one is not None
    assert 0 <= wait.least_minutes < wait.most_minutes
    assert wait.least_minutes % STEP == wait.most_minutes % STEP == 0
    assert (next_one.least_minutes, next_one.most_minutes) >= (wait.least_minutes, wait.most_minutes)
    assert next_one.position == wait.position + 1


def test_quantile_lies_between_the_nearest() -> None:
    assert quantile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.5
    assert quantile([7.0], 0.25) == 7.0
