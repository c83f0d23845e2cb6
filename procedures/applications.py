"""Every verb of an application that was submitted; each writes the row and its event in the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import orjson
from sqlalchemy.orm import Session

from core.clock import JAPAN
from procedures.conditions import Plain
from procedures.definition import Definition
from procedures.fields.dates import iso_day
from procedures.known import Answers
from procedures.lifecycle import ENDED, WAYS, NotAllowedError, Verb, state_after
from procedures.models import Application, ApplicationState
from procedures.moving import Desk, StaleApplicationError, Telling, move, record, require_version
from procedures.queries import joined_to, last_event
from procedures.state import Filling
from procedures.versions import definition_of

__all__ = ["Desk", "StaleApplicationError", "Telling"]

TAKEN_BACK = (Verb.CHECK, Verb.ACCEPT, Verb.FINISH)
MOVES = tuple(verb.value for verb in WAYS)
"""Kinds of events after which an application may stand elsewhere."""


def check(
    session: Session, application: Application, *, staff_id: int | None, now: datetime, seen_version: int | None = None, system: str = ""
) -> Sequence[Telling]:
    """By staff, like every verb that asks for `staff_id`, or by an outside system, which is named then."""
    return move(session, application, Verb.CHECK, staff_id=staff_id, now=now, seen_version=seen_version, system=system)


def accept(
    session: Session,
    desk: Desk,
    application: Application,
    *,
    staff_id: int | None,
    now: datetime,
    words: str = "",
    seen_version: int | None = None,
    system: str = "",
) -> Sequence[Telling]:
    return move(
        session, application, Verb.ACCEPT, staff_id=staff_id, now=now, words=words, seen_version=seen_version, desk=desk, system=system
    )


def finish(
    session: Session,
    desk: Desk,
    application: Application,
    *,
    staff_id: int | None,
    now: datetime,
    words: str = "",
    photo: int | None = None,
    seen_version: int | None = None,
    system: str = "",
) -> Sequence[Telling]:
    """`photo` is the number of a picture that shows it done."""
    detail = {"photo": photo} if photo is not None else None
    return move(
        session, application, Verb.FINISH, staff_id=staff_id, now=now, words=words, seen_version=seen_version, desk=desk,
        detail=detail, system=system,
    )  # fmt: skip


def refuse(
    session: Session,
    desk: Desk,
    application: Application,
    *,
    staff_id: int | None,
    now: datetime,
    words: str,
    seen_version: int | None = None,
    system: str = "",
) -> Sequence[Telling]:
    """With a reason, always."""
    if not words.strip():
        raise NotAllowedError("an application is refused with a reason")
    return move(
        session, application, Verb.REFUSE, staff_id=staff_id, now=now, words=words, seen_version=seen_version, desk=desk, system=system
    )


def return_to_resident(
    session: Session,
    desk: Desk,
    application: Application,
    reasons: Mapping[str, str],
    *,
    staff_id: int | None,
    now: datetime,
    seen_version: int | None = None,
    system: str = "",
) -> tuple[Filling, Sequence[Telling]]:
    """差し戻し: opens exactly these fields again, each with its reason; returns what the resident goes on with."""
    definition = definition_of(session, desk.municipality_id, desk.procedures, application.procedure_id, application.digest)
    answers = answers_of(session, desk, application)
    unknown = [name for name in reasons if name not in definition.by_name or not definition.by_name[name].is_asked]
    if unknown or not reasons or not all(reason.strip() for reason in reasons.values()):
        raise NotAllowedError("an application is returned with fields that are asked, and a reason for each")
    words = "\n".join(reasons.values())
    uid = f"r{application.id}v{application.version + 1}"
    tellings = move(
        session, application, Verb.RETURN, staff_id=staff_id, now=now, words=words, seen_version=seen_version, desk=desk,
        detail={"fields": sorted(reasons), "filling": uid}, system=system,
    )  # fmt: skip
    filling = Filling(
        uid=uid,
        procedure_id=application.procedure_id,
        digest=application.digest,
        answers={name: value for name, value in answers.items() if name not in reasons},
        skipped=tuple(
            field.name for field in definition.asked if field.name not in answers and field.optional and field.name not in reasons
        ),
        is_known_offered=True,
        reasons=dict(reasons),
        limited_to=tuple(reasons),
        application_id=application.id,
    )
    return filling, tellings


def begin_change(session: Session, desk: Desk, application: Application, now: datetime) -> Filling:
    """What the resident goes on with to change it; nothing is changed before they confirm. Raises NotAllowedError."""
    if not may_change(application, now):
        raise NotAllowedError("the time in which an application may be changed is over")
    definition = definition_of(session, desk.municipality_id, desk.procedures, application.procedure_id, application.digest)
    answers = answers_of(session, desk, application)
    allowed = definition.window.fields if definition.window is not None else ()
    return Filling(
        uid=f"c{application.id}v{application.version}",
        procedure_id=application.procedure_id,
        digest=application.digest,
        answers=answers,
        skipped=tuple(field.name for field in definition.asked if field.optional and field.name not in answers),
        is_known_offered=True,
        limited_to=allowed,
        application_id=application.id,
    )


def withdraw(session: Session, desk: Desk, application: Application, now: datetime) -> Sequence[Telling]:
    """By the resident, within the window. The oldest report that had joined it stands for the others. Raises NotAllowedError."""
    definition = definition_of(session, desk.municipality_id, desk.procedures, application.procedure_id, application.digest)
    if not may_withdraw(definition, application, now):
        raise NotAllowedError("the time in which an application may be withdrawn is over")
    tellings = move(session, application, Verb.WITHDRAW, staff_id=None, now=now, desk=desk)
    others = [one for one in joined_to(session, application.id) if one.state not in ENDED]
    for one in others:
        one.joined_to = None if one is others[0] else others[0].id
    if others:
        record(session, others[0], Verb.LEAD, now, detail={"number": application.number})
    return tellings


def reopen(session: Session, desk: Desk, application: Application, words: str, now: datetime) -> Sequence[Telling]:
    """By whoever reported it: it is not done. As often, and as long after the end, as the definition allows. The others hear of it."""
    definition = definition_of(session, desk.municipality_id, desk.procedures, application.procedure_id, application.digest)
    if not may_reopen(definition, application, now):
        raise NotAllowedError("an application can't be reopened again, or the time for it is over")
    application.reopened += 1
    original = session.get(Application, application.joined_to) if application.joined_to is not None else application
    root = original if original is not None and original.state == ApplicationState.DONE else application
    tellings = move(session, root, Verb.REOPEN, staff_id=None, now=now, words=words, desk=desk)
    return tuple(telling for telling in tellings if telling.application_id != application.id)


def take_back(session: Session, application: Application, *, staff_id: int | None, now: datetime, seen_version: int | None = None) -> None:
    """Undoes the last step of staff as if nobody had taken it; the caller knows that nobody has heard of it. Raises NotAllowedError."""
    require_version(application, seen_version)
    moved = last_event(session, application.id, [*MOVES, Verb.TAKE_BACK.value])
    if moved is None or moved.kind not in TAKEN_BACK or application.state != moved.detail.get("to"):
        raise NotAllowedError("what happened last can't be taken back")
    for one in (application, *joined_to(session, application.id)):
        if one is application or last_event(session, one.id, [moved.kind], since=moved.at) is not None:
            one.state = moved.detail["from"]
            one.version += 1
            one.ended_at = one.keep_until = None
            if one is application and "reminder" in moved.detail:
                one.next_reminder_at = datetime.fromisoformat(moved.detail["reminder"])
            record(session, one, Verb.TAKE_BACK, now, staff_id=staff_id, detail={"event": moved.id})
    session.flush()


def may_change(application: Application, now: datetime) -> bool:
    is_open = application.state not in ENDED
    return is_open and application.changes_until is not None and now <= application.changes_until


def may_withdraw(definition: Definition, application: Application, now: datetime) -> bool:
    """Without a window until staff have accepted it."""
    if definition.window is None:
        return application.state in (ApplicationState.NEW, ApplicationState.CHECKING, ApplicationState.RETURNED)
    is_among = application.state in definition.window.states
    return definition.window.withdrawal and is_among and may_change(application, now)


def state_of(application: Application, verb: Verb) -> ApplicationState:
    """In which the step would end. Raises NotAllowedError."""
    return state_after(ApplicationState(application.state), verb)


def may_reopen(definition: Definition, application: Application, now: datetime) -> bool:
    rule = definition.reopening
    if rule is None or application.state != ApplicationState.DONE or application.reopened >= rule.times:
        return False
    return application.ended_at is not None and now <= application.ended_at + timedelta(days=rule.within_days)


def answers_of(session: Session, desk: Desk, application: Application) -> dict[str, Plain]:
    """Raises ForgottenError where they can't be read any more."""
    from procedures.keys import ForgottenError

    if application.sealed is None or application.resident_id is None:
        raise ForgottenError(f"the answers of {application.number} were forgotten")
    opened: dict[str, Plain] = orjson.loads(desk.seals.existing(session, application.resident_id).decrypt(application.sealed))
    return opened


def reminders_of(definition: Definition, known: Answers) -> Sequence[tuple[datetime, int]]:
    """Moments at which something is to be said, in their order, with the number of the reminder."""
    found = []
    for number, reminder in enumerate(definition.reminders):
        day = iso_day(known.get(reminder.day))
        if day is not None:
            found.append((datetime.combine(known.day_from(reminder.when, day), reminder.at, JAPAN), number))
    return sorted(found)
