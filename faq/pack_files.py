"""A pack's entries/*.yaml and guides/*.md as checked drafts, or errors that name file, place and remedy."""

import difflib
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, Field, ValidationError

from core.errors import PackError
from core.messages import Language
from core.pack import Pack, PackModel
from core.yaml_text import read_yaml
from faq.checking import Problem, check
from faq.drafts import EntryDraft, tidied
from faq.models import EntryKind
from retrieval.passages import Link, Translation

FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n(.*)\Z", re.DOTALL)
ROOM_PER_CATEGORY = 10_000
"""Positions that a category takes, so that an entry added to one does not move those of the next."""
GUIDES_BEGIN = 5_000


Model = TypeVar("Model", bound=BaseModel)


class PackLink(PackModel):
    """A button under an answer."""

    label: str
    url: str


class PackTranslation(PackModel):
    """Question and answer in another language."""

    question: str
    answer: str


class PackEntry(PackModel):
    """One of the entries in a file of entries/."""

    id: str
    department: str | None = None
    question: str
    phrasings: tuple[str, ...] = ()
    answer: str
    source_url: str | None = None
    checked_on: date | None = None
    links: tuple[PackLink, ...] = ()
    related: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    translations: Mapping[Language, PackTranslation] = Field(default_factory=dict)


class PackEntries(PackModel):
    """A file of entries/: a category with its entries."""

    category: str
    title: str
    order: int | None = None
    entries: tuple[PackEntry, ...]


class GuideHead(PackModel):
    """The front matter of a file of guides/."""

    id: str
    title: str
    category: str
    department: str | None = None
    phrasings: tuple[str, ...] = ()
    source_url: str | None = None
    checked_on: date | None = None
    related: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class PackItem:
    """An entry or guide of a pack: what it says, where it stands, and the place in the pack that errors name."""

    draft: EntryDraft
    position: int
    place: str

    @property
    def id(self) -> str:
        return self.draft.id or ""


def files_digest(pack: Pack) -> str:
    """Changes with any byte of what `read_items` reads of the pack."""
    digest = hashlib.sha256()
    for path in _files(pack):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)} ".encode() + content)
    return digest.hexdigest()


def read_items(pack: Pack) -> tuple[PackItem, ...]:
    """Raises PackError that lists all problems of the first stage that finds some: form, then ids, then what they refer to."""
    if pack.folder is None:
        return ()
    folder = Path(pack.folder)
    categories = [(path, _entries_file(path)) for path in sorted((folder / "entries").glob("*.yaml"))]
    categories.sort(key=lambda pair: (pair[1].order is None, pair[1].order or 0, pair[0].name))
    _refuse(_repeated_categories(categories))
    items: list[PackItem] = []
    starts: dict[str, int] = {}
    titles: dict[str, str] = {}
    for number, (path, content) in enumerate(categories):
        starts[content.category] = number * ROOM_PER_CATEGORY
        titles[content.category] = content.title
        for place, entry in enumerate(content.entries, start=1):
            items.append(_entry_item(entry, content.title, starts[content.category] + place, f"{_name(path)}: {entry.id}"))
    for place, path in enumerate(sorted((folder / "guides").glob("*.md")), start=1):
        head, body = _guide_file(path)
        if head.category not in titles:
            raise PackError(f"{_name(path)}: unknown category '{head.category}'{_meant(head.category, titles)}: name one of entries/")
        items.append(_guide_item(head, body, titles[head.category], starts[head.category] + GUIDES_BEGIN + place, _name(path)))
    _refuse(_repeated_ids(items))
    _refuse(problem for item in items for problem in _problems(item, pack, {item.id for item in items}))
    return tuple(items)


def _files(pack: Pack) -> list[Path]:
    if pack.folder is None:
        return []
    folder = Path(pack.folder)
    return [*sorted((folder / "entries").glob("*.yaml")), *sorted((folder / "guides").glob("*.md"))]


def _entries_file(path: Path) -> PackEntries:
    return _model(PackEntries, _yaml(path.read_text(encoding="utf-8"), path), path)


def _guide_file(path: Path) -> tuple[GuideHead, str]:
    match = FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    if match is None:
        raise PackError(f"{_name(path)}: begin with lines of id, title and category between two lines of ---")
    return _model(GuideHead, _yaml(match[1], path), path), match[2]


