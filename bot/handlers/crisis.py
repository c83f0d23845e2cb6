"""Words that tell of danger: the fixed safe message with the numbers to call, before anything else."""

from datetime import timedelta

from bot.handlers import offering
from bot.handlers.handing_over import case_effect
from bot.models import ConversationKind
from bot.outcome import AddWords, MarkCrisis, Outcome, Tools, Turn
from bot.routing import Route
from bot.states import AskedForPhone, AskedForTime, waiting
from bot.words import crisis_in
from core.messages import Call, Card, Choice, Decision, Reply
from handoff.models import CaseReason

ONCE = timedelta(hours=1)
"""While a person holds the talk the message is said at most so often; staff are told each time."""


def answer_crisis(turn: Turn, tools: Tools) -> Outcome:
    """The numbers come first. A person is told with the highest priority, wherever there is one to tell: not in a group."""
    kind = crisis_in(turn.pack.lexicon, turn.text)
    name = kind.id if kind else "general"
    text = turn.say(f"crisis.{name}.text")
    numbers = [line.rsplit(" ", 1) for line in turn.say(f"crisis.{name}.numbers").splitlines() if line.strip()]
    card = Card(
        alt=text,
        title=turn.say(f"crisis.{name}.title"),
        text=text,
        choices=tuple(Choice(label=label, action=Call(phone=phone), is_primary=True) for label, phone in numbers),
        tone="alert",
    )
    decision = Decision(route=Route.CRISIS, status=f"crisis_{name}", decision="handoff")
    reply = Reply(messages=(card,), choices=(offering.staff(turn), offering.callback(turn)), language=turn.language)
    if turn.conversation_kind is not ConversationKind.PERSON:
        return Outcome(state=turn.state, decision=decision, reply=reply)
    told = case_effect(turn, tools, CaseReason.CRISIS, question=turn.text, risks=(name,))
    if turn.is_held:
        is_said = turn.crisis_at is not None and turn.now - turn.crisis_at < ONCE
        reply = Reply(messages=(card,), language=turn.language)
        return Outcome(
            state=turn.state,
            decision=decision,
            reply=None if is_said else reply,
            effects=(AddWords(), told) if is_said else (AddWords(), told, MarkCrisis()),
        )
    # In the middle of a call-back the number is still wanted; otherwise what follows is for the person.
    state = turn.state if isinstance(turn.state, AskedForPhone | AskedForTime) else waiting(turn.state)
    return Outcome(state=state, decision=decision, reply=reply, effects=(told, MarkCrisis()))
