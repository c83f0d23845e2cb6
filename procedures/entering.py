"""Filling in on a page: which questions it asks, and what comes of what was entered. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from core.individual_number import MASK, mask_individual_numbers
from procedures.conditions import Plain
from procedures.fields.base import Field, Line, line
from procedures.fields.inputs import Given, InputKind, Misfit, only
from procedures.going_on import moved_on, take
from procedures.progress import Progress
from procedures.steps import Step


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question of the page, with what is wrong with its inputs, by part."""

    misfits: Mapping[str, Line] = field(default_factory=dict)
    field: Field


@dataclass(frozen=True, kw_only=True)
class Entered:
    """What was entered, question by question."""

    questions: tuple[Question, ...]
    """All that apply, in the light of what was entered: one answer may open another question."""
    values: Mapping[str, Plain]
    skipped: tuple[str, ...]
    is_complete: bool
    """Every question was asked, and answered as it may be."""


def questions_of(progress: Progress) -> tuple[Question, ...]:
    """Everything that must not be asked in the talk and can be asked now."""
    return tuple(Question(field=one) for one in _asked(progress))


def entered_in(progress: Progress, given: Mapping[str, Given]) -> Entered:
    """`given` holds each question that the page asked, even where nothing was entered."""
    questions: list[Question] = []
    values: dict[str, Plain] = {}
    skipped: list[str] = []
    is_complete, seen = True, progress
    for one in progress.definition.asked:
        if not _is_due(progress, one) or not seen.applies(one):
            continue
        if one.name not in given:
            questions.append(Question(field=one))
            is_complete = False
        elif one.optional and _is_blank(given[one.name]):
            questions.append(Question(field=one))
            skipped.append(one.name)
        else:
            misfits, value = answer_in(seen, one, given[one.name])
            questions.append(Question(field=one, misfits=misfits))
            if misfits:
                is_complete = False
            else:
                values[one.name] = value
                seen = seen.with_answer(one, value)
    return Entered(questions=tuple(questions), values=values, skipped=tuple(skipped), is_complete=is_complete)


def fill_from_page(progress: Progress, entered: Entered) -> Step:
    """The values are answers now, and what follows from them."""
    state = progress.state
    answers = {name: value for name, value in state.answers.items() if name not in entered.skipped}
    skipped = tuple(dict.fromkeys((*state.skipped, *entered.skipped)))
    moved = moved_on(replace(progress, state=replace(state, answers=answers, skipped=skipped)))
    return take(moved, entered.values, None, ())


def _asked(progress: Progress) -> Iterator[Field]:
    return (one for one in progress.definition.asked if _is_due(progress, one) and progress.applies(one))


def _is_due(progress: Progress, one: Field) -> bool:
    return one.sensitive and (one.name == progress.state.revisiting or not progress.is_answered(one))


def answer_in(seen: Progress, one: Field, given: Given) -> tuple[Mapping[str, Line], Plain]:
    """What is wrong with what was entered for one question, by part, and the answer where nothing is."""
    asking = seen.asking(one)
    numbers = [part for part, texts in given.items() if any(holds_individual_number(text) for text in texts)]
    if numbers:
        return {part: line("procedure.form.individual_number") for part in numbers}, None
    missing = {
        each.part: line("procedure.form.choose" if each.kind is InputKind.ONE else "procedure.form.missing")
        for each in one.inputs(asking)
        if each.kind is not InputKind.SOME and not only(given, each.part).strip()
    }
    result = one.entered(given, asking)
    if missing or isinstance(result, tuple):
        return {**(_by_part(result) if isinstance(result, tuple) else {}), **missing}, None
    problem = seen.problem_with(one, result.value)
    return (_by_part((Misfit(line=problem.line),)), None) if problem is not None else ({}, result.value)


def _by_part(misfits: tuple[Misfit, ...]) -> Mapping[str, Line]:
    return {misfit.part: misfit.line for misfit in misfits}


def _is_blank(given: Given) -> bool:
    """A choice that is marked though nothing else was entered is no answer either."""
    return not any(text.strip() for texts in given.values() for text in texts)


def holds_individual_number(text: str) -> bool:
    return MASK in text or mask_individual_numbers(text)[1]
