"""The command line, and the composition root: builds everything, decides nothing."""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from core.database import Database
    from core.doorway import Application
    from core.settings import ChannelKeys, Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="madoguchi（窓口）: 自治体のLINE窓口")
faq_app = typer.Typer(no_args_is_help=True, help="よくある質問の取り込みと書き出し")
staff_app = typer.Typer(no_args_is_help=True, help="コンソールのアカウント")
index_app = typer.Typer(no_args_is_help=True, help="検索の索引")
menu_app = typer.Typer(no_args_is_help=True, help="リッチメニュー")
jobs_app = typer.Typer(no_args_is_help=True, help="止まった処理")
for group_name, group in (("faq", faq_app), ("staff", staff_app), ("index", index_app), ("richmenu", menu_app), ("jobs", jobs_app)):
    app.add_typer(group, name=group_name)

MunicipalityOption = Annotated[str, typer.Option("--municipality", help="パックのID（例: shiomi）")]
PortOption = Annotated[int | None, typer.Option("--port", help="待ち受けるポート（既定は PORT）")]


class Product:
    """One serving process, built while the socket is already open. Raises ProjectError where something must be set right first."""

    def __init__(self, settings: "Settings", keys: "Mapping[str, ChannelKeys]", *, workers: int, is_demo: bool = False) -> None:
        from bot.assembly import INDEX_FOLDER, Bot, build_search, build_tools
        from bot.preparing import load_content, open_database
        from core.embedded_queue import EmbeddedQueue
        from core.encryption import keyring
        from core.pack_loading import CONTENT, load_pack
        from core.process_lock import hold_locks

        ring = keyring(settings)
        self.database = open_database(settings, may_upgrade=is_demo)
        self._locks = hold_locks(settings, self.database, runs_jobs=workers > 0)
        self.packs = {municipality_id: load_pack(municipality_id) for municipality_id in settings.municipalities}
        self._search = build_search(settings, self.database, load_pack, CONTENT, folder=settings.data_dir / INDEX_FOLDER)
        load_content(self.database, self.packs.values(), CONTENT)
        self._search.warm()
        self._search.start_following()
        self.queue = EmbeddedQueue(self.database)
        self.bot = Bot(
            database=self.database,
            queue=self.queue,
            keyring=ring,
            channels=keys,
            api_url=settings.line_api_url,
            tools=build_tools(self.database, self._search, load_pack),
            packs=load_pack,
            search=self._search,
        )
        self._workers = workers
        self.application = self._application(settings)
        self.bot.inbox.start()

    def opened(self) -> None:
        self.bot.start_working(self._workers)

    def _application(self, settings: "Settings") -> "Application":
        from fastapi import FastAPI

        from bot.webhook import beside_webhooks
        from console.api import create_api
        from console.app import create_console
        from core.clock import system_clock
        from core.encryption import keyring
        from core.metrics_page import show_metrics
        from core.pack_loading import load_pack

        self.web = web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        web.mount("/api/v1", create_api(self.database, list(self.packs.values()), self._search.mode.value, system_clock))
        web.add_route("/metrics", show_metrics)
        web.mount(
            "/console",
            create_console(
                self.database,
                keyring(settings),
                self.queue,
                load_pack,
                system_clock,
                public_url=settings.public_url,
                search_changed=self._search.follow,
            ),
        )
        return beside_webhooks(self.bot.webhook, web)

    def close(self) -> None:
        self.bot.stop()
        self._search.stop_following()
        self.database.close()
        for lock in self._locks:
            lock.release()


class Demo(Product):
    """The product with the strict local platform, the chat page and ready accounts."""

    def __init__(self, settings: "Settings", *, workers: int) -> None:
        from bot.simulator.demo import create_demo_application, create_demo_platform, demo_keys
        from core.pack_loading import load_pack

        secret = settings.secret_key.get_secret_value() if settings.secret_key else ""
        keys = {municipality_id: demo_keys(municipality_id, secret) for municipality_id in settings.municipalities}
        super().__init__(settings, keys, workers=workers, is_demo=True)
        packs = [load_pack(municipality_id) for municipality_id in settings.municipalities]
        self._platform = create_demo_platform(packs, keys, settings.port)
        self.web.mount("/simulator", create_demo_application(self._platform, self.database))
        self._settings, self._keys, self._packs = settings, keys, packs

    def opened(self) -> None:
        from bot.simulator.demo import bring_to_life
        from console.demo import ready_accounts
        from core.encryption import keyring

        super().opened()
        self._platform.start()
        bring_to_life(self._platform, self.database, self._packs, self._settings, self._keys)
        accounts = ready_accounts(self.database, self._packs, keyring(self._settings), self._settings.data_dir)
        address = f"http://127.0.0.1:{self._settings.port}"
        pages = (("会話ページ", "/simulator"), ("コンソール", "/console/login"), ("API の説明", "/api/v1/docs"))
        typer.echo("\n" + "\n".join(f"  {name:<8} {address}{path}" for name, path in pages) + f"\n\n{accounts}\n")

    def close(self) -> None:
        self._platform.stop()
        super().close()


