"""Commands about procedures: checking them, and playing them through."""

from typing import Annotated

import typer

from console.commands.opening import MunicipalityOption, explained
from console.commands.texts import say

app = typer.Typer(no_args_is_help=True, help=say("group.procedures"))


@app.callback()
def group() -> None:
    """Keeps `check` a command of the group though it is the only one."""


@app.command(help=say("procedures_check.help"))
def check(
    municipality: MunicipalityOption,
    day: Annotated[str, typer.Option("--day", help=say("procedures_check.day"))] = "",
) -> None:
    from datetime import datetime, time

    from bot.procedure_check import check_report
    from core.clock import JAPAN, system_clock
    from core.errors import SettingsError
    from core.japanese_dates import read_day
    from core.pack_loading import load_pack
    from procedures.loading import load_procedures
    from procedures.rehearsing import load_rehearsals

    with explained():
        chosen = read_day(day) if day else None
        if day and chosen is None:
            raise SettingsError(say("procedures_check.no_day", day=day))
        now = datetime.combine(chosen, time(10), JAPAN) if chosen else system_clock()
        lines, is_well = check_report(load_pack(municipality), load_procedures(municipality), load_rehearsals(municipality), now)
        typer.echo(lines)
        raise typer.Exit(0 if is_well else 1)
