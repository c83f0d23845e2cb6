"""Changing single places of a definition's YAML so that everything else, comments included, stays as it was written. Pure."""

import copy
import json
from collections.abc import Sequence
from datetime import date

import yaml

from core.yaml_text import LOADER, read_yaml
from procedures.conditions import Plain

Path = tuple[str | int, ...]
"""Keys and numbers from the top of the file to a place."""
INDENT = 2
WIDE = 10_000
"""Columns: lines are broken by whoever wrote them."""


def changed(source: str, changes: Sequence[tuple[Path, Plain]]) -> str:
    """The text with other values at these places; None takes a key away. Keys that are missing are made."""
    wanted, patched = _read(source), source
    for path, value in changes:
        wanted = _with(wanted, path, value)
        patched = _patched(patched, path, value) or ""
    # Whatever the patches can't do is written anew as a whole: the content is right in any case.
    return patched if _read(patched) == wanted else dumped(wanted)


def dumped(plain: Plain) -> str:
    return str(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=WIDE))


def _read(source: str) -> Plain:
    try:
        return read_yaml(source)
    except yaml.YAMLError:
        return None


def _with(plain: Plain, path: Path, value: Plain) -> Plain:
    plain = copy.deepcopy(plain)
    here = plain
    for part in path[:-1]:
        here = here.setdefault(part, {}) if isinstance(here, dict) else here[part]
    if value is None:
        here.pop(path[-1], None)
    else:
        here[path[-1]] = value
    return plain


def _patched(source: str, path: Path, value: Plain) -> str | None:
    """None where this place can't be changed alone."""
    node: yaml.Node | None = yaml.compose(source, Loader=LOADER)
    is_flow = False
    for depth, part in enumerate(path):
        is_last = depth == len(path) - 1
        is_flow = is_flow or bool(getattr(node, "flow_style", False))
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            if is_last:
                return _replaced(source, node.value[part].start_mark.index, node.value[part], value, is_flow, None)
            node = node.value[part]
        elif isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(part)), None)
            if pair is None:
                return _added(source, node, path[depth:], value, is_flow) if value is not None else source
            if is_last:
                return _set(source, pair, value, is_flow)
            node = pair[1]
        else:
            return None
    return None


def _set(source: str, pair: tuple[yaml.Node, yaml.Node], value: Plain, is_flow: bool) -> str | None:
    key, node = pair
    if value is None:
        return _removed(source, key, node, is_flow)
    after_colon = source.index(":", key.end_mark.index) + 1
    return _replaced(source, after_colon, node, value, is_flow, key.start_mark.column)


def _replaced(source: str, start: int, node: yaml.Node, value: Plain, is_flow: bool, column: int | None) -> str:
    written = _written(value, column or 0, is_flow or column is None)
    lead = "" if column is None or written.startswith("\n") else " "
    return source[:start] + lead + written + source[_end(node, source) :]


def _removed(source: str, key: yaml.Node, node: yaml.Node, is_flow: bool) -> str | None:
    start, end = int(key.start_mark.index), _end(node, source)
    if is_flow:
        before, after = source[:start], source[end:].lstrip()
        return before + after[1:].lstrip() if after.startswith(",") else before.rstrip().removesuffix(",") + after
    line = source.rfind("\n", 0, start) + 1
    if source[line:start].strip():
        return None
    end = source.find("\n", end)
    return source[:line] + (source[end + 1 :] if end >= 0 else "")


def _added(source: str, mapping: yaml.MappingNode, path: Path, value: Plain, is_flow: bool) -> str | None:
    """A key, and those above it that are missing, behind the last one of the mapping."""
    if not mapping.value or not all(isinstance(part, str) for part in path):
        return None
    for part in reversed(path[1:]):
        value = {part: value}
    last_key, last = mapping.value[-1]
    end = _end(last, source)
    if is_flow or mapping.flow_style:
        return f"{source[:end]}, {path[0]}: {_written(value, 0, True)}{source[end:]}"
    column = last_key.start_mark.column
    written = _written(value, column, False)
    lead = "" if written.startswith("\n") else " "
    rest = source[end:]
    # What stands behind the last value on its line is a comment about that value.
    line_end = rest.find("\n")
    comment, rest = (rest[:line_end], rest[line_end:]) if line_end >= 0 else (rest, "")
    return f"{source[:end]}{comment}\n{' ' * column}{path[0]}:{lead}{written}{rest}"


def _end(node: yaml.Node, source: str) -> int:
    """Where what is written of the node ends, without line breaks behind it."""
    if isinstance(node, yaml.ScalarNode):
        end = int(node.end_mark.index)
        return len(source[:end].rstrip()) if node.style in ("|", ">") else end
    assert isinstance(node, yaml.CollectionNode)
    if node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(node, yaml.MappingNode) else last, source)


def _written(value: Plain, column: int, is_flow: bool) -> str:
    """As it stands behind the colon of a key in this column."""
    if is_flow:
        return _flow(value)
    pad = "\n" + " " * (column + INDENT)
    if isinstance(value, dict) and value:
        return "".join(f"{pad}{_flow(key)}:{_led(_written(one, column + INDENT, False))}" for key, one in value.items())
    if isinstance(value, list) and value:
        return "".join(f"{pad}- {_flow(one)}" for one in value)
    if isinstance(value, str) and "\n" in value and value == value.strip():
        return "|-" + "".join(f"{pad}{line}" if line else "\n" for line in value.split("\n"))
    return _flow(value)


def _led(written: str) -> str:
    return written if written.startswith("\n") else f" {written}"


def _flow(value: Plain) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return _scalar(value) if isinstance(value, str) else str(value)


def _scalar(text: str) -> str:
    """Without quotes where it then still reads as the same text, everywhere."""
    is_plain = bool(text) and text == text.strip() and not set(text) & set("{}[],&*#?|<>=!%@\\:\"'`\n-")
    if is_plain and _read(text) == text:
        return text
    return json.dumps(text, ensure_ascii=False)
