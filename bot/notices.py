"""Words that stand beside whatever else is said: the first-time notice, and the warnings about numbers that nobody should send. Pure."""

from dataclasses import replace

from bot.models import ConversationKind
from bot.outcome import MarkIntroduced, Outcome, Turn
from core.messages import Message, Text
from core.personal_numbers import PersonalNumber, masks_in

MAX_MESSAGES = 5


def with_notices(turn: Turn, outcome: Outcome) -> Outcome:
    """The notices go into the same call as the reply, so that they cost nothing and come at once."""
    if outcome.reply is None:
        return outcome
    before: list[Message] = []
    after: list[Message] = []
    effects = outcome.effects
    before += [Text(text=turn.say(f"notice.{kind}")) for kind in _masked(turn)]
    already_introduces = any(isinstance(effect, MarkIntroduced) for effect in effects)
    if not turn.is_introduced and not already_introduces and turn.conversation_kind is ConversationKind.PERSON:
        after.append(Text(text=turn.say("welcome.notice", name=turn.pack.municipality.name)))
        effects = (*effects, MarkIntroduced())
    room = MAX_MESSAGES - len(before) - len(after)
    messages = (
        (*before, *after, *outcome.reply.messages[:room]) if not _is_crisis(outcome) else (*outcome.reply.messages[:room], *before, *after)
    )
    return replace(outcome, reply=replace(outcome.reply, messages=tuple(messages)), effects=effects)


def _masked(turn: Turn) -> list[PersonalNumber]:
    """Kinds of numbers that were blanked in the resident's words."""
    found = masks_in(turn.text)
    return [kind for kind in PersonalNumber if kind in found or (turn.masked_number and not found and kind is PersonalNumber.INDIVIDUAL)]


def _is_crisis(outcome: Outcome) -> bool:
    """Nothing may stand before the safe message."""
    return (outcome.decision.status or "").startswith("crisis_")
