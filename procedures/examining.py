"""Everything that is wrong with a definition's text, each with its place and its line, for whoever edits it. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from pydantic import ValidationError

from core.pack import Pack
from core.yaml_text import LOADER, read_yaml
from procedures.checking import problems_of
from procedures.conditions import Plain
from procedures.definition import Definition
from procedures.explaining import explained, line_of
from procedures.facts import Locality
from procedures.places import path_of
from procedures.source_edits import Path

DEEPEST = 40
FIELD = re.compile(r"field '([^']+)'")


@dataclass(frozen=True, kw_only=True)
class SourceProblem:
    """`place` is a text's place, where the problem is in a text; `where` is as the command for checking names it."""

    where: str
    said: str
    line: int
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """The definition, where the text makes one, and what forbids to use it."""

    definition: Definition | None
    problems: tuple[SourceProblem, ...]


def examine(source: str, procedure_id: str, pack: Pack, locality: Locality) -> Examined:
    try:
        unfit = _unfit(source)
        if unfit is not None:
            return Examined(definition=None, problems=(unfit,))
        raw = read_yaml(source)
    except yaml.YAMLError as error:
        is_open = str(getattr(error, "context", "")).startswith(("while parsing a flow", "while scanning a quoted"))
        # Of what is not closed the beginning is to be looked at.
        mark = getattr(error, "context_mark" if is_open else "problem_mark", None)
        said = f"not valid YAML: {getattr(error, 'problem', error)}"
        return Examined(definition=None, problems=(SourceProblem(where="", said=said, line=mark.line + 1 if mark else 0),))
    if not isinstance(raw, dict):
        return Examined(definition=None, problems=(SourceProblem(where="", said="names with values are needed", line=1),))
    try:
        definition = Definition.model_validate(raw)
    except ValidationError as error:
        found = explained(error, Definition, raw, source)
        return Examined(definition=None, problems=(SourceProblem(where=found.where, said=found.said, line=found.line),))
    return Examined(definition=definition, problems=tuple(_problems(definition, source, raw, procedure_id, pack, locality)))


def _unfit(source: str) -> SourceProblem | None:
    """What no definition needs, and what would take a reader's memory: aliases that multiply, parts nested without end."""
    depth = 0
    for event in yaml.parse(source, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > DEEPEST:
            said = "aliases can't be used" if isinstance(event, yaml.AliasEvent) else "nested too deeply"
            return SourceProblem(where="", said=said, line=event.start_mark.line + 1 if event.start_mark else 0)
    return None


def _problems(
    definition: Definition, source: str, raw: Plain, procedure_id: str, pack: Pack, locality: Locality
) -> Iterator[SourceProblem]:
    if definition.id != procedure_id:
        yield SourceProblem(where="id", said=f"'{definition.id}': '{procedure_id}' is needed", line=line_of(("id",), source))
    for where, said in problems_of(definition, pack, locality):
        is_text = where in definition.texts
        yield SourceProblem(where=where, said=said, line=line_of(_path(raw, where), source), place=where if is_text else "")


def _path(raw: Plain, where: str) -> Path:
    """As near as the words of the check lead."""
    field = FIELD.fullmatch(where)
    try:
        return path_of(raw, f"fields.{field[1]}.name")[:-1] if field else path_of(raw, where)
    except (KeyError, TypeError):
        return tuple(where.split(".")[:1])
