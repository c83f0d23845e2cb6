"""A municipality's tables of waste: what each item counts as, which days each area has, and the words by which they are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from core.pack import PackModel

AREA_LENGTH = 30
"""A button's data holds an area's name."""


class WasteItem(PackModel):
    """A row of waste_items.csv."""

    code: str = Field(max_length=40)
    name: str
    kana: str = ""
    synonyms: str = ""
    """Other names, apart by |."""
    size_rule: str = ""
    fee_stickers: int = Field(default=0, ge=0)
    collectable: Literal["burnable", "non_burnable", "recyclable", "oversized", "small_appliance", "appliance_recycling", "not_accepted"]
    note: str = ""


class CollectionArea(PackModel):
    """A row of collection_areas.csv: an area, its district, and the days of each kind as they are shown."""

    area: str = Field(max_length=AREA_LENGTH)
    district: str = Field(max_length=AREA_LENGTH)
    burnable: str = ""
    non_burnable: str = ""
    plastic: str = ""
    paper: str = ""
    bottles_cans: str = ""
    oversized: str = ""


class WasteSource(PackModel):
    """waste.yaml of a pack: who answers for the tables, and where they are published."""

    department: str
    category: str
    """The title of the category of entries about waste."""
    items_url: str = ""
    areas_url: str = ""
    sticker_fee: str = ""
    """The name of the value that says what one sticker for oversized waste costs."""


class WasteWords(PackModel):
    """waste_words.yaml: how the tables are asked for. Expressions over whole utterances without spaces and punctuation, in hiragana."""

    end: str = ""
    """What may follow every question."""
    item_shapes: tuple[str, ...] = ()
    """With the group `item`."""
    item_prefixes: tuple[str, ...] = ()
    """What may stand before the name of an item and does not make it another."""
    day_shapes: tuple[str, ...] = ()
    """With the groups `place` and `kind`."""
    home_shapes: tuple[str, ...] = ()
    """With the group `place`: where the resident lives."""
    about_waste: tuple[str, ...] = ()
    """Searched anywhere: the talk is about waste."""
    kinds: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """A column of collection_areas.csv, or `any` → what residents call it; expressions."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Waste:
    """All of it. Compared by identity, since what is computed of it is remembered."""

    items: Sequence[WasteItem] = ()
    areas: Sequence[CollectionArea] = ()
    source: WasteSource | None = None
    words: WasteWords = field(default_factory=WasteWords)
