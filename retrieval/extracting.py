"""The part of a guide's section that answers a question, in the guide's own words. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.facts import FactKind
from retrieval.plain_text import plain
from retrieval.units import ITEM, Unit, sentence_units

SHORT = 420
"""Characters up to which a section is given whole."""
GOOD = 0.5
"""Share of the best sentence's score from which others come along."""
NEARLY_ALL = 0.8
ASKED: tuple[tuple[re.Pattern[str], frozenset[FactKind]], ...] = (
    (re.compile(r"いくら|料金|手数料|費用|値段|金額|何円|お金"), frozenset({FactKind.MONEY, FactKind.PERCENT})),
    (re.compile(r"何時|時間|開い|やって"), frozenset({FactKind.TIME})),
    (re.compile(r"いつ|何日|期限|締め?切|曜日|まで"), frozenset({FactKind.DATE, FactKind.WEEKDAY, FactKind.QUANTITY})),
    (re.compile(r"電話|番号|連絡先|問い合わせ"), frozenset({FactKind.PHONE})),
    (re.compile(r"どこ|場所|窓口|住所"), frozenset({FactKind.OFFICE, FactKind.ADDRESS})),
    (re.compile(r"何が|必要|持ち物|書類|要り|いる"), frozenset({FactKind.FORM})),
)
CONDITION = re.compile(r"^(?:ただし|なお|※|この場合|その場合|その際|例外|それ以外|そのほか|[^。]{0,20}(?:を除|以外|場合は|ときは|方は))")
LEANING = re.compile(r"^(?:それ|その|この|これ|また|そのため|だから|ここ|すると|次に|どちら|いずれ)")
LIMITING = frozenset({"except", "only", "not", "not_allowed", "under", "not_needed"})


@dataclass(frozen=True, kw_only=True)
class Extract:
    """Plain lines; `is_part` when something of the section was left out."""

    text: str
    is_part: bool


def extract(question: str, body: str) -> Extract:
    """A short section whole; of a long one the sentences, rows and items that answer, each with what limits it."""
    text = plain(body).strip()
    units = sentence_units(text)
    scores = scores_of(question, units)
    best = max(scores, default=0.0)
    if len(text) <= SHORT or best <= 0:
        return Extract(text=text, is_part=False)
    chosen = {place for place, score in enumerate(scores) if score >= GOOD * best}
    chosen = _with_conditions(units, chosen)
    kept = "".join(
        unit.text if place in chosen else "\n" * (unit.text.endswith("\n") and bool(place and place - 1 in chosen))
        for place, unit in enumerate(units)
    )
    shortened = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in kept.splitlines())).strip()
    return Extract(text=text, is_part=False) if len(shortened) >= NEARLY_ALL * len(text) else Extract(text=shortened, is_part=True)


def scores_of(question: str, units: Sequence[Unit]) -> list[float]:
    """How much each sentence has of what is asked: its words, rare ones more, and facts of the asked kind beside them."""
    asked = Unit(text=question).terms
    kinds = frozenset(kind for pattern, some in ASKED if pattern.search(question) for kind in some)
    rarity = {term: 1 / (1 + sum(term in unit.terms for unit in units)) ** 0.5 for term in asked}
    scores = []
    for unit in units:
        own = sum(rarity[term] for term in asked & unit.terms)
        near = sum(rarity[term] for term in asked if term in unit.context)
        has_kind = any(fact.kind in kinds for fact in unit.facts)
        scores.append(own + 0.3 * near + (0.7 if has_kind and (own or near) else 0.2 if has_kind else 0.0) if unit.letters else 0.0)
    return scores


def _with_conditions(units: Sequence[Unit], chosen: set[int]) -> set[int]:
    """The line that introduces a list, the sentences that limit a chosen one, and what a leaning sentence leans on."""
    done = set(chosen)
    for place in sorted(chosen):
        if _is_item(units, place):
            done |= _line_of(units, place) | _around_list(units, place)
        before = place - 1
        while before >= 0 and _is_same_paragraph(units, before) and (LEANING.match(units[before + 1].text) or _limits(units[before])):
            done.add(before)
            before -= 1
        after = place + 1
        while after < len(units) and _is_same_paragraph(units, after - 1) and _limits(units[after]):
            done.add(after)
            after += 1
        if after < len(units) and units[after - 1].text.endswith("\n") and CONDITION.match(units[after].text.strip()):
            done |= _line_of(units, after)
    return done


def _limits(unit: Unit) -> bool:
    return bool(CONDITION.match(unit.text.strip()) or LIMITING & set(unit.polarity))


def _is_same_paragraph(units: Sequence[Unit], place: int) -> bool:
    """Whether the sentence after `place` goes on in the same line."""
    return bool(units[place].letters) and not units[place].text.endswith("\n")


def _is_item(units: Sequence[Unit], place: int) -> bool:
    first = min(_line_of(units, place))
    return units[first].text.lstrip().startswith(ITEM) or re.match(r"\s*\d+\. ", units[first].text) is not None


def _line_of(units: Sequence[Unit], place: int) -> set[int]:
    first = last = place
    while first > 0 and not units[first - 1].text.endswith("\n"):
        first -= 1
    while last + 1 < len(units) and not units[last].text.endswith("\n"):
        last += 1
    return set(range(first, last + 1))


def _list_of(units: Sequence[Unit], place: int) -> tuple[int, int]:
    """The first sentence of the list or table that this sentence stands in, and the one after its last."""
    first, after = min(_line_of(units, place)), max(_line_of(units, place)) + 1
    while first > 0 and units[first - 1].letters and _is_item(units, first - 1):
        first = min(_line_of(units, first - 1))
    while after < len(units) and units[after].letters and _is_item(units, after):
        after = max(_line_of(units, after)) + 1
    return first, after


def _around_list(units: Sequence[Unit], place: int) -> set[int]:
    """The line that introduces a list, and the line behind it where that limits it; one empty line may stand between."""
    first, after = _list_of(units, place)
    before = first - 1
    if before > 0 and not units[before].letters:
        before -= 1
    done = _line_of(units, before) if before >= 0 and units[before].letters else set()
    if after < len(units) and not units[after].letters:
        after += 1
    if after < len(units) and any(_limits(units[other]) for other in _line_of(units, after)):
        done |= _line_of(units, after)
    return done
