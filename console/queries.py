"""Named reads and row changes of the console: accounts, sessions, the audit chain, and what the start page counts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, distinct, func, or_, select, update
from sqlalchemy.orm import Session

from bot.models import Resident, TurnRow
from console.models import SavedFilter, StaffSession
from console.views.presence import Standing
from core.models import AuditRecord, Municipality
from handoff.models import HELD_STATES, CallbackRequest, CallbackState, Case, CaseState, Presence, PresenceState, Role, Staff


def municipalities(session: Session) -> Sequence[Municipality]:
    return session.scalars(select(Municipality).order_by(Municipality.name, Municipality.id)).all()


def municipality(session: Session, municipality_id: str) -> Municipality | None:
    return session.get(Municipality, municipality_id)


def staff_by_login(session: Session, municipality_id: str, login: str) -> Staff | None:
    """`login` in its normal form; accounts that are switched off are found too."""
    return session.scalars(select(Staff).where(Staff.municipality_id == municipality_id, Staff.login == login)).one_or_none()


def end_sessions(session: Session, staff_id: int) -> None:
    """Whoever is logged in with the account has to log in again."""
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))


def has_staff(session: Session, municipality_id: str) -> bool:
    """Whether anybody can log in."""
    return session.scalar(select(Staff.id).where(Staff.municipality_id == municipality_id, Staff.is_active).limit(1)) is not None


def administrators(session: Session, municipality_id: str) -> Sequence[Staff]:
    """Whom to ask, the oldest account first."""
    statement = select(Staff).where(Staff.municipality_id == municipality_id, Staff.role == Role.ADMINISTRATOR, Staff.is_active)
    return session.scalars(statement.order_by(Staff.id)).all()


def standing_of(session: Session, staff_id: int) -> Standing:
    state = session.scalar(select(Presence.state).where(Presence.staff_id == staff_id))
    states = (*HELD_STATES, CaseState.OFFERED)
    counted = select(Case.state, func.count()).where(Case.holder_id == staff_id, Case.state.in_(states)).group_by(Case.state)
    numbers: dict[str, int] = {row[0]: row[1] for row in session.execute(counted)}
    offered = numbers.pop(CaseState.OFFERED, 0)
    return Standing(state=state or PresenceState.OFF, held=sum(numbers.values()), offered=offered)


def staff_of(session: Session, municipality_id: str, *, roles: Collection[Role] = tuple(Role)) -> Sequence[Staff]:
    """Accounts that are switched on, by department and name."""
    statement = select(Staff).where(Staff.municipality_id == municipality_id, Staff.is_active, Staff.role.in_(roles))
    return session.scalars(statement.order_by(Staff.department_id, Staff.name, Staff.id)).all()


def staff_in(session: Session, municipality_id: str, staff_id: int) -> Staff | None:
    """The account, if it belongs to the municipality."""
    staff = session.get(Staff, staff_id)
    return staff if staff is not None and staff.municipality_id == municipality_id else None


def friend_count(session: Session, municipality_id: str) -> int:
    """How many residents a message for all would reach."""
    statement = select(func.count()).select_from(Resident)
    return (
        session.scalar(statement.where(Resident.municipality_id == municipality_id, Resident.is_friend, Resident.blocked_at.is_(None))) or 0
    )


def saved_filters(session: Session, staff_id: int, room: str) -> Sequence[SavedFilter]:
    mine = select(SavedFilter).where(SavedFilter.staff_id == staff_id, SavedFilter.room == room)
    return session.scalars(mine.order_by(SavedFilter.name, SavedFilter.id)).all()


def sessions_with_staff(session: Session, token_hashes: Collection[str]) -> Sequence[tuple[StaffSession, Staff, Municipality]]:
    statement = (
        select(StaffSession, Staff, Municipality)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .join(Municipality, Municipality.id == Staff.municipality_id)
        .where(StaffSession.token_hash.in_(token_hashes))
    )
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def touch_session(session: Session, session_id: int, now: datetime) -> None:
    session.execute(update(StaffSession).where(StaffSession.id == session_id).values(last_seen_at=now))


def delete_session(session: Session, token_hash: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash))


def delete_ended_sessions(session: Session, *, now: datetime, idle_since: datetime) -> None:
    session.execute(delete(StaffSession).where(or_(StaffSession.expires_at <= now, StaffSession.last_seen_at <= idle_since)))


def audit_records(session: Session, municipality_id: str) -> Sequence[AuditRecord]:
    """The whole chain from its beginning."""
    return session.scalars(select(AuditRecord).where(AuditRecord.municipality_id == municipality_id).order_by(AuditRecord.number)).all()


def conversations_since(session: Session, municipality_id: str, moment: datetime) -> int:
    """In how many talks something was said."""
    statement = select(func.count(distinct(TurnRow.conversation_id)))
    return session.scalar(statement.where(TurnRow.municipality_id == municipality_id, TurnRow.at >= moment)) or 0


def decisions_since(session: Session, municipality_id: str, moment: datetime) -> Mapping[str, int]:
    """How many turns ended in each decision; turns without one are left out."""
    statement = (
        select(TurnRow.decision, func.count())
        .where(TurnRow.municipality_id == municipality_id, TurnRow.at >= moment, TurnRow.decision.is_not(None))
        .group_by(TurnRow.decision)
    )
    return {decision: count for decision, count in session.execute(statement) if decision is not None}


def callbacks_promised_before(session: Session, municipality_id: str, moment: datetime) -> int:
    """Open requests whose promised time lies before the moment."""
    statement = select(func.count()).where(
        CallbackRequest.municipality_id == municipality_id,
        CallbackRequest.state == CallbackState.OPEN,
        CallbackRequest.promised_from < moment,
    )
    return session.scalar(statement) or 0
