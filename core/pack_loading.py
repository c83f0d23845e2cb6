"""Reading packs from content/: the common part, the municipality's own part over it, and errors that name the place."""

import csv
import difflib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from core.counter_rules import CounterRules
from core.errors import PackError
from core.messages import Language
from core.pack import (
    Calendar,
    Demo,
    Department,
    Facility,
    Lexicon,
    MunicipalityInfo,
    Names,
    Pack,
    RichMenu,
    Sticker,
    Topic,
)
from core.sentences import LABEL_LIMIT, Sentences, flatten
from core.texts import say
from core.values import DatedValue, Values
from core.waste_tables import CollectionArea, Waste, WasteItem, WasteSource, WasteWords
from core.yaml_text import read_yaml

CONTENT = Path(__file__).resolve().parent.parent / "content"
COMMON = "common"

Model = TypeVar("Model", bound=BaseModel)


@lru_cache(maxsize=256)
def load_pack(municipality_id: str, content: Path = CONTENT) -> Pack:
    """Raises PackError that names file, place and remedy."""
    folder = content / municipality_id
    if not (folder / "municipality.yaml").is_file():
        known = sorted(path.parent.name for path in content.glob("*/municipality.yaml"))
        raise PackError(say("pack.missing", id=municipality_id, known="、".join(known)))
    info = _model(MunicipalityInfo, folder / "municipality.yaml")
    if info.id != municipality_id:
        raise PackError(f"{municipality_id}/municipality.yaml: id is '{info.id}', the folder's name is needed")
    return _assemble(info, folder, content)


def blank_pack(municipality_id: str, name: str = "", content: Path = CONTENT) -> Pack:
    """Only what all municipalities share: for measuring without a pack."""
    return _assemble(MunicipalityInfo(id=municipality_id, name=name), None, content)


def _assemble(info: MunicipalityInfo, folder: Path | None, content: Path) -> Pack:
    common = content / COMMON
    departments = _departments(folder / "departments.yaml") if folder else {}
    if folder and info.general_department not in departments:
        raise PackError(f"{info.id}/municipality.yaml: general_department '{info.general_department}' is not in departments.yaml")
    values = _values(info, departments, folder)
    value_names = _value_names(folder, values) if folder else {}
    lexicon = {**_mapping(common / "lexicon.yaml"), **(_mapping(folder / "lexicon.yaml") if folder else {})}
    menu = {**_mapping(common / "menu.yaml"), **(_mapping(folder / "menu.yaml") if folder else {})}
    return Pack(
        municipality=info,
        sentences=_sentences(common, folder),
        lexicon=_checked(Lexicon, lexicon, "lexicon.yaml"),
        values=values,
        departments=departments,
        calendar=_model(Calendar, folder / "calendar.yaml") if folder and (folder / "calendar.yaml").is_file() else Calendar(),
        stickers=tuple(_rows(Sticker, _mapping(common / "stickers.yaml"), "stickers", "stickers.yaml")),
        topics=tuple(_rows(Topic, menu, "topics", "menu.yaml")),
        photo_topics=tuple(_rows(Topic, menu, "photo_topics", "menu.yaml")),
        facilities=_facilities(folder) if folder else (),
        waste=_waste(common, folder, departments, values),
        rich_menu=_model(RichMenu, folder / "rich_menu.yaml") if folder and (folder / "rich_menu.yaml").is_file() else None,
        names=_names(common, folder),
        counter=_counter(common, folder, departments),
        demo=_model(Demo, folder / "demo.yaml") if folder and (folder / "demo.yaml").is_file() else Demo(),
        folder=str(folder) if folder else None,
        value_names=value_names,
    )


def _sentences(common: Path, folder: Path | None) -> Sentences:
    found: dict[Language, dict[str, str]] = {}
    for language in Language:
        flat = _flat(common / "messages" / f"{language.value}.yaml")
        if folder:
            flat.update(_flat(folder / "messages" / f"{language.value}.yaml"))
        found[language] = flat
    sentences = Sentences(found)
    for (language, key), label in sentences.long_labels().items():
        raise PackError(f"messages/{language.value}.yaml: '{key}': '{label}' is too long for a button: at most {LABEL_LIMIT} characters")
    return sentences


def _names(common: Path, folder: Path | None) -> Names:
    shared = _model(Names, common / "names.yaml")
    own = _model(Names, folder / "names.yaml") if folder else Names()
    return Names(offices={**shared.offices, **own.offices}, labels={**shared.labels, **own.labels})


def _flat(path: Path) -> dict[str, str]:
    try:
        return flatten(_mapping(path))
    except PackError as error:
        place = f"{path.parent.name}/{path.name}"
        raise PackError(str(error) if place in str(error) else f"{place}: {error}") from None


def _departments(path: Path) -> Mapping[str, Department]:
    return {row.id: row for row in _rows(Department, _mapping(path), "departments", f"{path.parent.name}/{path.name}")}


