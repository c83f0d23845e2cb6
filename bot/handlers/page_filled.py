"""Going on in the talk once a page was filled in."""

from bot.outcome import Outcome, Turn
from bot.routing import Route
from core.messages import Decision, Reply, Text


def acknowledge_page(turn: Turn) -> Outcome:
    said = Text(text=turn.say("procedure.form.receipt"))
    return Outcome(state=turn.state, decision=Decision(route=Route.TAP), reply=Reply(messages=(said,), language=turn.language))
