"""Fields that are answered by choosing: one of several, some of several, yes or no, consent."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field as Key

from core.text import squeeze
from procedures.conditions import Condition, DefinitionModel, Known, Plain
from procedures.facts import Facts
from procedures.fields.base import Asking, Field, Found, Line, Option, Problem, Reading, Taken, Unread, line
from procedures.fields.inputs import Given, Input, InputKind, Misfit, judged, only
from procedures.said import Chose, Said, Words
from retrieval.tokens import fold

if TYPE_CHECKING:
    from procedures.wording import Wording

YES, NO = "yes", "no"
DONE = "done"
NUMBERED = re.compile(r"(\d{1,2})番?(?:目)?(?:です|で|を)?")
POLITE = re.compile(r"(?:です|でした|だ|になります|でお願いします|お願いします|にします|がいいです|でいいです|のほう|の方)(?:よ|ね|けど)?$")
SENTENCES = re.compile(r"[。、．，,.!！\n]+")
LEAST_INSIDE = 2
"""Characters of a label that may be found inside a longer message."""


def folded(text: str) -> str:
    """The form in which words of choices are compared."""
    return fold(squeeze(text))


def is_among(words: Sequence[str], text: str) -> bool:
    """Whether the whole utterance is one of the words, perhaps said politely."""
    flat = folded(text)
    said = {flat, POLITE.sub("", flat)} - {""}
    return any(folded(word) in said for word in words if word)


class OptionRow(DefinitionModel):
    """One thing to choose."""

    value: str = Key(pattern=r"^[a-z0-9_]{1,40}$")
    label: str
    words: tuple[str, ...] = ()
    """What else residents call it."""
    when: Condition | None = None
    """Offered only then."""
    only_asked: bool = False
    """Its words are everywhere (「ほかに椅子も」), so that they choose it only where it is asked for."""

    def belongs(self, known: Known) -> bool:
        """Whether it may be chosen; while the answer on which that depends is missing, it shows that answer."""
        if self.when is None or self.when.holds(known):
            return True
        return self.shows() is not None and known.get(self.when.field) is None

    def shows(self) -> tuple[str, str] | None:
        """The choice of another question that goes with it, where it is offered only for that one."""
        if self.when is None or not self.when.field or not isinstance(self.when.is_, str):
            return None
        return self.when.field, self.when.is_


class ChoiceField(Field):
    """One of several."""

    type: Literal["choice"]
    options_: tuple[OptionRow, ...] = Key(alias="options", min_length=2)

    def read(self, said: Said, asking: Asking) -> Reading:
        rows = self._rows(asking)
        match said:
            case Chose(value=value):
                return Taken(value=value) if any(row.value == value for row in rows) else Unread()
            case Words(text=text):
                chosen = self._meant(rows, text, asking)
                return Taken(value=chosen.value) if chosen else Unread()
            case _:
                return Unread()

    def find(self, text: str, asking: Asking) -> Found | None:
        words = asking.facts.locality.words
        rows = [row for row in self._rows(asking) if not row.only_asked]
        named = [(row, word) for row in rows for word in self._words(row, asking) if not is_among((*words.yes, *words.no), word)]
        inside = _inside(named, text)
        if len({row.value for row, _ in inside}) != 1:
            return None
        row, word = max(inside, key=lambda pair: len(pair[1]))
        return Found(value=row.value, rest=text.replace(word, " ", 1))

    def is_exactly(self, text: str, asking: Asking) -> bool:
        return any(is_among(self._words(row, asking), text) for row in self._rows(asking))

    def inputs(self, asking: Asking) -> tuple[Input, ...]:
        return (Input(kind=InputKind.ONE, options=self.options(asking)),)

    def entered(self, given: Given, asking: Asking) -> Taken | tuple[Misfit, ...]:
        return judged(self.read(Chose(field=self.name, value=only(given)), asking))

    def _meant(self, rows: Sequence[OptionRow], text: str, asking: Asking) -> OptionRow | None:
        """By its whole label or word, its number, or the only label that stands in the message."""
        for row in rows:
            if is_among(self._words(row, asking), text):
                return row
        number = NUMBERED.fullmatch(folded(text))
        if number is not None:
            place = int(number[1]) - 1
            return rows[place] if 0 <= place < len(rows) else None
        inside = _inside([(row, folded(word)) for row in rows for word in self._words(row, asking)], folded(text))
        return inside[0][0] if len({row.value for row, _ in inside}) == 1 else None

    def _words(self, row: OptionRow, asking: Asking) -> tuple[str, ...]:
        return (row.label, *row.words, *asking.known.labels(self.text(f"options.{row.value}").key))

    def _rows(self, asking: Asking) -> tuple[OptionRow, ...]:
        return tuple(row for row in self.options_ if row.belongs(asking.known))

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        return None if any(row.value == value for row in self._rows(asking)) else Problem(line=line("procedure.choose_one"))

    def show(self, value: Plain, wording: "Wording") -> str:
        return shown_option(self, self.options_, value, wording)

    def options(self, asking: Asking) -> tuple[Option, ...]:
        return tuple(Option(value=row.value, label=self._label(row, asking)) for row in self._rows(asking))

    def _label(self, row: OptionRow, asking: Asking) -> Line:
        """With the other answer that it shows, while that is missing."""
        own, shown = self.text(f"options.{row.value}"), row.shows()
        if shown is None or asking.known.get(shown[0]) is not None:
            return own
        return line("procedure.choice_among", group=Line(key=f"fields.{shown[0]}.options.{shown[1]}"), label=own)

    def shown_by(self, value: Plain) -> tuple[str, str] | None:
        """The field, and its answer, that this answer shows."""
        return next((row.shows() for row in self.options_ if row.value == value), None)

    def own_texts(self) -> Iterator[tuple[str, str]]:
        return ((f"options.{row.value}", row.label) for row in self.options_)

    def conditions(self) -> Iterator[Condition]:
        yield from super().conditions()
        yield from (row.when for row in self.options_ if row.when is not None)


def _inside(named: Sequence[tuple[OptionRow, str]], text: str) -> list[tuple[OptionRow, str]]:
    """The words that stand in the text, without those that are only a part of another choice's: 「わからない」 does not say 「ない」."""
    found = [(row, word) for row, word in named if len(word) >= LEAST_INSIDE and word in text]
    return [(row, word) for row, word in found if not any(word in longer and word != longer and row != other for other, longer in found)]


