"""The command line, and the composition root: builds everything, decides nothing."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from console.commands import accounts, content, procedures, systems, upkeep
from console.commands.opening import explained, settings_of
from console.commands.texts import say

if TYPE_CHECKING:
    from core.clock import Clock
    from core.doorway import Application
    from core.settings import ChannelKeys, Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=say("main.help"))

HostOption = Annotated[str, typer.Option("--host", help=say("option.host"))]
PortOption = Annotated[int | None, typer.Option("--port", help=say("option.port"))]


class Product:
    """One serving process, built while the socket is already open. Raises ProjectError where something must be set right first."""

    def __init__(
        self,
        settings: "Settings",
        keys: "Mapping[str, ChannelKeys]",
        *,
        workers: int,
        is_demo: bool = False,
        clock: "Clock | None" = None,
    ) -> None:
        from bot.assembly import INDEX_FOLDER, Bot, build_search, build_tools
        from bot.preparing import load_content, open_database
        from bot.scanning import Scanner
        from core.audit import AuditLog
        from core.clock import system_clock
        from core.current_packs import CurrentPacks
        from core.edits import Edits
        from core.embedded_queue import EmbeddedQueue
        from core.encryption import keyring
        from core.memory import release_memory
        from core.pack_loading import CONTENT, load_pack
        from core.process_lock import hold_locks
        from core.settings import MEDIA_FOLDER
        from procedures.current import CurrentProcedures
        from procedures.loading import load_procedures
        from procedures.outside.endpoints import Endpoints
        from procedures.outside.jobs import SystemJobs
        from procedures.outside.stopping import StoppedEndpoints
        from retrieval.modes import MAPPED_FILES

        ring = keyring(settings)
        self.database = open_database(settings, may_upgrade=is_demo)
        self._locks = hold_locks(settings, self.database, runs_jobs=workers > 0)
        self.packs = {municipality_id: load_pack(municipality_id) for municipality_id in settings.municipalities}
        for municipality_id in settings.municipalities:
            # What is wrong in a pack's procedures is said at the start.
            load_procedures(municipality_id)
        self.edits = Edits(self.database)
        self.current_packs = CurrentPacks(self.edits, load_pack)
        self.procedures = CurrentProcedures(self.edits, self.current_packs, load_procedures)
        self._search = build_search(settings, self.database, self.current_packs, CONTENT, folder=settings.data_dir / INDEX_FOLDER)
        load_content(self.database, self.packs.values(), CONTENT)
        self._search.warm(is_complete=False)
        self._search.start_following()
        self.queue = EmbeddedQueue(self.database, clock or system_clock)
        self.endpoints = Endpoints(ring, allows_private=settings.webhook_private_addresses)
        self.bot = Bot(
            database=self.database,
            queue=self.queue,
            keyring=ring,
            channels=keys,
            api_url=settings.line_api_url,
            tools=build_tools(settings, self.database, self._search, self.current_packs, self._public_url(settings)),
            packs=self.current_packs,
            clock=clock or system_clock,
            search=self._search,
            media_folder=settings.data_dir / MEDIA_FOLDER,
            scanner=Scanner(url=settings.scanner_url) if settings.scanner_url else None,
            public_url=self._media_url(settings),
            procedures=self.procedures,
            systems=SystemJobs(
                self.database,
                self.queue,
                self.endpoints,
                settings.municipalities,
                clock or system_clock,
                stopped=StoppedEndpoints(AuditLog(ring)).record,
            ),
        )
        self._workers = workers
        self.application = self._application(settings)
        self.bot.inbox.start()
        release_memory(*MAPPED_FILES)

    def opened(self) -> None:
        self.bot.start_working(self._workers)

    def stopping(self) -> None:
        self.live.stop()

    def _public_url(self, settings: "Settings") -> str | None:
        """Where residents open the pages of guides."""
        return settings.public_url

    def _media_url(self, settings: "Settings") -> str | None:
        """Where LINE fetches photos of staff from; it takes https alone."""
        return settings.public_url

    def _application(self, settings: "Settings") -> "Application":
        from fastapi import FastAPI

        from bot.data_pages import create_data_pages
        from bot.draft_pages import create_draft_pages
        from bot.form_links import DATA_PREFIX, DRAFT_PREFIX
        from bot.form_links import PREFIX as FORM_PREFIX
        from bot.form_pages import create_form_pages
        from bot.media import PREFIX as MEDIA_PREFIX
        from bot.media_pages import create_media_pages
        from bot.webhook import beside_webhooks
        from console.api import create_api
        from console.app import create_console
        from console.application_api.calling import Interface
        from console.live.live import Live
        from console.suggesting import SearchSuggester
        from console.systems import Systems
        from core.clock import system_clock
        from core.encryption import keyring
        from core.metrics_page import show_metrics
        from faq.guide_links import PREFIX
        from faq.guide_pages import create_guide_pages
        from procedures.outside.tokens import Tokens

        self.live = Live(self.database)
        self.web = web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        ring = keyring(settings)
        tokens = Tokens(ring)
        interface = Interface(
            database=self.database,
            queue=self.queue,
            tokens=tokens,
            receiving=self.bot.receiving,
            packs=self.current_packs,
            clock=system_clock,
        )
        web.mount("/api/v1", create_api(self.database, list(self.packs.values()), self._search.mode.value, system_clock, interface))
        web.add_route("/metrics", show_metrics)
        web.mount(
            "/console",
            create_console(
                self.database,
                ring,
                self.queue,
                self.current_packs,
                system_clock,
                public_url=settings.public_url,
                search_changed=self._search.follow,
                live=self.live,
                counter=self.bot.counter,
                suggester=SearchSuggester(self._search, self.current_packs, self._public_url(settings)),
                receiving=self.bot.receiving,
                systems=Systems(tokens=tokens, endpoints=self.endpoints, procedures=self.procedures),
                current_procedures=self.procedures,
                edits=self.edits,
            ),
        )
        web.mount(PREFIX, create_guide_pages(self.database, self.current_packs.mapping(self.packs), system_clock))
        packs = self.current_packs.mapping(self.packs)
        web.mount(FORM_PREFIX, create_form_pages(self.bot.forms, packs))
        web.mount(DRAFT_PREFIX, create_draft_pages(self.database, self.bot.procedures, packs.__getitem__, packs, self.bot.clock))
        web.mount(DATA_PREFIX, create_data_pages(self.bot.data_room, packs))
        web.mount(MEDIA_PREFIX, create_media_pages(self.database, self.bot.media, system_clock))
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
        from bot.simulator.demo_day import DayClock
        from core.pack_loading import load_pack

        secret = settings.secret_key.get_secret_value() if settings.secret_key else ""
        keys = {municipality_id: demo_keys(municipality_id, secret) for municipality_id in settings.municipalities}
        self._clock = DayClock()
        super().__init__(settings, keys, workers=workers, is_demo=True, clock=self._clock)
        packs = [load_pack(municipality_id) for municipality_id in settings.municipalities]
        self._platform = create_demo_platform(packs, keys, settings.port, self._clock)
        self.web.mount("/simulator", create_demo_application(self._platform, self.database))
        self._settings, self._keys, self._packs = settings, keys, packs

    def _public_url(self, settings: "Settings") -> str | None:
        return settings.public_url or f"http://127.0.0.1:{settings.port}"

    def _media_url(self, settings: "Settings") -> str | None:
        from bot.simulator.page import PUBLIC_ORIGIN

        return settings.public_url or PUBLIC_ORIGIN

    def opened(self) -> None:
        from bot.simulator.demo import bring_to_life
        from console.demo import ready_accounts
        from core.encryption import keyring

        super().opened()
        self._platform.start()
        accounts = ready_accounts(self.database, self._packs, keyring(self._settings), self._settings.data_dir)
        # Whoever is on duty that day must have an account.
        bot, packs = self.bot, self._packs
        bring_to_life(self._platform, self.database, packs, self._settings, self._keys, bot.counter, bot.receiving, self._clock)
        address = f"http://127.0.0.1:{self._settings.port}"
        pages = (("demo.simulator", "/simulator"), ("demo.console", "/console/login"), ("demo.api", "/api/v1/docs"))
        typer.echo("\n" + "\n".join(f"  {say(name):<8} {address}{path}" for name, path in pages) + f"\n\n{accounts}\n")

    def close(self) -> None:
        self._platform.stop()
        super().close()


@app.command(help=say("serve.help"))
def serve(
    host: HostOption = "127.0.0.1",
    port: PortOption = None,
    workers: Annotated[int, typer.Option(min=0, max=64, help=say("serve.workers"))] = 4,
) -> None:
    from core.serving import run_server
    from core.settings import channel_keys

    with explained():
        settings = settings_of(port)
        keys = {municipality_id: channel_keys(settings, municipality_id) for municipality_id in settings.municipalities}
        run_server(lambda: Product(settings, keys, workers=workers), host, settings.port)


@app.command(help=say("demo.help"))
def demo(
    host: HostOption = "127.0.0.1",
    port: PortOption = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help=say("option.threads"))] = 4,
) -> None:
    from core.serving import run_server

    with explained():
        settings = settings_of(port, needs_secret=False)
        settings = settings.model_copy(update={"line_api_url": f"http://127.0.0.1:{settings.port}/simulator/line"})
        run_server(lambda: Demo(settings, workers=workers), host, settings.port)


@app.command(help=say("worker.help"))
def worker(threads: Annotated[int, typer.Option(min=1, max=64, help=say("option.threads"))] = 4) -> None:
    from core.logs import configure_logs
    from core.memory import share_memory_among_threads
    from core.process_lock import require_grown
    from core.settings import channel_keys
    from core.waiting import wait_for_stop

    with explained():
        settings = settings_of()
        require_grown(settings)
        share_memory_among_threads()
        configure_logs()
        keys = {municipality_id: channel_keys(settings, municipality_id) for municipality_id in settings.municipalities}
        product = Product(settings, keys, workers=threads)
        product.opened()
        wait_for_stop()
        product.close()


for commands in (content.app, upkeep.app):
    app.add_typer(commands)
app.add_typer(accounts.app, name="staff")
app.add_typer(procedures.app, name="procedures")
app.add_typer(systems.app, name="tokens")


if __name__ == "__main__":
    app()
