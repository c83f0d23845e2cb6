"""The page that somebody shows at the counter: the number of their draft as a QR code; nothing of what they filled in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import segno
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.form_links import DRAFT_PREFIX
from bot.form_view import EndView
from bot.plain_pages import Shell
from bot.procedure_desk import ProcedureDesk
from core.clock import Clock, in_japan
from core.database import Database
from core.errors import TamperedError
from core.messages import Language
from core.pack import Pack
from procedures.drafts import draft_of
from procedures.forms import Purpose, opened_link
from procedures.models import CounterDraft

QUIET = 4
"""Modules of white around the code, which readers need."""


@dataclass(frozen=True, kw_only=True)
class DraftView:
    """What is shown at the counter."""

    lang: str
    municipality: str
    title: str
    text: str
    procedure: str
    code: str
    qr: str
    """For who can't see it."""
    size: int
    path: str
    """Its dark modules, as a path of SVG."""
    rows: tuple[tuple[str, str], ...]


def create_draft_pages(
    database: Database, desk: ProcedureDesk, packs: Callable[[str], Pack], served: Mapping[str, Pack], clock: Clock
) -> Starlette:
    """To be mounted at `form_links.DRAFT_PREFIX`. The first of `served` speaks where a link does not say whose it is."""
    shell = Shell(DRAFT_PREFIX)

    def show(request: Request) -> Response:
        now = clock()
        try:
            with database.reading() as session:
                link = opened_link(session, desk.seals, str(request.path_params["token"]), now)
                draft = draft_of(session, link.filling_uid, now) if link.purpose == Purpose.DRAFT else None
        except TamperedError:
            return absent()
        if draft is None:
            return absent()
        return shell.page("draft.html", _view(packs(draft.municipality_id), desk, draft, Language(link.language)))

    def absent() -> Response:
        pack = next(iter(served.values()))
        view = EndView(
            lang=Language.JAPANESE.tag,
            municipality=pack.municipality.name,
            title=pack.sentences.say("procedure.draft.over_title"),
            text=pack.sentences.say("procedure.draft.over_text"),
            contact=pack.sentences.say("procedure.form.contact"),
            phone=pack.municipality.phone,
        )
        return shell.page("form_end.html", view, 404)

    return Starlette(
        routes=[shell.style_route, Route("/{token}", show, methods=["GET"])], exception_handlers={404: lambda _request, _error: absent()}
    )


def _view(pack: Pack, desk: ProcedureDesk, draft: CounterDraft, language: Language) -> DraftView:
    definition = desk.procedures(pack.id).definitions.get(draft.procedure_id)
    department = pack.department(definition.department) if definition is not None else None
    until = in_japan(draft.expires_at)
    day = pack.sentences.say("card.date", language, year=until.year, month=until.month, day=until.day)
    office = f"{pack.label(department.name, language)} {department.phone}".strip() if department is not None else pack.municipality.phone
    size, path = qr_path(draft.code)
    return DraftView(
        lang=language.tag,
        municipality=pack.label(pack.municipality.name, language),
        title=pack.sentences.say("procedure.draft.page_title", language),
        text=pack.sentences.say("procedure.draft.page_text", language),
        procedure=definition.title if definition is not None else "",
        code=draft.code,
        qr=pack.sentences.say("procedure.draft.qr", language, code=draft.code),
        size=size,
        path=path,
        rows=(
            (pack.sentences.say("procedure.draft.until", language), day),
            (pack.sentences.say("procedure.draft.office", language), office),
        ),
    )


def qr_path(text: str) -> tuple[int, str]:
    """Width with its quiet zone, and the dark modules."""
    matrix = segno.make(text, error="m", micro=False).matrix
    squares = (f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, row in enumerate(matrix) for x, module in enumerate(row) if module)
    return len(matrix) + 2 * QUIET, "".join(squares)
