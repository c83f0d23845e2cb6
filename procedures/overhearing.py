"""Several answers in one message: what of a resident's words belongs to which field, so that nothing is asked that was said. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from procedures.conditions import Plain
from procedures.fields.base import Field, Line, Taken, line
from procedures.fields.choosing import ChoiceField, YesNoField, is_among
from procedures.fields.dates import DateField
from procedures.fields.items import ItemsField
from procedures.fields.media import PhotosField
from procedures.fields.texts import NameField, TextField
from procedures.progress import Progress
from procedures.said import Words

SHORTEST = 4
"""Characters of a message that may hold more than one answer."""
LONGEST_PLACE = 30
"""Characters of a message that is nothing but a place."""


def answers_in(progress: Progress, text: str, *, besides: str = "", is_first: bool = True) -> tuple[Progress, tuple[Line, ...]]:
    """With every answer that the words hold and that may stand; and what to say of it."""
    progress, found, _ = _overheard(progress, text, besides)
    return progress, _note(progress, found)


def heard_for(progress: Progress, field: Field, text: str) -> tuple[Progress, str, Mapping[str, Plain], tuple[Line, ...]]:
    """What of the words is for the field that is asked, the answers for others, and what to say of those.

    A field of free words gets all of them; a name gets what is left of a message with a telephone number in it.
    """
    is_whole = field.is_free_text or field.is_exactly(text, progress.asking(field))
    # Who says only that they don't know says so of the question that was asked.
    is_nothing = is_among(progress.facts.locality.words.skip, text)
    if len(text.strip()) < SHORTEST or is_nothing or (is_whole and not isinstance(field, NameField)):
        return progress, text, {}, ()
    if isinstance(field, NameField):
        _, found, rest = _overheard(progress, text, field.name, only_numbers=True)
        return progress, rest if found else text, found, _note(progress, found)
    own = field.find(text, progress.asking(field))
    if own is None and not isinstance(field, ItemsField):
        # Whether the rest holds other answers shows only when the field itself finds nothing in it.
        place = _place_for_photo(progress, field, text)
        _, found, rest = _overheard(progress, text, field.name)
        return progress, text if not found else rest, {**found, **place}, _note(progress, {**found, **place})
    remembered = replace(progress, state=replace(progress.state, heard=text)) if _names_items(progress, field, text) else progress
    _, found, _ = _overheard(progress, own.rest if own is not None else text, field.name)
    return remembered, text, found, _note(progress, found)


def _place_for_photo(progress: Progress, field: Field, text: str) -> Mapping[str, Plain]:
    """Where a photo is asked for, a short message that tells a place is the place, in all its words."""
    if not isinstance(field, PhotosField) or len(text) > LONGEST_PLACE:
        return {}
    place = next((other for other in progress.applicable if other.name == field.place_to and not progress.is_answered(other)), None)
    reading = place.read(Words(text=text), progress.asking(place)) if place is not None else None
    return {field.place_to: reading.value} if isinstance(reading, Taken) else {}


def description_in(progress: Progress, field: Field, text: str, *, is_read: bool) -> tuple[Mapping[str, Plain], tuple[Line, ...]]:
    """The words as a description, where the procedure wants one and they say more than what was asked; and what to say of it."""
    if field.is_free_text or (is_read and not isinstance(field, ChoiceField | YesNoField)) or (not is_read and progress.state.failures):
        return {}, ()
    if isinstance(field, YesNoField):
        text = field.without_answer(text, progress.asking(field))
    inside = field.find(text, progress.asking(field)) if is_read else None
    rest = inside.rest if inside is not None else text
    for other in progress.applicable:
        if isinstance(other, TextField) and other.name not in (field.name, *progress.state.answers) and not other.sensitive:
            if other.described(rest) is None or field.is_exactly(text, progress.asking(field)):
                continue
            found = {other.name: other.described(text)}
            return found, _note(progress, found)
    return {}, ()


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
