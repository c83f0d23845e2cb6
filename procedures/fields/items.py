"""A list of things with quantities, from the municipality's table of items: synonyms, sizes, what is not taken, limits."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field as Key

from core.text import squeeze
from core.waste_tables import Waste, WasteItem
from procedures.conditions import Operand, Plain
from procedures.facts import Facts
from procedures.fields.base import Asking, Field, Found, Line, Option, Problem, Reading, Taken, Unread, line, malformed
from procedures.fields.choosing import DONE, is_among
from procedures.fields.mentions import Mention, around_removal, mentions_in, quantity_in
from procedures.said import Chose, Said, Words

if TYPE_CHECKING:
    from procedures.wording import Wording

OVERSIZED = "oversized"
NONE = "none"


@dataclass(frozen=True, kw_only=True)
class ItemLine:
    """A kind of thing and how many of it."""

    code: str
    name: str
    stickers: int
    quantity: int

    def plain(self) -> Plain:
        return {"code": self.code, "name": self.name, "stickers": self.stickers, "quantity": self.quantity}


class ItemsField(Field):
    """Things to be collected. Name and number of stickers are kept as the table had them."""

    type: Literal["items"]
    max_count: int | Operand
    """Pieces in all; what may be bundled counts as one."""
    max_same: int | Operand | None = None
    max_of: Mapping[str, int] = Key(default_factory=dict)
    """By code, where fewer are taken at once."""
    bundles: Mapping[str, int] = Key(default_factory=dict)
    """By code: so many make one bundle with the stickers of one."""
    quick: tuple[str, ...] = ()
    """Codes of what is put out most, as quick replies."""

    takes_several: ClassVar[bool] = True
    is_for_pages: ClassVar[bool] = False
    part_names: ClassVar[tuple[str, ...]] = ("count", "kinds", "stickers", "codes")

    def read(self, said: Said, asking: Asking) -> Reading:
        have = item_lines(asking.current)
        match said:
            case Chose(value=value) if value in (DONE, NONE) and isinstance(asking.scratch, list) and asking.scratch:
                return self._left_out(have, asking.scratch, asking) if value == NONE else self._which(asking.scratch, asking)
            case Chose(value=value) if value == DONE:
                return Taken(value=_plain(have)) if have else Problem(line=line("procedure.item_missing"))
            case Chose(value=value):
                return self._add(have, [_chosen(value, asking.scratch)], asking)
            case Words(text=text) if (
                isinstance(asking.scratch, list) and asking.scratch and is_among(asking.facts.locality.words.skip, text)
            ):
                return self._which(asking.scratch, asking)
            case Words(text=text) if have and is_among(asking.facts.locality.words.skip, text):
                return Taken(value=_plain(have))
            case Words(text=text):
                return self._read_words(text, have, asking)
            case _:
                return Unread()

    def _read_words(self, text: str, have: Sequence[ItemLine], asking: Asking) -> Reading:
        words = asking.facts.locality.words
        is_correction = any(re.search(shape, unicodedata.normalize("NFKC", text)) for shape in words.corrections)
        named = mentions_in(text, asking.facts.locality.waste, words.counters)
        if not named:
            quantity = quantity_in(text, words.counters)
            pending = asking.scratch if isinstance(asking.scratch, list) else []
            if pending:
                return self._choose_pending(text, have, pending, asking)
            if quantity is None or not have:
                return Unread()
            return self._changed(have, [*have[:-1], _with_quantity(have[-1], quantity)], asking)
        before, after = around_removal(text) or ("", text)
        gone = {item.code for mention in mentions_in(before, asking.facts.locality.waste, words.counters) for item in mention.items}
        if not have or not gone:
            return self._add(have, named, asking, replaces=is_correction or asking.is_again)
        left = [one for one in have if one.code not in gone]
        added = mentions_in(after, asking.facts.locality.waste, words.counters)
        if added:
            return self._add(left, added, asking)
        return self._changed(have, left, asking) if len(left) < len(have) else Unread()

    def _which(self, pending: Sequence[Plain], asking: Asking) -> Problem:
        """Nobody has named everything while it is open which of several things was meant."""
        items = [item for item in asking.facts.locality.waste.items if item.code in pending[0]["codes"]]
        return Problem(line=line("procedure.which_item"), options=_alternatives(items), scratch=pending)

    def _left_out(self, have: Sequence[ItemLine], pending: Sequence[Plain], asking: Asking) -> Reading:
        """None of these: the others that wait come next."""
        if len(pending) > 1:
            return replace(self._which(pending[1:], asking), is_step=True)
        if not have:
            return Problem(line=line("procedure.item_missing"), current=[], is_step=True)
        return Taken(value=_plain(have), is_open=True)

    def _choose_pending(self, text: str, have: Sequence[ItemLine], pending: Sequence[Plain], asking: Asking) -> Reading:
        """「2人用」 after 「どれですか」, or the number of the choice."""
        first = pending[0]
        items = [item for item in asking.facts.locality.waste.items if item.code in first["codes"]]
        flat = squeeze(text)
        number = re.fullmatch(r"(\d{1,2})番?(?:目)?", flat)
        fitting = [item for item in items if flat and flat in squeeze(item.name)]
        if number and 0 < int(number[1]) <= len(items):
            fitting = [items[int(number[1]) - 1]]
        sized = mentions_in(f"{items[0].kana}{text}", Waste(items=items), asking.facts.locality.words.counters) if items else ()
        fitting = list(sized[0].items) if len(fitting) != 1 and sized else fitting
        if len(fitting) != 1:
            return self._which(pending, asking)
        chosen = Mention(items=(fitting[0],), quantity=first["quantity"], name=fitting[0].name)
        return self._add(have, [chosen, *_waiting(pending[1:], asking)], asking)

    def _add(self, have: Sequence[ItemLine], named: Sequence["Mention | None"], asking: Asking, *, replaces: bool = False) -> Reading:
        """Those that are clear are added; the first that is not is asked about, the others wait."""
        lines, waiting = list(have), list[Mention]()
        refused = list[Line]()
        table = {item.code: item for item in asking.facts.locality.waste.items}
        pending = [
            *named,
            *(_waiting(asking.scratch[1:], asking) if any(mention is not None and mention.is_choice for mention in named) else ()),
        ]
        for mention in pending:
            items = [table[item.code] for item in mention.items if item.code in table] if mention is not None else []
            if mention is None or not items:
                return Unread()
            taken = [item for item in items if item.collectable == OVERSIZED]
            if mention.is_small:
                refused.append(line("procedure.item_small", name=items[0].name, note=items[0].note))
            elif not taken:
                refused.append(_route(items[0]))
            elif len(taken) > 1:
                waiting.append(Mention(items=tuple(taken), quantity=mention.quantity, name=mention.name))
            else:
                lines = _joined(lines, taken[0], mention.quantity, replaces=replaces)
        if waiting:
            scratch = [{"codes": [item.code for item in one.items], "quantity": one.quantity} for one in waiting]
            problem = self._limits(lines, asking)
            return problem or Problem(
                line=line("procedure.which_item"),
                options=_alternatives(waiting[0].items),
                scratch=scratch,
                is_step=True,
                current=_plain(lines),
                notes=tuple(refused),
            )
        if refused and len(lines) <= len(have):
            return Problem(line=refused[-1], notes=tuple(refused[:-1]), current=_plain(lines))
        return replace(self._changed(have, lines, asking), notes=tuple(refused))

    def _changed(self, have: Sequence[ItemLine], lines: Sequence[ItemLine], asking: Asking) -> Problem | Taken:
        problem = self._limits(lines, asking)
        if problem is not None:
            return Problem(line=problem.line, current=_plain(have))
        if not lines:
            return Problem(line=line("procedure.item_missing"), current=[], is_step=True)
        return Taken(value=_plain(lines), is_open=True)

    def find(self, text: str, asking: Asking) -> Found | None:
        return None

    def hears(self, text: str, asking: Asking) -> bool:
        """Whether earlier words of the resident name things, so that they need not be said again."""
        named = mentions_in(text, asking.facts.locality.waste, asking.facts.locality.words.counters)
        return any(item.collectable == OVERSIZED for mention in named for item in mention.items)

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        try:
            lines = item_lines(value)
        except (KeyError, TypeError, ValueError):
            return malformed()
        if not isinstance(value, list) or not lines or len({one.code for one in lines}) < len(lines):
            return malformed()
        table = {item.code: item for item in asking.facts.locality.waste.items}
        for one in lines:
            item = table.get(one.code)
            if item is None or item.collectable != OVERSIZED or item.fee_stickers != one.stickers or one.quantity < 1:
                return malformed()
        return self._limits(lines, asking)

    def _limits(self, lines: Sequence[ItemLine], asking: Asking) -> Problem | None:
        most = _bound(self.max_count, asking)
        if most is not None and sum(self._pieces(one) for one in lines) > most:
            return Problem(line=line("procedure.items_many", number=most))
        for one in lines:
            same = min((bound for bound in (_bound(self.max_same, asking), self.max_of.get(one.code)) if bound is not None), default=None)
            if same is not None and self._pieces(one) > same:
                return Problem(line=line("procedure.items_same", name=one.name, number=same))
        return None

    def _pieces(self, one: ItemLine) -> int:
        return -(-one.quantity // max(self.bundles.get(one.code, 1), 1))

    def show(self, value: Plain, wording: "Wording") -> str:
        return wording.joined([wording.say("procedure.item_shown", name=one.name, number=one.quantity) for one in item_lines(value)])

    def options(self, asking: Asking) -> tuple[Option, ...]:
        try:
            have = item_lines(asking.current)
        except (KeyError, TypeError, ValueError):
            have = ()
        table = {item.code: item for item in asking.facts.locality.waste.items}
        if have:
            return (Option(value=DONE, label=line("procedure.choice.no_more")),)
        return _options([table[code] for code in self.quick if code in table])

    def parts(self, value: Plain, facts: Facts) -> Mapping[str, Plain]:
        try:
            lines = item_lines(value)
        except (KeyError, TypeError, ValueError):
            return {}
        return {
            "count": sum(self._pieces(one) for one in lines),
            "kinds": len(lines),
            "stickers": sum(self._pieces(one) * one.stickers for one in lines),
            "codes": [one.code for one in lines],
        }

    def value_names(self) -> Iterator[str]:
        yield from (bound.value for bound in (self.max_count, self.max_same) if isinstance(bound, Operand) and bound.value)


def item_lines(value: Plain) -> tuple[ItemLine, ...]:
    """Raises KeyError, TypeError or ValueError where the value is not such a list."""
    rows = value if isinstance(value, list) else []
    return tuple(
        ItemLine(code=str(row["code"]), name=str(row["name"]), stickers=int(row["stickers"]), quantity=int(row["quantity"])) for row in rows
    )


def _plain(lines: Sequence[ItemLine]) -> list[Plain]:
    return [one.plain() for one in lines]


def _with_quantity(one: ItemLine, quantity: int) -> ItemLine:
    return ItemLine(code=one.code, name=one.name, stickers=one.stickers, quantity=quantity)


def _joined(lines: Sequence[ItemLine], item: WasteItem, quantity: int, *, replaces: bool) -> list[ItemLine]:
    """Named again it is more of the same, unless the resident corrects themselves."""
    before = next((one.quantity for one in lines if one.code == item.code), 0)
    new = ItemLine(code=item.code, name=item.name, stickers=item.fee_stickers, quantity=quantity if replaces else before + quantity)
    if not before:
        return [*lines, new]
    return [new if one.code == item.code else one for one in lines]


def _route(item: WasteItem) -> Line:
    """It is not taken: what it counts as instead, and where it goes."""
    return line("procedure.item_not_taken", name=item.name, kind=line(f"waste.item.{item.collectable}"), note=item.note)


def _options(items: Sequence[WasteItem]) -> tuple[Option, ...]:
    return tuple(Option(value=item.code, label=item.name) for item in items)


def _alternatives(items: Sequence[WasteItem]) -> tuple[Option, ...]:
    return (*_options(items), Option(value=NONE, label=line("procedure.choice.none_of_these")))


def _chosen(code: str, scratch: Plain) -> Mention | None:
    """With the quantity that was said before the choice."""
    quantity = scratch[0]["quantity"] if isinstance(scratch, list) and scratch and code in scratch[0]["codes"] else 1
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", code):
        return None
    item = WasteItem(code=code, name=code, collectable="oversized")
    return Mention(items=(item,), quantity=quantity, name=code, is_choice=isinstance(scratch, list))


def _waiting(pending: Sequence[Plain], asking: Asking) -> list[Mention]:
    table = {item.code: item for item in asking.facts.locality.waste.items}
    return [
        Mention(items=tuple(table[code] for code in one["codes"] if code in table), quantity=one["quantity"], name="") for one in pending
    ]


def _bound(given: int | Operand | None, asking: Asking) -> int | None:
    found = given.of(asking.known) if isinstance(given, Operand) else given
    return found if isinstance(found, int) else None
