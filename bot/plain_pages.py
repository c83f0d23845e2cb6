"""What pages without a login share: their look, headers that keep them out of caches and searches, and reading what was sent."""

import hashlib
from pathlib import Path
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

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


class BadFormError(Exception):
    """No browser sends this with our page."""


class Shell:
    """Renders under one prefix, where its style is served too."""

    def __init__(self, prefix: str) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._style = (HERE / "static" / STYLE).read_bytes()
        self._environment.globals["style"] = f"{prefix}/{STYLE}?v={hashlib.sha256(self._style).hexdigest()[:12]}"

    def page(self, template: str, view: object, status: int = 200) -> Response:
        return HTMLResponse(self._environment.get_template(template).render(view=view), status, headers=HEADERS)

    def to(self, path: str) -> Response:
        return RedirectResponse(path, 303, headers=HEADERS)

    @property
    def style_route(self) -> Route:
        headers = {"cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff"}
        return Route(f"/{STYLE}", lambda _request: Response(self._style, media_type="text/css", headers=headers))


async def sent_fields(request: Request) -> list[tuple[str, str]]:
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
