"""Submitting a filling: the application with its number, slot and comparable parts, once; and completing or changing one that exists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

import orjson
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite
from sqlalchemy.orm import Session

from core.clock import JAPAN, in_japan
from procedures import effects
from procedures.applications import Desk, answers_of, may_change, reminders_of
from procedures.assurance import NotAssuredError
from procedures.conditions import Plain
from procedures.definition import Definition
from procedures.duplicates import double_key, kind_of, place_of
from procedures.facts import Facts
from procedures.fields.dates import iso_day
from procedures.fields.slot import SlotField
from procedures.fillings import drop_filling
from procedures.known import Answers
from procedures.lifecycle import NotAllowedError, Verb, state_after
from procedures.models import Application, ApplicationState, CounterDraft, ReceiptCounter
from procedures.moving import record
from procedures.personal_data import keep_answers
from procedures.progress import Progress
from procedures.queries import application_by_filling, application_by_number, locked_application
from procedures.receipts import receipt_number
from procedures.reviewing import drop_marks
from procedures.slots import SlotFullError, give_back, is_day_closed, take_place
from procedures.state import Filling
from procedures.versions import definition_of, store_version

LAST_MOMENT = time(23, 59, 59, 999_999)


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """`is_new` is False when the same filling was submitted before: nothing was written."""

    application: Application
    is_new: bool
    deadline: date | None
    changed: tuple[str, ...] = ()
    """Fields with another answer than before."""


def submit(
    session: Session,
    desk: Desk,
    filling: Filling,
    *,
    resident_id: int,
    language: str,
    now: datetime,
    facts: Facts,
    keeps: Sequence[str] = (),
) -> Submitted:
    """Makes the application, or completes the one that was returned or is changed.

    Raises SlotFullError, NotAllowedError, NotAssuredError.
    """
    definition = definition_of(session, desk.municipality_id, desk.procedures, filling.procedure_id, filling.digest)
    if filling.application_id is not None:
        return _resubmit(session, desk, definition, filling, now=now, facts=facts)
    if facts.assurance < definition.assurance.value:
        raise NotAssuredError(f"procedure {definition.id} needs {definition.assurance.value}, the resident is known at {facts.assurance}")
    before = application_by_filling(session, filling.uid)
    if before is not None:
        return Submitted(application=before, is_new=False, deadline=_day(before.due_at))
    with session.begin_nested() as savepoint:
        # The counter's row stays locked, so that of two that submit the same filling at once the second finds what the first made.
        number = _next_number(session, desk.municipality_id, in_japan(now).year)
        before = application_by_filling(session, filling.uid)
        if before is not None:
            savepoint.rollback()
    if before is not None:
        return Submitted(application=before, is_new=False, deadline=_day(before.due_at))
    known = Answers(definition=definition, answers=filling.answers, facts=facts, now=now)
    if filling.digest == desk.procedures.digests.get(filling.procedure_id):
        store_version(session, desk.municipality_id, desk.procedures, filling.procedure_id, now)
    # Looked for before the application itself is there to be found.
    original = _original(session, definition, desk.municipality_id, known)
    is_anonymous = definition.anonymous is not None and definition.anonymous.holds(known)
    due = known.day(definition.accept_within) if definition.accept_within is not None else None
    application = Application(
        municipality_id=desk.municipality_id,
        resident_id=resident_id,
        number=number,
        procedure_id=definition.id,
        digest=filling.digest,
        filling_uid=filling.uid,
        department_id=definition.department,
        language=language,
        state=ApplicationState.NEW,
        shows_applicant=not is_anonymous,
        is_told=not is_anonymous,
        submitted_at=now,
        due_at=_end_of(due) if due else None,
    )
    session.add(application)
    _write_answers(session, desk, definition, application, filling, known, now)
    session.flush()
    record(session, application, Verb.SUBMIT, now)
    if original is not None:
        application.joined_to = original.joined_to or original.id
        record(session, application, Verb.JOIN, now, detail={"number": original.number})
    for effect in definition.effects:
        if effect.when is None or effect.when.holds(known):
            effects.EFFECTS[effect.name](session, application, now)
            record(session, application, Verb.EFFECT, now, detail={"name": effect.name})
    if keeps:
        keep_answers(
            session, desk.seals, definition, filling, keeps, municipality_id=desk.municipality_id, resident_id=resident_id, now=now
        )
    drop_filling(session, filling.uid)
    return Submitted(application=application, is_new=True, deadline=due)


def _resubmit(session: Session, desk: Desk, definition: Definition, filling: Filling, *, now: datetime, facts: Facts) -> Submitted:
    application = locked_application(session, desk.municipality_id, filling.application_id or 0)
    if application is None:
        raise NotAllowedError("the application is gone")
    verb = Verb.RESUBMIT if application.state == ApplicationState.RETURNED else Verb.CHANGE
    state = state_after(ApplicationState(application.state), verb)
    if verb is Verb.CHANGE and not may_change(application, now):
        raise NotAllowedError("the time in which an application may be changed is over")
    earlier = answers_of(session, desk, application)
    changed = sorted(name for name in {*earlier, *filling.answers} if earlier.get(name) != filling.answers.get(name))
    if verb is Verb.CHANGE and not changed:
        drop_filling(session, filling.uid)
        return Submitted(application=application, is_new=False, deadline=_day(application.due_at))
    known = Answers(definition=definition, answers=filling.answers, facts=facts, now=now)
    application.state = state
    _write_answers(session, desk, definition, application, filling, known, now)
    drop_marks(session, application.id, changed)
    record(session, application, verb, now, detail={"fields": changed})
    drop_filling(session, filling.uid)
    return Submitted(application=application, is_new=True, deadline=_day(application.due_at), changed=tuple(changed))


def _write_answers(
    session: Session, desk: Desk, definition: Definition, application: Application, filling: Filling, known: Answers, now: datetime
) -> None:
    """The answers sealed, and of them what must be compared or waited for."""
    if application.resident_id is None:
        raise NotAllowedError("the resident of an application was forgotten")
    cipher = desk.seals.for_resident(session, desk.municipality_id, application.resident_id, now)
    application.sealed = cipher.encrypt(orjson.dumps(dict(filling.answers)))
    application.version = (application.version or 0) + 1
    application.double_key = double_key(definition, filling.answers, desk.seals.digest_key)
    application.kind = kind_of(definition, filling.answers)
    place = place_of(definition, filling.answers)
    application.latitude, application.longitude = place or (None, None)
    window = definition.window
    day = iso_day(known.get(window.day)) if window is not None else None
    application.changes_until = _end_of(known.day_from(window.until, day)) if window is not None and day is not None else None
    application.next_reminder_at = next((moment for moment, _ in reminders_of(definition, known) if moment > now), None)
    hold_slot(session, desk, definition, application, known, now)


def hold_slot(
    session: Session, desk: Desk, definition: Definition, application: Application | CounterDraft, known: Answers, now: datetime
) -> None:
    """Takes the new place before it gives the old one back, so that a change that fails loses nothing."""
    progress = Progress(definition=definition, state=_state(known.answers), facts=known.facts, now=now)
    wanted = None
    for field in definition.fields:
        value = known.answers.get(field.name)
        if not isinstance(field, SlotField) or not isinstance(value, dict):
            continue
        day = iso_day(value.get("day"))
        if day is None:
            continue
        asking = progress.asking(field)
        wanted = field.key(asking, day, str(value.get("time", "")))
        if wanted != application.slot_key:
            if is_day_closed(session, desk.municipality_id, definition.id, field.day_key(day)):
                raise SlotFullError(f"{day} was closed meanwhile")
            own = replace(asking, facts=replace(asking.facts, capacities={}))
            take_place(session, desk.municipality_id, definition.id, wanted, day=day, capacity=field.capacity_of(own, wanted))
    if application.slot_key and application.slot_key != wanted:
        give_back(session, desk.municipality_id, definition.id, application.slot_key)
    application.slot_key = wanted


def _original(session: Session, definition: Definition, municipality_id: str, known: Answers) -> Application | None:
    """The earlier report of the same thing: its author hears whatever becomes of that one, and so does whoever joins it."""
    rule = definition.doubles
    if rule is None or rule.joined_when is None or not rule.joined_when.holds(known):
        return None
    near = known.get("fact.near")
    found = application_by_number(session, municipality_id, str(near)) if near else None
    return found if found is not None and found.procedure_id == definition.id else None


def _next_number(session: Session, municipality_id: str, year: int) -> str:
    insert = insert_on_sqlite if session.get_bind().dialect.name == "sqlite" else insert_on_postgresql
    values = {"municipality_id": municipality_id, "year": year, "last": 0}
    session.execute(insert(ReceiptCounter).values(values).on_conflict_do_nothing(index_elements=["municipality_id", "year"]))
    statement = update(ReceiptCounter).where(ReceiptCounter.municipality_id == municipality_id, ReceiptCounter.year == year)
    raised = statement.values(last=ReceiptCounter.last + 1).returning(ReceiptCounter.last)
    return receipt_number(year, session.scalars(raised, execution_options={"synchronize_session": False}).one())


def _end_of(day: date) -> datetime:
    return datetime.combine(day, LAST_MOMENT, JAPAN)


def _day(moment: datetime | None) -> date | None:
    return in_japan(moment).date() if moment is not None else None


def _state(answers: Mapping[str, Plain]) -> Filling:
    return Filling(uid="", procedure_id="", digest="", answers=answers)
