"""Choosing the language in which we answer."""

from dataclasses import replace

from bot.handlers import offering
from bot.outcome import Outcome, SetLanguage, Turn
from bot.routing import Route
from bot.words import is_whole
from core.messages import Decision, Language, Reply, Text


def show_languages(turn: Turn) -> Outcome:
    """Each language in its own name."""
    choices = tuple(offering.speak(turn, language) for language in turn.pack.municipality.languages)
    return Outcome(
        state=turn.state,
        decision=Decision(route=Route.LANGUAGE),
        reply=Reply(messages=(Text(text=turn.say("language.ask")),), choices=choices, language=turn.language),
    )


def language_in_words(turn: Turn) -> Outcome:
    """A language's name, typed; its word for "language" asks which."""
    for language, words in turn.pack.lexicon.languages.items():
        if is_whole(words, turn.text) and language in turn.pack.municipality.languages:
            return choose_language(turn, language)
    return show_languages(turn)


def choose_language(turn: Turn, language: Language) -> Outcome:
    if language not in turn.pack.municipality.languages:
        return show_languages(turn)
    speaking = replace(turn, language=language)
    return Outcome(
        state=turn.state,
        decision=Decision(route=Route.LANGUAGE),
        reply=Reply(messages=(Text(text=speaking.say("language.chosen")),), choices=offering.ordinary(speaking), language=language),
        effects=(SetLanguage(language=language),),
    )