@contextlib.contextmanager
def explained() -> "Iterator[None]":
    """Foreseen errors end a command with their sentence, not with a stack."""
    from core.errors import ProjectError

    try:
        yield
    except ProjectError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def settings_of(port: int | None = None, *, needs_secret: bool = True) -> "Settings":
    """Commands that only read or write content work without SECRET_KEY: they make the data folder's own."""
    from core.encryption import made_secret
    from core.settings import read_settings

    given: dict[str, object] = {"port": port} if port else {}
    settings = read_settings(**given)
    if settings.secret_key is None and not needs_secret:
        settings = read_settings(**given, secret_key=made_secret(settings.data_dir))
    return settings


def opened(settings: "Settings") -> "Database":
    from bot.preparing import open_database

    return open_database(settings)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="待ち受けるアドレス")] = "127.0.0.1",
    port: PortOption = None,
    workers: Annotated[int, typer.Option(min=0, max=64, help="処理スレッドの数。0 は受信だけ")] = 4,
) -> None:
    """LINEとつないで動かす。"""
    from core.serving import run_server
    from core.settings import channel_keys

    with explained():
        settings = settings_of(port)
        keys = {municipality_id: channel_keys(settings, municipality_id) for municipality_id in settings.municipalities}
        run_server(lambda: Product(settings, keys, workers=workers), host, settings.port)


@app.command()
def demo(
    host: Annotated[str, typer.Option(help="待ち受けるアドレス")] = "127.0.0.1",
    port: PortOption = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="処理スレッドの数")] = 4,
) -> None:
    """LINEのアカウントなしで試す（見本の汐見市・会話ページ・コンソール）。"""
    from core.serving import run_server

    with explained():
        settings = settings_of(port, needs_secret=False)
        settings = settings.model_copy(update={"line_api_url": f"http://127.0.0.1:{settings.port}/simulator/line"})
        run_server(lambda: Demo(settings, workers=workers), host, settings.port)


@app.command()
def worker(threads: Annotated[int, typer.Option(min=1, max=64, help="処理スレッドの数")] = 4) -> None:
    """受信とは別のプロセスで処理だけを動かす（PostgreSQL と Chroma サーバーが必要）。"""
    from core.logs import configure_logs
    from core.process_lock import require_grown
    from core.settings import channel_keys
    from core.waiting import wait_for_stop

    with explained():
        settings = settings_of()
        require_grown(settings)
        configure_logs()
        keys = {municipality_id: channel_keys(settings, municipality_id) for municipality_id in settings.municipalities}
        product = Product(settings, keys, workers=threads)
        product.opened()
        wait_for_stop()
        product.close()


@app.command()
def migrate(revision: Annotated[str, typer.Option(help="進める、または戻す版")] = "head") -> None:
    """データベースをこの版の形にする。"""
    from core.database import Database
    from core.migrating import migrate as run

    with explained():
        run(Database(settings_of(needs_secret=False).database), revision)
        typer.echo("データベースはこの版の形です。")


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="JSON で出力")] = False) -> None:
    """設定・データベース・索引・LINEとの接続を調べ、直し方を示す。"""
    from console.doctor import examine, report

    findings = examine()
    typer.echo(report(findings, as_json=as_json))
    raise typer.Exit(0 if all(finding.is_well for finding in findings) else 1)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="質問")],
    municipality: MunicipalityOption,
    as_json: Annotated[bool, typer.Option("--json", help="JSON で出力")] = False,
) -> None:
    """公開中の内容に質問する（LINEには送らない）。"""
    from bot.asking import ask_once

    with explained():
        settings = settings_of(needs_secret=False)
        typer.echo(ask_once(settings, opened(settings), municipality, question, as_json=as_json))


@app.command()
def evaluate(
    queries: Annotated[Path | None, typer.Option(help="質問の一覧（id<TAB>text）")] = None,
    run: Annotated[Path | None, typer.Option(help="TREC の run ファイル")] = None,
    answers: Annotated[Path | None, typer.Option(help="1行1件の JSON")] = None,
    faq: Annotated[Path | None, typer.Option(help="よくある質問の CSV（一時的なデータベースに取り込む）")] = None,
    municipality: Annotated[str | None, typer.Option(help="公開中の内容で測るパック")] = None,
    qrels: Annotated[Path | None, typer.Option(help="正解（TREC の qrels）")] = None,
    report: Annotated[Path | None, typer.Option(help="すべての指標を測り、図入りの報告を書くフォルダー")] = None,
    judged: Annotated[Path | None, typer.Option(help="faq.csv・queries-dev.tsv・qrels-dev.txt のフォルダー（--report とともに）")] = None,
    mode: Annotated[list[str] | None, typer.Option(help="測る検索（full, light。--report とともに）")] = None,
) -> None:
    """検索と回答の判断を測る。"""
    from bot.evaluation import EvaluationRequest, evaluate_to_files, evaluate_to_report
    from core.errors import ProjectError

    with explained():
        if report is not None:
            typer.echo(evaluate_to_report(report, judged, mode or []))
            return
        if queries is None or run is None or answers is None:
            raise ProjectError("give --queries, --run and --answers, or --report")
        request = EvaluationRequest(faq=faq, municipality=municipality, queries=queries, qrels=qrels, run=run, answers=answers)
        typer.echo(evaluate_to_files(request, settings_of(needs_secret=False) if municipality else None))


