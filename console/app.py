"""The console as an application, to be mounted at /console."""

from collections.abc import Callable, Sequence
from functools import cache

from fastapi import APIRouter, FastAPI
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from bot.counter import Counter
from bot.receiving import Receiving
from console.attempts import FailedAttempts
from console.errors import handle_errors
from console.live.live import Live
from console.rendering import STATIC, Renderer
from console.routes import (
    application,
    application_bulk,
    application_files,
    application_moves,
    applications,
    callbacks,
    canned,
    case,
    case_again,
    case_bulk,
    case_media,
    case_moves,
    case_notes,
    case_reply,
    cases,
    content,
    conversations,
    dead_letters,
    emergency,
    entries,
    feedback,
    guides,
    handover,
    identity,
    login,
    new_case,
    presence,
    procedure_editions,
    procedure_fees,
    procedure_slots,
    procedure_source,
    procedure_texts,
    procedure_trial,
    procedures,
    reports,
    reviews,
    slots,
    staff,
    start,
    supervision,
    webhooks,
    wishes,
)
from console.routes import live as live_routes
from console.routes import systems as system_routes
from console.security import Guard
from console.serving import Console, SearchChanged
from console.sessions import Sessions
from console.suggesting import Suggester
from console.systems import Systems
from core.audit import AuditLog
from core.clock import Clock
from core.database import Database
from core.edits import Edits
from core.encryption import Keyring
from core.jobs import Queue
from core.pack import Pack
from procedures.current import CurrentProcedures

ROUTERS = (
    login.router,
    start.router,
    conversations.router,
    callbacks.router,
    content.router,
    # Before the entries: `feedback` and `wishes` are no entries' ids.
    feedback.router,
    wishes.router,
    entries.router,
    guides.router,
    procedures.router,
    procedure_texts.router,
    procedure_fees.router,
    procedure_slots.router,
    procedure_trial.router,
    procedure_source.router,
    procedure_editions.router,
    dead_letters.router,
    cases.router,
    # Before one case: `bulk` is no case's number.
    case_bulk.router,
    new_case.router,
    presence.router,
    supervision.router,
    canned.router,
    handover.router,
    identity.router,
    reviews.router,
    emergency.router,
    staff.router,
    case.router,
    case_reply.router,
    case_notes.router,
    case_moves.router,
    case_media.router,
    # After all that has an address of the same shape.
    case_again.router,
    system_routes.router,
    webhooks.router,
    applications.router,
    # Before one application: `bulk`, `csv`, `map` and `slots` are no numbers.
    application_bulk.router,
    application_files.router,
    reports.router,
    slots.router,
    application.router,
    application_moves.router,
    live_routes.router,
)


def create_console(
    database: Database,
    keyring: Keyring,
    queue: Queue,
    packs: Callable[[str], Pack],
    clock: Clock,
    *,
    public_url: str | None = None,
    search_changed: SearchChanged | None = None,
    live: Live | None = None,
    counter: Counter | None = None,
    suggester: Suggester | None = None,
    current_procedures: CurrentProcedures | None = None,
    edits: Edits | None = None,
    systems: Systems | None = None,
    receiving: Receiving | None = None,
) -> ASGIApp:
    """The console of all municipalities in the database. Cookies are for https only where `public_url` is https.

    Whoever stops the server while pages are open gives `live`, to stop it first.
    """
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.state.console = Console(
        database=database,
        queue=queue,
        packs=packs,
        clock=clock,
        public_url=public_url,
        search_changed=search_changed,
        audit=AuditLog(keyring),
        sessions=Sessions(keyring),
        attempts=FailedAttempts(),
        login_key=keyring.key("console-login"),
        renderer=Renderer(clock),
        live=live or Live(database),
        counter=counter,
        suggester=suggester,
        procedures=current_procedures,
        edits=edits,
        systems=systems,
        receiving=receiving,
    )
    app.router.routes.extend(_routes())
    app.mount("/static", LastingFiles(directory=STATIC))
    handle_errors(app)
    return Guard(app)


@cache
def _routes() -> Sequence[BaseRoute]:
    """What FastAPI works out about them at the first request serves all consoles of a process."""
    together = APIRouter()
    for router in ROUTERS:
        together.include_router(router)
    return tuple(together.routes)


class LastingFiles(StaticFiles):
    """Files whose address changes with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        has_digest = b"v=" in scope.get("query_string", b"")
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if has_digest else "no-cache"
        return response
