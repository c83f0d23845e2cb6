"""The chat page: invented residents talk with an account as on LINE, with a trace of every turn beside the phone."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.simulator.platform import Platform

HERE = Path(__file__).parent
PUBLIC_ORIGIN = "https://madoguchi.example.jp"
HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    # The page changes with the code, and a stale module would speak an older contract.
    "cache-control": "no-cache",
}
ENCODED_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

# What a trace holds is fixed by the panel that prints it (static/js/trace_parts.js); nearly every field may be missing.
Traces = Callable[[str, str, int], Sequence[Mapping[str, object]]]


class AddHeaders:
    """Puts the security headers on every answer, files included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *ENCODED_HEADERS]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def create_page(platform: Platform, traces: Traces, *, public_origin: str = PUBLIC_ORIGIN) -> Starlette:
    """The application for `/simulator`. Links and pictures of `public_origin` are taken from the server that shows the page."""
    environment = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)
    template = environment.get_template("simulator.html")
    # Named in the head so that the browser fetches them at once, not one after the other as they import each other.
    scripts = sorted(script.name for script in (HERE / "static" / "js").glob("*.js"))

    def show_page(request: Request) -> Response:
        texts = json.loads((HERE / "static" / "texts.json").read_text(encoding="utf-8"))
        channels = [account.channel for account in platform.accounts.values()]
        root = request.scope.get("root_path", "")
        return HTMLResponse(template.render(texts=texts, root=root, channels=channels, scripts=scripts, public_origin=public_origin))

    def list_traces(request: Request) -> Response:
        query = request.query_params
        municipality, person, after = query.get("municipality", ""), query.get("person", ""), query.get("after", "0")
        if not municipality or not person or not after.isdecimal():
            return problem(400, "give municipality, person and, where wanted, after as a whole number")
        return JSONResponse({"turns": list(traces(municipality, person, int(after)))})

    return Starlette(
        routes=[
            Route("/", show_page),
            Route("/traces", list_traces),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        middleware=[Middleware(AddHeaders)],
    )


def problem(status: int, detail: str) -> Response:
    return JSONResponse({"status": status, "title": "Bad request", "detail": detail}, status, media_type="application/problem+json")