@app.command()
def learn(
    municipality: MunicipalityOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="比べるだけで、切り替えない")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="1つ前の版に戻す")] = False,
    use: Annotated[int | None, typer.Option("--use", help="この版に切り替える（0 は最初からの版）")] = None,
    history: Annotated[bool, typer.Option("--history", help="これまでの版を並べる")] = False,
) -> None:
    """評価された質問から、検索の順位づけを学ばせる。"""
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


@app.command()
def golden(municipality: MunicipalityOption) -> None:
    """パックの golden.yaml の質問が、決めた項目に届くかを調べる。"""
    from bot.learning import check_golden

    with explained():
        settings = settings_of(needs_secret=False)
        lines, is_well = check_golden(settings, opened(settings), municipality)
        typer.echo(lines)
        raise typer.Exit(0 if is_well else 1)


@faq_app.command("import")
def faq_import(
    file: Annotated[Path, typer.Argument(help="CSV（UTF-8 / CP932）または Excel")],
    municipality: MunicipalityOption,
    publish: Annotated[bool, typer.Option("--publish", help="すぐに公開する")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="調べるだけで、書き込まない")] = False,
) -> None:
    """よくある質問を取り込む。"""
    from core.pack_loading import load_pack
    from faq.commands import import_into

    with explained():
        settings, pack = settings_of(needs_secret=False), load_pack(municipality)
        typer.echo(import_into(opened(settings), pack, file, publish=publish, dry_run=dry_run))


@faq_app.command("export")
def faq_export(file: Annotated[Path, typer.Argument(help=".csv または .xlsx")], municipality: MunicipalityOption) -> None:
    """公開中のよくある質問を書き出す。"""
    from faq.commands import export_to

    with explained():
        typer.echo(export_to(opened(settings_of(needs_secret=False)), municipality, file))


@staff_app.command("add")
def staff_add(
    municipality: MunicipalityOption,
    login: Annotated[str, typer.Option()],
    name: Annotated[str, typer.Option()],
    role: Annotated[str, typer.Option(help="viewer, staff, supervisor, editor, approver, administrator")],
    department: Annotated[str | None, typer.Option()] = None,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="パスワードを標準入力から読む")] = False,
) -> None:
    """コンソールのアカウントを作る。"""
    from console.commands import add_account
    from core.encryption import keyring
    from core.pack_loading import load_pack
    from core.settings import read_settings

    with explained():
        password = (
            sys.stdin.readline().rstrip("\r\n") if password_stdin else typer.prompt("パスワード", hide_input=True, confirmation_prompt=True)
        )
        settings = settings_of(needs_secret=not read_settings().holds_secret)
        ring, pack = keyring(settings), load_pack(municipality)
        typer.echo(add_account(opened(settings), ring, pack, login=login, name=name, role=role, department=department, password=password))


@index_app.command("rebuild")
def index_rebuild(municipality: MunicipalityOption) -> None:
    """検索の索引を作り直す。"""
    from bot.preparing import rebuild_index

    with explained():
        settings = settings_of(needs_secret=False)
        typer.echo(f"{rebuild_index(settings, opened(settings), municipality)} 件の索引を作り直しました。")


@index_app.command("ship")
def index_ship(municipality: MunicipalityOption) -> None:
    """パックの内容のベクトルを計算し、パックに入れる（最初の起動が速くなる）。"""
    from bot.preparing import ship_vectors

    with explained():
        typer.echo(f"{ship_vectors(municipality)} 件のベクトルを入れました。")


@menu_app.command("publish")
def richmenu_publish(municipality: MunicipalityOption) -> None:
    """パックのリッチメニューを LINE に作り、全員に表示する。"""
    from bot.line.rich_menu import publish_rich_menu

    with explained():
        typer.echo(publish_rich_menu(settings_of(), municipality))


@jobs_app.command("list")
def jobs_list() -> None:
    """止まった処理を並べる。"""
    from bot.preparing import dead_letters

    with explained():
        typer.echo(dead_letters(opened(settings_of(needs_secret=False))))


@jobs_app.command("retry")
def jobs_retry(job_id: Annotated[int, typer.Argument()]) -> None:
    """止まった処理をもう一度試す。"""
    from bot.preparing import retry_dead_letter

    with explained():
        typer.echo(retry_dead_letter(opened(settings_of(needs_secret=False)), job_id))


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="書き出す .tar.gz")]) -> None:
    """データベースと添付を1つのファイルに保存する。"""
    from core.backup import backup_to

    with explained():
        typer.echo(backup_to(settings_of(needs_secret=False), file))


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="backup で作った .tar.gz")]) -> None:
    """空の DATA_DIR（またはデータベース）に戻す。"""
    from core.backup import restore_from

    with explained():
        typer.echo(restore_from(settings_of(needs_secret=False), file))


if __name__ == "__main__":
    app()
