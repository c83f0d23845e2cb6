"""How the service of a person was: a score by one tap, and why, where the resident wants to say it."""

from datetime import timedelta

from bot.closing import SCORES
from bot.handlers import offering
from bot.handlers.question import answer_question, question_of
from bot.outcome import Outcome, RecordSatisfaction, Tools, Turn
from bot.routing import Route
from bot.states import AskedForComment, before_of, load_state, resumed
from bot.taps import SkipComment
from core.clock import from_milliseconds, to_milliseconds
from core.messages import Decision, Reply, Text
from core.personal_data import mask_personal_data
from retrieval.answering import AnswerStatus

COMMENT_LENGTH = 1000
COMMENT_TIME = timedelta(hours=1)
"""Whoever says nothing of their score for so long speaks of something else."""


def rate_service(turn: Turn, case_id: int, score: int) -> Outcome:
    if score not in SCORES:
        return _thank(turn, "tap.not_ours", ())
    at = to_milliseconds(turn.now)
    state = AskedForComment(case_id=case_id, score=score, at=at, before=before_of(turn.state), last=turn.state.last)
    return Outcome(
        state=state,
        decision=Decision(route=Route.COMMENT),
        reply=Reply(
            messages=(Text(text=turn.say("csat.thanks")),),
            choices=(offering.tap(turn, "skip_comment", SkipComment()), offering.menu(turn)),
            language=turn.language,
        ),
        effects=(RecordSatisfaction(case_id=case_id, score=score),),
    )


def take_comment(turn: Turn, tools: Tools) -> Outcome:
    """The next words are the reason, unless they ask what the content answers."""
    state = turn.state
    if (
        not isinstance(state, AskedForComment)
        or _is_long_ago(turn, state)
        or tools.answer(question_of(turn, turn.text)).status is AnswerStatus.ANSWERED_SAME_QUESTION
    ):
        return answer_question(turn, tools)
    comment = mask_personal_data(turn.text)[:COMMENT_LENGTH]
    return _thank(turn, "csat.comment_thanks", (RecordSatisfaction(case_id=state.case_id, score=state.score, comment=comment),))


def skip_comment(turn: Turn) -> Outcome:
    return _thank(turn, "csat.done", ())


def _is_long_ago(turn: Turn, state: AskedForComment) -> bool:
    return state.at is not None and turn.now - from_milliseconds(state.at) > COMMENT_TIME


def _thank(turn: Turn, key: str, effects: tuple[RecordSatisfaction, ...]) -> Outcome:
    state = load_state(turn.state.before) if isinstance(turn.state, AskedForComment) else resumed(turn.state)
    return Outcome(
        state=state,
        decision=Decision(route=Route.COMMENT),
        reply=Reply(messages=(Text(text=turn.say(key)),), choices=offering.ordinary(turn), language=turn.language),
        effects=effects,
    )
