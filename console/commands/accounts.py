"""Commands about accounts of the console."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from console.commands.opening import MunicipalityOption, explained, opened, settings_of
from console.commands.texts import say

if TYPE_CHECKING:
    from core.audit import AuditLog
    from core.settings import Settings

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
    from core.clock import system_clock
    from core.pack_loading import load_pack

    with explained():
        password = _read_password() if password_stdin else _asked_for_password()
        settings, audit = _with_audit()
        pack = load_pack(municipality)
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


@app.command("password", help=say("staff_password.help"))
def staff_password(
    municipality: MunicipalityOption,
    login: Annotated[str, typer.Option(help=say("staff_add.login"))],
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help=say("staff_add.password_stdin"))] = False,
) -> None:
    from console.accounts import change_password
    from core.clock import system_clock

    with explained():
        password = _read_password() if password_stdin else _asked_for_password()
        settings, audit = _with_audit()
        with opened(settings).transaction() as session:
            staff = change_password(session, audit, municipality_id=municipality, login=login, password=password, now=system_clock())
            told = say("staff_password.done", name=staff.name)
        typer.echo(told)


@app.command("close", help=say("staff_close.help"))
def staff_close(
    municipality: MunicipalityOption,
    login: Annotated[str, typer.Option(help=say("staff_add.login"))],
    undo: Annotated[bool, typer.Option("--undo", help=say("staff_close.undo"))] = False,
) -> None:
    from console.accounts import switch
    from core.clock import system_clock

    with explained():
        settings, audit = _with_audit()
        with opened(settings).transaction() as session:
            staff = switch(session, audit, municipality_id=municipality, login=login, is_active=undo, now=system_clock())
            told = say("staff_close.undone" if undo else "staff_close.done", name=staff.name)
        typer.echo(told)


def _with_audit() -> "tuple[Settings, AuditLog]":
    """The audit log needs the server's secret."""
    from core.audit import AuditLog
    from core.encryption import keyring
    from core.settings import read_settings

    settings = settings_of(needs_secret=not read_settings().holds_secret)
    return settings, AuditLog(keyring(settings))


def _read_password() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _asked_for_password() -> str:
    return str(typer.prompt(say("staff_add.password"), hide_input=True, confirmation_prompt=True))
