"""Fields of things that are sent: photos, a file, a place on the map."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, TypeGuard

from pydantic import Field as Key

from core.text import graphemes, squeeze
from procedures.conditions import Plain
from procedures.facts import Facts, Locality
from procedures.fields.addresses import is_elsewhere
from procedures.fields.base import Asking, Field, Found, Option, Problem, Reading, Taken, Unread, Way, line, malformed
from procedures.fields.choosing import DONE, NO, YES, is_among
from procedures.fields.texts import cleaned
from procedures.map import is_inside, road_at
from procedures.said import Chose, Placed, Said, SentFile, SentPhoto, Words
from retrieval.tokens import fold
from retrieval.waste_rows import BLOCK, districts_of

if TYPE_CHECKING:
    from procedures.wording import Wording

IMAGES = ("image/jpeg", "image/png")
MEGABYTE = 1_000_000


class PhotosField(Field):
    """Some photos. A place in their hidden data is used only when the resident agrees; it was removed from what is stored."""

    type: Literal["photos"]
    least: int = Key(default=1, ge=0)
    most: int = Key(default=3, ge=1, le=10)
    max_megabytes: int = Key(default=10, ge=1)
    place_to: str = ""
    """The location field that the place of a photo may fill; a place that is sent instead of a photo says that there is none."""

    takes_several: ClassVar[bool] = True
    is_for_pages: ClassVar[bool] = False
    part_names: ClassVar[tuple[str, ...]] = ("count",)

    def read(self, said: Said, asking: Asking) -> Reading:
        have = _photos(asking.current)
        asked_place = asking.scratch if isinstance(asking.scratch, dict) else None
        words = asking.facts.locality.words
        match said:
            case SentPhoto():
                return self._add(have, said, wants_place=asking.known.get(self.place_to) is None)
            case Chose(value=value) if value in (YES, NO) and asked_place:
                return self._place_answered(have, asked_place, agreed=value == YES)
            case Words(text=text) if asked_place and (is_among(words.yes, text) or is_among(words.no, text)):
                return self._place_answered(have, asked_place, agreed=is_among(words.yes, text))
            case Chose(value=value) if value == DONE:
                return self._done(have)
            case Words(text=text) if have and is_among(words.skip, text):
                return self._done(have)
            case SentFile():
                return Problem(line=line("procedure.photo_kind"))
            case _:
                return Unread()

    def _add(self, have: Sequence[Plain], photo: SentPhoto, *, wants_place: bool) -> Reading:
        if photo.mime not in IMAGES:
            return Problem(line=line("procedure.photo_kind"))
        if photo.size > self.max_megabytes * MEGABYTE:
            return Problem(line=line("procedure.photo_large", number=self.max_megabytes))
        if len(have) >= self.most:
            return Problem(line=line("procedure.photo_many", number=self.most))
        value = [*have, {"media": photo.media, "mime": photo.mime}]
        if self.place_to and photo.taken_at is not None and wants_place:
            scratch = {"latitude": photo.taken_at[0], "longitude": photo.taken_at[1]}
            return Problem(
                line=line("procedure.use_photo_place"),
                options=(
                    Option(value=YES, label=line("procedure.choice.use")),
                    Option(value=NO, label=line("procedure.choice.do_not_use")),
                ),
                scratch=scratch,
                is_step=True,
                current=value,
            )
        return self._taken(value)

    def _taken(self, value: Sequence[Plain], also: Mapping[str, Plain] | None = None) -> Taken:
        """Whoever has more sends it whenever they like: nobody is asked whether that was all."""
        left = self.most - len(value)
        notes = (line("procedure.photos_left", number=left),) if left and len(value) >= self.least else ()
        return Taken(value=list(value), is_open=len(value) < self.least, notes=notes, also=also or {})

    def _place_answered(self, have: Sequence[Plain], place: Mapping[str, Plain], *, agreed: bool) -> Reading:
        return self._taken(have, {self.place_to: {**place, "accuracy": None, "text": ""}} if agreed else None)

    def _done(self, have: Sequence[Plain]) -> Reading:
        return Taken(value=list(have)) if len(have) >= self.least else Problem(line=line("procedure.photo_missing", number=self.least))

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        photos = _photos(value)
        is_shaped = isinstance(value, list) and len(photos) == len(value) and all(one["mime"] in IMAGES for one in photos)
        return None if is_shaped and self.least <= len(photos) <= self.most else malformed()

    def show(self, value: Plain, wording: "Wording") -> str:
        return wording.say("procedure.photos_shown", number=len(_photos(value)))

    def options(self, asking: Asking) -> tuple[Option, ...]:
        have = _photos(asking.current)
        done = (Option(value=DONE, label=line("procedure.choice.no_more")),) if len(have) >= max(self.least, 1) else ()
        asks_place = self.place_to and not have and asking.known.get(self.place_to) is None
        place = (Option(label=line("procedure.choice.send_place"), way=Way.SEND_PLACE),) if asks_place else ()
        return (*done, Option(label=line("procedure.choice.take_photo"), way=Way.TAKE_PHOTO), *place)

    def parts(self, value: Plain, facts: Facts) -> Mapping[str, Plain]:
        return {"count": len(_photos(value))}


def _photos(value: Plain) -> list[Plain]:
    return [one for one in value if isinstance(one, dict) and {"media", "mime"} <= set(one)] if isinstance(value, list) else []


class FileField(Field):
    """One document."""

    type: Literal["file"]
    kinds: tuple[str, ...] = ("application/pdf", *IMAGES)
    max_megabytes: int = Key(default=10, ge=1)

    is_for_pages: ClassVar[bool] = False

    def read(self, said: Said, asking: Asking) -> Reading:
        match said:
            case SentFile(media=media, name=name, mime=mime, size=size):
                pass
            case SentPhoto(media=media, mime=mime, size=size):
                name = ""
            case _:
                return Unread()
        if mime not in self.kinds:
            return Problem(line=line("procedure.file_kind"))
        if size > self.max_megabytes * MEGABYTE:
            return Problem(line=line("procedure.photo_large", number=self.max_megabytes))
        return Taken(value={"media": media, "name": cleaned(name)[:100], "mime": mime})

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        is_shaped = isinstance(value, dict) and isinstance(value.get("media"), int) and value.get("mime") in self.kinds
        return None if is_shaped else malformed()

    def show(self, value: Plain, wording: "Wording") -> str:
        return value.get("name") or wording.say("procedure.photos_shown", number=1)


class LocationField(Field):
    """A place: from the map, from a photo, or in words; inside the municipality, with the owner of the road there."""

    type: Literal["location"]
    margin: int = Key(default=50, ge=0)
    """Metres outside the border that still count as inside."""
    road_within: int = Key(default=15, ge=0)
    """Metres from the middle of another's road that still count as on it."""
    most: int = Key(default=100, ge=1)
    """Characters of a place in words."""

    part_names: ClassVar[tuple[str, ...]] = ("latitude", "longitude", "owner", "road", "road_office", "road_phone")

    def read(self, said: Said, asking: Asking) -> Reading:
        match said:
            case Placed(latitude=latitude, longitude=longitude, address=address, accuracy=accuracy):
                value: Plain = {"latitude": latitude, "longitude": longitude, "accuracy": accuracy, "text": cleaned(address)[: self.most]}
            case Words(text=text):
                value = self._in_words(cleaned(text), asking.facts.locality)
                if value is None and is_elsewhere(text, asking.facts.locality):
                    return _outside(asking)
                if value is None:
                    return Unread()
            case _:
                return Unread()
        return self.check(value, asking) or Taken(value=value)

    def _in_words(self, text: str, locality: Locality) -> Plain:
        """A facility of the pack gives its place on the map; a town of ours makes the words an address, and what stands there a place."""
        flat = fold(squeeze(text))
        named = [facility for facility in locality.facilities if fold(squeeze(facility.name)) in flat]
        if named:
            best = max(named, key=lambda facility: len(facility.name))
            return {"latitude": best.latitude, "longitude": best.longitude, "accuracy": None, "text": text}
        is_ours = any(fold(squeeze(town)) in flat for town in (*districts_of(locality.waste), locality.name)) and len(flat) > 2
        is_place = is_ours or any(re.fullmatch(shape, text) for shape in locality.words.place_shapes)
        return (
            {"latitude": None, "longitude": None, "accuracy": None, "text": text} if is_place and not is_elsewhere(text, locality) else None
        )

    def find(self, text: str, asking: Asking) -> Found | None:
        """A facility by its name, or a town with its block; the words stay, since they may tell of more than the place."""
        flat = unicodedata.normalize("NFKC", text)
        facilities = [facility.name for facility in asking.facts.locality.facilities if facility.name in flat]
        towns = "|".join(re.escape(town) for town in districts_of(asking.facts.locality.waste))
        block = re.search(rf"(?:{towns}){BLOCK}", flat) if towns else None
        named = max(facilities, key=len) if facilities else block[0] if block is not None else ""
        value = self._in_words(named, asking.facts.locality) if named and not is_elsewhere(text, asking.facts.locality) else None
        return Found(value=value, rest=text) if value is not None else None

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        if not isinstance(value, dict) or not {"latitude", "longitude", "text"} <= set(value) or not isinstance(value["text"], str):
            return malformed()
        if len(graphemes(value["text"])) > self.most:
            return Problem(line=line("procedure.text_long", number=self.most))
        point = point_of(value)
        if point is None:
            return None if value["text"] and value["latitude"] is None and value["longitude"] is None else malformed()
        return None if is_inside(asking.facts.locality.city_map, point, self.margin) else _outside(asking)

    def show(self, value: Plain, wording: "Wording") -> str:
        return value["text"] or wording.say(
            "procedure.place_shown", latitude=f"{value['latitude']:.5f}", longitude=f"{value['longitude']:.5f}"
        )

    def options(self, asking: Asking) -> tuple[Option, ...]:
        return (Option(label=line("procedure.choice.send_place"), way=Way.SEND_PLACE),)

    def parts(self, value: Plain, facts: Facts) -> Mapping[str, Plain]:
        point = point_of(value)
        if point is None:
            return {"owner": "unknown"}
        road = road_at(facts.locality.city_map, point, self.road_within)
        found = {"latitude": point[0], "longitude": point[1], "owner": road.owner if road else "city"}
        return {**found, "road": road.name, "road_office": road.office, "road_phone": road.phone} if road else found


def point_of(value: Plain) -> tuple[float, float] | None:
    """Latitude and longitude; None for a place in words, and for what lies nowhere on earth."""
    if not isinstance(value, dict):
        return None
    latitude, longitude = value.get("latitude"), value.get("longitude")
    if not _is_number(latitude) or not _is_number(longitude):
        return None
    point = float(latitude), float(longitude)
    return point if -90 <= point[0] <= 90 and -180 <= point[1] <= 180 else None


def _is_number(value: Plain) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _outside(asking: Asking) -> Problem:
    return Problem(line=line("procedure.outside_city", city=asking.facts.locality.name))
