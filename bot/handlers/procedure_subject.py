"""What a talk is about while a procedure is filled in: 「手数料はいくら？」 in the middle of it asks about it."""

from dataclasses import replace

from bot.outcome import Turn
from bot.states import LastAnswer
from core.clock import to_milliseconds
from procedures.definition import Definition
from procedures.state import Filling


def about(turn: Turn, definition: Definition, filling: Filling) -> Turn:
    """As if the procedure's own entry had been asked for, unless one of its entries was."""
    last = turn.state.last
    if last is not None and last.entries[:1] and last.entries[0] in definition.entries:
        return turn
    entries = _entry(definition, filling)
    subject = definition.starts[0] if definition.starts else definition.title
    asked = LastAnswer(question=definition.title, subject=subject, entries=entries, at=to_milliseconds(turn.now))
    return replace(turn, state=replace(turn.state, last=asked))


def _entry(definition: Definition, filling: Filling) -> tuple[str, ...]:
    """The entry that fits what was answered already, or the first."""
    fitting = (
        entry
        for entry, shown in definition.entry_answers.items()
        if shown and all(filling.answers.get(name) == value for name, value in shown.items())
    )
    found = next(fitting, next(iter(definition.entries), None))
    return (found,) if found is not None else ()
