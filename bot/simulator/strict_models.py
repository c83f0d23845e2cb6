"""Reading JSON strictly against the SDK's generated models: an unknown, missing or mistyped property is an error."""

import ast
import functools
import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.simulator.records import Json

MISSING = "May not be empty"
UNKNOWN = "Unknown property"
# pydantic's wording, which the SDK's generated validators use.
ENUM_WORDS = "must be one of enum values "


@dataclass(frozen=True, kw_only=True)
class Property:
    """`field` is the SDK's pydantic field and checks a plain value; `model` is set where the value is an object."""

    name: str
    field: Any  # pydantic.v1.fields.ModelField; the SDK ships without types
    is_required: bool
    model: Any | None  # a generated model class, for the same reason
    is_list: bool
    is_map: bool
    least: int
    most: int | None


@dataclass(frozen=True, kw_only=True)
class Shape:
    name: str
    properties: Mapping[str, Property]
    # The value of `type` → the model; empty where the model has no variants.
    variants: Mapping[str, str]
    fixed_type: str | None


@dataclass(frozen=True, kw_only=True)
class Visit:
    """An object that was read, named by its model; further rules look at these."""

    model: str
    value: Json
    path: str


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """What is wrong with a property of an object of that model."""

    model: str
    path: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    mistakes: list[Mistake] = field(default_factory=list)
    # Properties whose JSON type is wrong; nothing else can be said of a body that has any.
    mistyped: list[str] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)


def read(model: str, value: object) -> Reading:
    """`model` is a class of the SDK's messaging package, or of another that stands before a dot."""
    reading = Reading()
    _read_object(_model_named(model), value, "", reading)
    return reading


@functools.cache
def _model_named(name: str) -> Any:  # a generated model class
    package, _, model = name.rpartition(".")
    return getattr(importlib.import_module(f"linebot.v3.{package or 'messaging'}.models"), model)


@functools.cache
def _shape(model: Any) -> Shape:
    variants = getattr(model, f"_{model.__name__}__discriminator_value_class_map", None)
    type_field = model.__fields__.get("type")
    return Shape(
        name=model.__name__,
        properties={found.alias: _property(found) for found in model.__fields__.values()},
        variants=variants or {},
        fixed_type=type_field.default if type_field is not None and not variants else None,
    )


def _property(found: Any) -> Property:
    fields = importlib.import_module("pydantic.v1.fields")
    is_list = found.shape == fields.SHAPE_LIST
    is_map = found.shape == fields.SHAPE_DICT
    is_model = isinstance(found.type_, type) and hasattr(found.type_, "__fields__")
    return Property(
        name=found.alias,
        field=found,
        is_required=bool(found.required),
        model=found.type_ if is_model else None,
        is_list=is_list,
        is_map=is_map,
        least=getattr(found.outer_type_, "min_items", None) or 0,
        most=getattr(found.outer_type_, "max_items", None),
    )


def _read_object(model: Any, value: object, path: str, reading: Reading) -> None:
    if not isinstance(value, dict):
        reading.mistyped.append(path)
        return
    shape = _shape(model)
    if shape.variants:
        variant = _variant(shape, value, path, reading)
        if variant is None:
            return
        shape = _shape(_model_named(variant))
    elif shape.fixed_type is not None and value.get("type") != shape.fixed_type:
        known = f"Must be one of the following values: [{shape.fixed_type}]"
        _blame(reading, shape, join(path, "type"), MISSING if value.get("type") is None else known)
    reading.visits.append(Visit(model=shape.name, value=value, path=path))
    for name in value:
        if name not in shape.properties:
            _blame(reading, shape, join(path, str(name)), UNKNOWN)
    for name, expected in shape.properties.items():
        inner = value.get(name)
        if inner is not None:
            _read_property(shape, expected, inner, join(path, name), reading)
        elif expected.is_required:
            _blame(reading, shape, join(path, name), MISSING)


def _variant(shape: Shape, value: Json, path: str, reading: Reading) -> str | None:
    kind = value.get("type")
    if kind is not None and not isinstance(kind, str):
        reading.mistyped.append(join(path, "type"))
        return None
    if kind is not None and kind in shape.variants:
        return shape.variants[kind]
    known = ", ".join(shape.variants)
    _blame(reading, shape, join(path, "type"), MISSING if kind is None else f"Must be one of the following values: [{known}]")
    return None


def _read_property(shape: Shape, expected: Property, value: object, path: str, reading: Reading) -> None:
    if expected.is_list:
        if not isinstance(value, list):
            reading.mistyped.append(path)
            return
        if len(value) < expected.least or (expected.most is not None and len(value) > expected.most):
            _blame(reading, shape, path, f"Size must be between {expected.least} and {expected.most}")
        items: Iterator[tuple[str, object]] = ((f"{path}[{number}]", item) for number, item in enumerate(value))
    elif expected.is_map:
        if not isinstance(value, dict):
            reading.mistyped.append(path)
            return
        items = ((f"{path}.{key}", item) for key, item in value.items())
    else:
        items = iter(((path, value),))
    for inner_path, item in items:
        if expected.model is not None:
            _read_object(expected.model, item, inner_path, reading)
        else:
            _read_plain(shape, expected, item, inner_path, reading)


def _read_plain(shape: Shape, expected: Property, value: object, path: str, reading: Reading) -> None:
    if expected.is_list or expected.is_map:
        checker = expected.field.sub_fields[0] if expected.field.sub_fields else expected.field
    else:
        checker = expected.field
    _, errors = checker.validate(value, {}, loc=path)
    for wrapper in _flat(errors):
        text = _text_of(wrapper.exc, checker.type_)
        if text is None:
            reading.mistyped.append(path)
            return
        _blame(reading, shape, path, text)
        return


def _flat(errors: Any) -> Sequence[Any]:  # pydantic nests its errors in lists
    if errors is None:
        return ()
    return [inner for error in errors for inner in _flat(error)] if isinstance(errors, list) else (errors,)


def _text_of(error: Exception, expected: Any) -> str | None:  # `expected` is the type the SDK gave the property
    """LINE's wording of a failed check; None where the JSON type itself is wrong."""
    match type(error).__name__:
        case "AnyStrMaxLengthError":
            return f"Length must be between 0 and {_limit(error)}"
        case "AnyStrMinLengthError":
            return MISSING
        case "StrRegexError":
            return f'Must match "{getattr(error, "pattern", "")}"'
        case "NumberNotGeError" | "NumberNotLeError":
            least, most = getattr(expected, "ge", None), getattr(expected, "le", None)
            return f"Must be at least {least}" if most is None else f"Must be between {least} and {most}"
        case "EnumMemberError":
            return f"Must be one of the following values: [{', '.join(str(member.value) for member in getattr(error, 'enum_values', ()))}]"
    words = str(error)
    if ENUM_WORDS in words:
        known = ast.literal_eval(words.split(ENUM_WORDS, 1)[1])
        return f"Must be one of the following values: [{', '.join(known if isinstance(known, tuple) else (known,))}]"
    if "validate the regular expression" in words:
        return f"Must match {words.rsplit(' ', 1)[-1]}"
    return None


def _limit(error: Exception) -> object:
    return getattr(error, "limit_value", "")


def join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _blame(reading: Reading, shape: Shape, path: str, text: str) -> None:
    reading.mistakes.append(Mistake(model=shape.name, path=path, text=text))
