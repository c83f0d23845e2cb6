"""Photos, files and places that are sent while something else is asked: they answer the question that takes them. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from procedures.conditions import Plain
from procedures.fields.base import Field, Problem, Taken, Unread, line
from procedures.fields.media import PhotosField
from procedures.going_on import fail, go_on, moved_on, noted, with_values
from procedures.progress import Progress
from procedures.said import Placed, SentFile, SentPhoto
from procedures.steps import Step


def sent_aside(progress: Progress, field: Field | None, said: SentPhoto | SentFile | Placed) -> Step:
    """`field` is the question that is asked, and can't take it; None on the confirmation. What nothing takes is not understood."""
    for other in _takers(progress, field):
        plain = said
        if isinstance(said, SentPhoto) and isinstance(other, PhotosField) and (field is None or field.name != other.place_to):
            # Whether the place in it may be used is asked only where a place is asked for.
            plain = replace(said, taken_at=None)
        reading = other.read(plain, progress.asking(other))
        match reading:
            case Taken(value=value, also=also):
                return _taken(progress, field, other, {**also, other.name: value}, reading)
            case Problem(is_step=True):
                return fail(progress, reading, other)
            case Problem():
                return fail(progress, reading, field) if field is not None else go_on(progress, notes=(reading.line,))
            case Unread():
                continue
    return fail(progress, None, field) if field is not None else go_on(progress)


def _takers(progress: Progress, field: Field | None) -> tuple[Field, ...]:
    """Questions without an answer before those that have one."""
    allowed = progress.state.limited_to
    others = [other for other in progress.applicable if other != field and not other.sensitive and (not allowed or other.name in allowed)]
    return tuple(sorted(others, key=lambda other: other.name in progress.state.answers))


def _taken(progress: Progress, field: Field | None, other: Field, values: Mapping[str, Plain], reading: Taken) -> Step:
    before = progress
    progress = with_values(progress, values)
    if field is not None and isinstance(field, PhotosField) and field.name in progress.state.answers:
        # A photo whose place was asked about: the place that came answers that.
        progress = moved_on(progress)
    progress = without_photos(progress, field, values)
    settled, gone = progress.settled()
    settled, fresh = noted(settled, tuple(values))
    is_new = before.state.answers.get(other.name) != settled.state.answers.get(other.name)
    said = (line("procedure.also_filled", labels=[other.text("label")]),) if is_new else ()
    return go_on(settled, notes=(*said, *reading.notes, *fresh, *gone))


def without_photos(progress: Progress, field: Field | None, values: Mapping[str, Plain]) -> Progress:
    """Whoever tells the place where photos are asked for has none; one that is sent later is taken all the same."""
    if not isinstance(field, PhotosField) or not field.optional or field.place_to not in values or field.name in progress.state.answers:
        return progress
    if progress.state.revisiting == field.name:
        return progress
    skipped = tuple(dict.fromkeys((*progress.state.skipped, field.name)))
    return moved_on(replace(progress, state=replace(progress.state, skipped=skipped)))
