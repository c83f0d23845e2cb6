"""How long somebody in the queue will wait, as an honest band from measured times. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

FEWEST_MEASURED = 5
"""Closed cases without which nothing is promised."""
STEP = 5
"""Minutes to which a wait is rounded: the shorter end down, the longer up."""


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Where somebody stands, and how long it will take, in minutes."""

    position: int
    """1 is next."""
    least_minutes: int
    most_minutes: int


def position_and_wait(ahead: int, free_places: int, people: int, handling_minutes: Sequence[float]) -> Wait | None:
    """None where nobody is there, or too little was measured.

    `ahead` counts cases before this one, `free_places` what the people who are there could take at once, `handling_minutes` the
    minutes that a person was busy with each of the last cases. The people work through what is ahead side by side; a quarter of
    cases is quicker than the shorter end says, a quarter slower than the longer.
    """
    if people == 0 or len(handling_minutes) < FEWEST_MEASURED:
        return None
    if ahead < free_places:
        return Wait(position=ahead + 1, least_minutes=0, most_minutes=STEP)
    rounds = (ahead - free_places + 1) / people
    least = rounds * quantile(handling_minutes, 0.25)
    most = max(1.0, rounds) * quantile(handling_minutes, 0.75)
    shorter = int(least // STEP) * STEP
    return Wait(position=ahead + 1, least_minutes=shorter, most_minutes=max(shorter + STEP, math.ceil(most / STEP) * STEP))


def quantile(values: Sequence[float], share: float) -> float:
    """Between the two nearest of the ordered values."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
