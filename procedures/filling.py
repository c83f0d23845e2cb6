"""Filling in a procedure: what a resident said, the state before, and the step that follows. Pure: the moment and all facts come in."""

from dataclasses import replace
from datetime import datetime

from core.individual_number import MASK, mask_individual_numbers
from procedures.definition import Definition
from procedures.facts import Facts
from procedures.fields.base import Field, Line, Problem, Taken, Unread, line
from procedures.fields.choosing import is_among
from procedures.fields.texts import is_skipped
from procedures.going_on import fail, go_on, keepable, moved_on, noted, take, with_values
from procedures.overhearing import answers_in, description_in, heard_for
from procedures.progress import Progress
from procedures.said import (
    Chose,
    ChoseToEdit,
    ChoseToKeep,
    Command,
    Confirmed,
    Gave,
    Picked,
    Placed,
    Said,
    SentFile,
    SentPhoto,
    UsedKnown,
    Words,
)
from procedures.sent_aside import sent_aside, without_photos
from procedures.state import Filling
from procedures.steps import (
    Between,
    ChooseEdit,
    ChooseKept,
    Completed,
    Drafted,
    Dropped,
    Paused,
    PersonReason,
    Step,
    Stopped,
    ToPerson,
)
from procedures.typed_words import as_button, asked_to_correct, asks_something, is_question, keeps_answer, named_to_correct


def begin(definition: Definition, digest: str, uid: str, *, now: datetime, facts: Facts, words: str = "", entry: str = "") -> Step:
    """`words` are those with which the resident asked to begin, `entry` is the answer under which they did: what these say is not asked."""
    state = Filling(uid=uid, procedure_id=definition.id, digest=digest)
    if facts.intake_notice:
        return Stopped(state=state, notice=_closed(facts))
    progress = Progress(definition=definition, state=state, facts=facts, now=now)
    progress = with_values(progress, definition.entry_answers.get(entry, {})).completed()
    masked, has_number = mask_individual_numbers(words)
    if has_number or not words:
        progress, said = noted(progress, tuple(progress.state.answers))
        return go_on(progress, notes=((line("procedure.individual_number"),) if has_number else ()) + said)
    progress, notes = answers_in(progress, masked)
    progress, said = noted(progress, tuple(progress.state.answers))
    return go_on(replace(progress, state=replace(progress.state, heard=masked)), notes=(*notes, *said))


def fill(definition: Definition, state: Filling, said: Said, *, now: datetime, facts: Facts) -> Step:
    """Never raises for what residents do, and never keeps an individual number."""
    progress = Progress(definition=definition, state=state, facts=facts, now=now)
    if isinstance(said, Words):
        if mask_individual_numbers(said.text)[1] or MASK in said.text:
            return go_on(progress, notes=(line("procedure.individual_number"),))
        said = as_button(progress, said)
    match said:
        case Gave(command=command):
            return _obey(progress, command)
        case ChoseToEdit(field=name):
            return _edit(progress, name)
        case UsedKnown(accepted=accepted):
            return _use_known(progress, accepted)
        case Confirmed(fingerprint=fingerprint, keeps=keeps):
            return _confirm(progress, fingerprint, keeps)
        case ChoseToKeep():
            return _choose_kept(progress, said)
        case Words(text=text) if progress.pending is None or progress.pending.name in progress.offers():
            return _words_aside(progress, text)
        case _:
            return _answer(progress, said)


def _obey(progress: Progress, command: Command) -> Step:
    state = progress.state
    match command:
        case Command.STOP:
            return Dropped(state=state)
        case Command.LATER:
            return Paused(state=state)
        case Command.STAFF:
            return ToPerson(state=state, reason=PersonReason.ASKED)
        case Command.RESUME:
            return go_on(progress)
        case Command.EDIT:
            names = tuple(field.name for field in progress.editable())
            return ChooseEdit(state=state, fields=names) if names else go_on(progress, notes=(line("procedure.nothing_to_edit"),))
        case Command.BACK:
            before = progress.before()
            return _edit(progress, before.name) if before is not None else go_on(progress, notes=(line("procedure.first_question"),))


