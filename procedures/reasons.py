"""Prepared words for returning and refusing applications: application_reasons.yaml."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from core.pack_loading import COMMON, CONTENT
from procedures.conditions import DefinitionModel
from procedures.fields.base import Field
from procedures.loading import read_checked

FILE = "application_reasons.yaml"
ANY = "any"


class Reasons(DefinitionModel):
    """Said to residents as they stand. `returning` is by type of field; `any` goes with every field."""

    returning: Mapping[str, tuple[str, ...]] = {}
    refusing: tuple[str, ...] = ()

    def for_field(self, field: Field) -> tuple[str, ...]:
        return (*self.returning.get(field.type, ()), *self.returning.get(ANY, ()))


@lru_cache(maxsize=64)
def load_reasons(municipality_id: str, content: Path = CONTENT) -> Reasons:
    """What all share; of a municipality's own file each key goes before. Raises PackError."""
    shared, own = content / COMMON / FILE, content / municipality_id / FILE
    common = read_checked(Reasons, shared) if shared.is_file() else Reasons()
    if not own.is_file():
        return common
    theirs = read_checked(Reasons, own)
    return Reasons(returning={**common.returning, **theirs.returning}, refusing=theirs.refusing or common.refusing)
