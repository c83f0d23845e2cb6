"""Packs as they hold now: as they were loaded, with the values that officers changed."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import yaml
from pydantic import TypeAdapter

from core.edits import VALUE, Edits
from core.pack import Pack
from core.values import DatedValue
from core.yaml_text import read_yaml

ROWS = TypeAdapter(list[DatedValue])


class CurrentPacks:
    """Called with a municipality's id. The same pack is given until something of it changes."""

    def __init__(self, edits: Edits, load: Callable[[str], Pack]) -> None:
        self._edits = edits
        self._load = load
        self._made: dict[str, tuple[Pack, Mapping[str, str], Pack]] = {}

    def __call__(self, municipality_id: str) -> Pack:
        pack, changed = self._load(municipality_id), self._edits.of(municipality_id).of(VALUE)
        if not changed:
            return pack
        made = self._made.get(municipality_id)
        if made is None or made[0] is not pack or made[1] != changed:
            made = pack, changed, with_values(pack, changed)
            self._made[municipality_id] = made
        return made[2]

    def mapping(self, municipality_ids: Collection[str]) -> Mapping[str, Pack]:
        """Those of these municipalities, as they hold whenever one is looked up."""
        return _Now(self, municipality_ids)

    def original(self, municipality_id: str) -> Pack:
        """As it was loaded."""
        return self._load(municipality_id)


class _Now(Mapping[str, Pack]):
    def __init__(self, packs: Callable[[str], Pack], municipality_ids: Collection[str]) -> None:
        self._packs = packs
        self._ids = tuple(municipality_ids)

    def __getitem__(self, municipality_id: str) -> Pack:
        if municipality_id not in self._ids:
            raise KeyError(municipality_id)
        return self._packs(municipality_id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


def with_values(pack: Pack, changed: Mapping[str, str]) -> Pack:
    """`changed` holds rows as text, by the name of the value."""
    return replace(pack, values=pack.values.with_rows({name: read_rows(text) for name, text in changed.items()}))


def read_rows(text: str) -> Sequence[DatedValue]:
    """Raises ValueError where they are of another shape."""
    return ROWS.validate_python(read_yaml(text))


def written_rows(rows: Sequence[DatedValue]) -> str:
    plain = ROWS.dump_python(list(rows), by_alias=True, exclude_none=True)
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, default_flow_style=False)
