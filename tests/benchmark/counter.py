"""A counter with as many waiting cases as a bad day has, and staff who are logged in, written straight into the tables."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console.sessions import Sessions
from console.visiting import COOKIE
from core.changes import QUEUE, announce
from core.database import Database
from core.encryption import Keyring
from core.pack import Pack
from handoff import clocks
from handoff.models import Case, CaseReason, CaseState, Priority, Role, Staff
from handoff.packet import Packet

TITLES = ("粗大ごみの申込み", "住民票の写し", "保育園の空き", "介護保険料の通知", "道路の穴", "転入の手続き", "固定資産税の納付書")


@dataclass(frozen=True, kw_only=True)
class Worker:
    """A member of staff with a session."""

    staff_id: int
    department_id: str
    role: Role
    token: str
    csrf_token: str

    @property
    def cookie(self) -> str:
        return f"{COOKIE}={self.token}"


def fill_counter(session: Session, pack: Pack, count: int, now: datetime) -> None:
    """Waiting cases of the last two hours, of all departments."""
    departments = list(pack.departments)
    for number in range(count):
        title = f"{TITLES[number % len(TITLES)]} {number}"
        case = Case(
            municipality_id=pack.id,
            reason=CaseReason.ASKED,
            title=title,
            packet=Packet(summary=title, question=title).dump(),
            department_id=departments[number % len(departments)],
            state=CaseState.WAITING,
            priority=Priority.ORDINARY,
            opened_at=now - timedelta(seconds=15 * number),
        )
        session.add(case)
        session.flush()
        clocks.start(pack, case, now=case.opened_at)
    announce(session, pack.id, QUEUE, now=now)


def log_in(database: Database, pack: Pack, keyring: Keyring, login: str, role: Role, department_id: str, now: datetime) -> Worker:
    sessions = Sessions(keyring)
    with database.transaction() as session:
        staff = Staff(
            municipality_id=pack.id,
            login=login,
            name=f"職員 {login}",
            role=role,
            department_id=department_id,
            password_hash="",
            is_active=True,
            created_at=now,
        )
        session.add(staff)
        session.flush()
        token = sessions.begin(session, staff, now)
        visitor = sessions.visitor(session, token, now)
    assert visitor is not None
    return Worker(staff_id=staff.id, department_id=department_id, role=role, token=token, csrf_token=visitor.csrf_token)