def _values(info: MunicipalityInfo, departments: Mapping[str, Department], folder: Path | None) -> Values:
    rows: dict[str, list[DatedValue]] = {}
    for path in sorted((folder / "values").glob("*.yaml")) if folder else ():
        for key, raw in _mapping(path).items():
            if key in rows:
                raise PackError(f"{info.id}/values/{path.name}: '{key}' stands in another file too")
            try:
                rows[key] = TypeAdapter(list[DatedValue]).validate_python(raw)
            except ValidationError as error:
                raise PackError(f"{info.id}/values/{path.name}: '{key}': {_explain(error, DatedValue)}") from None
    for department in departments.values():
        for field in ("name", "phone", "place", "url"):
            rows[f"department.{department.id}.{field}"] = [DatedValue(value=str(getattr(department, field)))]
    for field in ("name", "phone", "address", "website"):
        rows[f"municipality.{field}"] = [DatedValue(value=str(getattr(info, field)))]
    return Values(rows)


def _value_names(folder: Path, values: Values) -> Mapping[str, str]:
    path = folder / "value_names.yaml"
    if not path.is_file():
        return {}
    names = _mapping(path)
    for key, words in names.items():
        if not values.rows_of(key):
            raise PackError(f"{folder.name}/{path.name}: '{key}' is no value of values/*.yaml")
        if not isinstance(words, str) or not words.strip():
            raise PackError(f"{folder.name}/{path.name}: '{key}': words are needed")
    return names


def _counter(common: Path, folder: Path | None, departments: Mapping[str, Department]) -> CounterRules:
    own = _mapping(folder / "counter.yaml") if folder else {}
    rules = _checked(CounterRules, {**_mapping(common / "counter.yaml"), **own}, f"{folder.name if folder else COMMON}/counter.yaml")
    for named in (*(topic.department for topic in rules.sensitive), *rules.overflow.departments):
        if named not in departments:
            raise PackError(f"{folder.name if folder else COMMON}/counter.yaml: department '{named}' is not in departments.yaml")
    return rules


def _facilities(folder: Path) -> tuple[Facility, ...]:
    return tuple(row for name in ("facilities.csv", "shelters.csv") for row in _table(Facility, folder / name))


def _waste(common: Path, folder: Path | None, departments: Mapping[str, Department], values: Values) -> Waste:
    words = _model(WasteWords, common / "waste_words.yaml")
    if folder is None:
        return Waste(words=words)
    source = _model(WasteSource, folder / "waste.yaml") if (folder / "waste.yaml").is_file() else None
    if source is not None and source.department not in departments:
        raise PackError(f"{folder.name}/waste.yaml: department '{source.department}' is not in departments.yaml")
    if source is not None and source.sticker_fee and source.sticker_fee not in values:
        raise PackError(f"{folder.name}/waste.yaml: sticker_fee: no value '{source.sticker_fee}' in values/")
    items, areas = _table(WasteItem, folder / "waste_items.csv"), _table(CollectionArea, folder / "collection_areas.csv")
    if source is None and (items or areas):
        raise PackError(
            f"{folder.name}/waste.yaml: missing: waste_items.csv and collection_areas.csv need a department that answers for them"
        )
    return Waste(items=items, areas=areas, source=source, words=words)


def _table(model: type[Model], path: Path) -> tuple[Model, ...]:
    """A CSV file's rows; none where there is no file."""
    if not path.is_file():
        return ()
    rows = enumerate(csv.DictReader(_text(path).splitlines()), start=2)
    return tuple(_checked(model, row, f"{path.parent.name}/{path.name}, line {number}") for number, row in rows)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise PackError(f"{path.parent.name}/{path.name}: not UTF-8: save it as UTF-8 (not Shift_JIS)") from None


def _mapping(path: Path) -> dict[str, Any]:  # Any: YAML is checked by a model afterwards.
    if not path.is_file():
        return {}
    try:
        loaded = read_yaml(_text(path))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise PackError(f"{path.parent.name}/{path.name}{line}: not valid YAML: {getattr(error, 'problem', error)}") from None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise PackError(f"{path.parent.name}/{path.name}: names with values are needed, not {type(loaded).__name__}")
    return loaded


def _model(model: type[Model], path: Path) -> Model:
    return _checked(model, _mapping(path), f"{path.parent.name}/{path.name}")


def _rows(model: type[Model], raw: Mapping[str, Any], name: str, place: str) -> list[Model]:  # Any: as in `_mapping`.
    rows = raw.get(name) or []
    if not isinstance(rows, list):
        raise PackError(f"{place}: '{name}': a list is needed, not {type(rows).__name__}")
    return [_checked(model, row, place) for row in rows]


def _checked(model: type[Model], raw: object, place: str) -> Model:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise PackError(f"{place}: {_explain(error, model)}") from None


def _explain(error: ValidationError, model: type[BaseModel]) -> str:
    problem = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(problem["loc"][-1]), list(model.model_fields), n=1)
        return f"unknown key '{where}'" + (f" (did you mean '{near[0]}'?)" if near else "")
    return f"'{where}': {problem['msg']}"
