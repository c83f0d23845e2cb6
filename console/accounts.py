"""Accounts of staff: making one, a new password, switching one off and on, with the rules for logins and passwords."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from console import queries
from console.passwords import hash_password
from console.texts import say
from core.audit import AuditLog
from core.errors import ProjectError
from core.text import normalise
from handoff.models import Role, Staff

MINIMUM_PASSWORD = 10
MAXIMUM_PASSWORD = 200
LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")


class AccountRefusedError(ProjectError):
    """An account can't be made as asked; the message says what to change."""


def add_staff(
    session: Session,
    audit: AuditLog,
    *,
    municipality_id: str,
    login: str,
    name: str,
    role: str,
    password: str,
    now: datetime,
    capacity: int,
    department_id: str | None = None,
    skills: Sequence[str] = (),
    languages: Sequence[str] = (),
) -> Staff:
    """Raises AccountRefusedError; the account can be used once the caller's transaction has committed. `capacity` is how many cases it
    can have at once, as the municipality's counter says until a supervisor changes it."""
    login = normal_login(login)
    _check(login, name, role, password)
    if queries.municipality(session, municipality_id) is None:
        raise AccountRefusedError(say("account.municipality_unknown", id=municipality_id))
    if queries.staff_by_login(session, municipality_id, login) is not None:
        raise AccountRefusedError(say("account.login_taken", login=login, municipality=municipality_id))
    staff = Staff(
        municipality_id=municipality_id,
        login=login,
        name=name.strip(),
        role=Role(role),
        department_id=department_id,
        password_hash=hash_password(password),
        is_active=True,
        skills=list(skills),
        languages=list(languages),
        capacity=capacity,
        created_at=now,
    )
    session.add(staff)
    session.flush()
    audit.record(session, municipality_id=municipality_id, staff_id=None, action="staff.add", subject=f"staff:{staff.id}", now=now)
    return staff


def change_password(session: Session, audit: AuditLog, *, municipality_id: str, login: str, password: str, now: datetime) -> Staff:
    """Whoever is logged in with the account is logged out. Raises AccountRefusedError."""
    staff = _known(session, municipality_id, login)
    _check_password(staff.login, password)
    staff.password_hash = hash_password(password)
    queries.end_sessions(session, staff.id)
    audit.record(session, municipality_id=municipality_id, staff_id=None, action="staff.password", subject=f"staff:{staff.id}", now=now)
    return staff


def switch(session: Session, audit: AuditLog, *, municipality_id: str, login: str, is_active: bool, now: datetime) -> Staff:
    """Off: nobody can log in with it, and whoever is logged in is out at once; what was done with it stays. Raises AccountRefusedError."""
    staff = _known(session, municipality_id, login)
    staff.is_active = is_active
    queries.end_sessions(session, staff.id)
    action = "staff.open" if is_active else "staff.close"
    audit.record(session, municipality_id=municipality_id, staff_id=None, action=action, subject=f"staff:{staff.id}", now=now)
    return staff


def normal_login(login: str) -> str:
    """Typed on a phone, a login often gets a capital or full-width letters."""
    return normalise(login)


def _known(session: Session, municipality_id: str, login: str) -> Staff:
    staff = queries.staff_by_login(session, municipality_id, normal_login(login))
    if staff is None:
        raise AccountRefusedError(say("account.login_unknown", login=login, municipality=municipality_id))
    return staff


def _check(login: str, name: str, role: str, password: str) -> None:
    if not LOGIN.fullmatch(login):
        raise AccountRefusedError(say("account.login_bad"))
    if not name.strip() or len(name.strip()) > 100:
        raise AccountRefusedError(say("account.name_bad"))
    if role not in set(Role):
        raise AccountRefusedError(say("account.role_unknown", role=role, known="、".join(Role)))
    _check_password(login, password)


def _check_password(login: str, password: str) -> None:
    if len(password) < MINIMUM_PASSWORD:
        raise AccountRefusedError(say("account.password_short", limit=MINIMUM_PASSWORD))
    if len(password) > MAXIMUM_PASSWORD:
        raise AccountRefusedError(say("account.password_long", limit=MAXIMUM_PASSWORD))
    if len(set(password)) < 4 or normal_login(password) in (login, login * 2):
        raise AccountRefusedError(say("account.password_weak"))