def _edit(progress: Progress, name: str) -> Step:
    """Asks a field anew; its answer stays until another is given."""
    field = next((field for field in progress.editable() if field.name == name), None)
    if field is None:
        return go_on(progress, notes=(line("procedure.cannot_edit"),))
    state = replace(progress.state, revisiting=name, open_field="", scratch=None, scratch_of="", failures=0)
    return go_on(replace(progress, state=state))


def _use_known(progress: Progress, accepted: bool) -> Step:
    values = progress.offers()
    progress = replace(progress, state=replace(progress.state, is_known_offered=True))
    if not accepted or not values:
        return go_on(progress)
    return take(progress, values, None, ())


def _words_aside(progress: Progress, text: str) -> Step:
    """Words while a card is shown: はい and いいえ, a correction, or a question."""
    words = progress.facts.locality.words
    if progress.pending is not None:
        if is_among((*words.yes, *words.no), text):
            return _use_known(progress, is_among(words.yes, text))
        if not asks_something(progress.facts, text):
            return _answer(replace(progress, state=replace(progress.state, is_known_offered=True)), Words(text=text))
        return Between(state=progress.state, question=text, then=go_on(progress))
    if is_among(words.yes, text):
        return _confirm(progress, progress.fingerprint(), keeps=False)
    named = named_to_correct(progress, text)
    if len(named) == 1:
        return _edit(progress, named[0].name)
    if is_among(words.no, text):
        return _obey(progress, Command.EDIT)
    return Between(state=progress.state, question=text, then=go_on(progress))


def _choose_kept(progress: Progress, said: ChoseToKeep) -> Step:
    """Nothing is kept of which the resident has not said so."""
    may = keepable(progress)
    if progress.pending is not None or not may:
        return go_on(progress)
    others = tuple(name for name in progress.state.keeping if name != said.field)
    chosen = (*others, said.field) if said.keeps and said.field in may else others
    return ChooseKept(state=replace(progress.state, keeping=chosen), fields=may)


def _confirm(progress: Progress, fingerprint: str, keeps: bool) -> Step:
    """Submits only what the card showed, and only while all of it still holds."""
    settled, notes = progress.settled()
    if settled.pending is not None or settled.broken_check() is not None:
        return go_on(settled, notes=notes)
    if settled.fingerprint() != fingerprint:
        return go_on(settled, notes=(*notes, line("procedure.card_old")))
    if settled.facts.intake_notice and settled.state.application_id is None:
        return Paused(state=settled.state, notice=_closed(settled.facts))
    if not settled.is_assured:
        return Drafted(state=settled.state)
    may = keepable(settled)
    return Completed(state=settled.state, keeps=may if keeps else tuple(name for name in may if name in settled.state.keeping))


def _closed(facts: Facts) -> Line:
    return line("procedure.intake_stopped", title=Line(key="title"), notice=facts.intake_notice)


