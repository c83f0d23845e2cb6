"""Replies to what wants no information: greetings, thanks, small talk, stickers, and leaving a question open."""

from bot.handlers import offering
from bot.outcome import Outcome, Turn
from bot.routing import Route
from bot.states import Idle
from bot.words import is_whole
from core.messages import Decision, Reply, Text


def greet(turn: Turn) -> Outcome:
    return _say(turn, Route.GREETING, "talk.greeting", "small_talk", name=turn.label(turn.pack.municipality.name))


def thank(turn: Turn) -> Outcome:
    return _say(turn, Route.THANKS, "talk.thanks", "small_talk")


def talk_small(turn: Turn) -> Outcome:
    talk = next((talk for talk in turn.pack.lexicon.small_talk if is_whole(talk.patterns, turn.text)), None)
    return _say(turn, Route.SMALL_TALK, talk.sentence if talk else "talk.other", "small_talk", name=turn.label(turn.pack.municipality.name))


def answer_sticker(turn: Turn) -> Outcome:
    return _say(turn, Route.STICKER, "talk.sticker", "small_talk")


def wants_no_information(turn: Turn) -> bool:
    """Whether the words are only a greeting, thanks or anger: no answer to anything, and no failed try at one."""
    lexicon = turn.pack.lexicon
    anger = (pattern for talk in lexicon.small_talk if talk.id == "anger" for pattern in talk.patterns)
    return is_whole((*lexicon.greetings, *lexicon.thanks, *anger), turn.text)


def cancel(turn: Turn) -> Outcome:
    outcome = _say(turn, Route.CANCEL, "talk.cancelled", None)
    return Outcome(state=Idle(last=turn.state.last), decision=outcome.decision, reply=outcome.reply)


def keep_silent(turn: Turn) -> Outcome:
    return Outcome(state=turn.state, decision=Decision(route=Route.SILENT))


def decline_private_matter(turn: Turn) -> Outcome:
    """In a group, anything about a person belongs into a talk of two."""
    return _say(turn, Route.PRIVATE_MATTER, "group.private", "refused_private_in_group")


def _say(turn: Turn, route: Route, key: str, status: str | None, **gaps: object) -> Outcome:
    return Outcome(
        state=turn.state,
        decision=Decision(route=route, status=status, decision="refuse" if status else None),
        reply=Reply(messages=(Text(text=turn.say(key, **gaps)),), choices=offering.ordinary(turn), language=turn.language),
    )
