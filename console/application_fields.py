"""The answers of an application as its page shows them: words, photos, and what staff found of each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.media import MediaState
from console.case_queries import media_by_id
from console.security import PREFIX
from console.texts import named
from console.views.application import FieldSection, FieldView, PhotoView
from console.views.case_talk import PHOTO_TYPES
from handoff.desk_models import Media
from procedures.lifecycle import Verb
from procedures.sheet import SheetRow, photos_of, sections_of

if TYPE_CHECKING:
    from console.application_reading import ApplicationReading


def field_sections(reading: "ApplicationReading", *, reveals: bool) -> tuple[FieldSection, ...]:
    numbers = photos_of(reading.progress)
    media = media_by_id(reading.session, reading.application.municipality_id, [one for field in numbers.values() for one in field])
    changed = changed_fields(reading)
    return tuple(
        FieldSection(
            title=section.title,
            fields=tuple(_field(reading, row, numbers.get(row.field.name, ()), media, changed) for row in section.rows),
        )
        for section in sections_of(reading.progress, reading.wording, reveals=reveals)
    )


def _field(
    reading: "ApplicationReading", row: SheetRow, numbers: Sequence[int], media: Mapping[int, Media], changed: frozenset[str]
) -> FieldView:
    mark = reading.marks.get(row.field.name)
    return FieldView(
        name=row.field.name,
        label=row.label,
        text=row.text,
        is_veiled=row.is_veiled,
        photos=tuple(photo_views(reading.application.id, numbers, media)),
        is_checkable=row.field.is_asked,
        mark="" if mark is None else "fine" if mark.is_fine else "fix",
        reason=mark.reason if mark is not None else "",
        marked_by=reading.names.get(mark.staff_id, "") if mark is not None else "",
        marked_at=mark.at if mark is not None else None,
        is_changed=row.field.name in changed,
        reasons=reading.reasons.for_field(row.field),
    )


def changed_fields(reading: "ApplicationReading") -> frozenset[str]:
    """Given anew the last time that the resident changed or completed it."""
    last = next((event for event in reversed(reading.events) if event.kind in (Verb.RESUBMIT, Verb.CHANGE)), None)
    return frozenset(last.detail.get("fields", ())) if last is not None else frozenset()


def photo_views(application_id: int, numbers: Sequence[int], media: Mapping[int, Media]) -> Iterator[PhotoView]:
    for number in numbers:
        row = media.get(number)
        href = f"{PREFIX}/applications/{application_id}/media/{number}"
        is_there = row is not None and row.state == MediaState.READY
        is_photo = row is not None and row.content_type in PHOTO_TYPES
        problem = "" if is_there else named("media_problem", row.problem or row.state if row is not None else "gone")
        yield PhotoView(
            href=href if is_there else "",
            small_href=f"{href}?size=small" if is_there and is_photo else "",
            name=row.name if row is not None else "",
            is_photo=is_photo,
            problem=problem,
        )
