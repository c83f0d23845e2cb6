"""How a call is tried, and what each result makes of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.line.attempts import (
    MAX_PUSHES,
    MAX_REPLIES,
    Again,
    Attempt,
    CallFacts,
    Settle,
    TryPush,
    TryReply,
    after_push,
    after_reply,
    next_attempt,
)
from bot.line.client import Accepted, QuotaExhausted, RateLimited, Refused, Result, TokenInvalid, Uncertain
from bot.models import CallState

FRESH = CallFacts(
    state=CallState.READY,
    is_settled=False,
    has_token=True,
    token_is_young=True,
    reply_attempts=0,
    push_attempts=0,
    is_blocked=False,
    has_address=True,
    reply_was_uncertain=False,
)
PUSH = TryPush(after_unknown=False)
UNDELIVERABLE = Settle(state=CallState.UNDELIVERABLE)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, TryReply()),
        ({"is_blocked": True}, UNDELIVERABLE),
        ({"is_blocked": True, "reply_was_uncertain": True}, Settle(state=CallState.UNKNOWN)),
        ({"has_address": False}, TryReply()),
        ({"reply_was_uncertain": True, "reply_attempts": 1}, TryReply()),
        ({"reply_attempts": MAX_REPLIES - 1}, TryReply()),
        ({"reply_attempts": MAX_REPLIES}, PUSH),
        ({"reply_attempts": MAX_REPLIES, "reply_was_uncertain": True}, TryPush(after_unknown=True)),
        ({"has_token": False}, PUSH),
        ({"token_is_young": False}, PUSH),
        ({"token_is_young": False, "reply_was_uncertain": True}, TryPush(after_unknown=True)),
        ({"push_attempts": 1}, PUSH),
        ({"push_attempts": MAX_PUSHES - 1}, PUSH),
        ({"push_attempts": MAX_PUSHES}, Settle(state=CallState.UNKNOWN)),
        ({"has_token": False, "is_blocked": True}, UNDELIVERABLE),
        ({"has_token": False, "has_address": False}, UNDELIVERABLE),
        ({"is_settled": True, "state": CallState.SENT}, Settle(state=CallState.SENT)),
        ({"is_settled": True, "state": CallState.FAILED}, Settle(state=CallState.FAILED)),
    ],
)
def test_next_attempt(facts: dict[str, object], expected: Attempt) -> None:
    found = next_attempt(replace(FRESH, **facts))  # type: ignore[arg-type]  # a table of fields
    assert (replace(found, error=None) if isinstance(found, Settle) else found) == expected


FACTS = st.builds(
    CallFacts,
    reply_attempts=st.integers(min_value=0, max_value=MAX_REPLIES + 1),
    push_attempts=st.integers(min_value=0, max_value=MAX_PUSHES + 1),
)


@given(FACTS)
def test_no_reply_after_a_push_nothing_after_the_end_and_never_endlessly(facts: CallFacts) -> None:
    found = next_attempt(facts)
    if facts.is_settled:
        assert found == Settle(state=facts.state)
    elif isinstance(found, TryReply):
        assert facts.push_attempts == 0
        assert facts.has_token
        assert facts.token_is_young
        assert facts.reply_attempts < MAX_REPLIES
    elif isinstance(found, TryPush):
        assert facts.push_attempts < MAX_PUSHES
        assert facts.has_address
        assert not facts.is_blocked
        assert found.after_unknown == facts.reply_was_uncertain


RESULTS: list[Result] = [
    Accepted(),
    TokenInvalid(),
    RateLimited(),
    QuotaExhausted(),
    Refused(status=400, reason="x"),
    Refused(status=401, reason="x"),
    Refused(status=403, reason="x"),
    Uncertain(reason="HTTP 500"),
]
SENT, FAILED, UNKNOWN = Settle(state=CallState.SENT), Settle(state=CallState.FAILED), Settle(state=CallState.UNKNOWN)
LATER, LATER_UNKNOWN = Again(state=CallState.READY, at_once=False), Again(state=CallState.UNKNOWN, at_once=False)


@pytest.mark.parametrize(
    ("result", "at_first", "after_uncertain"),
    list(
        zip(
            RESULTS,
            [SENT, Again(state=CallState.READY, at_once=True, token_is_dead=True), LATER, LATER, FAILED, LATER, LATER, LATER_UNKNOWN],
            [SENT, SENT, LATER_UNKNOWN, LATER_UNKNOWN, UNKNOWN, LATER_UNKNOWN, LATER_UNKNOWN, LATER_UNKNOWN],
            strict=True,
        )
    ),
)
def test_result_of_a_reply(result: Result, at_first: Settle | Again, after_uncertain: Settle | Again) -> None:
    assert without_error(after_reply(result, may_have_arrived=False)) == at_first
    assert without_error(after_reply(result, may_have_arrived=True)) == after_uncertain


@pytest.mark.parametrize(
    ("result", "at_first", "after_uncertain"),
    list(
        zip(
            RESULTS,
            [SENT, FAILED, LATER, FAILED, FAILED, LATER, LATER, LATER_UNKNOWN],
            [UNKNOWN, UNKNOWN, LATER_UNKNOWN, UNKNOWN, UNKNOWN, LATER_UNKNOWN, LATER_UNKNOWN, LATER_UNKNOWN],
            strict=True,
        )
    ),
)
def test_result_of_a_push(result: Result, at_first: Settle | Again, after_uncertain: Settle | Again) -> None:
    assert without_error(after_push(result, after_unknown=False)) == at_first
    assert without_error(after_push(result, after_unknown=True)) == after_uncertain


def without_error(verdict: Settle | Again) -> Settle | Again:
    return replace(verdict, error=None) if isinstance(verdict, Settle) else verdict


@pytest.mark.parametrize("result", RESULTS)
def test_what_is_not_sent_says_why(result: Result) -> None:
    for verdict in (after_reply(result, may_have_arrived=False), after_push(result, after_unknown=True)):
        assert not isinstance(verdict, Settle) or verdict.state is CallState.SENT or verdict.error