def _answer(progress: Progress, said: Said) -> Step:
    field = progress.pending
    following = progress.following
    if field is not None and following is not None and progress.is_along:
        step = _next_answered(progress, field, following, said)
        if step is not None:
            return step
    if isinstance(said, SentPhoto | SentFile | Placed) and (field is None or isinstance(field.read(said, progress.asking(field)), Unread)):
        return sent_aside(progress, field, said)
    if isinstance(said, Chose | Picked) and (field is None or said.field != field.name):
        is_next = following is not None and said.field == following.name
        return _answer(progress.closed, said) if is_next else _earlier_button(progress, said)
    if field is None:
        return go_on(progress)
    if progress.state.revisiting == field.name and field.name in progress.state.answers and keeps_answer(progress, said):
        return go_on(
            replace(progress, state=replace(progress.state, revisiting="", open_field="", scratch=None, scratch_of="", failures=0))
        )
    asking = progress.asking(field)
    is_more = field.takes_several and bool(asking.current) and progress.state.open_field == field.name
    if is_skipped(field, said, asking) and not is_more and not asking.scratch:
        return _skipped(progress, field)
    if isinstance(said, Words) and is_question(progress, field, said.text):
        return Between(state=progress.state, question=said.text, then=go_on(progress))
    if field.sensitive and isinstance(said, Words):
        return fail(progress, Problem(line=line("procedure.only_by_form")), field)
    if isinstance(said, Words):
        progress, own, also, notes = heard_for(progress, field, said.text)
        progress = without_photos(progress, field, also)
        notes = () if following is not None and set(also) == {following.name} else notes
        reading = field.read(Words(text=own), progress.asking(field))
        if also and not isinstance(reading, Taken):
            progress = with_values(progress, also)
            progress = replace(progress, state=replace(progress.state, failures=0))
            if is_more and not isinstance(reading, Problem):
                # Whoever goes on to something else has named everything.
                return take(progress, {**also, field.name: asking.current}, field, notes, Taken(value=asking.current))
            if not own.strip() or progress.is_answered(field):
                return go_on(progress, notes=notes)
    else:
        reading, also, notes = field.read(said, asking), {}, ()
    if following is not None and not progress.is_along and isinstance(reading, Unread):
        other = following.read(said, progress.closed.asking(following))
        if isinstance(other, Taken) or (isinstance(other, Problem) and _was_meant(other)):
            return _answer(progress.closed, said)
    if isinstance(said, Words) and not isinstance(reading, Problem):
        described, of_it = description_in(progress, field, said.text, is_read=isinstance(reading, Taken))
        also, notes = {**also, **described}, (*notes, *of_it)
        if described and isinstance(reading, Unread):
            return go_on(with_values(progress, described), notes=notes)
    match reading:
        case Taken():
            return take(progress, {**reading.also, **also, field.name: reading.value}, field, (*reading.notes, *notes), reading)
        case Problem():
            return fail(progress, reading, field, notes)
        case _ if isinstance(said, Words) and not notes and len(wanted := asked_to_correct(progress, said.text)) == 1:
            return _edit(progress, wanted[0].name)
        case _:
            return fail(progress, None, field, notes)


def _next_answered(progress: Progress, field: Field, following: Field, said: Said) -> Step | None:
    """What follows where the next question was answered, so that the assumed answer holds; None where that is not plain.

    Words are taken only as far as they can't hold anything else: what is told at length may well speak against it.
    """
    is_own = isinstance(said, Chose | Picked) and said.field == field.name
    if is_own or not isinstance(field.read(said, progress.asking(field)), Unread):
        return None
    closed = progress.closed
    step = _answer(closed, said)
    if isinstance(step, Between) or step.state.failures:
        return None
    is_plain = not isinstance(said, Words) or following.is_exactly(said.text, closed.asking(following))
    return step if is_plain or following.name in step.state.skipped else None


def _was_meant(problem: Problem) -> bool:
    """Whether the words were an answer to that question, though one that can't be taken."""
    return problem.is_step or not problem.line.key.endswith("_unread")


def _earlier_button(progress: Progress, said: Chose | Picked) -> Step:
    """A button of a question that was answered before changes that answer; another one only shows what is asked now."""
    field = next((field for field in progress.editable() if field.name == said.field and not field.takes_several), None)
    if field is None:
        return go_on(progress)
    state = replace(progress.state, scratch=None, scratch_of="")
    reading = field.read(said, replace(progress, state=state).asking(field))
    return take(progress, {field.name: reading.value}, field, reading.notes, reading) if isinstance(reading, Taken) else go_on(progress)


def _skipped(progress: Progress, field: Field) -> Step:
    answers = {name: value for name, value in progress.state.answers.items() if name != field.name}
    skipped = tuple(dict.fromkeys((*progress.state.skipped, field.name)))
    return go_on(moved_on(replace(progress, state=replace(progress.state, answers=answers, skipped=skipped))))
