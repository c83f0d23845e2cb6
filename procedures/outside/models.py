"""Tables for other systems: tokens, the numbered order of changes, what was taken over, calls that were made once, webhooks."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Identifier

SYSTEM_LENGTH = 60


class ApiToken(Base):
    """By which a system proves who it is. The token itself is shown once and never stored."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    system: Mapped[str] = mapped_column(String(SYSTEM_LENGTH))
    """Whose it is; several tokens of one system share what it has taken over."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(8))
    """The last characters, by which people tell tokens apart."""
    scopes: Mapped[list[Any]]
    procedures: Mapped[list[Any]]
    """Ids; none means all."""
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """None for the command line."""
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    """Within a minute; not every call writes it."""
    revoked_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_api_token_municipality_id", "municipality_id", "id"),)


class EventCounter(Base):
    """The number of the newest event of a municipality's applications that was numbered."""

    __tablename__ = "event_counter"

    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"), primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger, default=0)


class ApplicationChange(Base):
    """Where an application stands in the order of changes: at the number of its latest event."""

    __tablename__ = "application_change"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), primary_key=True, autoincrement=False)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    number: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("municipality_id", "number"),)


class Acknowledgement(Base):
    """Which version of an application a system said that it has taken over."""

    __tablename__ = "acknowledgement"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), primary_key=True, autoincrement=False)
    system: Mapped[str] = mapped_column(String(SYSTEM_LENGTH), primary_key=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    version: Mapped[int]
    at: Mapped[datetime]


class OnceCall(Base):
    """A call that changed something, under the key that the system gave it, with what was answered."""

    __tablename__ = "once_call"

    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"), primary_key=True)
    system: Mapped[str] = mapped_column(String(SYSTEM_LENGTH), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Of address and body, so that a key is not used for two things."""
    answer: Mapped[dict[str, Any]]
    at: Mapped[datetime]

    __table_args__ = (Index("ix_once_call_at", "at"),)


class WebhookEndpoint(Base):
    """An address that is told what happens to applications."""

    __tablename__ = "webhook_endpoint"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    system: Mapped[str] = mapped_column(String(SYSTEM_LENGTH))
    url: Mapped[str] = mapped_column(String(500))
    events: Mapped[list[Any]]
    procedures: Mapped[list[Any]]
    """Ids; none means all."""
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    """Encrypted: it signs, so it can't be kept as a hash."""
    former_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The one before a rotation; signs along until `former_until`."""
    former_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    """Tries without success since the last one with it."""
    failing_since: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    """Set after long failure; somebody starts it again."""
    removed_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_webhook_endpoint_municipality_id", "municipality_id", "id"),)


class DeliveryState(StrEnum):
    """What became of telling one endpoint of one event."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up; the application can still be read by the list of changes."""


class WebhookDelivery(Base):
    """One event for one endpoint, with every try."""

    __tablename__ = "webhook_delivery"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("application_event.id"))
    """None for a test that somebody sent from the console."""
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    """What the receiver knows it by, the same at every try."""
    event: Mapped[str] = mapped_column(String(40))
    body: Mapped[dict[str, Any]]
    """Ids, states and moments; nothing that a resident gave."""
    state: Mapped[str] = mapped_column(String(16), default=DeliveryState.WAITING)
    tries: Mapped[list[Any]]
    """The latest of them: moment, status, milliseconds, what went wrong."""
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        Index("ix_webhook_delivery_municipality_id", "municipality_id", "id"),
        Index("ix_webhook_delivery_created_at", "created_at"),
    )
