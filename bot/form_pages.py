"""Pages on which residents enter what must not be asked in the talk: no login, no script, never kept by a browser or found by a search."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qsl

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.form_links import PREFIX
from bot.form_view import EndView, FormView, end_view, form_view
from bot.forms import Forms
from core.errors import TamperedError
from core.messages import Language
from core.pack import Pack
from procedures.fields.inputs import Given
from procedures.forms import LinkEnd, LinkOverError

HERE = Path(__file__).parent
STYLE = "form.css"
LARGEST_BODY = 64 * 1024
MOST_FIELDS = 300
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow, noarchive",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
STATUS = {LinkEnd.USED: 200, LinkEnd.LATE: 410, LinkEnd.GONE: 410}

log = structlog.get_logger()


class BadFormError(Exception):
    """No browser sends this with our page."""


def create_form_pages(forms: Forms, packs: Mapping[str, Pack]) -> Starlette:
    """To be mounted at `form_links.PREFIX`. The first of the packs speaks where a link does not say whose it is."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = (HERE / "static" / STYLE).read_bytes()
    environment.globals["style"] = f"{PREFIX}/{STYLE}?v={hashlib.sha256(style).hexdigest()[:12]}"

    def page(template: str, view: FormView | EndView, status: int = 200) -> Response:
        return HTMLResponse(environment.get_template(template).render(view=view), status, headers=HEADERS)

    def guarded(act: Callable[[], Response]) -> Response:
        try:
            return act()
        except LinkOverError as over:
            return page("form_end.html", end_view(packs[over.municipality_id], Language(over.language), over.end), STATUS[over.end])
        except TamperedError:
            return absent()

    def absent() -> Response:
        return page("form_end.html", end_view(next(iter(packs.values())), Language.JAPANESE, LinkEnd.GONE), 404)

    def show(request: Request) -> Response:
        token = str(request.path_params["token"])
        return guarded(lambda: page("form.html", form_view(forms.open(token), {})))

    async def send(request: Request) -> Response:
        try:
            fields = await _fields(request)
        except BadFormError:
            return absent()
        return await run_in_threadpool(_taken, str(request.path_params["token"]), fields)

    def _taken(token: str, fields: list[tuple[str, str]]) -> Response:
        given = given_in(fields)

        def act() -> Response:
            if ("do", "extend") in fields:
                return page("form.html", form_view(forms.extend(token, given), given))
            form = forms.take(token, given)
            if form is None:
                log.info("form_filled")
                return RedirectResponse(f"{PREFIX}/{token}", 303, headers=HEADERS)
            return page("form.html", form_view(form, given), 422)

        return guarded(act)

    def show_style(_request: Request) -> Response:
        return Response(style, media_type="text/css", headers={"cache-control": "public, max-age=31536000, immutable"})

    return Starlette(
        routes=[
            Route(f"/{STYLE}", show_style),
            Route("/{token}", show, methods=["GET"]),
            Route("/{token}", send, methods=["POST"]),
        ],
        exception_handlers={404: lambda _request, _error: absent()},
    )


async def _fields(request: Request) -> list[tuple[str, str]]:
    """Raises BadFormError."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise BadFormError()
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace")
    except ValueError:
        raise BadFormError() from None


def given_in(fields: list[tuple[str, str]]) -> Mapping[str, Given]:
    """What was entered, by question and part; every question that the page asked is there."""
    asked = {value for name, value in fields if name == "asked"}
    given: dict[str, dict[str, list[str]]] = {name: {} for name in asked}
    for name, value in fields:
        question, _, part = name.partition(".")
        if question in asked:
            given[question].setdefault(part, []).append(value.replace("\x00", "").replace("\r\n", "\n"))
    return given
