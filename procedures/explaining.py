"""What is wrong in a file of a pack, said so that whoever wrote it finds the place: field, key, what was meant, line. Pure."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from core.yaml_text import LOADER
from procedures.conditions import KEYS, Condition, Operand
from procedures.definition import FeeRow
from procedures.fields import FIELD_TYPES
from procedures.fields.base import Check, Stop


def near(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""


@dataclass(frozen=True, kw_only=True)
class Explained:
    """What is wrong, the field or place, and the line; 0 where that can't be told."""

    where: str
    said: str
    line: int


def explain(error: ValidationError, model: type[BaseModel], raw: Mapping[str, Any], source: str = "") -> str:
    """The first problem: the field or place, what is wrong, what may have been meant, and the line."""
    found = explained(error, model, raw, source)
    return (f"{found.where}: " if found.where else "") + found.said + (f" (line {found.line})" if found.line else "")


def explained(error: ValidationError, model: type[BaseModel], raw: Mapping[str, Any], source: str) -> Explained:
    problem = next((one for one in error.errors() if one["type"] == "extra_forbidden"), error.errors()[0])
    path = _real_path(problem["loc"], raw)
    where, rest = _field_of(path, raw)
    key = str(path[-1]) if path else ""
    if problem["type"] == "extra_forbidden":
        said = f"unknown key '{key}'{near(key, _keys_at(path, raw, model))}"
    else:
        message = problem["msg"].removeprefix("Value error, ")
        said = f"'{rest}': {message}" if rest else message
    return Explained(where=where, said=said, line=line_of(path, source))


def _real_path(loc: tuple[int | str, ...], raw: Any) -> tuple[int | str, ...]:  # Any: walks whatever YAML holds.
    """Without what pydantic adds for members of unions."""
    path: list[int | str] = []
    here = raw
    for number, part in enumerate(loc):
        is_there = (isinstance(here, dict) and part in here) or (isinstance(here, list) and isinstance(part, int) and part < len(here))
        if is_there:
            here = here[part]
            path.append(part)
        elif number == len(loc) - 1 and isinstance(here, dict):
            path.append(part)
    return tuple(path)


def _field_of(path: tuple[int | str, ...], raw: Any) -> tuple[str, str]:  # Any: as above.
    """«field 'date'» and the place within it."""
    for length in range(len(path), 0, -1):
        if length >= 2 and path[length - 2] == "fields" and isinstance(path[length - 1], int):
            field = _at(path[:length], raw)
            name = field.get("name", path[length - 1]) if isinstance(field, dict) else path[length - 1]
            return f"field '{name}'", ".".join(str(part) for part in path[length:])
    return "", ".".join(str(part) for part in path)


def _at(path: tuple[int | str, ...], raw: Any) -> Any:  # Any: as above.
    for part in path:
        raw = raw[part]
    return raw


def _keys_at(path: tuple[int | str, ...], raw: Any, model: type[BaseModel]) -> list[str]:  # Any: as above.
    """The keys that could stand there."""
    holder = path[:-1]
    if not holder:
        return _aliases(model)
    here, parent = _at(holder, raw), [str(part) for part in holder if not isinstance(part, int)]
    if len(holder) >= 2 and holder[-2] == "fields" and isinstance(here, dict):
        return _aliases(FIELD_TYPES[here["type"]]) if here.get("type") in FIELD_TYPES else []
    nearest = parent[-1] if parent else ""
    if nearest in ("when", "unless", "all", "any", "not"):
        return [*KEYS, "field", "all", "any", "not"]
    known: dict[str, type[BaseModel]] = {"checks": Check, "notes": Check, "stops": Stop, "rows": FeeRow}
    names = dict(_nested(model))
    found: type[BaseModel] = known.get(nearest) or names.get(nearest) or Operand
    return _aliases(found) + (list(KEYS) if nearest not in known else [])


def _nested(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Keys of the definition that hold models of their own."""
    for name, field in model.model_fields.items():
        for argument in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(argument, type) and issubclass(argument, BaseModel) and argument is not Condition:
                yield name, argument


def _aliases(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def line_of(path: tuple[int | str, ...], source: str) -> int:
    """Where the key stands in the file; 0 where that can't be told."""
    node = yaml.compose(source, Loader=LOADER) if source else None
    line = node.start_mark.line + 1 if node is not None else 0
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
