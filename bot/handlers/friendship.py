"""Beginning and end of a talk: follow, unfollow, being invited to a group, and messages that are taken back."""

from bot.handlers import offering
from bot.incoming import Followed, Unsent
from bot.outcome import BlankMessage, MarkIntroduced, Outcome, SetFriendship, Turn
from bot.routing import Route
from bot.states import Idle, without_words
from core.messages import Decision, Reply, Text


def welcome(turn: Turn) -> Outcome:
    came_back = isinstance(turn.last.content, Followed) and turn.last.content.is_unblocked
    greeting = turn.say("welcome.again" if came_back else "welcome.first", name=turn.label(turn.pack.municipality.name))
    messages = (Text(text=greeting), Text(text=consent_text(turn)))
    return Outcome(
        state=Idle(),
        decision=Decision(route=Route.FOLLOW),
        reply=Reply(
            messages=messages, choices=(offering.menu(turn), offering.languages(turn), offering.staff(turn)), language=turn.language
        ),
        effects=(SetFriendship(is_friend=True), MarkIntroduced()),
    )


def consent_text(turn: Turn) -> str:
    """What is kept and for how long, and what not to send."""
    retention = turn.pack.municipality.retention
    return turn.say(
        "welcome.consent", name=turn.label(turn.pack.municipality.name), days=retention.raw_event_days, years=retention.ledger_days // 365
    )


def say_goodbye(turn: Turn) -> Outcome:
    return Outcome(state=Idle(), decision=Decision(route=Route.UNFOLLOW), effects=(SetFriendship(is_friend=False),))


def introduce_in_group(turn: Turn) -> Outcome:
    """In full once; somebody who only calls our name hears in a line how to ask."""
    text = turn.say("group.called" if turn.is_introduced else "group.introduction", name=turn.label(turn.pack.municipality.name))
    return Outcome(
        state=Idle(),
        decision=Decision(route=Route.JOIN_GROUP),
        reply=Reply(messages=(Text(text=text),), language=turn.language),
        effects=(MarkIntroduced(),),
    )


def forget_message(turn: Turn) -> Outcome:
    content = turn.last.content
    effects = (BlankMessage(message_id=content.message_id),) if isinstance(content, Unsent) else ()
    return Outcome(state=without_words(turn.state), decision=Decision(route=Route.UNSEND), effects=effects)
