"""Accounts from the command line."""

from console.accounts import add_staff
from console.audit import AuditLog
from core.clock import system_clock
from core.database import Database
from core.encryption import Keyring
from core.errors import PackError
from core.pack import Pack


def add_account(
    database: Database, keyring: Keyring, pack: Pack, *, login: str, name: str, role: str, department: str | None, password: str
) -> str:
    """Raises AccountRefusedError, or PackError for a department that the pack does not know."""
    if department is not None and department not in pack.departments:
        raise PackError(f"課 '{department}' は {pack.id} にありません。{'、'.join(pack.departments)} から選んでください。")
    with database.transaction() as session:
        staff = add_staff(
            session,
            AuditLog(keyring),
            municipality_id=pack.id,
            login=login,
            name=name,
            role=role,
            password=password,
            now=system_clock(),
            department_id=department,
        )
        return f"{staff.name} さんのアカウント {staff.login}（{staff.role}）を作りました。/console/login から入れます。"
