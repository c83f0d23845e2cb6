"""Notices stand beside the reply, in one call, and never before a safe message."""

from dataclasses import replace

import pytest

from bot.models import ConversationKind
from bot.notices import MAX_MESSAGES, with_notices
from bot.outcome import MarkIntroduced, Outcome
from bot.routing import Route
from core.messages import Choice, Decision, Reply, Say, Text
from tests.bot.turns import turn_of

CHOICES = (Choice(label="はい", action=Say(text="はい")),)
MASKED = turn_of("1")
NOTICE = MASKED.say("notice.individual_number")
FIRST = MASKED.say("welcome.notice", name="汐見市")


def outcome(count: int = 1, status: str | None = None, effects: tuple[MarkIntroduced, ...] = ()) -> Outcome:
    reply = Reply(messages=tuple(Text(text=f"{number}") for number in range(count)), choices=CHOICES)
    turn = turn_of("1")
    return Outcome(state=turn.state, decision=Decision(route=Route.ANSWER, status=status), reply=reply, effects=effects)


def texts(result: Outcome) -> list[str]:
    assert result.reply is not None
    assert result.reply.choices == CHOICES
    return [message.text for message in result.reply.messages if isinstance(message, Text)]


@pytest.mark.parametrize(
    ("masked", "introduced", "status", "expected"),
    [
        (False, True, None, ["0", "1"]),
        (True, True, None, [NOTICE, "0", "1"]),
        (False, False, None, [FIRST, "0", "1"]),
        (True, False, None, [NOTICE, FIRST, "0", "1"]),
        (True, False, "crisis_self_harm", ["0", "1", NOTICE, FIRST]),
        (False, False, "crisis_general", ["0", "1", FIRST]),
    ],
)
def test_notices_stand_before_the_reply_and_after_a_safe_message(
    masked: bool, introduced: bool, status: str | None, expected: list[str]
) -> None:
    result = with_notices(turn_of("1", masked_number=masked, is_introduced=introduced), outcome(2, status))
    assert texts(result) == expected
    assert result.effects == (() if introduced else (MarkIntroduced(),))


@pytest.mark.parametrize("status", [None, "crisis_self_harm"])
@pytest.mark.parametrize("count", [1, 4, 5])
def test_call_never_holds_more_than_five_messages(status: str | None, count: int) -> None:
    result = with_notices(turn_of("1", masked_number=True, is_introduced=False), outcome(count, status))
    found = texts(result)
    assert len(found) == min(MAX_MESSAGES, count + 2)
    assert {NOTICE, FIRST} <= set(found)
    assert [text for text in found if text.isdigit()] == [f"{number}" for number in range(min(count, 3))]


def test_who_is_welcomed_anyway_is_not_introduced_twice() -> None:
    result = with_notices(turn_of("1", is_introduced=False), outcome(1, effects=(MarkIntroduced(),)))
    assert texts(result) == ["0"]
    assert result.effects == (MarkIntroduced(),)


def test_group_is_not_given_the_notice_of_a_talk_of_two() -> None:
    result = with_notices(turn_of("1", kind=ConversationKind.GROUP, is_introduced=False), outcome(1))
    assert texts(result) == ["0"]


def test_silence_stays_silence() -> None:
    silent = replace(outcome(), reply=None)
    assert with_notices(turn_of("1", masked_number=True, is_introduced=False), silent) == silent
