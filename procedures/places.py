"""Where the texts of a definition stand in its YAML: from `fields.date.ask` to the keys and numbers that lead there. Pure."""

from collections.abc import Iterator, Mapping

from procedures.conditions import Plain
from procedures.definition import Definition
from procedures.source_edits import Path

GENERAL = "general"
"""The portion of texts that belongs to no field."""


def path_of(raw: Mapping[str, Plain], place: str) -> Path:
    """Raises KeyError where the YAML has no such place."""
    head, _, rest = place.partition(".")
    if head != "fields":
        return _down(raw, tuple(place.split(".")))
    name, _, inside = rest.partition(".")
    for step, fields in enumerate(one.get("fields", ()) for one in raw["steps"]):
        for number, field in enumerate(fields):
            if field.get("name") == name:
                parts = tuple(inside.split("."))
                if parts[0] == "pieces":
                    parts = ("combination", *parts)
                return ("steps", step, "fields", number, *_down(field, parts))
    raise KeyError(place)


def fee_rows_path(name: str) -> Path:
    return ("fees", name, "rows")


def translation_path(language: str, place: str) -> Path:
    return ("translations", language, place)


def _down(here: Plain, parts: tuple[str, ...]) -> Path:
    found: list[str | int] = []
    for part in parts:
        if isinstance(here, list):
            number = int(part) if part.isdecimal() and not _is_value(here, part) else _number_of(here, part)
            found.append(number)
            here = here[number]
        else:
            found.append(part)
            here = here.get(part) if isinstance(here, dict) else None
    if isinstance(here, dict) and "label" in here:
        found.append("label")
    return tuple(found)


def _is_value(rows: list[Plain], part: str) -> bool:
    return any(isinstance(row, dict) and str(row.get("value")) == part for row in rows)


def _number_of(rows: list[Plain], part: str) -> int:
    for number, row in enumerate(rows):
        if isinstance(row, dict) and str(row.get("value")) == part:
            return number
    raise KeyError(part)


def parts_of(definition: Definition) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The texts in portions that fit a form: what belongs to no field, then each field."""
    own = [place for place in definition.texts if not place.startswith("fields.")]
    yield GENERAL, tuple(own)
    for field in definition.fields:
        head = f"fields.{field.name}."
        places = [place for place in definition.texts if place.startswith(head)]
        if field.is_asked and f"{head}example" not in places:
            places.insert(2, f"{head}example")
        yield f"fields.{field.name}", tuple(places)
