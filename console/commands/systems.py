"""Commands about tokens of other systems."""

from datetime import timedelta
from typing import Annotated

import typer

from console.commands.opening import MunicipalityOption, explained, opened, settings_of
from console.commands.texts import say

app = typer.Typer(no_args_is_help=True, help=say("group.tokens"))


@app.command("add", help=say("tokens_add.help"))
def add_token(
    municipality: MunicipalityOption,
    system: Annotated[str, typer.Option(help=say("tokens_add.system"))],
    scope: Annotated[list[str], typer.Option(help=say("tokens_add.scope"))],
    procedure: Annotated[list[str] | None, typer.Option(help=say("tokens_add.procedure"))] = None,
    days: Annotated[int, typer.Option(min=0, max=3650, help=say("tokens_add.days"))] = 365,
) -> None:
    """The token itself goes to standard output, alone, so that it can be piped; everything else to the other one."""
    from console.texts import say as words
    from core.audit import AuditLog
    from core.clock import system_clock
    from core.encryption import keyring
    from core.errors import ProjectError
    from core.settings import read_settings
    from procedures.loading import load_procedures
    from procedures.outside.tokens import TokenRefusedError, Tokens

    with explained():
        settings = settings_of(needs_secret=not read_settings().holds_secret)
        ring, now = keyring(settings), system_clock()
        known = tuple(load_procedures(municipality).definitions)
        with opened(settings).transaction() as session:
            try:
                row, token = Tokens(ring).make(
                    session,
                    municipality_id=municipality,
                    system=system,
                    scopes=scope,
                    procedures=procedure or (),
                    known_procedures=known,
                    staff_id=None,
                    now=now,
                    expires_at=now + timedelta(days=days) if days else None,
                )
            except TokenRefusedError as error:
                raise ProjectError(words(f"systems.problem.{error.problem}")) from None
            subject = f"token:{row.id} {row.system}"
            AuditLog(ring).record(session, municipality_id=municipality, staff_id=None, action="token.make", subject=subject, now=now)
        typer.echo(say("tokens_add.done", number=row.id), err=True)
        typer.echo(token)


@app.command("list", help=say("tokens_list.help"))
def list_tokens(municipality: MunicipalityOption) -> None:
    from core.clock import in_japan
    from procedures.outside.queries import tokens_of

    with explained(), opened(settings_of(needs_secret=False)).reading() as session:
        for row in tokens_of(session, municipality):
            used = f"{in_japan(row.last_used_at):%Y-%m-%d %H:%M}" if row.last_used_at else "-"
            state = say("tokens_list.revoked") if row.revoked_at else say("tokens_list.open")
            typer.echo(f"{row.id}\t{state}\t{row.system}\t…{row.hint}\t{' '.join(row.scopes)}\t{used}")


@app.command("revoke", help=say("tokens_revoke.help"))
def revoke_token(municipality: MunicipalityOption, number: Annotated[int, typer.Argument(help=say("tokens_revoke.number"))]) -> None:
    from core.audit import AuditLog
    from core.clock import system_clock
    from core.encryption import keyring
    from core.errors import ProjectError
    from core.settings import read_settings
    from procedures.outside.tokens import revoke

    with explained():
        settings = settings_of(needs_secret=not read_settings().holds_secret)
        audit, now = AuditLog(keyring(settings)), system_clock()
        with opened(settings).transaction() as session:
            if revoke(session, municipality, number, now) is None:
                raise ProjectError(say("tokens_revoke.none", number=number))
            audit.record(session, municipality_id=municipality, staff_id=None, action="token.revoke", subject=f"token:{number}", now=now)
        typer.echo(say("tokens_revoke.done", number=number))
