"""Prepared words for returning and refusing applications: application_reasons.yaml."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from core.messages import Language
from core.pack_loading import COMMON, CONTENT
from core.sentences import FALLBACK
from procedures.conditions import DefinitionModel
from procedures.fields.base import Field
from procedures.loading import read_checked

FILE = "application_reasons.yaml"
ANY = "any"


class Reasons(DefinitionModel):
    """Said to residents as they stand. `returning` is by type of field; `any` goes with every field."""

    returning: Mapping[str, tuple[str, ...]] = {}
    refusing: tuple[str, ...] = ()
    translations: Mapping[Language, Mapping[str, str]] = {}
    """By language, what the prepared words are in it; words that staff wrote themselves stay as they are."""

    def for_field(self, field: Field) -> tuple[str, ...]:
        return (*self.returning.get(field.type, ()), *self.returning.get(ANY, ()))

    def in_language(self, words: str, language: Language) -> str:
        """Each line that is a prepared one; a line may name its question before it."""
        known = self.translations.get(language) or self.translations.get(FALLBACK.get(language, language), {})
        for japanese, said in known.items():
            words = words.replace(japanese, said)
        return words


@lru_cache(maxsize=64)
def load_reasons(municipality_id: str, content: Path = CONTENT) -> Reasons:
    """What all share; of a municipality's own file each key goes before. Raises PackError."""
    shared, own = content / COMMON / FILE, content / municipality_id / FILE
    common = read_checked(Reasons, shared) if shared.is_file() else Reasons()
    if not own.is_file():
        return common
    theirs = read_checked(Reasons, own)
    return Reasons(
        returning={**common.returning, **theirs.returning},
        refusing=theirs.refusing or common.refusing,
        translations={
            language: {**common.translations.get(language, {}), **theirs.translations.get(language, {})} for language in Language
        },
    )
