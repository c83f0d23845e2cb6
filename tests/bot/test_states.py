"""A stored state is read as it was, and one that can't be read counts as idle."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.states import (
    AskedAboutMedia,
    AskedForPhone,
    AskedForPlace,
    AskedForTime,
    Idle,
    LastAnswer,
    State,
    dump_state,
    load_state,
    without_words,
)

LAST = LastAnswer(question="犬の登録", entries=("dog",), refused=("cat",), offered=("hen",), subject="犬", aspect="fee", at=1)
STATES = [
    Idle(),
    Idle(last=LAST),
    AskedAboutMedia(media="video", last=LAST),
    AskedForPhone(topic="犬", department_id="environment", failures=2, last=LAST),
    AskedForTime(phone="090-1234-5678", topic="犬", department_id="environment", last=LAST),
]


@pytest.mark.parametrize("state", STATES)
def test_state_survives_being_stored(state: State) -> None:
    stored = orjson.loads(orjson.dumps(dump_state(state)))
    assert load_state(stored) == state
    assert type(load_state(stored)) is type(state)


def test_answer_that_an_earlier_version_remembered_can_be_read() -> None:
    stored = {"kind": "idle", "last": {"question": "犬の登録", "entries": ["dog"], "refused": [], "at": 1}}
    assert load_state(stored) == Idle(last=LastAnswer(question="犬の登録", entries=("dog",), at=1))


LASTS = st.one_of(st.none(), st.builds(LastAnswer, at=st.integers(min_value=0, max_value=2**53)))
ANY_STATE = st.one_of(
    st.builds(Idle, kind=st.just("idle"), last=LASTS),
    st.builds(AskedAboutMedia, kind=st.just("asked_about_media"), last=LASTS),
    st.builds(AskedForPhone, kind=st.just("asked_for_phone"), last=LASTS),
    st.builds(AskedForPlace, kind=st.just("asked_for_place"), last=LASTS),
    st.builds(AskedForTime, kind=st.just("asked_for_time"), last=LASTS),
)


@given(ANY_STATE)
def test_any_state_survives_being_stored(state: State) -> None:
    assert load_state(dump_state(state)) == state


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"kind": "filling_procedure", "procedure": "waste"},
        {"kind": "idle", "extra": 1},
        {"kind": "asked_for_time"},
        {"kind": "asked_for_phone", "failures": "many"},
        {"kind": None},
        {"last": None},
        {"kind": "idle", "last": {"question": 5}},
        [],
        "idle",
    ],
)
def test_state_of_another_version_counts_as_idle(stored: Any) -> None:  # Any: what should not be there.
    assert load_state(stored) == Idle()


@pytest.mark.parametrize("state", STATES)
def test_without_words_nothing_of_the_resident_remains_but_what_is_expected(state: State) -> None:
    left = without_words(state)
    assert type(left) is type(state)
    assert "犬" not in str(dump_state(left))
    assert left.last is None


def test_number_that_was_taken_back_is_asked_for_again_and_another_one_stays() -> None:
    state = AskedForTime(phone="090-1234-5678", topic="犬", department_id="environment", last=LAST)
    assert without_words(state, ("090-1234-5678", "03-3580-3311")) == AskedForPhone(department_id="environment")
    assert without_words(state, ("03-3580-3311",)) == AskedForTime(phone="090-1234-5678", department_id="environment")


def test_what_was_looked_for_nearby_goes_with_the_words() -> None:
    assert without_words(AskedForPlace(wanted="小学校", last=LAST)) == Idle()
