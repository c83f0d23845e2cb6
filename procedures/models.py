"""Tables of procedures: what residents fill in, submit and allow to be kept; the keys that seal it; slots; one-time pages."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Identifier


class ResidentKey(Base):
    """The key that seals what one resident gave, wrapped by a key of SECRET_KEY. Without its row nothing of it can be read again."""

    __tablename__ = "resident_key"

    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class ProcedureVersion(Base):
    """The text of a definition that something was filled in with."""

    __tablename__ = "procedure_version"

    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"), primary_key=True)
    procedure_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    digest: Mapped[str] = mapped_column(String(16), primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class FillingRow(Base):
    """A procedure that a resident has begun and not submitted."""

    __tablename__ = "filling"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id", ondelete="CASCADE"))
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    procedure_id: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(16))
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    """Of the application that it changes or completes."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """The state of filling, with the resident's key."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_filling_resident_id_procedure_id", "resident_id", "procedure_id"),
        Index("ix_filling_expires_at", "expires_at"),
    )


class ApplicationState(StrEnum):
    """Where an application stands."""

    NEW = "new"
    CHECKING = "checking"
    RETURNED = "returned"
    """The resident is to answer some questions anew."""
    ACCEPTED = "accepted"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Application(Base):
    """What was submitted with a procedure."""

    __tablename__ = "application"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id", ondelete="SET NULL"))
    """None once the resident was forgotten; then the answers can't be read any more."""
    number: Mapped[str] = mapped_column(String(24))
    procedure_id: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(16))
    """Of the definition that it was filled in with."""
    filling_uid: Mapped[str] = mapped_column(String(32))
    """The filling that made it; submitting that again makes no second one."""
    department_id: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(16), default="ja")
    state: Mapped[str] = mapped_column(String(16), default=ApplicationState.NEW)
    version: Mapped[int] = mapped_column(default=0)
    """Grows with every change; a form that was made from an older one is refused."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The answers, with the resident's key; None once they were forgotten."""
    shows_applicant: Mapped[bool] = mapped_column(default=True)
    is_told: Mapped[bool] = mapped_column(default=True)
    """Whether the resident wants to hear what becomes of it."""
    slot_key: Mapped[str | None] = mapped_column(String(200))
    """The slot of which it holds a place."""
    double_key: Mapped[str | None] = mapped_column(String(64))
    """A keyed hash of what makes two applications the same."""
    kind: Mapped[str | None] = mapped_column(String(64))
    """Of a report: the class within which doubles are looked for."""
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    joined_to: Mapped[int | None] = mapped_column(ForeignKey("application.id"))
    """The earlier report of the same thing."""
    reopened: Mapped[int] = mapped_column(default=0)
    submitted_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """By when staff accept, return or refuse."""
    changes_until: Mapped[datetime | None]
    """Until when the resident may change or withdraw it."""
    next_reminder_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    keep_until: Mapped[datetime | None]
    """Set when it ended: then the answers are forgotten."""
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Who deals with it at the counter."""

    __table_args__ = (
        UniqueConstraint("municipality_id", "number"),
        UniqueConstraint("filling_uid"),
        Index("ix_application_municipality_id_state_submitted_at", "municipality_id", "state", "submitted_at"),
        Index("ix_application_resident_id_submitted_at", "resident_id", "submitted_at"),
        Index("ix_application_double_key", "municipality_id", "double_key"),
        Index("ix_application_kind", "municipality_id", "procedure_id", "kind", "submitted_at"),
        Index("ix_application_keep_until", "keep_until"),
        Index("ix_application_next_reminder_at", "next_reminder_at"),
        Index("ix_application_joined_to", "joined_to"),
    )


class ApplicationEvent(Base):
    """One thing that happened to an application; never changed."""

    __tablename__ = "application_event"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    kind: Mapped[str] = mapped_column(String(32))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Who did it; None for the resident and the product."""
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Names of fields, numbers, names of effects; nothing that a resident gave."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Words that may speak of the resident, with the resident's key."""
    at: Mapped[datetime]
    number: Mapped[int | None] = mapped_column(BigInteger)
    """Its place among all of the municipality, given after its commit; None until then."""

    __table_args__ = (
        Index("ix_application_event_application_id_id", "application_id", "id"),
        Index("ix_application_event_number", "municipality_id", "number", unique=True),
    )


