"""What stands beside whatever else is decided: first-time notice, warnings about numbers that nobody should send, ways to another language.

Pure.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.handlers.offering import ways_to_speak
from bot.models import ConversationKind
from bot.outcome import MarkIntroduced, Outcome, SetLanguage, Turn
from core.messages import Language, Message, Text
from core.personal_numbers import PersonalNumber, masks_in

MAX_MESSAGES = 5
MAX_CHOICES = 13


def with_notices(turn: Turn, outcome: Outcome) -> Outcome:
    """The notices go into the same call as the reply, so that they cost nothing and come at once."""
    if turn.is_language_new and not any(isinstance(effect, SetLanguage) for effect in outcome.effects):
        outcome = replace(outcome, effects=(*outcome.effects, SetLanguage(language=turn.language)))
    if outcome.reply is None or turn.is_held:
        return outcome
    before: list[Message] = []
    after: list[Message] = []
    effects = outcome.effects
    if turn.emergency:
        before.append(Text(text=turn.emergency))
    before += [Text(text=turn.say(f"notice.{kind}")) for kind in _masked(turn)]
    already_introduces = any(isinstance(effect, MarkIntroduced) for effect in effects)
    if not turn.is_introduced and not already_introduces and turn.conversation_kind is ConversationKind.PERSON:
        after.append(Text(text=turn.say("welcome.notice", name=turn.label(turn.pack.municipality.name))))
        effects = (*effects, MarkIntroduced())
    given = outcome.reply.choices
    choices = (*given, *(choice for choice in ways_to_speak(turn, outcome.reply.language) if choice not in given))[:MAX_CHOICES]
    room = MAX_MESSAGES - len(before) - len(after)
    messages = (
        (*before, *after, *outcome.reply.messages[:room]) if not _is_crisis(outcome) else (*outcome.reply.messages[:room], *before, *after)
    )
    return replace(outcome, reply=replace(outcome.reply, messages=tuple(messages), choices=choices), effects=effects)


def emergency_words(texts: Mapping[str, str], language: Language) -> str:
    """In the resident's language where somebody wrote it, otherwise in Japanese; empty where there is no emergency."""
    return texts.get(language.value) or texts.get(Language.JAPANESE.value) or ""


def _masked(turn: Turn) -> list[PersonalNumber]:
    """Kinds of numbers that were blanked in the resident's words."""
    found = masks_in(turn.text)
    return [kind for kind in PersonalNumber if kind in found or (turn.masked_number and not found and kind is PersonalNumber.INDIVIDUAL)]


def _is_crisis(outcome: Outcome) -> bool:
    """Nothing may stand before the safe message."""
    return (outcome.decision.status or "").startswith("crisis_")