def _entry_item(entry: PackEntry, category: str, position: int, place: str) -> PackItem:
    draft = EntryDraft(
        id=entry.id,
        question=entry.question,
        answer=entry.answer,
        phrasings=entry.phrasings,
        category=category,
        department_id=entry.department,
        source_url=entry.source_url,
        checked_on=entry.checked_on,
        links=tuple(Link(label=link.label, url=link.url) for link in entry.links),
        related=entry.related,
        translations={key.value: Translation(question=text.question, answer=text.answer) for key, text in entry.translations.items()},
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
    )
    return PackItem(draft=tidied(draft), position=position, place=place)


def _guide_item(head: GuideHead, body: str, category: str, position: int, place: str) -> PackItem:
    draft = EntryDraft(
        id=head.id,
        kind=EntryKind.GUIDE,
        question=head.title,
        answer=body,
        phrasings=head.phrasings,
        category=category,
        department_id=head.department,
        source_url=head.source_url,
        checked_on=head.checked_on,
        related=head.related,
        valid_from=head.valid_from,
        valid_until=head.valid_until,
    )
    return PackItem(draft=tidied(draft), position=position, place=place)


def _problems(item: PackItem, pack: Pack, known: set[str]) -> Iterator[str]:
    for problem in check(item.draft, pack):
        yield f"{item.place}: {_in_english(problem, pack)}"
    for related in item.draft.related:
        if related not in known:
            yield f"{item.place}: related: unknown id '{related}'{_meant(related, known)}"


def _in_english(problem: Problem, pack: Pack) -> str:
    """Whoever writes a pack reads English errors; other problems are said in the editors' words."""
    match problem.key:
        case "department_unknown":
            key = str(problem.gaps["id"])
            return f"unknown department '{key}'{_meant(key, pack.departments)}: name one of departments.yaml"
        case "value_unknown":
            return f"{problem.field}: unknown value '{problem.gaps['key']}': add it to values/ or correct its name"
        case _:
            return f"{problem.field}: {problem.text}"


def _repeated_categories(categories: Sequence[tuple[Path, PackEntries]]) -> Iterator[str]:
    for what in ("category", "title"):
        first: dict[str, str] = {}
        for path, content in categories:
            value = str(getattr(content, what))
            if value in first:
                yield f"{_name(path)}: {what} '{value}' is that of {first[value]} too: give it another, or move the entries there"
            first.setdefault(value, _name(path))


def _repeated_ids(items: Sequence[PackItem]) -> Iterator[str]:
    first: dict[str, str] = {}
    for item in items:
        if item.id in first:
            yield f"{item.place}: id '{item.id}' is that of {first[item.id]} too: give it another"
        first.setdefault(item.id, item.place)


def _refuse(problems: Iterator[str]) -> None:
    found = list(problems)
    if found:
        raise PackError("\n".join(found))


def _yaml(text: str, path: Path) -> object:
    first_line = 2 if path.suffix == ".md" else 1
    try:
        return read_yaml(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + first_line}" if mark else ""
        raise PackError(f"{_name(path)}{line}: not valid YAML: {getattr(error, 'problem', error)}") from None


def _model(model: type[Model], raw: object, path: Path) -> Model:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise PackError("\n".join(f"{_name(path)}: {_explain(dict(problem), raw, model)}" for problem in error.errors())) from None


def _explain(problem: dict[str, Any], raw: object, model: type[BaseModel]) -> str:  # Any: pydantic describes an error loosely.
    loc = problem["loc"]
    where = _where(loc, raw)
    if problem["type"] == "extra_forbidden":
        return f"{where}unknown key '{loc[-1]}'{_meant(str(loc[-1]), _keys(loc, model))}"
    if problem["type"] == "enum" and "translations" in loc:
        return f"{where}unknown language '{problem['input']}'{_meant(str(problem['input']), [language.value for language in Language])}"
    if problem["type"] == "missing":
        return f"{where}'{loc[-1]}' is missing"
    field = ".".join(str(part) for part in loc if part != "[key]") or "file"
    return f"{where}'{field}': {problem['msg']}"


def _where(loc: Sequence[str | int], raw: object) -> str:
    """Names the entry of a list by its id, or by its number where it has none."""
    if len(loc) < 2 or loc[0] != "entries" or not isinstance(loc[1], int) or not isinstance(raw, dict):
        return ""
    entry = raw["entries"][loc[1]]
    known = entry.get("id") if isinstance(entry, dict) else None
    return f"{known}: " if known else f"entry {loc[1] + 1}: "


def _keys(loc: Sequence[str | int], model: type[BaseModel]) -> list[str]:
    """What is allowed at the place of an unknown key."""
    if "translations" in loc:
        model = PackTranslation
    elif "links" in loc:
        model = PackLink
    elif len(loc) > 1:
        model = PackEntry
    return list(model.model_fields)


def _meant(word: str, known: Sequence[str] | Mapping[str, object] | set[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
