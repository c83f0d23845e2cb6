"""How a case may move."""

from datetime import timedelta

import pytest

from handoff.lifecycle import TRANSITIONS, held_state, may_become, may_reopen
from handoff.models import CaseState
from tests.handoff.counter import MORNING


@pytest.mark.parametrize(
    ("state", "target", "expected"),
    [
        (CaseState.WAITING, CaseState.OFFERED, True),
        (CaseState.WAITING, CaseState.SNOOZED, False),  # only who has it puts it aside
        (CaseState.OFFERED, CaseState.WAITING, True),
        (CaseState.OFFERED, CaseState.SNOOZED, False),
        (CaseState.HELD, CaseState.WAITING_FOR_RESIDENT, True),
        (CaseState.HELD, CaseState.HELD, True),
        (CaseState.SNOOZED, CaseState.HELD, True),
        (CaseState.CLOSED, CaseState.WAITING, True),
        (CaseState.CLOSED, CaseState.HELD, True),
        (CaseState.CLOSED, CaseState.SNOOZED, False),
        (CaseState.CLOSED, CaseState.OFFERED, False),
    ],
)
def test_moves(state: CaseState, target: CaseState, expected: bool) -> None:
    assert may_become(state, target) is expected


def test_every_state_can_be_left_and_closed() -> None:
    assert set(TRANSITIONS) == set(CaseState)
    assert all(CaseState.CLOSED in targets for state, targets in TRANSITIONS.items() if state is not CaseState.CLOSED)
    assert {target for targets in TRANSITIONS.values() for target in targets} == set(CaseState)


def test_while_a_clock_runs_the_next_word_is_the_persons() -> None:
    assert held_state(MORNING) == CaseState.HELD
    assert held_state(None) == CaseState.WAITING_FOR_RESIDENT


@pytest.mark.parametrize(("hours", "expected"), [(0, True), (71, True), (72, True), (72.01, False), (73, False)])
def test_a_closed_case_goes_on_for_three_days(hours: float, expected: bool) -> None:
    assert may_reopen(MORNING, MORNING + timedelta(hours=hours), 72) is expected


def test_an_open_case_is_not_reopened() -> None:
    assert may_reopen(None, MORNING, 72) is False
