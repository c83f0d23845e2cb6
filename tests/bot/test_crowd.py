"""When turns are hurried: while every one of the latest waited long, and no longer."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.crowd import LATEST, LONGEST_WAIT, Crowd

SHORT, LONG = timedelta(milliseconds=5), LONGEST_WAIT + timedelta(milliseconds=1)
NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)


def notes(crowd: Crowd, *waits: timedelta) -> list[bool]:
    return [crowd.note(wait) for wait in waits]


def test_a_line_that_stands_is_a_crowd_until_one_turn_hardly_waited() -> None:
    crowd = Crowd()
    assert notes(crowd, *[LONG] * (LATEST - 1)) == [False] * (LATEST - 1)
    assert notes(crowd, LONG, LONG) == [True, True]
    assert notes(crowd, SHORT) == [False]
    assert notes(crowd, *[LONG] * LATEST) == [False] * (LATEST - 1) + [True]


def test_one_resident_who_writes_much_is_no_crowd() -> None:
    """Their own messages wait for each other, and in between others are served at once."""
    crowd = Crowd()
    assert not any(notes(crowd, *[LONG, LONG, LONG, SHORT] * 5))


@pytest.mark.parametrize("wait", [SHORT, LONGEST_WAIT])
def test_waits_within_the_limit_are_no_crowd(wait: timedelta) -> None:
    assert not any(notes(Crowd(), *[wait] * 3 * LATEST))


class Overrun:
    """More turns come in than are taken up: simulated, a full one takes 50 ms and a hurried one 15 ms of the only worker."""

    def __init__(self, a_second: float) -> None:
        self.between = timedelta(seconds=1 / a_second)
        self.crowd = Crowd()
        self.waits: list[timedelta] = []
        self.hurried = 0

    def run(self, count: int, arrives: datetime = NOW) -> datetime:
        free = arrives
        for _ in range(count):
            begins = max(free, arrives)
            self.waits.append(begins - arrives)
            is_hurried = self.crowd.note(begins - arrives)
            self.hurried += is_hurried
            free = begins + timedelta(milliseconds=15 if is_hurried else 50)
            arrives += self.between
        return max(free, arrives)


def test_with_twice_as_many_turns_as_the_full_mode_bears_nobody_waits_ever_longer() -> None:
    overrun = Overrun(a_second=40)
    quiet_again = overrun.run(4000)
    assert max(overrun.waits) < timedelta(seconds=1)
    assert 0.2 < overrun.hurried / 4000 < 0.9
    overrun.between, overrun.hurried = timedelta(seconds=0.1), 0
    overrun.run(100, quiet_again + timedelta(seconds=1))
    assert overrun.hurried == 0
