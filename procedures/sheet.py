"""An application's answers as rows that people read: on the page, on paper and in tables. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from procedures.conditions import Plain
from procedures.fields.base import Field
from procedures.fields.dates import iso_day
from procedures.progress import Progress
from procedures.wording import Wording

SHOWN_IN_BRIEF = ("items", "slot", "location", "choice", "date")
"""Types whose answers tell applications of one procedure apart."""
MOST_IN_BRIEF = 3
DAYS = ("slot", "date")


@dataclass(frozen=True, kw_only=True)
class SheetRow:
    """A field with its answer in words; empty where it was left out."""

    field: Field
    label: str
    text: str
    value: Plain
    is_veiled: bool
    """A sensitive answer that is not shown in full."""


@dataclass(frozen=True, kw_only=True)
class SheetSection:
    """A step of the definition."""

    title: str
    rows: tuple[SheetRow, ...]


def sections_of(progress: Progress, wording: Wording, *, reveals: bool) -> tuple[SheetSection, ...]:
    """Without what was not asked. `reveals` shows sensitive answers in full."""
    found = (
        SheetSection(title=wording.text(f"steps.{number}.title"), rows=tuple(_rows(progress, wording, step.fields, reveals)))
        for number, step in enumerate(progress.definition.steps)
    )
    return tuple(section for section in found if section.rows)


def _rows(progress: Progress, wording: Wording, fields: tuple[Field, ...], reveals: bool) -> Iterator[SheetRow]:
    for field in fields:
        value = progress.state.answers.get(field.name)
        if value is None and not (field.optional and field.is_asked and progress.applies(field)):
            continue
        yield SheetRow(
            field=field,
            label=wording.text(f"fields.{field.name}.label"),
            text=shown(field, value, wording, reveals=reveals),
            value=value,
            is_veiled=field.sensitive and not reveals and value is not None,
        )


def shown(field: Field, value: Plain, wording: Wording, *, reveals: bool) -> str:
    """An answer of another shape, as an earlier version may have left, is shown as it is stored."""
    if value is None:
        return ""
    try:
        return field.mask(value, wording) if field.sensitive and not reveals else field.show(value, wording)
    except (KeyError, TypeError, ValueError, AttributeError):
        return "" if field.sensitive and not reveals else str(value)


def brief(progress: Progress, wording: Wording) -> tuple[str, ...]:
    """What tells it apart, in few words."""
    found = []
    for field in progress.definition.fields:
        value = progress.state.answers.get(field.name)
        if value is not None and field.type in SHOWN_IN_BRIEF and not field.sensitive and not field.only_staff_need:
            day = iso_day(value.get("day") if isinstance(value, dict) else value) if field.type in DAYS else None
            found.append(wording.day_short(day) if day is not None else shown(field, value, wording, reveals=False))
    return tuple(found[:MOST_IN_BRIEF])


def applicant(progress: Progress) -> str:
    """The name that was given first; nothing where none is asked."""
    for field in progress.definition.fields:
        value = progress.state.answers.get(field.name)
        if field.type == "name" and isinstance(value, dict):
            return str(value.get("name", ""))
    return ""


def photos_of(progress: Progress) -> dict[str, tuple[int, ...]]:
    """By field: the numbers of photos and files."""
    return {
        field.name: numbers
        for field in progress.definition.fields
        if (numbers := tuple(_media(progress.state.answers.get(field.name)))) and field.type in ("photos", "file")
    }


def _media(value: Plain) -> Iterator[int]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict) and isinstance(one.get("media"), int):
            yield one["media"]
