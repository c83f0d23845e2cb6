"""Accounts of staff: making one, with the rules for logins and passwords."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from console import queries
from console.audit import AuditLog
from console.models import Role, Staff
from console.passwords import hash_password
from core.errors import ProjectError
from core.text import normalise

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
    department_id: str | None = None,
) -> Staff:
    """Raises AccountRefusedError; the account can be used once the caller's transaction has committed."""
    login = normal_login(login)
    _check(login, name, role, password)
    if queries.municipality(session, municipality_id) is None:
        raise AccountRefusedError(f"no municipality '{municipality_id}' in this database: load its pack first (MUNICIPALITIES)")
    if queries.staff_by_login(session, municipality_id, login) is not None:
        raise AccountRefusedError(f"'{login}' has an account in {municipality_id} already: choose another login")
    staff = Staff(
        municipality_id=municipality_id,
        login=login,
        name=name.strip(),
        role=Role(role),
        department_id=department_id,
        password_hash=hash_password(password),
        is_active=True,
        created_at=now,
    )
    session.add(staff)
    session.flush()
    audit.record(session, municipality_id=municipality_id, staff_id=None, action="staff.add", subject=f"staff:{staff.id}", now=now)
    return staff


def normal_login(login: str) -> str:
    """Typed on a phone, a login often gets a capital or full-width letters."""
    return normalise(login)


def _check(login: str, name: str, role: str, password: str) -> None:
    if not LOGIN.fullmatch(login):
        raise AccountRefusedError("a login is 2 to 64 letters, digits and . _ - + @, and begins with a letter or digit")
    if not name.strip() or len(name.strip()) > 100:
        raise AccountRefusedError("a name of 1 to 100 characters is needed: residents' records show it as who has answered")
    if role not in set(Role):
        raise AccountRefusedError(f"no role '{role}': choose one of {', '.join(Role)}")
    if len(password) < MINIMUM_PASSWORD:
        raise AccountRefusedError(f"the password is too short: use at least {MINIMUM_PASSWORD} characters")
    if len(password) > MAXIMUM_PASSWORD:
        raise AccountRefusedError(f"the password is too long: use at most {MAXIMUM_PASSWORD} characters")
    if len(set(password)) < 4 or normal_login(password) in (login, login * 2):
        raise AccountRefusedError("the password is too easy to guess: use several words, and not the login")
