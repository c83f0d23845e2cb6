"""The fact lock: what of a text stands in its sources, and what must not leave. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from retrieval.facts import Fact, FactKind, readable
from retrieval.polarity import TURNING, is_negative, others
from retrieval.units import LEAD, NAMES, Unit, sentence_units, units_of

ALIKE = 0.75
"""Share of a sentence's shape that a source has when the sentence counts as taken from it; then order and polarity must be the source's."""
NEARLY_BEST = 0.03
SPOKEN_OF = 0.7
"""Share of the terms of a rephrased sentence that its sources must have."""
CLAIMS = frozenset({"needed", "able", "free", "paid", "open", "closed", "taxed", "untaxed"})
PLACEHOLDER = "{{"
LEAST_TERMS = 2
"""A shorter sentence without facts (できます。) says nothing by itself that could be compared."""
WORD_FOR_WORD = frozenset({FactKind.URL, FactKind.EMAIL, FactKind.POSTAL_CODE})
"""They name what they stand for by themselves, wherever the source has them."""


class Reason(StrEnum):
    """Why a sentence was left out."""

    UNFILLED = "unfilled"
    """A placeholder for which no value holds."""
    UNSUPPORTED = "unsupported"
    """A fact that no source has."""
    MISPLACED = "misplaced"
    """The source has the fact, but beside other words or in another order."""
    TURNED_ROUND = "turned_round"
    """The source says the opposite, or nothing of the kind."""
    UNKNOWN = "unknown"
    """The sources do not speak of it."""


Verdict = tuple[Reason | None, tuple[Fact, ...]]
"""Why not, and because of which facts; no reason means that it may leave."""
SUPPORTED: Verdict = (None, ())


@dataclass(frozen=True, kw_only=True)
class DroppedSentence:
    """A sentence that was left out; `facts` are those that made it so."""

    text: str
    reason: Reason
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Checked:
    """`kept` is the text without the dropped sentences and without list headings that have lost their list."""

    kept: str
    dropped: tuple[DroppedSentence, ...]

    @property
    def is_whole(self) -> bool:
        return not self.dropped


def check_text(text: str, sources: Sequence[str], *, names: Sequence[str] = ()) -> Checked:
    """Keeps the sentences of `text` whose every fact stands in `sources`, in the same role and with the same polarity.

    Sources are published texts with their values filled in, each a passage. `names` are further names (offices, forms, facilities) that
    count as facts where they stand in the text; they must stand in a source too.
    """
    known = tuple(name for name in dict.fromkeys(map(_letters, names)) if name)
    units = sources_units(sources)
    everything = _Source(units=units)
    alone = [_Source(units=units_of(source)) for source in sources] if len(sources) > 1 else []
    literally = {(unit.lead, unit.text.strip()) for unit in units}
    dropped: list[DroppedSentence] = []
    kept: list[str] = []
    for said in sentence_units(text):
        # What is quoted word for word need not be taken apart.
        is_quoted = PLACEHOLDER not in said.text and (said.lead, said.text.strip()) in literally
        problem = None if is_quoted else _problem(said, everything, alone, known)
        if problem is None:
            kept.append(said.text)
        else:
            dropped.append(problem)
            kept.append("\n" if said.text.endswith("\n") else "")
    return Checked(kept=_tidied(kept, dropped, text), dropped=tuple(dropped))


def sources_units(sources: Sequence[str]) -> tuple[Unit, ...]:
    """The sentences, rows and items of all sources."""
    return tuple(unit for source in sources for unit in units_of(source))


@dataclass(frozen=True, kw_only=True)
class _Source:
    """Of one passage, or of all."""

    units: tuple[Unit, ...]

    @cached_property
    def letters(self) -> str:
        """Of everything that it says."""
        return "".join(unit.letters for unit in self.units)


def _problem(said: Unit, everything: _Source, alone: Sequence[_Source], names: Sequence[str]) -> DroppedSentence | None:
    """All sources together must support a sentence, or one of them alone."""
    verdict = _reason(said, everything, names)
    if verdict[0] is None or any(_reason(said, source, names)[0] is None for source in alone):
        return None
    return DroppedSentence(text=said.text.strip(), reason=verdict[0], facts=verdict[1])


def _reason(said: Unit, source: _Source, names: Sequence[str]) -> Verdict:
    if PLACEHOLDER in said.text:
        return Reason.UNFILLED, ()
    if not said.letters:
        return SUPPORTED
    everything = source.letters
    # An item of a list that the source has, too, belongs to that list and to no other.
    units = [unit for unit in source.units if said.lead and unit.lead == said.lead] or source.units
    if any(said.letters == unit.letters and said.facts == unit.facts for unit in units):
        return SUPPORTED
    missing = (
        *(Fact(kind=FactKind.OFFICE, value=name) for name in names if name in said.letters and name not in everything),
        *(fact for fact in said.facts if not any(_holds(unit, fact) for unit in units)),
    )
    if missing:
        return Reason.UNSUPPORTED, missing
    if not said.facts and len(said.terms) < LEAST_TERMS:
        return Reason.UNKNOWN, ()
    originals = _alike(said, units)
    if originals and (verdict := _copied(said, originals))[0] is not Reason.UNKNOWN:
        return verdict
    return _rephrased(said, units, everything)


def _alike(said: Unit, units: Sequence[Unit]) -> tuple[Unit, ...]:
    """The source sentences that this one was taken from, if any."""
    same = tuple(unit for unit in units if unit.shape == said.shape)
    shares = [(len(said.shape & unit.shape) / len(said.shape), unit) for unit in units]
    best = max((share for share, _ in shares), default=0.0)
    return same or (tuple(unit for share, unit in shares if share >= best - NEARLY_BEST) if best >= ALIKE else ())


def _copied(said: Unit, units: Sequence[Unit]) -> Verdict:
    """A sentence that follows a source sentence must follow it in its facts, its names and its polarity too; unknown where it says more."""
    ordered = [unit for unit in units if _is_within(said.facts, unit.facts)]
    if not ordered:
        return Reason.MISPLACED, said.facts
    whole = [unit for unit in ordered if said.terms <= unit.terms]
    if not any(said.polarity == unit.polarity or _is_within(said.claims, unit.claims) for unit in whole or ordered):
        return Reason.TURNED_ROUND, ()
    return SUPPORTED if whole else (Reason.UNKNOWN, ())


def _rephrased(said: Unit, units: Sequence[Unit], everything: str) -> Verdict:
    """Each fact must stand beside the same words in some source sentence, and each claim must be one that a source makes."""
    if said.terms and sum(term in everything for term in said.terms) < SPOKEN_OF * len(said.terms):
        return Reason.UNKNOWN, ()
    misplaced = tuple(
        occurrence.fact for occurrence in said.occurrences if not _is_in_its_place(occurrence.fact, occurrence.beside, said.topic, units)
    )
    if misplaced:
        return Reason.MISPLACED, misplaced
    if _claims_something_else(said, units):
        return Reason.TURNED_ROUND, ()
    return SUPPORTED


def _is_in_its_place(fact: Fact, beside: frozenset[str], topic: frozenset[str], units: Sequence[Unit]) -> bool:
    """Some source sentence has the fact beside those of its words that tell it from other facts of its kind."""
    if fact.kind in WORD_FOR_WORD:
        return True
    rivals = {word for unit in units for one in unit.occurrences if one.fact.kind is fact.kind for word in one.beside}
    telling = (beside or topic) & rivals
    for unit in units:
        for one in unit.occurrences:
            if not _says(one.fact, fact):
                continue
            near = one.beside | unit.topic | _terms_of(unit.context)
            if telling <= near and (telling or not beside or beside & (near | unit.terms)):
                return True
    return False


def _claims_something_else(said: Unit, units: Sequence[Unit]) -> bool:
    """The source sentence that speaks most of the same must say it with the same polarity."""
    markers = said.polarity
    if not (others(markers) or any(marker in TURNING for marker in markers)):
        return False
    with_facts = [unit for unit in units if any(_holds(unit, fact) for fact in said.facts)] or units
    shares = [(len(said.terms & unit.terms) / max(1, len(said.terms)), unit) for unit in with_facts]
    best = max((share for share, _ in shares), default=0.0)
    nearest = [unit for share, unit in shares if share >= best - NEARLY_BEST]
    return best < 0.5 or not any(
        is_negative(unit.polarity) == is_negative(markers) and others(markers) <= others(unit.polarity) for unit in nearest
    )


def _holds(unit: Unit, fact: Fact) -> bool:
    return any(_says(own, fact) for own in unit.facts) or (fact.kind in NAMES and _letters(fact.value) in unit.letters)


def _says(own: Fact, asked: Fact) -> bool:
    """A source that has the year also has the day without it, and one that has the whole name of an office also has its end."""
    if own.kind is not asked.kind:
        return False
    if own.value == asked.value:
        return True
    if asked.kind is FactKind.DATE:
        return own.value.endswith(f"-{asked.value}") and len(asked.value) == 5
    return asked.kind in NAMES and own.value.endswith(asked.value)


def _is_within(parts: Sequence[object], whole: Sequence[object]) -> bool:
    """In this order, perhaps with others in between."""
    rest = iter(whole)
    return all(any(part == other for other in rest) for part in parts)


def _terms_of(context: str) -> frozenset[str]:
    return Unit(text=context).terms if context else frozenset()


def _letters(name: str) -> str:
    return Unit(text=readable(name)).letters


def _tidied(parts: Iterable[str], dropped: Sequence[DroppedSentence], text: str) -> str:
    """Without the empty lines of what was dropped, and without headings of lists of which nothing is left."""
    if not dropped:
        return text
    before, lines = text.splitlines(), "".join(parts).splitlines()
    kept: list[str] = []
    for place, line in enumerate(lines):
        if not line.strip() and before[place].strip():
            continue
        following = [other for other in before[place + 1 : place + 2] if other.strip()]
        is_heading = bool(line.strip() and LEAD.search(line) and not line.lstrip().startswith("・"))
        has_lost_list = following and following[0].lstrip().startswith(("・", "- ")) and not _list_after(lines, before, place)
        if is_heading and has_lost_list:
            continue
        kept.append(line)
    return "\n".join(kept).strip("\n")


def _list_after(lines: Sequence[str], before: Sequence[str], place: int) -> bool:
    for line, old in zip(lines[place + 1 :], before[place + 1 :], strict=False):
        if not old.lstrip().startswith(("・", "- ")):
            return False
        if line.strip():
            return True
    return False
