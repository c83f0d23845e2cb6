"""Submitting, and every other verb of an application; each writes the row and its event in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from sqlalchemy.orm import Session

from core.clock import JAPAN
from core.errors import ConflictError
from procedures.conditions import Plain
from procedures.definition import Definition
from procedures.fields.dates import iso_day
from procedures.keys import Seals
from procedures.known import Answers
from procedures.lifecycle import ENDED, NotAllowedError, Verb, state_after
from procedures.loading import Procedures
from procedures.models import Application, ApplicationEvent, ApplicationState
from procedures.queries import joined_to
from procedures.slots import give_back
from procedures.state import Filling
from procedures.versions import definition_of


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What every verb needs: keys, definitions, and where."""

    seals: Seals
    procedures: Procedures
    municipality_id: str


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What somebody who applied must hear: a text of the definition, by its place, with gaps besides the answers."""

    application_id: int
    resident_id: int
    language: str
    place: str
    gaps: Mapping[str, object]


class StaleApplicationError(ConflictError):
    """The form was made from an earlier state of the application; read it again."""


def check(
    session: Session, application: Application, *, staff_id: int, now: datetime, seen_version: int | None = None
) -> Sequence[Telling]:
    return _move(session, application, Verb.CHECK, staff_id=staff_id, now=now, seen_version=seen_version)


def accept(
    session: Session,
    desk: Desk,
    application: Application,
    *,
    staff_id: int,
    now: datetime,
    words: str = "",
    seen_version: int | None = None,
) -> Sequence[Telling]:
    return _move(session, application, Verb.ACCEPT, staff_id=staff_id, now=now, words=words, seen_version=seen_version, desk=desk)


def finish(
    session: Session,
    desk: Desk,
    application: Application,
    *,
    staff_id: int,
    now: datetime,
    words: str = "",
    seen_version: int | None = None,
) -> Sequence[Telling]:
    return _move(session, application, Verb.FINISH, staff_id=staff_id, now=now, words=words, seen_version=seen_version, desk=desk)


def refuse(
    session: Session, desk: Desk, application: Application, *, staff_id: int, now: datetime, words: str, seen_version: int | None = None
) -> Sequence[Telling]:
    """With a reason, always."""
    if not words.strip():
        raise NotAllowedError("an application is refused with a reason")
    return _move(session, application, Verb.REFUSE, staff_id=staff_id, now=now, words=words, seen_version=seen_version, desk=desk)


def return_to_resident(
    session: Session,
    desk: Desk,
    application: Application,
    reasons: Mapping[str, str],
    *,
    staff_id: int,
    now: datetime,
    seen_version: int | None = None,
) -> tuple[Filling, Sequence[Telling]]:
    """差し戻し: opens exactly these fields again, each with its reason; returns what the resident goes on with."""
    definition = definition_of(session, desk.municipality_id, desk.procedures, application.procedure_id, application.digest)
    answers = answers_of(session, desk, application)
    unknown = [name for name in reasons if name not in definition.by_name or not definition.by_name[name].is_asked]
    if unknown or not reasons or not all(reason.strip() for reason in reasons.values()):
        raise NotAllowedError("an application is returned with fields that are asked, and a reason for each")
    words = "\n".join(reasons.values())
    tellings = _move(
        session, application, Verb.RETURN, staff_id=staff_id, now=now, words=words, seen_version=seen_version, desk=desk,
        detail={"fields": sorted(reasons)},
    )  # fmt: skip
    filling = Filling(
        uid=f"r{application.id}v{application.version}",
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
    """By the resident, within the window. Raises NotAllowedError."""
    definition = definition_of(session, desk.municipality_id, desk.procedures, application.procedure_id, application.digest)
    if not may_withdraw(definition, application, now):
        raise NotAllowedError("the time in which an application may be withdrawn is over")
    return _move(session, application, Verb.WITHDRAW, staff_id=None, now=now, desk=desk)


def reopen(session: Session, desk: Desk, application: Application, words: str, now: datetime) -> None:
    """By whoever reported it: it is not done. As often, and as long after the end, as the definition allows."""
    definition = definition_of(session, desk.municipality_id, desk.procedures, application.procedure_id, application.digest)
    if not may_reopen(definition, application, now):
        raise NotAllowedError("an application can't be reopened again, or the time for it is over")
    application.reopened += 1
    _move(session, application, Verb.REOPEN, staff_id=None, now=now, words=words, desk=desk)
    application.ended_at = application.keep_until = None


def may_change(application: Application, now: datetime) -> bool:
    is_open = application.state not in ENDED
    return is_open and application.changes_until is not None and now <= application.changes_until


def may_withdraw(definition: Definition, application: Application, now: datetime) -> bool:
    """Without a window until staff have accepted it."""
    if definition.window is None:
        return application.state in (ApplicationState.NEW, ApplicationState.CHECKING, ApplicationState.RETURNED)
    is_among = application.state in definition.window.states
    return definition.window.withdrawal and is_among and may_change(application, now)


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


def _move(
    session: Session,
    application: Application,
    verb: Verb,
    *,
    staff_id: int | None,
    now: datetime,
    words: str = "",
    seen_version: int | None = None,
    desk: Desk | None = None,
    detail: Mapping[str, object] | None = None,
) -> Sequence[Telling]:
    """One step on the way, its event, and what everybody who reported it must hear."""
    if seen_version is not None and seen_version != application.version:
        raise StaleApplicationError(f"application {application.number} was changed meanwhile")
    state = state_after(ApplicationState(application.state), verb)
    application.state = state
    application.version += 1
    if state in ENDED:
        application.ended_at = now
        application.next_reminder_at = None
        if desk is not None:
            definition = definition_of(session, desk.municipality_id, desk.procedures, application.procedure_id, application.digest)
            application.keep_until = now + timedelta(days=definition.retention.days)
    if state in (ApplicationState.REFUSED, ApplicationState.WITHDRAWN) and application.slot_key:
        give_back(session, application.municipality_id, application.procedure_id, application.slot_key)
        application.slot_key = None
    sealed = None
    if words and desk is not None and application.resident_id is not None:
        sealed = desk.seals.for_resident(session, desk.municipality_id, application.resident_id, now).encrypt(words.encode())
    record(session, application, verb, now, staff_id=staff_id, detail=detail, sealed=sealed)
    session.flush()
    told = [application, *joined_to(session, application.id)] if verb is not Verb.WITHDRAW else [application]
    return tuple(
        Telling(
            application_id=one.id,
            resident_id=one.resident_id,
            language=one.language,
            place=f"tells.{state.value}",
            gaps={"number": one.number, "reason": words},
        )
        for one in told
        if one.is_told and one.resident_id is not None
    )


def record(
    session: Session,
    application: Application,
    verb: Verb,
    now: datetime,
    *,
    staff_id: int | None = None,
    detail: Mapping[str, object] | None = None,
    sealed: bytes | None = None,
) -> None:
    session.add(
        ApplicationEvent(
            municipality_id=application.municipality_id,
            application_id=application.id,
            kind=verb.value,
            staff_id=staff_id,
            detail=dict(detail or {}),
            sealed=sealed,
            at=now,
        )
    )
