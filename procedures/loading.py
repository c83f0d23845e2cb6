"""Reading the procedures of a pack: YAML to definitions, errors that name file, field and line, and the tables that fields look up."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from core.edits import digest_of
from core.errors import PackError
from core.pack import Pack
from core.pack_loading import COMMON, CONTENT, load_pack
from core.yaml_text import read_yaml
from procedures.checking import problems_of
from procedures.definition import Definition
from procedures.explaining import explain
from procedures.facts import Locality, ProcedureWords
from procedures.map import CityMap, read_map

FOLDER = "procedures"
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, kw_only=True, eq=False)
class Procedures:
    """Everything of one municipality that filling needs; compared by identity."""

    definitions: Mapping[str, Definition]
    digests: Mapping[str, str]
    """By procedure: of the file's text, so that an application knows with which it was filled in."""
    sources: Mapping[str, str]
    locality: Locality
    stopped: Mapping[str, str] = field(default_factory=dict)
    """Procedures whose intake is stopped, with what residents are told."""
    unfit: Mapping[str, str] = field(default_factory=dict)
    """Procedures whose published edition does not fit the pack any more, with the reason."""


@lru_cache(maxsize=64)
def load_procedures(municipality_id: str, content: Path = CONTENT) -> Procedures:
    """Raises PackError that names file, field, line and remedy. None where the pack has no procedures."""
    pack = load_pack(municipality_id, content)
    folder = content / municipality_id
    locality = load_locality(pack, content)
    definitions, digests, sources = {}, {}, {}
    for path in sorted((folder / FOLDER).glob("*.yaml")):
        source = _text(path)
        definition = read_definition(source, f"{FOLDER}/{path.name}", pack, locality)
        if definition.id != path.stem:
            raise PackError(f"{FOLDER}/{path.name}: id is '{definition.id}', the file's name is needed")
        definitions[definition.id], digests[definition.id], sources[definition.id] = definition, digest_of(source), source
    return Procedures(definitions=definitions, digests=digests, sources=sources, locality=locality)


def load_locality(pack: Pack, content: Path = CONTENT) -> Locality:
    folder = content / pack.id
    words = _checked(
        ProcedureWords, _yaml(_text(content / COMMON / "procedure_words.yaml"), "procedure_words.yaml"), "procedure_words.yaml", ""
    )
    return Locality(
        name=pack.municipality.name,
        prefecture=pack.municipality.prefecture,
        waste=pack.waste,
        values=pack.values,
        facilities=pack.facilities,
        postal_codes=_postal_codes(folder / "postal_codes.csv"),
        city_map=_map(folder / "map.geojson"),
        words=words,
    )


def _postal_codes(path: Path) -> Mapping[str, str]:
    if not path.is_file():
        return {}
    rows = csv.DictReader(_text(path).splitlines())
    try:
        return {row["postal_code"].replace("-", ""): row["town"] for row in rows}
    except (KeyError, AttributeError):
        raise PackError(f"{path.parent.name}/{path.name}: the columns postal_code and town are needed") from None


def _map(path: Path) -> CityMap:
    if not path.is_file():
        return CityMap()
    try:
        return read_map(json.loads(_text(path)))
    except ValueError as error:
        raise PackError(f"{path.parent.name}/{path.name}: {error}") from None


def read_definition(source: str, place: str, pack: Pack, locality: Locality) -> Definition:
    """One file's text. Raises PackError."""
    definition = read_source(source, place)
    for where, problem in problems_of(definition, pack, locality):
        raise PackError(f"{place}: {where}: {problem}" if where else f"{place}: {problem}")
    return definition


def read_source(source: str, place: str) -> Definition:
    """By itself, not compared with the pack: a version of earlier times may name what is no longer there."""
    return _checked(Definition, _yaml(source, place), place, source)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise PackError(f"{path.parent.name}/{path.name}: not UTF-8: save it as UTF-8 (not Shift_JIS)") from None


def _yaml(source: str, place: str) -> dict[str, Any]:  # Any: checked by a model afterwards.
    try:
        loaded = read_yaml(source)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise PackError(f"{place}{line}: not valid YAML: {getattr(error, 'problem', error)}") from None
    if not isinstance(loaded, dict):
        raise PackError(f"{place}: names with values are needed")
    return loaded


def _checked(model: type[Model], raw: Mapping[str, Any], place: str, source: str) -> Model:  # Any: as in `_yaml`.
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise PackError(f"{place}: {explain(error, model, raw, source)}") from None


def read_checked(model: type[Model], path: Path) -> Model:
    """A file that lies beside the procedures."""
    place, source = f"{path.parent.name}/{path.name}", _text(path)
    return _checked(model, _yaml(source, place), place, source)
