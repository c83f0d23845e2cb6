"""Our reading of messages against LINE's own OpenAPI description, where a copy lies beside the repository."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.simulator.validation import request_errors
from core.yaml_text import read_yaml

from .messages import Message
from .test_message_limits import LIMITS, MISTAKES

DESCRIPTION = Path(__file__).resolve().parents[3] / "shared" / "openapi" / "messaging-api.yml"
pytestmark = pytest.mark.skipif(not DESCRIPTION.exists(), reason="LINE's OpenAPI description is not here")

LARGEST = [build(most) for _, build, most, _, _ in LIMITS]
GOOD = [good for _, good, _, _ in MISTAKES]
# None stands for leaving the property out.
WRONG_VALUES = (None, 5, [])


@pytest.fixture(scope="module")
def line_schema() -> jsonschema.Draft202012Validator:
    schemas: dict[str, Any] = read_yaml(DESCRIPTION.read_text())["components"]["schemas"]
    variants = {name: schema["discriminator"]["mapping"] for name, schema in schemas.items() if "discriminator" in schema}
    definitions = {name: _rewritten(schema, variants) for name, schema in schemas.items()}
    definitions |= {f"any{name}": _any_of(mapping) for name, mapping in variants.items()}
    return jsonschema.Draft202012Validator({"$ref": "#/$defs/ReplyMessageRequest", "$defs": definitions})


def _any_of(mapping: dict[str, str]) -> dict[str, Any]:
    variants = [
        {"if": {"properties": {"type": {"const": kind}}}, "then": {"$ref": f"#/$defs/{target.rsplit('/', 1)[1]}"}}
        for kind, target in mapping.items()
    ]
    return {"type": "object", "required": ["type"], "properties": {"type": {"enum": list(mapping)}}, "allOf": variants}


def _rewritten(schema: Any, variants: dict[str, Any], *, is_base: bool = False) -> Any:
    """A reference means the schema itself inside of `allOf`, and any of its variants elsewhere."""
    if isinstance(schema, list):
        return [_rewritten(inner, variants, is_base=is_base) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(reference := schema.get("$ref"), str):
        name = reference.rsplit("/", 1)[1]
        return {"$ref": f"#/$defs/{'any' if name in variants and not is_base else ''}{name}"}
    ignored = {"discriminator", "example", "format"}
    return {key: _rewritten(value, variants, is_base=key == "allOf") for key, value in schema.items() if key not in ignored}


def spoilt(message: Message) -> Iterator[Message]:
    """The message with one property left out, or with a value of another type, anywhere in it."""
    for path in _paths(message):
        for value in WRONG_VALUES:
            changed = copy.deepcopy(message)
            inner: Any = changed
            for step in path[:-1]:
                inner = inner[step]
            if value is None:
                del inner[path[-1]]
            elif type(value) is type(inner[path[-1]]):
                continue
            else:
                inner[path[-1]] = value
            yield changed


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*path, step)
        yield from _paths(inner, (*path, step))


def request(message: Message) -> dict[str, Any]:
    return {"replyToken": "token", "messages": [message]}


@pytest.mark.parametrize("message", LARGEST, ids=[row[0] for row in LIMITS])
def test_what_we_accept_is_as_line_describes_it(line_schema, message):
    line_schema.validate(request(message))
    assert not request_errors("ReplyMessageRequest", request(message))


@pytest.mark.parametrize("message", GOOD, ids=[row[0] for row in MISTAKES])
def test_what_lines_description_refuses_we_refuse(line_schema, message):
    line_schema.validate(request(message))
    refused = [bad for bad in spoilt(message) if not line_schema.is_valid(request(bad))]
    assert refused
    for bad in refused:
        assert request_errors("ReplyMessageRequest", request(bad)), bad
