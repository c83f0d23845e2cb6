"""Commands of whoever keeps an installation running: schema, examination, backup, jobs that stopped, the rich menu."""

from pathlib import Path
from typing import Annotated

import typer

from console.commands.opening import JsonOption, MunicipalityOption, explained, opened, settings_of
from console.commands.texts import say

app = typer.Typer()
menu_app = typer.Typer(no_args_is_help=True, help=say("group.richmenu"))
jobs_app = typer.Typer(no_args_is_help=True, help=say("group.jobs"))
app.add_typer(menu_app, name="richmenu")
app.add_typer(jobs_app, name="jobs")


@app.command(help=say("migrate.help"))
def migrate(revision: Annotated[str, typer.Option(help=say("migrate.revision"))] = "head") -> None:
    from core.migrating import migrate as run
    from core.migrating import reachable

    with explained():
        run(reachable(settings_of(needs_secret=False)), revision)
        typer.echo(say("migrate.done"))


@app.command(help=say("doctor.help"))
def doctor(as_json: JsonOption = False) -> None:
    from console.doctor import examine, report

    findings = examine()
    typer.echo(report(findings, as_json=as_json))
    raise typer.Exit(0 if all(finding.is_well for finding in findings) else 1)


@app.command(help=say("backup.help"))
def backup(file: Annotated[Path, typer.Argument(help=say("backup.file"))]) -> None:
    from core.backup import backup_to

    with explained():
        typer.echo(backup_to(settings_of(needs_secret=False), file))


@app.command(help=say("restore.help"))
def restore(file: Annotated[Path, typer.Argument(help=say("restore.file"))]) -> None:
    from core.backup import restore_from

    with explained():
        typer.echo(restore_from(settings_of(needs_secret=False), file))


@menu_app.command("publish", help=say("richmenu_publish.help"))
def richmenu_publish(municipality: MunicipalityOption) -> None:
    from bot.line.rich_menu import publish_rich_menu

    with explained():
        typer.echo(publish_rich_menu(settings_of(), municipality))


@jobs_app.command("list", help=say("jobs_list.help"))
def jobs_list() -> None:
    from bot.preparing import dead_letters

    with explained():
        typer.echo(dead_letters(opened(settings_of(needs_secret=False))))


@jobs_app.command("retry", help=say("jobs_retry.help"))
def jobs_retry(job_id: Annotated[int, typer.Argument(help=say("jobs_retry.number"))]) -> None:
    from bot.preparing import retry_dead_letter

    with explained():
        typer.echo(retry_dead_letter(opened(settings_of(needs_secret=False)), job_id))