class ApplicationMark(Base):
    """What staff found of one answer: right, or in need of correction."""

    __tablename__ = "application_mark"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    is_fine: Mapped[bool]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Why not, with the resident's key."""
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class ApplicationViewing(Base):
    """Somebody has, or had, an application open; told by heartbeats."""

    __tablename__ = "application_viewing"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    is_here: Mapped[bool] = mapped_column(default=True)
    """False once the page was closed."""


class ReceiptCounter(Base):
    """The last number that was given in a year."""

    __tablename__ = "receipt_counter"

    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


class Slot(Base):
    """A day (and time, and area) with room for only so many, once something was taken or set of it."""

    __tablename__ = "slot"

    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"), primary_key=True)
    procedure_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    taken: Mapped[int] = mapped_column(default=0)
    capacity: Mapped[int | None]
    """Where staff set another than the definition says; 0 closes it."""

    __table_args__ = (Index("ix_slot_day", "municipality_id", "procedure_id", "day"),)


class PersonalDatum(Base):
    """Something that a resident gave once and allowed to be offered again."""

    __tablename__ = "personal_datum"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    field_type: Mapped[str] = mapped_column(String(24))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    purpose: Mapped[str] = mapped_column(Text)
    """What the consent says it is for."""
    origin: Mapped[str] = mapped_column(String(40))
    """The procedure in which it was given, or `corrected`."""
    given_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("resident_id", "kind"), Index("ix_personal_datum_expires_at", "expires_at"))


class FormLink(Base):
    """A page without a login: for what must not be asked in the talk, or for わたしのデータ."""

    __tablename__ = "form_link"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Random: a number would be given again once a link is gone."""
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id", ondelete="CASCADE"))
    filling_uid: Mapped[str] = mapped_column(String(32))
    """Empty where it belongs to no filling."""
    field: Mapped[str] = mapped_column(String(40))
    """The question that led to it."""
    purpose: Mapped[str] = mapped_column(String(16), default="filling")
    language: Mapped[str] = mapped_column(String(16), default="ja")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_form_link_filling_uid", "filling_uid"),
        Index("ix_form_link_expires_at", "expires_at"),
        Index("ix_form_link_resident_id", "resident_id"),
    )


class StoppedNotice(Base):
    """A kind of notice that a resident is not to get any more."""

    __tablename__ = "stopped_notice"

    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    at: Mapped[datetime]


class VerifiedAccount(Base):
    """An account whose holder showed who they are at the counter."""

    __tablename__ = "verified_account"

    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    method: Mapped[str] = mapped_column(String(40))
    """By which document; nothing of what stands in it."""
    verified_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class LinkCode(Base):
    """A code that joins somebody at the counter with their account; used once, for some minutes."""

    __tablename__ = "link_code"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    digest: Mapped[str] = mapped_column(String(64))
    """A keyed hash; the code itself is shown once and kept nowhere."""
    method: Mapped[str] = mapped_column(String(40))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("municipality_id", "digest"), Index("ix_link_code_expires_at", "expires_at"))


class LinkAttempts(Base):
    """Wrong codes of one resident within an hour."""

    __tablename__ = "link_attempts"

    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    failures: Mapped[int] = mapped_column(default=0)
    began_at: Mapped[datetime]


class CounterDraft(Base):
    """What was filled in on LINE, to be submitted at the counter once the office has seen who applies."""

    __tablename__ = "counter_draft"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(16))
    procedure_id: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(16))
    filling_uid: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(16), default="ja")
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """The filling, with the resident's key."""
    slot_key: Mapped[str | None] = mapped_column(String(200))
    """Of the visit, where one was reserved."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("municipality_id", "code"),
        UniqueConstraint("filling_uid"),
        Index("ix_counter_draft_resident_id", "resident_id"),
        Index("ix_counter_draft_expires_at", "expires_at"),
    )
