"""Photos, films, recordings and files that come without words: we say that we can't look into them and ask what they are about."""

from bot.handlers import offering
from bot.incoming import SentMedia
from bot.outcome import Outcome, Turn
from bot.routing import Route
from bot.states import AskedAboutMedia
from bot.taps import AskTopic
from core.messages import Choice, Decision, Reply, Tap, Text


def ask_about_media(turn: Turn) -> Outcome:
    kind = turn.last.content.kind if isinstance(turn.last.content, SentMedia) else "file"
    choices = tuple(
        Choice(label=label, action=Tap(value=AskTopic(topic=topic.id), shown=label))
        for topic in turn.pack.photo_topics
        for label in [turn.label(topic.label)]
    )
    return Outcome(
        state=AskedAboutMedia(media=str(kind), last=turn.state.last),
        decision=Decision(route=Route.MEDIA),
        reply=Reply(messages=(Text(text=turn.say(f"media.{kind}")),), choices=(*choices, offering.staff(turn)), language=turn.language),
    )
