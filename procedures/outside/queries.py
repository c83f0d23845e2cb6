"""Named reads of what other systems have and may have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from procedures.models import Application, ApplicationEvent
from procedures.outside.models import (
    Acknowledgement,
    ApiToken,
    ApplicationChange,
    DeliveryState,
    EventCounter,
    WebhookDelivery,
    WebhookEndpoint,
)


def token_by_hash(session: Session, token_hash: str) -> ApiToken | None:
    return session.scalar(select(ApiToken).where(ApiToken.token_hash == token_hash))


def token_in(session: Session, municipality_id: str, token_id: int) -> ApiToken | None:
    return session.scalar(select(ApiToken).where(ApiToken.municipality_id == municipality_id, ApiToken.id == token_id))


def tokens_of(session: Session, municipality_id: str) -> Sequence[ApiToken]:
    """Those that open something first, then the newest."""
    wanted = select(ApiToken).where(ApiToken.municipality_id == municipality_id)
    return session.scalars(wanted.order_by(ApiToken.revoked_at.is_not(None), ApiToken.id.desc())).all()


def note_use(session: Session, token_id: int, now: datetime) -> None:
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))


def has_unnumbered(session: Session, municipality_id: str) -> bool:
    wanted = select(ApplicationEvent.id).where(ApplicationEvent.municipality_id == municipality_id, ApplicationEvent.number.is_(None))
    return session.scalar(wanted.limit(1)) is not None


def unnumbered(session: Session, municipality_id: str, limit: int) -> Sequence[ApplicationEvent]:
    wanted = select(ApplicationEvent).where(ApplicationEvent.municipality_id == municipality_id, ApplicationEvent.number.is_(None))
    return session.scalars(wanted.order_by(ApplicationEvent.id).limit(limit)).all()


def locked_counter(session: Session, municipality_id: str) -> EventCounter:
    """Whoever numbers events of this municipality holds it until the end of the transaction."""
    return session.scalars(select(EventCounter).where(EventCounter.municipality_id == municipality_id).with_for_update()).one()


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An application, its place in the order of changes, and what one system took over of it."""

    application: Application
    change: ApplicationChange
    taken: Acknowledgement | None


def changes_after(
    session: Session,
    municipality_id: str,
    system: str,
    number: int,
    *,
    procedures: Sequence[str] = (),
    states: Sequence[str] = (),
    since: datetime | None = None,
    is_taken: bool | None = None,
    limit: int,
) -> Sequence[Standing]:
    """In the order of changes; `is_taken` asks whether the system has taken over the present version."""
    wanted = _standing(municipality_id, system).where(ApplicationChange.number > number)
    if procedures:
        wanted = wanted.where(Application.procedure_id.in_(procedures))
    if states:
        wanted = wanted.where(Application.state.in_(states))
    if since is not None:
        wanted = wanted.where(ApplicationChange.at >= since)
    if is_taken is not None:
        has_it = Acknowledgement.version.is_not(None) & (Acknowledgement.version >= Application.version)
        wanted = wanted.where(has_it if is_taken else or_(Acknowledgement.version.is_(None), Acknowledgement.version < Application.version))
    rows = session.execute(wanted.order_by(ApplicationChange.number).limit(limit))
    return tuple(Standing(application=application, change=change, taken=taken) for application, change, taken in rows)


def standing_of(session: Session, municipality_id: str, system: str, number: str) -> Standing | None:
    """By receipt number; None as well while its first event has no place in the order."""
    row = session.execute(_standing(municipality_id, system).where(Application.number == number)).one_or_none()
    return Standing(application=row[0], change=row[1], taken=row[2]) if row is not None else None


def _standing(municipality_id: str, system: str) -> Select[Application, ApplicationChange, Acknowledgement]:
    own = (Acknowledgement.application_id == Application.id) & (Acknowledgement.system == system)
    return (
        select(Application, ApplicationChange, Acknowledgement)
        .join(ApplicationChange, ApplicationChange.application_id == Application.id)
        .join(Acknowledgement, own, isouter=True)
        .where(ApplicationChange.municipality_id == municipality_id)
    )


def endpoints_of(session: Session, municipality_id: str) -> Sequence[WebhookEndpoint]:
    """Those that were not removed, the newest first."""
    wanted = select(WebhookEndpoint).where(WebhookEndpoint.municipality_id == municipality_id, WebhookEndpoint.removed_at.is_(None))
    return session.scalars(wanted.order_by(WebhookEndpoint.id.desc())).all()


def endpoint_in(session: Session, municipality_id: str, endpoint_id: int) -> WebhookEndpoint | None:
    """For changing it."""
    wanted = select(WebhookEndpoint).where(WebhookEndpoint.municipality_id == municipality_id, WebhookEndpoint.id == endpoint_id)
    return session.scalar(wanted.where(WebhookEndpoint.removed_at.is_(None)).with_for_update())


def disabled_endpoints(session: Session, municipality_id: str) -> int:
    wanted = select(func.count()).select_from(WebhookEndpoint)
    own = wanted.where(WebhookEndpoint.municipality_id == municipality_id, WebhookEndpoint.removed_at.is_(None))
    return session.scalar(own.where(WebhookEndpoint.disabled_at.is_not(None))) or 0


def delivery_in(session: Session, municipality_id: str, delivery_id: int) -> WebhookDelivery | None:
    """For changing it."""
    wanted = select(WebhookDelivery).where(WebhookDelivery.municipality_id == municipality_id, WebhookDelivery.id == delivery_id)
    return session.scalar(wanted.with_for_update())


def deliveries_of(
    session: Session, municipality_id: str, *, endpoint_id: int | None, state: str | None, limit: int, offset: int
) -> Sequence[tuple[WebhookDelivery, WebhookEndpoint]]:
    """The newest first."""
    wanted = (
        select(WebhookDelivery, WebhookEndpoint)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .where(WebhookDelivery.municipality_id == municipality_id)
    )
    if endpoint_id is not None:
        wanted = wanted.where(WebhookDelivery.endpoint_id == endpoint_id)
    if state is not None:
        wanted = wanted.where(WebhookDelivery.state == state)
    return [(row[0], row[1]) for row in session.execute(wanted.order_by(WebhookDelivery.id.desc()).limit(limit).offset(offset))]


def waiting_deliveries(session: Session, endpoint_id: int) -> int:
    wanted = select(func.count()).select_from(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id)
    return session.scalar(wanted.where(WebhookDelivery.state == DeliveryState.WAITING)) or 0
