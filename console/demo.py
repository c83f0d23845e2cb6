"""The ready accounts of `main.py demo`."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from console import queries
from console.accounts import add_staff
from console.texts import say
from core.audit import AuditLog
from core.clock import system_clock
from core.database import Database
from core.encryption import Keyring
from core.pack import Pack

LINE = "    {login:<12} {role:<14} {name}"


def ready_accounts(database: Database, packs: Sequence[Pack], keyring: Keyring, data_dir: Path) -> str:
    """Makes what is missing and tells how to log in. The password is random and stays in the data folder."""
    password = _password(data_dir)
    audit = AuditLog(keyring)
    lines = []
    for pack in packs:
        for person in pack.demo.staff:
            with database.transaction() as session:
                if queries.staff_by_login(session, pack.id, person.login) is None:
                    add_staff(
                        session,
                        audit,
                        municipality_id=pack.id,
                        login=person.login,
                        name=person.name,
                        role=person.role,
                        password=password,
                        now=system_clock(),
                        capacity=pack.counter.capacity,
                        department_id=person.department,
                        skills=person.skills,
                        languages=person.languages,
                    )
            lines.append(LINE.format(login=person.login, role=person.role, name=person.name))
    return "\n".join([say("account.demo", password=password), *lines])


def _password(data_dir: Path) -> str:
    path = data_dir / "demo_password"
    if path.is_file():
        return path.read_text(encoding="ascii").strip()
    password = "-".join(secrets.token_hex(2) for _ in range(3))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(password)
    return password