def shown_option(field: Field, rows: Sequence[OptionRow], value: Plain, wording: "Wording") -> str:
    known = any(row.value == value for row in rows)
    return wording.line(field.text(f"options.{value}")) if known else str(value)


class ChoicesField(Field):
    """Some of several, one tap after the other."""

    type: Literal["choices"]
    options_: tuple[OptionRow, ...] = Key(alias="options", min_length=2)
    least: int = Key(default=1, ge=0)
    most: int = Key(default=20, ge=1)

    takes_several: ClassVar[bool] = True
    part_names: ClassVar[tuple[str, ...]] = ("count",)

    def read(self, said: Said, asking: Asking) -> Reading:
        have = _texts(asking.current)
        match said:
            case Chose(value=value) if value == DONE:
                return self._done(have)
            case Chose(value=value) if any(row.value == value for row in self.options_):
                return self._with(have, [value])
            case Words(text=text) if have and is_among(asking.facts.locality.words.skip, text):
                return self._done(have)
            case Words(text=text):
                flat = folded(text)
                named = [
                    row.value for row in self.options_ if any(folded(word) in flat for word in (row.label, *row.words) if folded(word))
                ]
                return self._with(have, named) if named else Unread()
            case _:
                return Unread()

    def inputs(self, asking: Asking) -> tuple[Input, ...]:
        rows = tuple(Option(value=row.value, label=self.text(f"options.{row.value}")) for row in self.options_)
        return (Input(kind=InputKind.SOME, options=rows),)

    def entered(self, given: Given, asking: Asking) -> Taken | tuple[Misfit, ...]:
        chosen = list(dict.fromkeys(given.get("", ())))
        return judged(self.check(chosen, asking) or self._done(chosen))

    def _done(self, have: Sequence[str]) -> Reading:
        if len(have) < self.least:
            return Problem(line=line("procedure.choose_at_least", number=self.least))
        return Taken(value=list(have))

    def _with(self, have: Sequence[str], named: Sequence[str]) -> Reading:
        joined = list(dict.fromkeys([*have, *named]))
        if len(joined) > self.most:
            return Problem(line=line("procedure.choose_at_most", number=self.most))
        return Taken(value=joined, is_open=len(joined) < min(self.most, len(self.options_)))

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        chosen = _texts(value)
        allowed = {row.value for row in self.options_}
        is_well = isinstance(value, list) and set(chosen) <= allowed and self.least <= len(chosen) <= self.most
        return None if is_well else Problem(line=line("procedure.choose_at_least", number=self.least))

    def show(self, value: Plain, wording: "Wording") -> str:
        return wording.joined([shown_option(self, self.options_, one, wording) for one in _texts(value)])

    def options(self, asking: Asking) -> tuple[Option, ...]:
        have = _texts(asking.current)
        rows = tuple(Option(value=row.value, label=self.text(f"options.{row.value}")) for row in self.options_ if row.value not in have)
        return (*((Option(value=DONE, label=line("procedure.choice.no_more")),) if len(have) >= self.least else ()), *rows)

    def parts(self, value: Plain, facts: Facts) -> dict[str, Plain]:
        return {"count": len(_texts(value))}

    def own_texts(self) -> Iterator[tuple[str, str]]:
        return ((f"options.{row.value}", row.label) for row in self.options_)


def _texts(value: Plain) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


