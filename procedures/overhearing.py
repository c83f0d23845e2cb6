"""Several answers in one message: what of a resident's words belongs to which field, so that nothing is asked that was said. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from procedures.conditions import Plain
from procedures.fields.base import Field, Line, line
from procedures.fields.choosing import ChoiceField, YesNoField
from procedures.fields.dates import DateField
from procedures.fields.items import ItemsField
from procedures.fields.texts import NameField
from procedures.progress import Progress

SHORTEST = 4
"""Characters of a message that may hold more than one answer."""


def answers_in(progress: Progress, text: str, *, besides: str = "", is_first: bool = True) -> tuple[Progress, tuple[Line, ...]]:
    """With every answer that the words hold and that may stand; and what to say of it."""
    progress, found, _ = _overheard(progress, text, besides)
    return progress, _note(progress, found)


def heard_for(progress: Progress, field: Field, text: str) -> tuple[Progress, str, Mapping[str, Plain], tuple[Line, ...]]:
    """What of the words is for the field that is asked, the answers for others, and what to say of those.

    A field of free words gets all of them; a name gets what is left of a message with a telephone number in it.
    """
    if len(text.strip()) < SHORTEST or (field.is_free_text and not isinstance(field, NameField)):
        return progress, text, {}, ()
    if isinstance(field, NameField):
        _, found, rest = _overheard(progress, text, field.name, only_numbers=True)
        return progress, rest if found else text, found, _note(progress, found)
    own = field.find(text, progress.asking(field))
    if own is None and not isinstance(field, ItemsField):
        # Whether the rest holds other answers shows only when the field itself finds nothing in it.
        _, found, rest = _overheard(progress, text, field.name)
        return progress, text if not found else rest, found, _note(progress, found)
    remembered = replace(progress, state=replace(progress.state, heard=text)) if _names_items(progress, field, text) else progress
    _, found, _ = _overheard(progress, own.rest if own is not None else text, field.name)
    return remembered, text, found, _note(progress, found)


def _names_items(progress: Progress, field: Field, text: str) -> bool:
    """Whether things are named for a list that is asked for later: the words are kept until then."""
    later = [
        other for other in progress.applicable if isinstance(other, ItemsField) and other.name not in (field.name, *progress.state.answers)
    ]
    return any(other.hears(text, progress.asking(other)) for other in later)


def _overheard(progress: Progress, text: str, besides: str, *, only_numbers: bool = False) -> tuple[Progress, dict[str, Plain], str]:
    """The progress with what was found, the answers, and the words that are left."""
    found: dict[str, Plain] = {}
    for field in progress.definition.asked:
        if field.name == besides or progress.is_answered(field) or not progress.applies(field) or field.sensitive:
            continue
        if isinstance(field, DateField | ChoiceField | YesNoField) and only_numbers:
            continue
        inside = field.find(text, progress.asking(field))
        if inside is None or progress.problem_with(field, inside.value) is not None:
            continue
        progress = progress.with_answer(field, inside.value)
        found[field.name], text = inside.value, inside.rest
    return progress, found, text


def _note(progress: Progress, found: Mapping[str, Plain]) -> tuple[Line, ...]:
    labels = [progress.definition.by_name[name].text("label") for name in found]
    return (line("procedure.also_filled", labels=labels),) if labels else ()
