"""Pages on which residents enter what must not be asked in the talk: no login, no script, never kept by a browser or found by a search."""

from collections.abc import Callable, Mapping

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.form_links import PREFIX
from bot.form_view import end_view, form_view
from bot.forms import Forms
from bot.plain_pages import BadFormError, Shell, sent_fields
from core.errors import TamperedError
from core.messages import Language
from core.pack import Pack
from procedures.fields.inputs import Given
from procedures.forms import LinkEnd, LinkOverError

STATUS = {LinkEnd.USED: 200, LinkEnd.LATE: 410, LinkEnd.GONE: 410}

log = structlog.get_logger()


def create_form_pages(forms: Forms, packs: Mapping[str, Pack]) -> Starlette:
    """To be mounted at `form_links.PREFIX`. The first of the packs speaks where a link does not say whose it is."""
    shell = Shell(PREFIX)

    def guarded(act: Callable[[], Response]) -> Response:
        try:
            return act()
        except LinkOverError as over:
            return shell.page("form_end.html", end_view(packs[over.municipality_id], Language(over.language), over.end), STATUS[over.end])
        except TamperedError:
            return absent()

    def absent() -> Response:
        return shell.page("form_end.html", end_view(next(iter(packs.values())), Language.JAPANESE, LinkEnd.GONE), 404)

    def show(request: Request) -> Response:
        token = str(request.path_params["token"])
        return guarded(lambda: shell.page("form.html", form_view(forms.open(token), {})))

    async def send(request: Request) -> Response:
        try:
            fields = await sent_fields(request)
        except BadFormError:
            return absent()
        return await run_in_threadpool(_taken, str(request.path_params["token"]), fields)

    def _taken(token: str, fields: list[tuple[str, str]]) -> Response:
        given = given_in(fields)

        def act() -> Response:
            if ("do", "extend") in fields:
                return shell.page("form.html", form_view(forms.extend(token, given), given))
            form = forms.take(token, given)
            if form is None:
                log.info("form_filled")
                return shell.to(f"{PREFIX}/{token}")
            return shell.page("form.html", form_view(form, given), 422)

        return guarded(act)

    return Starlette(
        routes=[shell.style_route, Route("/{token}", show, methods=["GET"]), Route("/{token}", send, methods=["POST"])],
        exception_handlers={404: lambda _request, _error: absent()},
    )


def given_in(fields: list[tuple[str, str]]) -> Mapping[str, Given]:
    """What was entered, by question and part; every question that the page asked is there."""
    asked = {value for name, value in fields if name == "asked"}
    given: dict[str, dict[str, list[str]]] = {name: {} for name in asked}
    for name, value in fields:
        question, _, part = name.partition(".")
        if question in asked:
            given[question].setdefault(part, []).append(value.replace("\x00", "").replace("\r\n", "\n"))
    return given
