"""Commands about accounts of the console."""

import sys
from typing import Annotated

import typer

from console.commands.opening import MunicipalityOption, explained, opened, settings_of
from console.commands.texts import say

app = typer.Typer(no_args_is_help=True, help=say("group.staff"))


@app.command("add", help=say("staff_add.help"))
def staff_add(
    municipality: MunicipalityOption,
    login: Annotated[str, typer.Option(help=say("staff_add.login"))],
    name: Annotated[str, typer.Option(help=say("staff_add.name"))],
    role: Annotated[str, typer.Option(help=say("staff_add.role"))],
    department: Annotated[str | None, typer.Option(help=say("staff_add.department"))] = None,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help=say("staff_add.password_stdin"))] = False,
) -> None:
    from console.accounts import AccountRefusedError, add_staff
    from core.audit import AuditLog
    from core.clock import system_clock
    from core.encryption import keyring
    from core.pack_loading import load_pack
    from core.settings import read_settings

    with explained():
        password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _asked_for_password()
        settings = settings_of(needs_secret=not read_settings().holds_secret)
        audit, pack = AuditLog(keyring(settings)), load_pack(municipality)
        if department is not None and department not in pack.departments:
            known = "、".join(pack.departments)
            raise AccountRefusedError(say("staff_add.department_unknown", id=department, municipality=pack.id, known=known))
        with opened(settings).transaction() as session:
            staff = add_staff(
                session,
                audit,
                municipality_id=pack.id,
                login=login,
                name=name,
                role=role,
                password=password,
                now=system_clock(),
                capacity=pack.counter.capacity,
                department_id=department,
            )
            told = say("staff_add.done", name=staff.name, login=staff.login, role=staff.role)
        typer.echo(told)


def _asked_for_password() -> str:
    return str(typer.prompt(say("staff_add.password"), hide_input=True, confirmation_prompt=True))
