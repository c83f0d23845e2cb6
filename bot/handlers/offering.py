"""The choices that stand under replies, so that every reply leads somewhere."""

from bot.outcome import Turn
from bot.taps import AskEntry, AskStaff, Cancel, RateAnswer, RequestCallback, ShowLanguages, ShowLocationHelp, ShowMenu
from core.messages import Action, Choice, Tap, TapValue


def tap(turn: Turn, key: str, value: TapValue) -> Choice:
    """A choice whose label is also what appears in the talk."""
    label = turn.say(f"choice.{key}")
    action: Action = Tap(value=value, shown=label)
    return Choice(label=label, action=action)


def staff(turn: Turn) -> Choice:
    return tap(turn, "staff", AskStaff())


def menu(turn: Turn) -> Choice:
    return tap(turn, "menu", ShowMenu())


def callback(turn: Turn) -> Choice:
    return tap(turn, "callback", RequestCallback())


def cancel(turn: Turn) -> Choice:
    return tap(turn, "cancel", Cancel())


def languages(turn: Turn) -> Choice:
    return tap(turn, "languages", ShowLanguages())


def nearby(turn: Turn) -> Choice:
    return tap(turn, "nearby", ShowLocationHelp())


def ordinary(turn: Turn) -> tuple[Choice, ...]:
    """Under replies that answer no question."""
    return (menu(turn), staff(turn))


def after_answer(turn: Turn, *parts: str) -> tuple[Choice, ...]:
    """Under every answer. `parts` are entries of which only a part was given; each can be read as a whole."""
    return (
        tap(turn, "helped", RateAnswer(turn=turn.uid, helped=True)),
        tap(turn, "not_helped", RateAnswer(turn=turn.uid, helped=False)),
        *(tap(turn, "whole", AskEntry(entry=entry)) for entry in parts),
        staff(turn),
        menu(turn),
    )
