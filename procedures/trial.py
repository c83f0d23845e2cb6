"""Trying a procedure out: everything that was said is played again from the beginning, so that nothing of it has to be stored. Pure."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import get_args

from pydantic import TypeAdapter, ValidationError

from core.individual_number import mask_individual_numbers
from core.messages import Reply, Text
from procedures.conditions import Plain
from procedures.definition import Definition
from procedures.facts import Facts
from procedures.fields.base import Problem, Taken
from procedures.fields.numbers import BankAccountField
from procedures.filling import begin, fill
from procedures.going_on import fail, go_on, moved_on, with_values
from procedures.progress import Progress
from procedures.rendering import receipt, rendered
from procedures.said import (
    Chose,
    ChoseToEdit,
    ChoseToKeep,
    Command,
    Confirmed,
    FilledForm,
    Gave,
    Picked,
    Said,
    UsedKnown,
    Words,
)
from procedures.steps import Ask, Between, Completed, Dropped, Paused, Step, Stopped, ToPerson
from procedures.taps import AnswerField, ConfirmFilling, EditField, GiveCommand, KeepAnswer, UseKnown
from procedures.wording import Wording

UID = "trial"
MOST = 150
"""Things that can be said in one trial."""
LONGEST = 1000
ACCOUNT = {"bank": "0001", "branch": "001", "kind": "ordinary", "number": "1234567", "holder": "TANAKA TARO"}
"""Stands for any bank account, so that nobody types a real one into a trial."""
NUMBER = "JU-0000-000000-0"
"""Stands where the receipt number will."""
KINDS = {kind.__name__: TypeAdapter(kind) for kind in get_args(Said)}

WordingOf = Callable[[Progress], Wording]


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """What the resident did, as it shows in the talk, and what came back."""

    shown: str
    """Empty for the beginning."""
    reply: Reply
    end: str = ""
    """completed, person, stopped, dropped, paused or question, where something beside the reply happens."""


@dataclass(frozen=True, kw_only=True)
class Played:
    """The whole trial so far."""

    exchanges: tuple[Exchange, ...]
    step: Step
    said: tuple[Mapping[str, Plain], ...]
    """As it was written, for playing it again; an individual number is masked in it."""

    @property
    def is_over(self) -> bool:
        return isinstance(self.step, Completed | Dropped | Stopped | ToPerson)


def written(said: Said, shown: str) -> dict[str, Plain]:
    return {"as": type(said).__name__, "with": dataclasses.asdict(said), "shown": shown}


def read(one: Mapping[str, Plain]) -> tuple[Said, str]:
    """Raises ValueError for what no trial has written."""
    adapter = KINDS.get(str(one.get("as")))
    if adapter is None:
        raise ValueError("said in no way that there is")
    try:
        said: Said = adapter.validate_python(one.get("with"))
    except ValidationError as error:
        raise ValueError("said in no way that there is") from error
    shown = str(one.get("shown", ""))[:LONGEST]
    if isinstance(said, Words):
        masked, _ = mask_individual_numbers(said.text[:LONGEST])
        return Words(text=masked), masked
    return said, shown


def play(definition: Definition, said: Sequence[Mapping[str, Plain]], *, now: datetime, facts: Facts, wording: WordingOf) -> Played:
    """Raises ValueError for what no trial has written."""
    step: Step = begin(definition, "", UID, now=now, facts=facts)
    beginning = _exchange("", step, definition, now, facts, wording)
    if definition.intro:
        intro = wording(Progress(definition=definition, state=step.state, facts=facts, now=now)).text("intro")
        beginning = replace(beginning, reply=replace(beginning.reply, messages=(Text(text=intro), *beginning.reply.messages)))
    exchanges = [beginning]
    kept: list[Mapping[str, Plain]] = []
    for one in said[:MOST]:
        what, shown = read(one)
        kept.append(written(what, shown))
        if isinstance(what, Words) and isinstance(step, Ask) and step.by_form:
            step = _entered(what, step, definition, now, facts)
        else:
            step = fill(definition, step.state, what, now=now, facts=facts)
        exchanges.append(_exchange(shown, step, definition, now, facts, wording))
        if isinstance(step, Completed | Dropped | Stopped | ToPerson):
            break
    return Played(exchanges=tuple(exchanges), step=step, said=tuple(kept))


def said_by_tap(value: object, day: str = "") -> Said | None:
    """What the buttons of a procedure mean; None for other buttons."""
    match value:
        case AnswerField(field=field) if day:
            return Picked(field=field, day=day)
        case AnswerField(field=field, value=chosen):
            return Chose(field=field, value=chosen)
        case EditField(field=field):
            return ChoseToEdit(field=field)
        case GiveCommand(command=command):
            return Gave(command=Command(command))
        case UseKnown(accepted=accepted):
            return UsedKnown(accepted=accepted)
        case ConfirmFilling(fingerprint=fingerprint, keeps=keeps):
            return Confirmed(fingerprint=fingerprint, keeps=keeps)
        case KeepAnswer(field=field, keeps=keeps):
            return ChoseToKeep(field=field, keeps=keeps)
    return None


def _entered(words: Words, step: Ask, definition: Definition, now: datetime, facts: Facts) -> Step:
    """What would be entered on the one-time page."""
    field = definition.by_name[step.field]
    progress = Progress(definition=definition, state=step.state, facts=facts, now=now)
    asking = progress.asking(field)
    if isinstance(field, BankAccountField):
        name = asking.known.get(field.holder) if field.holder else None
        return fill(
            definition,
            step.state,
            FilledForm(field=field.name, value={**ACCOUNT, "holder": name["kana"] if isinstance(name, dict) else ACCOUNT["holder"]}),
            now=now,
            facts=facts,
        )
    reading = field.read(words, asking)
    if not isinstance(reading, Taken):
        return fail(progress, reading if isinstance(reading, Problem) else None, field)
    return go_on(moved_on(with_values(progress, {field.name: reading.value})))


def _exchange(shown: str, step: Step, definition: Definition, now: datetime, facts: Facts, wording: WordingOf) -> Exchange:
    progress = Progress(definition=definition, state=step.state, facts=facts, now=now)
    words = wording(progress)
    match step:
        case Completed():
            due = progress.known.day(definition.accept_within) if definition.accept_within is not None else None
            return Exchange(shown=shown, reply=receipt(words, NUMBER, due), end="completed")
        case ToPerson():
            return Exchange(shown=shown, reply=rendered(step, words), end="person")
        case Stopped():
            return Exchange(shown=shown, reply=rendered(step, words), end="stopped")
        case Dropped():
            return Exchange(shown=shown, reply=rendered(step, words), end="dropped")
        case Paused():
            return Exchange(shown=shown, reply=rendered(step, words), end="paused")
        case Between():
            return Exchange(shown=shown, reply=rendered(step, words), end="question")
        case _:
            return Exchange(shown=shown, reply=rendered(step, words))
