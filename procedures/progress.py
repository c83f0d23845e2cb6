"""How far a filling is: which fields apply, which question comes next, which answers no longer hold. Pure."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import orjson

from procedures.conditions import Plain
from procedures.definition import Definition
from procedures.facts import Facts
from procedures.fields.base import Asking, Field, Line, Problem, line
from procedures.fields.choosing import ChoiceField
from procedures.fields.computed import ComputedField
from procedures.known import Answers
from procedures.state import Filling

MOST_ALONG = 6
"""Choices of a question that is asked along with another: more would push the buttons of the first out of sight."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A filling seen at one moment."""

    definition: Definition
    state: Filling
    facts: Facts
    now: datetime

    @cached_property
    def known(self) -> Answers:
        return Answers(definition=self.definition, answers=self.state.answers, facts=self.facts, now=self.now)

    def asking(self, field: Field) -> Asking:
        state = self.state
        return Asking(
            known=self.known,
            facts=self.facts,
            now=self.now,
            current=state.answers.get(field.name),
            scratch=state.scratch if state.scratch_of == field.name else None,
            is_again=state.revisiting == field.name and state.open_field != field.name,
        )

    def applies(self, field: Field) -> bool:
        return field.when is None or field.when.holds(self.known)

    @property
    def is_assured(self) -> bool:
        """Whether it may be submitted here. What was submitted before is completed and changed by whoever did that."""
        return self.state.application_id is not None or self.known.get("fact.assured") is True

    @cached_property
    def applicable(self) -> tuple[Field, ...]:
        return tuple(field for field in self.definition.asked if self.applies(field))

    def is_answered(self, field: Field) -> bool:
        return field.name in self.state.skipped or (field.name in self.state.answers and self.state.open_field != field.name)

    def is_quiet(self, field: Field) -> bool:
        """It has no answer, and is not asked either."""
        return field.ask_when is not None and field.name not in self.state.answers and not field.ask_when.holds(self.known)

    @cached_property
    def pending(self) -> Field | None:
        """The field that is asked now; None when everything is there."""
        again = next((field for field in self.applicable if field.name == self.state.revisiting), None)
        if again is not None:
            return again
        field = next((field for field in self.applicable if not self.is_answered(field) and not self.is_quiet(field)), None)
        if field is None or not field.asked_by or field.name == self.state.open_field:
            return field
        other = self.definition.by_name[field.asked_by]
        return other if self.applies(other) and not self.is_answered(other) else field

    @cached_property
    def is_along(self) -> bool:
        """The question that is asked has an assumed answer now, so that the next one is asked with it."""
        field, state = self.pending, self.state
        if field is None or field.assumed is None or field.name in state.answers or state.revisiting or state.failures:
            return False
        return field.assumed.when.holds(self.known)

    @cached_property
    def closed(self) -> "Progress":
        """As if the field whose answer may go on were complete, and the one that assumes its answer had it."""
        moved = replace(self, state=replace(self.state, open_field="", failures=0))
        field = self.pending
        return moved.with_answer(field, field.assumed.value) if self.is_along and field is not None and field.assumed is not None else moved

    @cached_property
    def following(self) -> Field | None:
        """The question that can be asked along with one whose answer may go on: whoever answers it has named everything.

        Or with one whose answer is assumed.
        """
        field, state = self.pending, self.state
        if self.is_along:
            other = self.closed.pending
            if other is None or other.is_free_text or other.sensitive or other.name in self.closed.offers():
                return None
            return other if len(other.options(self.closed.asking(other))) <= MOST_ALONG else None
        if field is None or state.open_field != field.name or state.revisiting or state.scratch is not None:
            return None
        if field.name not in state.answers or self.problem_with(field, state.answers[field.name]) is not None:
            return None
        other = self.closed.pending
        if other is None or other.is_free_text or other.sensitive or other.takes_several or other.name in self.closed.offers():
            return None
        return other

    @cached_property
    def place(self) -> tuple[int, int]:
        """Number of the question that is asked, and how many there are as things stand."""
        pending = self.pending
        awaited = (field for field in self.applicable if field == pending or not (self.is_quiet(field) or self._is_shown_later(field)))
        names = [field.name for field in awaited]
        return names.index(pending.name) + 1 if pending is not None else len(names), len(names)

    def _is_shown_later(self, field: Field) -> bool:
        """Another question, which is asked instead, will most likely tell."""
        other = self.definition.by_name.get(field.asked_by)
        return other is not None and field.name not in self.state.answers and other.name not in self.state.answers

    def before(self) -> Field | None:
        """The answered field before the question that is asked."""
        names = [field.name for field in self.applicable]
        end = names.index(self.pending.name) if self.pending is not None else len(names)
        given = (*self.state.answers, *self.state.skipped)
        allowed = self.state.limited_to or given
        return next((field for field in reversed(self.applicable[:end]) if field.name in given and field.name in allowed), None)

    def editable(self) -> tuple[Field, ...]:
        """Fields with an answer that may be given anew."""
        allowed = self.state.limited_to
        given = (*self.state.answers, *self.state.skipped)
        may = (field for field in self.applicable if field.name in given or self.is_quiet(field))
        return tuple(field for field in may if not allowed or field.name in allowed)

    def problem_with(self, field: Field, value: Plain) -> Problem | None:
        """Whether the value may stand as this field's answer, by the type's own rules and the definition's."""
        with_it = self.with_answer(field, value)
        found = field.check(value, with_it.asking(field))
        if found is not None:
            return found
        for number, check in enumerate(field.checks):
            if check.is_broken(with_it.known):
                return Problem(line=field.text(f"checks.{number}.say"))
        return None

    def with_answer(self, field: Field, value: Plain) -> "Progress":
        state = replace(self.state, answers={**self.state.answers, field.name: value}, skipped=_without(self.state.skipped, field.name))
        return replace(self, state=state).computed()

    def computed(self) -> "Progress":
        """With the fields that follow from others."""
        answers = dict(self.state.answers)
        for field in self.definition.fields:
            if isinstance(field, ComputedField):
                answers.pop(field.name, None)
                seen = Answers(definition=self.definition, answers=answers, facts=self.facts, now=self.now)
                value = field.compute(seen, self.facts) if field.when is None or field.when.holds(seen) else None
                if value is not None:
                    answers[field.name] = value
        return replace(self, state=replace(self.state, answers=answers))

    def completed(self) -> "Progress":
        """With the choices that later answers show: who says 「ブランコ」 means a park."""
        for field in self.definition.asked:
            value = self.state.answers.get(field.name)
            shown = field.shown_by(value) if isinstance(field, ChoiceField) else None
            other = self.definition.by_name.get(shown[0]) if shown is not None else None
            if shown is None or other is None or other.name in self.state.answers or not self.applies(other):
                continue
            if self.problem_with(other, shown[1]) is None:
                return self.with_answer(other, shown[1]).completed()
        return self

    def settled(self) -> tuple["Progress", tuple[Line, ...]]:
        """Without answers that no longer apply or no longer hold, each judged by those before it; and what to say of the latter."""
        kept = replace(self, state=replace(self.state, answers={}, skipped=()))
        notes: list[Line] = []
        for field in self.definition.fields:
            if isinstance(field, ComputedField):
                kept = kept.computed()
            elif not kept.applies(field):
                continue
            elif field.name in self.state.skipped and field.optional:
                kept = replace(kept, state=replace(kept.state, skipped=(*kept.state.skipped, field.name)))
            elif field.name in self.state.answers:
                value = self.state.answers[field.name]
                if self.state.open_field == field.name or kept.problem_with(field, value) is None:
                    kept = kept.with_answer(field, value)
                else:
                    notes.append(line("procedure.answer_gone", label=field.text("label")))
        return kept.computed().completed(), tuple(notes)

    def broken_check(self) -> int | None:
        """The first cross-check that is broken and forbids to submit."""
        return next(
            (number for number, check in enumerate(self.definition.checks) if not check.warns and check.is_broken(self.known)), None
        )

    def warnings(self) -> Iterator[tuple[str, Line]]:
        for number, check in enumerate(self.definition.checks):
            if check.warns and check.is_broken(self.known):
                yield f"checks.{number}", line(f"checks.{number}.say")

    def offers(self) -> Mapping[str, Plain]:
        """What was given earlier and fits fields that are not answered."""
        if self.state.is_known_offered or self.state.revisiting or self.state.application_id is not None:
            return {}
        found: dict[str, Plain] = {}
        seen = self
        for field in self.definition.asked:
            if not field.keeps or seen.is_answered(field) or not seen.applies(field) or field.keeps not in self.facts.known:
                continue
            value = self.facts.known[field.keeps]
            if seen.problem_with(field, value) is None:
                found[field.name] = value
                seen = seen.with_answer(field, value)
        return found

    def fingerprint(self) -> str:
        """Of all answers, so that a card that was confirmed is the one that is submitted."""
        return hashlib.sha256(orjson.dumps(self.state.answers, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]


def _without(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(one for one in names if one != name)
