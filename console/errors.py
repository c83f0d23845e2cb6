"""What a visitor sees when something is refused or goes wrong: a page, or an alert where htmx asked for a part."""

import re
from urllib.parse import quote, urlsplit

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from console import queries
from console.permissions import ALLOWED
from console.security import PREFIX, safe_way_back
from console.texts import named, say
from console.views.errors import ErrorView
from console.visiting import COOKIE, ForgedRequestError, LoginNeededError, NotAllowedError, NotHereError, Visit, console_of, wants_fragment
from core.errors import TemporaryError

KEYS = {400: "forged", 403: "forged", 404: "missing", 405: "method", 503: "busy"}
LARGE = {"new-guide": "large_file", "messages": "large_attachment"}
"""What a body that is too large was, by the end of the address."""
HIDDEN = re.compile(rf"{PREFIX}/cases/\d+")
"""Where what is missing may only have gone to somebody else."""

log = structlog.get_logger()


def handle_errors(app: FastAPI) -> None:
    app.add_exception_handler(LoginNeededError, lead_to_login)
    app.add_exception_handler(NotAllowedError, show_forbidden)
    app.add_exception_handler(ForgedRequestError, lambda request, _: show_error(request, 403))
    app.add_exception_handler(NotHereError, lambda request, _: show_error(request, 404))
    # What the address says is the only thing that is validated; forms take any text and answer with their own problems.
    app.add_exception_handler(RequestValidationError, lambda request, _: show_error(request, 404))
    app.add_exception_handler(TemporaryError, lambda request, _: show_error(request, 503))
    app.add_exception_handler(HTTPException, lambda request, error: show_error(request, getattr(error, "status_code", 500)))
    # A browser that went on to another page before its request was read: nobody is there to be told, and nothing failed.
    app.add_exception_handler(ClientDisconnect, lambda _request, _error: Response(status_code=400))
    app.add_exception_handler(Exception, show_broken)


def lead_to_login(request: Request, _error: Exception) -> Response:
    """Back to where somebody was, once they have logged in again."""
    here = request.headers.get("hx-current-url") if wants_fragment(request) else request.headers.get("referer")
    if request.method == "GET" and not wants_fragment(request):
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    else:
        parts = urlsplit(here or "")
        back = parts.path + (f"?{parts.query}" if parts.query else "")
    ended = "&ended=1" if COOKIE in request.cookies else ""
    address = f"{PREFIX}/login?next={quote(safe_way_back(back), safe='')}{ended}"
    if wants_fragment(request):
        return HTMLResponse("", 401, headers={"hx-redirect": address})
    return RedirectResponse(address, 303)


def show_forbidden(request: Request, error: Exception) -> Response:
    """Says which roles may do it and who can change one's role."""
    assert isinstance(error, NotAllowedError)
    visit: Visit = request.state.visit
    with visit.reading() as session:
        people = [staff.name for staff in queries.administrators(session, visit.municipality_id)]
    view = ErrorView(
        title=say("error.forbidden.title"),
        text=say("error.forbidden.text", role=named("role", visit.visitor.role), what=named("permission", error.permission)),
        roles=tuple(named("role", role) for role in ALLOWED[error.permission]),
        administrators=tuple(people),
    )
    return _shown(request, view, 403)


def show_error(request: Request, status: int) -> Response:
    key = KEYS.get(status, "broken")
    if status == 413:
        key = LARGE.get(request.url.path.rpartition("/")[2], "large")
    elif status == 404 and HIDDEN.match(request.url.path):
        key = "missing_case"
    return _shown(request, ErrorView(title=say(f"error.{key}.title"), text=say(f"error.{key}.text")), status)


def show_broken(request: Request, error: Exception) -> Response:
    log.error("console_failed", path=request.url.path, error=type(error).__name__)
    return show_error(request, 500)


def _shown(request: Request, view: ErrorView, status: int) -> Response:
    renderer = console_of(request).renderer
    visit: Visit | None = getattr(request.state, "visit", None)
    if wants_fragment(request):
        headers = {"hx-retarget": "#alert", "hx-reswap": "innerHTML"}
        return HTMLResponse(renderer.render("_alert.html", view), status, headers=headers)
    if visit is None:
        return HTMLResponse(renderer.render("error_outside.html", view), status)
    return HTMLResponse(renderer.render("error.html", view, visit.frame("")), status)
