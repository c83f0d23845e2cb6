"""Somebody waits for a person: words go to the case and are acknowledged; they may leave a message or go on with the bot."""

from dataclasses import replace
from datetime import timedelta

from bot.case_words import moment_or_none
from bot.handlers import offering
from bot.handlers.procedure import resume
from bot.incoming import Followed, Unfollowed, Unsent
from bot.outcome import (
    AddWords,
    BlankMessage,
    Effect,
    MarkIntroduced,
    Outcome,
    ReopenCase,
    SetFriendship,
    Tools,
    Turn,
    WithdrawOpenCase,
)
from bot.routing import Route
from bot.states import (
    AskedForPhone,
    AskedForTime,
    EndedUnanswered,
    Idle,
    LeavingMessage,
    State,
    WaitingForStaff,
    before_of,
    resumed,
    waiting,
)
from core.clock import from_milliseconds, to_milliseconds
from core.messages import Choice, Decision, Reply, Text

AGAIN_AFTER = timedelta(minutes=3)
"""Between two acknowledgements."""


def relay(turn: Turn) -> Outcome:
    """A person holds the talk: whatever happens goes to the case, and nothing is said."""
    effects: tuple[Effect, ...] = ()
    match turn.last.content:
        case Unsent(message_id=message_id):
            effects = (BlankMessage(message_id=message_id),)
        case Followed():
            effects = (SetFriendship(is_friend=True), MarkIntroduced())
        case Unfollowed():
            effects = (SetFriendship(is_friend=False),)
        case _:
            effects = (AddWords(),)
    return Outcome(state=turn.state, decision=Decision(route=Route.RELAY), effects=effects)


def take_words(turn: Turn) -> Outcome:
    """Of somebody in the queue: passed on, and acknowledged unless that happened a moment ago."""
    if isinstance(turn.state, LeavingMessage):
        return _say(turn, waiting(turn.state), "handoff.message_kept", effects=(AddWords(),), status="handoff_message")
    state = waiting(turn.state)
    if turn.now - from_milliseconds(state.acknowledged_at) < AGAIN_AFTER:
        return Outcome(state=state, decision=Decision(route=Route.WAITING), effects=(AddWords(),))
    return _say(turn, state, "handoff.noted", effects=(AddWords(),))


def wait_on(turn: Turn) -> Outcome:
    if turn.case is None:
        return _nothing_waits(turn)
    return _say(turn, waiting(turn.state), "handoff.wait_on")


def leave_message(turn: Turn) -> Outcome:
    if turn.case is None:
        return _nothing_waits(turn)
    state = LeavingMessage(before=before_of(turn.state), last=turn.state.last)
    choices = (offering.callback(turn), offering.go_on(turn))
    return _outcome(turn, state, "handoff.ask_message", choices)


def go_on(turn: Turn, tools: Tools) -> Outcome:
    """The bot answers again; what was asked for before is asked for again. The case stays where it is."""
    state = resumed(turn.state)
    key = "handoff.goes_on" if turn.case is not None else "handoff.bot_is_here"
    return resume(turn, tools, _outcome(turn, state, key, _ways_on(turn, state), reminder=_reminder(state)))


def withdraw(turn: Turn, tools: Tools) -> Outcome:
    """Nobody needs to answer any more. A case that somebody has is theirs to close."""
    if turn.case is None:
        return _nothing_waits(turn)
    state = resumed(turn.state)
    outcome = _outcome(turn, state, "handoff.withdrawn", _ways_on(turn, state), effects=(WithdrawOpenCase(),), reminder=_reminder(state))
    return resume(turn, tools, outcome)


def reopen(turn: Turn) -> Outcome:
    """Who was silent until their case closed has answered after all."""
    if not isinstance(turn.state, EndedUnanswered):
        return _nothing_waits(turn)
    state = waiting(turn.state)
    return Outcome(
        state=replace(state, acknowledged_at=to_milliseconds(turn.now)),
        decision=Decision(route=Route.REOPEN, status="handoff_reopened", decision="handoff"),
        reply=Reply(messages=(), choices=offering.while_waiting(turn), language=turn.language),
        effects=(ReopenCase(case_id=turn.state.case_id),),
    )


def _say(turn: Turn, state: WaitingForStaff, key: str, *, effects: tuple[Effect, ...] = (), status: str | None = None) -> Outcome:
    promised = moment_or_none(turn.pack, turn.language, turn.case.promised_at if turn.case is not None else None, turn.now)
    text = turn.say(key)
    if promised is not None:
        text = f"{text}{turn.say('handoff.by_then', promised_at=promised)}"
    return Outcome(
        state=replace(state, acknowledged_at=to_milliseconds(turn.now)),
        decision=Decision(route=Route.WAITING, status=status, decision="handoff" if status else None),
        reply=Reply(messages=(Text(text=text),), choices=offering.while_waiting(turn), language=turn.language),
        effects=effects,
    )


def _nothing_waits(turn: Turn) -> Outcome:
    state = resumed(turn.state)
    return _outcome(turn, state, "handoff.bot_is_here", _ways_on(turn, state), reminder=_reminder(state))


def _outcome(
    turn: Turn, state: State, key: str, choices: tuple[Choice, ...], *, effects: tuple[Effect, ...] = (), reminder: str = ""
) -> Outcome:
    messages = (Text(text=turn.say(key)), *((Text(text=turn.say(reminder)),) if reminder else ()))
    return Outcome(
        state=state,
        decision=Decision(route=Route.WAITING),
        reply=Reply(messages=messages, choices=choices, language=turn.language),
        effects=effects,
    )


def _ways_on(turn: Turn, state: State) -> tuple[Choice, ...]:
    return offering.ordinary(turn) if isinstance(state, Idle) else (offering.cancel(turn), offering.menu(turn))


def _reminder(state: State) -> str:
    """What was being asked before, for who goes on."""
    match state:
        case AskedForPhone():
            return "callback.still_waiting"
        case AskedForTime():
            return "callback.still_time"
        case _:
            return ""
