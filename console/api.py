"""/api/v1: what other systems may ask of this one, and its documentation, which needs no other server."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel

from console.application_api.calling import Interface
from console.application_api.limits import ApiGuard
from console.application_api.problems import described, explain_problems
from console.application_api.routes import router as applications
from core.clock import Clock, in_japan
from core.database import Database
from core.pack import Pack
from faq.queries import published_categories

VERSION = "0.1.0"
TEMPLATES = Path(__file__).parent / "templates"
# Swagger UI writes style attributes, so styles may be inline here; scripts may not.
POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


class MunicipalityStatus(BaseModel):
    """A municipality that this deployment serves."""

    id: str
    name: str
    entries: int
    """Entries that residents can find today."""


class Status(BaseModel):
    """What runs here."""

    version: str
    search_mode: str
    municipalities: list[MunicipalityStatus]


def create_api(database: Database, packs: Sequence[Pack], search_mode: str, clock: Clock, interface: Interface | None = None) -> FastAPI:
    """To be mounted at /api/v1. Only who holds a token is told anything of a resident; without `interface` nobody is."""
    api = FastAPI(title="madoguchi", version=VERSION, docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    api.state.interface = interface
    api.add_middleware(ApiGuard)
    api.include_router(applications)
    explain_problems(api)
    plain = api.openapi
    api.openapi = lambda: described(plain())  # type: ignore[method-assign]  # The way that FastAPI documents.
    page = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined).get_template("api/docs.html")

    @api.get("/status")
    def read_status() -> Status:
        """Version, search mode, and how much each municipality has published."""
        today = in_japan(clock()).date()
        with database.reading() as session:
            counts = {pack.id: sum(published_categories(session, pack.id, today).values()) for pack in packs}
        found = [MunicipalityStatus(id=pack.id, name=pack.municipality.name, entries=counts[pack.id]) for pack in packs]
        return Status(version=VERSION, search_mode=search_mode, municipalities=found)

    @api.get("/docs", include_in_schema=False)
    def show_docs() -> HTMLResponse:
        content = page.render(title="madoguchi API", openapi="/api/v1/openapi.json")
        return HTMLResponse(content, headers={"content-security-policy": POLICY, "x-content-type-options": "nosniff"})

    return api
