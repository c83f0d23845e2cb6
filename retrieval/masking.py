"""A resident's words without what belongs to a person: names, numbers, addresses, days of birth. Patterns are data."""

import re
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from core.personal_numbers import mask_personal_numbers
from core.text import normalise
from core.yaml_text import read_yaml
from retrieval.tokens import tokens

PATTERNS = Path(__file__).parent / "data" / "masks.yaml"


class Mask(BaseModel):
    """What is looked for, and what stands there afterwards."""

    model_config = ConfigDict(extra="forbid")

    find: re.Pattern[str]
    mask: str


class Masks(BaseModel):
    """data/masks.yaml"""

    model_config = ConfigDict(extra="forbid")

    patterns: tuple[Mask, ...]
    name: str


def mask_person(text: str, published: str = "") -> str:
    """The normalised text, masked. Names of persons that stand in the `published` text too (an office, a river) are nobody's secret."""
    masks = _masks()
    masked, _ = mask_personal_numbers(normalise(text))
    for one in masks.patterns:
        masked = one.find.sub(one.mask, masked)
    known = normalise(published)
    for name in sorted({token.surface for token in tokens(masked) if token.is_person}, key=len, reverse=True):
        if name not in known:
            masked = masked.replace(name, masks.name)
    return masked


@cache
def _masks() -> Masks:
    return Masks.model_validate(read_yaml(PATTERNS.read_text(encoding="utf-8")))
