"""How an outgoing call is tried, and what a result makes of it. Pure."""

from dataclasses import dataclass

from bot.line.client import Accepted, QuotaExhausted, RateLimited, Refused, Result, TokenInvalid, Uncertain
from bot.models import CallState
from bot.texts import say

MAX_REPLIES = 4
MAX_PUSHES = 8


@dataclass(frozen=True, kw_only=True)
class CallFacts:
    """What is known of a call before its next attempt."""

    state: CallState
    is_settled: bool
    has_token: bool
    token_is_young: bool
    reply_attempts: int
    push_attempts: int
    is_blocked: bool
    has_address: bool
    reply_was_uncertain: bool
    """A reply was begun whose outcome nobody knows: it timed out, or this process died in it."""


@dataclass(frozen=True, kw_only=True)
class TryReply:
    """Use the reply token, which costs nothing."""


@dataclass(frozen=True, kw_only=True)
class TryPush:
    """Push with the call's retry key, which is counted. `after_unknown`: an earlier reply may have arrived."""

    after_unknown: bool


@dataclass(frozen=True, kw_only=True)
class Settle:
    """Nothing further is sent."""

    state: CallState
    error: str | None = None


Attempt = TryReply | TryPush | Settle


def next_attempt(facts: CallFacts) -> Attempt:
    if facts.is_settled:
        return Settle(state=facts.state)
    if facts.is_blocked:
        # LINE answers 200 to whatever is sent to somebody who blocked us, and delivers nothing.
        state = CallState.UNKNOWN if facts.reply_was_uncertain else CallState.UNDELIVERABLE
        return Settle(state=state, error=say("call.blocked"))
    if facts.push_attempts == 0 and facts.has_token and facts.token_is_young and facts.reply_attempts < MAX_REPLIES:
        return TryReply()
    if not facts.has_address:
        return Settle(state=CallState.UNDELIVERABLE, error=say("call.no_address"))
    if facts.push_attempts >= MAX_PUSHES:
        return Settle(state=CallState.UNKNOWN, error=say("call.unclear"))
    return TryPush(after_unknown=facts.reply_was_uncertain)


@dataclass(frozen=True, kw_only=True)
class Again:
    """Try once more, at once or after the queue's back-off; until then the call's state is `state`."""

    state: CallState
    at_once: bool
    token_is_dead: bool = False


def after_reply(result: Result, *, may_have_arrived: bool) -> Settle | Again:
    """A token works once, so a second try can't double; one that is refused after an uncertain attempt was used by that attempt."""
    undecided, failed = (CallState.UNKNOWN,) * 2 if may_have_arrived else (CallState.READY, CallState.FAILED)
    match result:
        case Accepted():
            return Settle(state=CallState.SENT)
        case TokenInvalid() if may_have_arrived:
            return Settle(state=CallState.SENT)
        case TokenInvalid():
            return Again(state=CallState.READY, at_once=True, token_is_dead=True)
        case Uncertain():
            return Again(state=CallState.UNKNOWN, at_once=False)
        case Refused(status=401 | 403) | RateLimited() | QuotaExhausted():
            return Again(state=undecided, at_once=False)
        case Refused(reason=reason):
            return Settle(state=failed, error=say("call.refused_because", reason=reason))


def after_push(result: Result, *, after_unknown: bool) -> Settle | Again:
    """The retry key keeps pushes from doubling each other; an uncertain reply before them may have arrived too, and the ledger says so."""
    failed = CallState.UNKNOWN if after_unknown else CallState.FAILED
    match result:
        case Accepted() if after_unknown:
            return Settle(state=CallState.UNKNOWN, error=say("call.maybe_twice"))
        case Accepted():
            return Settle(state=CallState.SENT)
        case Uncertain():
            return Again(state=CallState.UNKNOWN, at_once=False)
        case Refused(status=401 | 403) | RateLimited():
            return Again(state=CallState.UNKNOWN if after_unknown else CallState.READY, at_once=False)
        case QuotaExhausted():
            return Settle(state=failed, error=say("call.monthly_limit"))
        case Refused(reason=reason):
            return Settle(state=failed, error=say("call.refused_because", reason=reason))
        case TokenInvalid():
            return Settle(state=failed, error=say("call.refused"))
