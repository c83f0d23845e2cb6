"""How an application comes from one state into the next: the row, its event, the reports that had joined it, and who must hear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.changes import APPLICATIONS, announce_last, application_topic
from core.errors import ConflictError
from procedures.keys import Seals
from procedures.lifecycle import ENDED, SHARED, NotAllowedError, Verb, state_after
from procedures.loading import Procedures
from procedures.models import Application, ApplicationEvent, ApplicationState
from procedures.queries import joined_to
from procedures.slots import give_back
from procedures.versions import definition_of

STAYING = (ApplicationState.REFUSED, ApplicationState.WITHDRAWN)
"""States in which a report no longer goes the way of the one that it joined."""


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
    event_id: int
    """Of what happened to the application that staff moved."""


class StaleApplicationError(ConflictError):
    """The form was made from an earlier state of the application; read it again."""


def move(
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
    system: str = "",
) -> Sequence[Telling]:
    """One step on the way, its event, and what everybody who reported it must hear."""
    require_version(application, seen_version)
    if staff_id is not None and application.joined_to is not None:
        raise NotAllowedError("a report that joined another goes the way of that one")
    before = ApplicationState(application.state)
    state = state_after(before, verb)
    sealed = None
    if words and desk is not None and application.resident_id is not None:
        sealed = desk.seals.for_resident(session, desk.municipality_id, application.resident_id, now).encrypt(words.encode())
    way = {"from": before.value, "to": state.value, **({"system": system} if system else {})}
    if state in ENDED and application.next_reminder_at is not None:
        way["reminder"] = application.next_reminder_at.isoformat()
    _stand(session, desk, application, state, now)
    moved = record(session, application, verb, now, staff_id=staff_id, detail={**(detail or {}), **way}, sealed=sealed)
    together = [one for one in joined_to(session, application.id) if one.state not in STAYING] if verb in SHARED else []
    for one in together:
        _stand(session, desk, one, state, now)
        record(session, one, verb, now, staff_id=staff_id, detail=way)
    session.flush()
    return tuple(
        Telling(
            application_id=one.id,
            resident_id=one.resident_id,
            language=one.language,
            place=f"tells.{state.value}",
            gaps={"number": one.number, "reason": words},
            event_id=moved.id,
        )
        for one in (application, *together)
        if one.is_told and one.resident_id is not None
    )


def _stand(session: Session, desk: Desk | None, application: Application, state: ApplicationState, now: datetime) -> None:
    """In another state, with what follows from it."""
    application.state = state
    application.version += 1
    if state in ENDED:
        application.ended_at = now
        application.next_reminder_at = None
        if desk is not None:
            definition = definition_of(session, desk.municipality_id, desk.procedures, application.procedure_id, application.digest)
            application.keep_until = now + timedelta(days=definition.retention.days)
    else:
        application.ended_at = application.keep_until = None
    if state in (ApplicationState.REFUSED, ApplicationState.WITHDRAWN) and application.slot_key:
        give_back(session, application.municipality_id, application.procedure_id, application.slot_key)
        application.slot_key = None


def require_version(application: Application, seen_version: int | None) -> None:
    if seen_version is not None and seen_version != application.version:
        raise StaleApplicationError(f"application {application.number} was changed meanwhile")


def record(
    session: Session,
    application: Application,
    verb: Verb,
    now: datetime,
    *,
    staff_id: int | None = None,
    detail: Mapping[str, object] | None = None,
    sealed: bytes | None = None,
) -> ApplicationEvent:
    """What happened, and the word to open pages that something did."""
    row = ApplicationEvent(
        municipality_id=application.municipality_id,
        application_id=application.id,
        kind=verb.value,
        staff_id=staff_id,
        detail=dict(detail or {}),
        sealed=sealed,
        at=now,
    )
    session.add(row)
    session.flush()
    announce_last(session, application.municipality_id, APPLICATIONS, application_topic(application.id), now=now)
    return row
