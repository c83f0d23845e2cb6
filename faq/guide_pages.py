"""The page of a guide for residents: no login, no script, a section of it behind every link in an answer."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.clock import Clock, in_japan
from core.database import Database
from core.errors import PackError
from core.pack import Department, Pack
from core.values import Values
from faq.guide_html import ShownPart, shown_parts
from faq.guide_links import PREFIX
from faq.lengths import ID_LIMIT
from faq.queries import published_guide

HERE = Path(__file__).parent
STYLE = "guide.css"
REMEMBERED = 64
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}
ENCODED_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class GuideView:
    """A published guide as it stands today."""

    municipality: str
    title: str
    parts: tuple[ShownPart, ...]
    department: Department | None
    checked_on: date | None
    source_url: str | None

    @property
    def contents(self) -> tuple[ShownPart, ...]:
        """What the list at the top leads to."""
        return tuple(part for part in self.parts if part.id)


@dataclass(frozen=True, kw_only=True)
class AbsenceView:
    """No such guide, or not today. `municipality` is empty for an unknown one."""

    municipality: str
    phone: str
    is_failure: bool


def create_guide_pages(database: Database, packs: Mapping[str, Pack], clock: Clock) -> ASGIApp:
    """To be mounted at `guide_links.PREFIX`; `packs` are those of all municipalities that are served."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = (HERE / "static" / STYLE).read_bytes()
    environment.globals["style"] = f"{PREFIX}/{STYLE}?v={hashlib.sha256(style).hexdigest()[:12]}"

    @lru_cache(maxsize=REMEMBERED)
    def page(municipality_id: str, entry_id: str, _version_id: int, day: date, _values: Values) -> str:
        """A published version never changes; values change at midnight, and when officers change them."""
        view = guide_view(database, packs[municipality_id], entry_id, clock, day)
        return environment.get_template("guide.html").render(view=view)

    def show_guide(request: Request) -> Response:
        municipality_id, entry_id = request.path_params["municipality"], request.path_params["entry"]
        day = in_japan(clock()).date()
        pack = packs.get(municipality_id)
        if pack is None:
            return absent(None, 404)
        version_id = _version_id(database, municipality_id, entry_id, day)
        if version_id is None:
            return absent(pack, 404)
        try:
            body = page(municipality_id, entry_id, version_id, day, pack.values)
            return HTMLResponse(body, headers={"cache-control": "public, max-age=60"})
        except PackError as error:
            log.error("guide_not_shown", municipality=municipality_id, entry=entry_id, error=str(error))
            return absent(pack, 503)
        except KeyError:
            # It was withdrawn a moment ago.
            return absent(pack, 404)

    def absent(pack: Pack | None, status: int) -> Response:
        view = AbsenceView(
            municipality=pack.municipality.name if pack else "",
            phone=pack.municipality.phone if pack else "",
            is_failure=status != 404,
        )
        body = environment.get_template("guide_absent.html").render(view=view)
        return HTMLResponse(body, status, headers={"cache-control": "no-store"})

    def show_style(_request: Request) -> Response:
        return Response(style, media_type="text/css", headers={"cache-control": "public, max-age=31536000, immutable"})

    return Starlette(
        routes=[Route(f"/{STYLE}", show_style), Route("/{municipality}/{entry}", show_guide)],
        middleware=[Middleware(Headers)],
        exception_handlers={404: lambda _request, _error: absent(None, 404)},
    )


def guide_view(database: Database, pack: Pack, entry_id: str, clock: Clock, day: date) -> GuideView:
    """Raises PackError where a placeholder has no value today, KeyError for a guide that is gone since it was looked up."""
    now = clock()
    with database.reading() as session:
        version = published_guide(session, pack.id, entry_id, day)
        if version is None:
            raise KeyError(entry_id)
        return GuideView(
            municipality=pack.municipality.name,
            title=pack.values.fill(version.question, now),
            parts=shown_parts(pack.values.fill(version.body, now)),
            department=pack.department(version.department_id),
            checked_on=version.checked_on,
            source_url=version.source_url,
        )


def _version_id(database: Database, municipality_id: str, entry_id: str, day: date) -> int | None:
    if len(entry_id) > ID_LIMIT or not entry_id.isprintable():
        return None
    with database.reading() as session:
        version = published_guide(session, municipality_id, entry_id, day)
        return version.id if version is not None else None


class Headers:
    """Puts the security headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *ENCODED_HEADERS]
            await send(message)

        await self.app(scope, receive, send_guarded)
