"""Fields of places that have a name: a postal code, and an address in the municipality. The tables are those of the pack."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from core.text import DASHES, squeeze
from core.waste_tables import CollectionArea
from procedures.conditions import Plain
from procedures.facts import Facts, Locality
from procedures.fields.base import Asking, Field, Found, Option, Problem, Reading, Taken, Unread, line, malformed
from procedures.fields.inputs import Input
from procedures.fields.texts import cleaned
from procedures.said import Chose, Said, Words
from retrieval.tokens import fold
from retrieval.waste_rows import CHOME, chome_of, districts_of, is_in_area

if TYPE_CHECKING:
    from procedures.wording import Wording

POSTAL = re.compile(r"(?<![\d-])(\d{3})-?(\d{4})(?![\d-])")
NUMBERS = re.compile(r"\d+|[一二三四五六七八九十]+(?=丁目)")
BUILDING = re.compile(r"(?:\d\s*[^\d\s丁目番地号のー\-‐,、。でをにへ]{2,}|\s\S*\d{2,4}号?室?$)")
OTHER_CITY = re.compile(r"([一-龠ぁ-んァ-ヶ]{1,6}?[都道府県])?([一-龠ぁ-んァ-ヶ]{1,8}?[市区町村])(?=[一-龠ぁ-んァ-ヶ\d])")
LONGEST = 100
AREA_PARTS = tuple(name for name in CollectionArea.model_fields if name not in ("area", "district"))


def postal_code_in(text: str) -> str | None:
    """Seven digits."""
    match = POSTAL.search(unicodedata.normalize("NFKC", text).translate(DASHES))
    return match[1] + match[2] if match else None


class PostalField(Field):
    """A postal code, with the town that it stands for in the municipality."""

    type: Literal["postal"]
    in_city: bool = False

    part_names: ClassVar[tuple[str, ...]] = ("town",)

    def read(self, said: Said, asking: Asking) -> Reading:
        if not isinstance(said, Words):
            return Unread()
        code = postal_code_in(said.text)
        if code is None:
            return (
                Problem(line=line("procedure.postal_unread")) if re.search(r"\d{3}", unicodedata.normalize("NFKC", said.text)) else Unread()
            )
        return self.check(code, asking) or Taken(value=code)

    def inputs(self, asking: Asking) -> tuple[Input, ...]:
        return (Input(mode="numeric", autocomplete="postal-code", longest=20),)

    def find(self, text: str, asking: Asking) -> Found | None:
        code = postal_code_in(text)
        if code is None or code not in asking.facts.locality.postal_codes:
            return None
        return Found(value=code, rest=POSTAL.sub(" ", unicodedata.normalize("NFKC", text).translate(DASHES), count=1))

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        if not isinstance(value, str) or not re.fullmatch(r"\d{7}", value):
            return malformed()
        if self.in_city and value not in asking.facts.locality.postal_codes:
            return Problem(line=line("procedure.outside_city", city=asking.facts.locality.name))
        return None

    def show(self, value: Plain, wording: "Wording") -> str:
        return f"〒{value[:3]}-{value[3:]}"

    def parts(self, value: Plain, facts: Facts) -> Mapping[str, Plain]:
        return {"town": facts.locality.postal_codes.get(value, "") if isinstance(value, str) else ""}


class CityAddressField(Field):
    """An address in the municipality: postal code or town first, then block and number; in one message or two."""

    type: Literal["city_address"]
    needs_number: bool = True

    part_names: ClassVar[tuple[str, ...]] = ("town", "area", "has_building", *AREA_PARTS)

    def read(self, said: Said, asking: Asking) -> Reading:
        locality = asking.facts.locality
        match said:
            case Chose(value=value) if value in districts_of(locality.waste):
                return self._rest_of(value, "", asking)
            case Words(text=text):
                words = cleaned(text).translate(DASHES)
            case _:
                return Unread()
        town, rest = split_town(words, locality)
        earlier = asking.scratch if isinstance(asking.scratch, str) else ""
        if town:
            return self._rest_of(town, rest, asking)
        if is_elsewhere(words, locality):
            return Problem(line=line("procedure.outside_city", city=locality.name))
        if earlier and re.search(r"\d|[一二三四五六七八九十]丁目", unicodedata.normalize("NFKC", words)):
            return self._rest_of(earlier, words, asking)
        return Problem(line=line("procedure.address_unread")) if re.search(r"\d", words) else Unread()

    def _rest_of(self, town: str, rest: str, asking: Asking) -> Reading:
        rest = re.sub(r"(?:です|になります|でお願いします)$", "", unicodedata.normalize("NFKC", rest).translate(DASHES).strip(" 、。"))
        if self.needs_number and not re.search(r"\d", rest):
            return Problem(line=line("procedure.ask_block", town=town), scratch=town, is_step=True)
        value = {"town": town, "rest": rest}
        problem = self.check(value, asking)
        return problem or Taken(value=value)

    def inputs(self, asking: Asking) -> tuple[Input, ...]:
        return (Input(autocomplete="street-address", longest=LONGEST),)

    def find(self, text: str, asking: Asking) -> Found | None:
        """A town with a number behind it; the words up to the next comma or space belong to it."""
        flat = unicodedata.normalize("NFKC", text).translate(DASHES)
        for town in sorted(districts_of(asking.facts.locality.waste), key=len, reverse=True):
            match = re.search(rf"{re.escape(town)}\s?((?:\d|[一二三四五六七八九十](?=丁目))[\d\-丁目番地号の一二三四五六七八九十]*)", flat)
            if match is None:
                continue
            value = {"town": town, "rest": match[1].rstrip("のー-")}
            if self.check(value, asking) is None:
                return Found(value=value, rest=flat[: match.start()] + " " + flat[match.end() :])
        return None

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        is_shaped = isinstance(value, dict) and set(value) == {"town", "rest"} and all(isinstance(part, str) for part in value.values())
        if not is_shaped or value["town"] not in districts_of(asking.facts.locality.waste):
            return malformed()
        if len(value["rest"]) > LONGEST:
            return Problem(line=line("procedure.text_long", number=LONGEST))
        if self.needs_number and not re.search(r"\d", value["rest"]):
            return Problem(line=line("procedure.ask_block", town=value["town"]))
        areas = [area for area in asking.facts.locality.waste.areas if area.district == value["town"]]
        chome = _chome(value["rest"])
        if chome is not None and areas and not any(is_in_area(area, chome) for area in areas):
            return Problem(line=line("procedure.no_such_chome", town=value["town"], chome=chome))
        if chome is None and len(areas) > 1:
            return Problem(line=line("procedure.ask_block", town=value["town"]), scratch=value["town"], is_step=True)
        return None

    def show(self, value: Plain, wording: "Wording") -> str:
        return f"{value['town']}{value['rest']}"

    def options(self, asking: Asking) -> tuple[Option, ...]:
        if isinstance(asking.scratch, str):
            return ()
        return tuple(Option(value=town, label=town) for town in districts_of(asking.facts.locality.waste))

    def parts(self, value: Plain, facts: Facts) -> Mapping[str, Plain]:
        if not isinstance(value, dict):
            return {}
        town, rest = str(value.get("town", "")), str(value.get("rest", ""))
        area = area_of(town, rest, facts.locality.waste.areas)
        found = {name: getattr(area, name) for name in AREA_PARTS} if area is not None else {}
        return {"town": town, "area": area.area if area else "", "has_building": bool(BUILDING.search(rest)), **found}


def split_town(words: str, locality: Locality) -> tuple[str, str]:
    """港町3-2-1, 〒000-0012, 汐見市港町… → the town and what follows; two empty texts where no town of ours begins it."""
    flat = unicodedata.normalize("NFKC", words).translate(DASHES).strip()
    code = postal_code_in(flat)
    if code is not None:
        flat = POSTAL.sub("", flat, count=1).strip(" 〒")
    flat = re.sub(r"^〒?\s*", "", flat)
    for prefix in (locality.prefecture, locality.name):
        flat = flat.removeprefix(prefix).strip() if prefix else flat
    for town in sorted(districts_of(locality.waste), key=len, reverse=True):
        if fold(squeeze(flat)).startswith(fold(squeeze(town))):
            return town, flat[len(town) :].strip() if flat.startswith(town) else re.sub(r"^\D+", "", flat)
    if code is not None and code in locality.postal_codes:
        return locality.postal_codes[code], flat
    return "", ""


def is_elsewhere(words: str, locality: Locality) -> bool:
    """Whether the words name a place outside: a postal code that is not ours, or another city."""
    flat = unicodedata.normalize("NFKC", words).translate(DASHES)
    code = postal_code_in(flat)
    if code is not None and locality.postal_codes and code not in locality.postal_codes:
        return True
    for own in (locality.prefecture, locality.name, *districts_of(locality.waste)):
        flat = flat.replace(own, " ") if own else flat
    return OTHER_CITY.search(flat) is not None or "市外" in flat or "隣の市" in flat


def area_of(town: str, rest: str, areas: Sequence[CollectionArea]) -> CollectionArea | None:
    """Of the collection table; None where the block that decides is missing."""
    inside = [area for area in areas if area.district == town]
    chome = _chome(rest)
    fitting = [area for area in inside if chome is not None and is_in_area(area, chome)] or inside
    return fitting[0] if len(fitting) == 1 else None


def address_key(value: Plain) -> str:
    """One text for one place, however its numbers are written; for finding doubles."""
    if not isinstance(value, dict):
        return ""
    numbers = [str(_figure(found)) for found in NUMBERS.findall(unicodedata.normalize("NFKC", str(value.get("rest", ""))))]
    return "-".join([str(value.get("town", "")), *numbers[:3]])


def _chome(rest: str) -> int | None:
    match = CHOME.match(squeeze(rest)) or re.match(r"(?P<number>\d{1,2})(?!\d|番|号)", squeeze(rest))
    return chome_of(match.group("number")) if match else None


def _figure(written: str) -> int:
    return chome_of(written)
