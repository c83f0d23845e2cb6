"""Named reads of applications and of what happened to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from procedures.duplicates import Report
from procedures.models import Application, ApplicationEvent, ApplicationState

LOOKED_AT = 1000


def application_by_filling(session: Session, uid: str) -> Application | None:
    return session.scalar(select(Application).where(Application.filling_uid == uid))


def application_by_number(session: Session, municipality_id: str, number: str) -> Application | None:
    return session.scalar(select(Application).where(Application.municipality_id == municipality_id, Application.number == number))


def application_of_resident(
    session: Session, resident_id: int, *, application_id: int | None = None, number: str = "", filling_uid: str = ""
) -> Application | None:
    """One of the resident's own, by whichever of its names is given."""
    wanted = select(Application).where(Application.resident_id == resident_id)
    if application_id is not None:
        wanted = wanted.where(Application.id == application_id)
    elif number:
        wanted = wanted.where(Application.number == number)
    else:
        wanted = wanted.where(Application.filling_uid == filling_uid)
    return session.scalar(wanted)


def locked_application(session: Session, municipality_id: str, application_id: int) -> Application | None:
    """As it is now, for changing it: nobody else does until the transaction ends."""
    wanted = select(Application).where(Application.municipality_id == municipality_id, Application.id == application_id)
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def applications_of(session: Session, resident_id: int, limit: int = 10) -> Sequence[Application]:
    """The newest first."""
    wanted = select(Application).where(Application.resident_id == resident_id)
    return session.scalars(wanted.order_by(Application.submitted_at.desc(), Application.id.desc()).limit(limit)).all()


def applications_in(
    session: Session,
    municipality_id: str,
    *,
    states: Sequence[ApplicationState],
    department_id: str | None = None,
    procedure_id: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Sequence[Application]:
    """For the board: what is due first comes first."""
    wanted = select(Application).where(Application.municipality_id == municipality_id, Application.state.in_(states))
    if department_id is not None:
        wanted = wanted.where(Application.department_id == department_id)
    if procedure_id is not None:
        wanted = wanted.where(Application.procedure_id == procedure_id)
    ordered = wanted.order_by(Application.due_at.is_(None), Application.due_at, Application.submitted_at, Application.id)
    return session.scalars(ordered.limit(limit).offset(offset)).all()


def count_open(session: Session, municipality_id: str, procedure_ids: Sequence[str]) -> Mapping[str, int]:
    """How many applications of each procedure are under way."""
    ended = (ApplicationState.REFUSED, ApplicationState.WITHDRAWN, ApplicationState.DONE)
    wanted = (
        select(Application.procedure_id, func.count())
        .where(
            Application.municipality_id == municipality_id,
            Application.procedure_id.in_(procedure_ids),
            Application.state.not_in(ended),
        )
        .group_by(Application.procedure_id)
    )
    return dict(session.execute(wanted).all())


def events_of(session: Session, application_id: int) -> Sequence[ApplicationEvent]:
    wanted = select(ApplicationEvent).where(ApplicationEvent.application_id == application_id)
    return session.scalars(wanted.order_by(ApplicationEvent.id)).all()


def event_of(session: Session, municipality_id: str, event_id: int) -> ApplicationEvent | None:
    wanted = select(ApplicationEvent).where(ApplicationEvent.municipality_id == municipality_id, ApplicationEvent.id == event_id)
    return session.scalar(wanted)


def is_taken_back(session: Session, event: ApplicationEvent) -> bool:
    """Whether staff undid it."""
    wanted = select(ApplicationEvent).where(
        ApplicationEvent.application_id == event.application_id, ApplicationEvent.kind == "taken_back", ApplicationEvent.id > event.id
    )
    return any(row.detail.get("event") == event.id for row in session.scalars(wanted))


def last_event(session: Session, application_id: int, kinds: Sequence[str], since: datetime | None = None) -> ApplicationEvent | None:
    wanted = select(ApplicationEvent).where(ApplicationEvent.application_id == application_id, ApplicationEvent.kind.in_(kinds))
    if since is not None:
        wanted = wanted.where(ApplicationEvent.at >= since)
    return session.scalar(wanted.order_by(ApplicationEvent.id.desc()).limit(1))


def joined_to(session: Session, application_id: int) -> Sequence[Application]:
    """Later reports of the same thing."""
    return session.scalars(select(Application).where(Application.joined_to == application_id).order_by(Application.id)).all()


def has_double(session: Session, municipality_id: str, double_key: str, *, besides: int | None = None) -> bool:
    """Whether an application that is under way has the same answers."""
    ended = (ApplicationState.REFUSED, ApplicationState.WITHDRAWN, ApplicationState.DONE)
    wanted = select(Application.id).where(
        Application.municipality_id == municipality_id, Application.double_key == double_key, Application.state.not_in(ended)
    )
    if besides is not None:
        wanted = wanted.where(Application.id != besides)
    return session.scalar(wanted.limit(1)) is not None


def reports_since(session: Session, municipality_id: str, procedure_id: str, kind: str, earliest: datetime) -> Sequence[Report]:
    """Of one class, with a place on the map, not refused, not withdrawn, and not joined to another: for `near_reports`."""
    wanted = (
        select(Application)
        .where(
            Application.municipality_id == municipality_id,
            Application.procedure_id == procedure_id,
            Application.kind == kind,
            Application.submitted_at >= earliest,
            Application.latitude.is_not(None),
            Application.joined_to.is_(None),
            Application.state.not_in((ApplicationState.REFUSED, ApplicationState.WITHDRAWN)),
        )
        .order_by(Application.submitted_at.desc())
        .limit(LOOKED_AT)
    )
    return tuple(
        Report(
            application_id=row.id,
            number=row.number,
            kind=row.kind or "",
            place=(row.latitude or 0.0, row.longitude or 0.0),
            submitted_at=row.submitted_at,
            state=row.state,
        )
        for row in session.scalars(wanted)
    )


def due_reminders(session: Session, municipality_id: str, now: datetime, limit: int = 100) -> Sequence[Application]:
    """Those of which somebody is to be reminded by now."""
    wanted = select(Application).where(Application.municipality_id == municipality_id, Application.next_reminder_at <= now)
    return session.scalars(wanted.order_by(Application.next_reminder_at).limit(limit)).all()


def to_forget(session: Session, municipality_id: str, now: datetime, limit: int = 500) -> Sequence[Application]:
    """Ended applications whose time of keeping is over and whose answers are still there."""
    wanted = select(Application).where(
        Application.municipality_id == municipality_id, Application.keep_until <= now, Application.sealed.is_not(None)
    )
    return session.scalars(wanted.order_by(Application.id).limit(limit)).all()


def overdue(session: Session, municipality_id: str, now: datetime) -> Sequence[Application]:
    """Neither accepted nor returned nor refused in time."""
    waiting = (ApplicationState.NEW, ApplicationState.CHECKING)
    wanted = select(Application).where(
        Application.municipality_id == municipality_id, Application.state.in_(waiting), Application.due_at < now
    )
    return session.scalars(wanted.order_by(Application.due_at)).all()


def recent_window(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)
