"""Commands about content: import and export, asking and measuring, and the search index."""

from pathlib import Path
from typing import Annotated

import typer

from console.commands.opening import JsonOption, MunicipalityOption, explained, opened, settings_of
from console.commands.texts import say

app = typer.Typer()
faq_app = typer.Typer(no_args_is_help=True, help=say("group.faq"))
guides_app = typer.Typer(no_args_is_help=True, help=say("group.guides"))
index_app = typer.Typer(no_args_is_help=True, help=say("group.index"))
app.add_typer(faq_app, name="faq")
app.add_typer(guides_app, name="guides")
app.add_typer(index_app, name="index")


@app.command(help=say("ask.help"))
def ask(
    question: Annotated[str, typer.Argument(help=say("ask.question"))], municipality: MunicipalityOption, as_json: JsonOption = False
) -> None:
    from bot.asking import ask_once

    with explained():
        settings = settings_of(needs_secret=False)
        typer.echo(ask_once(settings, opened(settings), municipality, question, as_json=as_json))


@app.command(help=say("evaluate.help"))
def evaluate(
    queries: Annotated[Path | None, typer.Option(help=say("evaluate.queries"))] = None,
    run: Annotated[Path | None, typer.Option(help=say("evaluate.run"))] = None,
    answers: Annotated[Path | None, typer.Option(help=say("evaluate.answers"))] = None,
    faq: Annotated[Path | None, typer.Option(help=say("evaluate.faq"))] = None,
    municipality: Annotated[str | None, typer.Option(help=say("evaluate.municipality"))] = None,
    qrels: Annotated[Path | None, typer.Option(help=say("evaluate.qrels"))] = None,
    report: Annotated[Path | None, typer.Option(help=say("evaluate.report"))] = None,
    judged: Annotated[Path | None, typer.Option(help=say("evaluate.judged"))] = None,
    mode: Annotated[list[str] | None, typer.Option(help=say("evaluate.mode"))] = None,
) -> None:
    from bot.evaluation import EvaluationRequest, evaluate_to_files, evaluate_to_report
    from core.errors import ProjectError

    with explained():
        if report is not None:
            typer.echo(evaluate_to_report(report, judged, mode or []))
            return
        if queries is None or run is None or answers is None:
            raise ProjectError(say("evaluate.incomplete"))
        request = EvaluationRequest(faq=faq, municipality=municipality, queries=queries, qrels=qrels, run=run, answers=answers)
        typer.echo(evaluate_to_files(request, settings_of(needs_secret=False) if municipality else None))


@app.command(help=say("learn.help"))
def learn(
    municipality: MunicipalityOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("learn.dry_run"))] = False,
    undo: Annotated[bool, typer.Option("--undo", help=say("learn.undo"))] = False,
    use: Annotated[int | None, typer.Option("--use", help=say("learn.use"))] = None,
    history: Annotated[bool, typer.Option("--history", help=say("learn.history"))] = False,
) -> None:
    from bot.learning import learn_now, show_history, switch_version

    with explained():
        settings = settings_of(needs_secret=False)
        database = opened(settings)
        if history:
            typer.echo(show_history(settings, database, municipality))
        elif undo or use is not None:
            typer.echo(switch_version(settings, database, municipality, use))
        else:
            typer.echo(learn_now(settings, database, municipality, is_trial=dry_run))


@app.command(help=say("golden.help"))
def golden(municipality: MunicipalityOption) -> None:
    from bot.learning import check_golden

    with explained():
        settings = settings_of(needs_secret=False)
        lines, is_well = check_golden(settings, opened(settings), municipality)
        typer.echo(lines)
        raise typer.Exit(0 if is_well else 1)


@faq_app.command("import", help=say("faq_import.help"))
def faq_import(
    file: Annotated[Path, typer.Argument(help=say("faq_import.file"))],
    municipality: MunicipalityOption,
    publish: Annotated[bool, typer.Option("--publish", help=say("faq_import.publish"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("faq_import.dry_run"))] = False,
) -> None:
    from core.pack_loading import load_pack
    from faq.commands import import_into

    with explained():
        settings, pack = settings_of(needs_secret=False), load_pack(municipality)
        typer.echo(import_into(opened(settings), pack, file, publish=publish, dry_run=dry_run))


@faq_app.command("export", help=say("faq_export.help"))
def faq_export(file: Annotated[Path, typer.Argument(help=say("faq_export.file"))], municipality: MunicipalityOption) -> None:
    from faq.commands import export_to

    with explained():
        typer.echo(export_to(opened(settings_of(needs_secret=False)), municipality, file))


@guides_app.command("import", help=say("guides_import.help"))
def guides_import(
    files: Annotated[list[Path], typer.Argument(help=say("guides_import.files"))],
    municipality: MunicipalityOption,
    publish: Annotated[bool, typer.Option("--publish", help=say("faq_import.publish"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("guides_import.dry_run"))] = False,
    guide_id: Annotated[str, typer.Option("--id", help=say("guides_import.id"))] = "",
    category: Annotated[str, typer.Option(help=say("guides_import.category"))] = "",
    department: Annotated[str, typer.Option(help=say("guides_import.department"))] = "",
    source_url: Annotated[str, typer.Option("--source-url", help=say("guides_import.source_url"))] = "",
    skip_scanned_pages: Annotated[bool, typer.Option("--skip-scanned-pages", help=say("guides_import.skip_scanned_pages"))] = False,
) -> None:
    from core.errors import ImportRefusedError
    from core.pack_loading import load_pack
    from faq.guide_commands import import_guides_into
    from faq.guides import Wishes
    from faq.texts import say as say_of_content

    with explained():
        if guide_id and len(files) > 1:
            raise ImportRefusedError(say_of_content("guides.one_id"))
        settings, pack = settings_of(needs_secret=False), load_pack(municipality)
        wishes = Wishes(id=guide_id, category=category, department_id=department, source_url=source_url)
        done = import_guides_into(opened(settings), pack, files, wishes, publish=publish, dry_run=dry_run, skip_scanned=skip_scanned_pages)
        typer.echo(done)


@index_app.command("rebuild", help=say("index_rebuild.help"))
def index_rebuild(municipality: MunicipalityOption) -> None:
    from bot.preparing import rebuild_index

    with explained():
        settings = settings_of(needs_secret=False)
        typer.echo(rebuild_index(settings, opened(settings), municipality))


@index_app.command("ship", help=say("index_ship.help"))
def index_ship(municipality: MunicipalityOption) -> None:
    from bot.preparing import ship_vectors

    with explained():
        typer.echo(ship_vectors(municipality))
