"""What follows once an answer was taken or refused: a stop, the next question, a broken rule, or the confirmation. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from procedures.conditions import Plain
from procedures.fields.base import Field, Line, Problem, Taken, line
from procedures.fields.items import ItemsField
from procedures.progress import Progress
from procedures.said import Words
from procedures.steps import Ask, Confirm, OfferKnown, PersonReason, Step, Stopped, ToPerson
from procedures.wording import GAP

MAX_FAILURES = 3


def moved_on(progress: Progress) -> Progress:
    return replace(progress, state=replace(progress.state, revisiting="", open_field="", scratch=None, scratch_of="", failures=0))


def with_values(progress: Progress, values: Mapping[str, Plain]) -> Progress:
    """With those of the values that may stand."""
    for field in progress.definition.asked:
        if field.name in values and progress.applies(field) and progress.problem_with(field, values[field.name]) is None:
            progress = progress.with_answer(field, values[field.name])
    return progress


def take(
    progress: Progress, values: Mapping[str, Plain], field: Field | None, notes: tuple[Line, ...], reading: Taken | None = None
) -> Step:
    """The values are answers now, unless a rule of the definition forbids the one that was asked for."""
    if field is not None and reading is not None and not reading.is_open:
        problem = progress.problem_with(field, values[field.name])
        if problem is not None and not problem.is_step:
            return fail(progress, problem, field, notes)
    if field is not None:
        before = progress
        progress = progress.with_answer(field, values[field.name])
        progress = moved_on(progress)
        if reading is not None and reading.is_open:
            is_again = before.state.revisiting == field.name
            state = replace(progress.state, open_field=field.name, revisiting=field.name if is_again else "")
            progress = replace(progress, state=replace(state, scratch=reading.scratch, scratch_of=field.name if reading.scratch else ""))
    progress = with_values(progress, {name: value for name, value in values.items() if field is None or name != field.name})
    settled, gone = progress.settled()
    settled, fresh = noted(settled, tuple(values))
    return go_on(settled, notes=(*notes, *fresh, *gone))


def noted(progress: Progress, names: tuple[str, ...]) -> tuple[Progress, tuple[Line, ...]]:
    """What is to be said of these answers, once."""
    fresh = _notes_of(progress, names)
    said_notes = (*progress.state.said_notes, *(key for key, _ in fresh))
    return replace(progress, state=replace(progress.state, said_notes=said_notes)), tuple(text for _, text in fresh)


def _stop_in(progress: Progress) -> Step | None:
    """The first stop that holds, however its answer came; a field that is still open is judged when it is complete."""
    for field in progress.definition.asked:
        if field.name not in progress.state.answers or field.name == progress.state.open_field:
            continue
        for number, stop in enumerate(field.stops):
            if stop.when.holds(progress.known):
                if stop.to_staff:
                    return ToPerson(state=progress.state, reason=PersonReason.RULE, field=field.name, stop=number)
                return Stopped(state=progress.state, field=field.name, stop=number)
    return None


def _notes_of(progress: Progress, names: tuple[str, ...]) -> list[tuple[str, Line]]:
    found = []
    for field in progress.definition.asked:
        if field.name not in names or field.name not in progress.state.answers or field.name == progress.state.open_field:
            continue
        for number, note in enumerate(field.notes):
            # With other values in its gaps a note says something else.
            values = [f":{progress.known.get(gap)}" for gap in GAP.findall(note.say) if gap.startswith(f"{field.name}.")]
            key = "".join((f"{field.name}.{number}", *values))
            if note.is_broken(progress.known) and key not in progress.state.said_notes:
                found.append((key, field.text(f"notes.{number}.say")))
    return found


def fail(progress: Progress, problem: Problem | None, field: Field, notes: tuple[Line, ...] = ()) -> Step:
    """Asks again. A part that was understood is no failure."""
    state = progress.state
    is_step = problem is not None and problem.is_step
    scratch = problem.scratch if problem is not None else state.scratch if state.scratch_of == field.name else None
    state = replace(
        state, failures=0 if is_step else state.failures + 1, scratch=scratch, scratch_of=field.name if scratch is not None else ""
    )
    if problem is not None and problem.current is not None:
        others = {name: value for name, value in state.answers.items() if name != field.name}
        answers = {**others, field.name: problem.current} if problem.current else others
        state = replace(state, answers=answers, open_field=field.name if problem.current else "")
    said = (*notes, *problem.notes) if problem is not None else notes
    return _ask(replace(progress, state=state), field, notes=said, problem=problem or Problem(line=line("procedure.not_understood")))


def go_on(progress: Progress, notes: tuple[Line, ...] = ()) -> Step:
    """What follows from the answers: an offer, a question, a broken rule, or the confirmation."""
    progress = progress.completed()
    stop = _stop_in(progress)
    if stop is not None:
        return stop
    field = progress.pending
    if field is None:
        return _finish(progress, notes)
    offers = progress.offers()
    if offers and field.name in offers:
        filled = with_values(replace(progress, state=replace(progress.state, is_known_offered=True)), offers)
        if filled.pending is None:
            # Nothing else is left to ask: the confirmation shows it, and each answer can be corrected there.
            labels = [progress.definition.by_name[name].text("label") for name in offers]
            return _finish(filled, (*notes, line("procedure.known_filled", labels=labels)))
        number, total = progress.place
        return OfferKnown(state=progress.state, values=offers, number=number, total=total, notes=notes)
    if isinstance(field, ItemsField) and progress.state.heard and field.name not in progress.state.answers:
        heard = progress.state.heard
        progress = replace(progress, state=replace(progress.state, heard=""))
        if field.hears(heard, progress.asking(field)):
            reading = field.read(Words(text=heard), progress.asking(field))
            if isinstance(reading, Taken):
                return take(progress, {field.name: reading.value}, field, (*notes, *reading.notes), reading)
            if isinstance(reading, Problem):
                return fail(progress, reading, field, notes)
    return _ask(progress, field, notes=notes)


def _finish(progress: Progress, notes: tuple[Line, ...]) -> Step:
    progress, gone = progress.settled()
    if progress.pending is not None:
        return _ask(progress, progress.pending, notes=(*notes, *gone))
    broken = progress.broken_check()
    if broken is not None:
        check = progress.definition.checks[broken]
        field = progress.definition.by_name[check.field]
        state = replace(progress.state, revisiting=field.name, open_field="", scratch=None, scratch_of="")
        return _ask(replace(progress, state=state), field, notes=notes, problem=Problem(line=line(f"checks.{broken}.say")))
    fresh = [(key, text) for key, text in progress.warnings() if key not in progress.state.said_notes]
    state = replace(progress.state, said_notes=(*progress.state.said_notes, *(key for key, _ in fresh)), failures=0)
    said = (*notes, *(text for _, text in fresh))
    may_keep, is_draft = keepable(progress), not progress.is_assured
    return Confirm(state=state, fingerprint=progress.fingerprint(), notes=said, may_keep=may_keep, is_draft=is_draft)


def keepable(progress: Progress) -> tuple[str, ...]:
    """Fields whose answers may be kept, if the resident consents; asked once, when the application is sent."""
    if progress.state.application_id is not None:
        return ()
    return tuple(field.name for field in progress.applicable if progress.is_assured and _is_new(progress, field))


def _is_new(progress: Progress, field: Field) -> bool:
    """Whether it may be kept, and is not kept as it is: consent is asked once."""
    answers = progress.state.answers
    if not field.keeps or field.sensitive or field.name not in answers:
        return False
    is_of_use = field.keeps_when is None or field.keeps_when.holds(progress.known)
    return is_of_use and progress.facts.known.get(field.keeps) != answers[field.name]


def _ask(progress: Progress, field: Field, *, notes: tuple[Line, ...] = (), problem: Problem | None = None) -> Ask:
    asking = progress.asking(field)
    number, total = progress.place
    is_open = progress.state.open_field == field.name and bool(asking.current)
    following = progress.following if (is_open or progress.is_along) and problem is None else None
    return Ask(
        state=progress.state,
        field=field.name,
        number=number,
        total=total,
        options=(problem.options if problem is not None and problem.options else field.options(asking)),
        problem=problem.line if problem is not None else None,
        is_part=problem is not None and problem.is_step,
        is_more=is_open,
        following=following.name if following is not None else "",
        following_options=following.options(progress.closed.asking(following)) if following is not None else (),
        is_again=progress.state.revisiting == field.name and field.name in progress.state.answers,
        by_form=field.sensitive,
        offers_person=progress.state.failures >= MAX_FAILURES,
        notes=notes,
        reason=progress.state.reasons.get(field.name, ""),
    )
