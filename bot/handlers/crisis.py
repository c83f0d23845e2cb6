"""Words that tell of danger: the fixed safe message with the numbers to call, before anything else."""

from bot.handlers import offering
from bot.outcome import Outcome, Turn
from bot.routing import Route
from bot.words import crisis_in
from core.messages import Call, Card, Choice, Decision, Reply


def answer_crisis(turn: Turn) -> Outcome:
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
    return Outcome(
        state=turn.state,
        decision=Decision(route=Route.CRISIS, status=f"crisis_{name}", decision="handoff"),
        reply=Reply(messages=(card,), choices=(offering.staff(turn), offering.callback(turn)), language=turn.language),
    )