class YesNoField(Field):
    """Yes or no; the answer is true or false."""

    type: Literal["yes_no"]
    yes_label: str = ""
    """Another label than はい."""
    no_label: str = ""
    yes_words: tuple[str, ...] = ()
    no_words: tuple[str, ...] = ()
    yes_alone: tuple[str, ...] = ()
    """Only where nothing else is said: 「あります」 answers, 「道路に穴があります」 does not."""
    no_alone: tuple[str, ...] = ()
    no_only_asked: bool = False
    """A no is taken only where it is said to this question, in a sentence of its own: 「つかない街灯」 says nothing of danger."""

    def read(self, said: Said, asking: Asking) -> Reading:
        match said:
            case Chose(value=value) if value in (YES, NO):
                return Taken(value=value == YES)
            case Words(text=text):
                side = self._side(text, asking)
                found = self.find(text, asking) if side is None else None
                side = found.value if found is not None else side
                side = self._said_apart(text, asking) if side is None else side
                return Taken(value=side) if side is not None else Unread()
            case _:
                return Unread()

    def inputs(self, asking: Asking) -> tuple[Input, ...]:
        return (Input(kind=InputKind.ONE, options=self.options(asking)),)

    def entered(self, given: Given, asking: Asking) -> Taken | tuple[Misfit, ...]:
        return judged(self.read(Chose(field=self.name, value=only(given)), asking))

    def _side(self, text: str, asking: Asking) -> bool | None:
        """Words of its own first: 大丈夫 is a yes, but not to whether there is danger."""
        words = asking.facts.locality.words
        own_yes, own_no = (asking.known.labels(self.text(place).key) for place in ("yes_label", "no_label"))
        own = (self.yes_label, *own_yes, *self.yes_words, *self.yes_alone), (self.no_label, *own_no, *self.no_words, *self.no_alone)
        for yes, no in (own, (words.yes, words.no)):
            if is_among(yes, text) or is_among(no, text):
                return is_among(yes, text)
        return None

    def _said_apart(self, text: str, asking: Asking) -> bool | None:
        """By a part of the message that is nothing but the answer."""
        sides = {self._side(part, asking) for part in SENTENCES.split(text) if part.strip()} - {None}
        return sides.pop() if len(sides) == 1 else None

    def without_answer(self, text: str, asking: Asking) -> str:
        """What else a message says: 「大丈夫です、鎖が切れています」 without its first words."""
        parts = re.split(f"({SENTENCES.pattern})", text)
        kept = [index for index in range(0, len(parts), 2) if parts[index].strip() and self._side(parts[index], asking) is None]
        return "".join("".join(parts[index : index + 2]) for index in kept)

    def is_exactly(self, text: str, asking: Asking) -> bool:
        return self._side(text, asking) is not None

    def find(self, text: str, asking: Asking) -> Found | None:
        """Only by words of its own: a mere はい answers nothing but the question that was asked."""
        sides = {
            side: [word for word in (label, *words) if len(word) >= LEAST_INSIDE and word in text]
            for side, label, words in ((True, self.yes_label, self.yes_words), (False, self.no_label, self.no_words))
        }
        longest = {side: max(words, key=len, default="") for side, words in sides.items()}
        # 「通れない」 holds 「ない」 and is the other answer.
        side = bool(longest[True]) and not (longest[False] and longest[True] in longest[False])
        if (longest[True] and longest[False] and longest[not side] not in longest[side]) or not longest[side]:
            return None
        if not side and self.no_only_asked:
            return None
        return Found(value=side, rest=text.replace(max(sides[side], key=len), " ", 1))

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        return None if isinstance(value, bool) else Problem(line=line("procedure.choose_one"))

    def show(self, value: Plain, wording: "Wording") -> str:
        return wording.line(self._label(value is True))

    def _label(self, is_yes: bool) -> Line:
        own = self.yes_label if is_yes else self.no_label
        return (
            self.text("yes_label" if is_yes else "no_label") if own else line("procedure.choice.yes" if is_yes else "procedure.choice.no")
        )

    def options(self, asking: Asking) -> tuple[Option, ...]:
        return (Option(value=YES, label=self._label(True)), Option(value=NO, label=self._label(False)))

    def own_texts(self) -> Iterator[tuple[str, str]]:
        yield from ((place, text) for place, text in (("yes_label", self.yes_label), ("no_label", self.no_label)) if text)


class ConsentField(YesNoField):
    """Whether the resident agrees to `ask`. Where it is needed, the procedure can't be submitted without."""

    type: Literal["consent"]  # type: ignore[assignment]
    needed: bool = False

    def read(self, said: Said, asking: Asking) -> Reading:
        reading = super().read(said, asking)
        if self.needed and isinstance(reading, Taken) and reading.value is False:
            return Problem(line=line("procedure.consent_needed"))
        return reading

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        return Problem(line=line("procedure.consent_needed")) if self.needed and value is not True else super().check(value, asking)

    def _label(self, is_yes: bool) -> Line:
        own = self.yes_label if is_yes else self.no_label
        return (
            self.text("yes_label" if is_yes else "no_label")
            if own
            else line("procedure.choice.agree" if is_yes else "procedure.choice.disagree")
        )
