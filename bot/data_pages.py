"""The page of わたしのデータ: everything that is kept, corrected and deleted there; behind a short-lived link, without a login."""

from collections.abc import Callable, Mapping

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.data_room import DataRoom, GoneError
from bot.data_view import confirm_view, correct_view, end_view, overview_view
from bot.form_links import DATA_PREFIX
from bot.form_pages import given_in
from bot.plain_pages import BadFormError, Shell, sent_fields
from core.errors import TamperedError
from core.messages import Language
from core.pack import Pack
from procedures.forms import LinkOverError
from procedures.personal_data import OpenApplicationsError

Fields = list[tuple[str, str]]


def create_data_pages(room: DataRoom, packs: Mapping[str, Pack]) -> Starlette:
    """To be mounted at `form_links.DATA_PREFIX`. The first of the packs speaks where a link does not say whose it is."""
    shell = Shell(DATA_PREFIX)

    def guarded(token: str, act: Callable[[], Response]) -> Response:
        try:
            return act()
        except LinkOverError as over:
            return shell.page("form_end.html", end_view(packs[over.municipality_id], Language(over.language), "over"), 410)
        except (GoneError, OpenApplicationsError):
            return shell.to(f"{DATA_PREFIX}/{token}")
        except TamperedError:
            return absent()

    def absent() -> Response:
        return shell.page("form_end.html", end_view(next(iter(packs.values())), Language.JAPANESE, "over"), 404)

    def show(request: Request) -> Response:
        token = _of(request, "token")
        return guarded(token, lambda: shell.page("data.html", overview_view(room.look(token), request.query_params.get("saved") == "1")))

    def ask_correction(request: Request) -> Response:
        token, kind = _of(request, "token"), _of(request, "kind")
        return guarded(token, lambda: shell.page("data_correct.html", correct_view(room.look(token), kind, {}, {})))

    def ask_deletion(request: Request) -> Response:
        token, kind = _of(request, "token"), str(request.path_params.get("kind", ""))
        return guarded(token, lambda: shell.page("data_confirm.html", confirm_view(room.look(token), kind)))

    async def act(request: Request) -> Response:
        try:
            fields = await sent_fields(request)
        except BadFormError:
            return absent()
        kind = str(request.path_params.get("kind", ""))
        do = correct if request.url.path.rstrip("/").split("/")[-2:-1] == ["correct"] else delete
        return await run_in_threadpool(do, _of(request, "token"), kind, fields)

    def correct(token: str, kind: str, fields: Fields) -> Response:
        def do() -> Response:
            given = next(iter(given_in(fields).values()), {})
            visit, misfits = room.correct(token, kind, given)
            if misfits:
                return shell.page("data_correct.html", correct_view(visit, kind, given, misfits), 422)
            return shell.to(f"{visit.home}?saved=1")

        return guarded(token, do)

    def delete(token: str, kind: str, fields: Fields) -> Response:
        def do() -> Response:
            if kind:
                return shell.to(room.delete(token, kind).home)
            if ("do", "kept") in fields:
                return shell.to(room.delete_kept(token).home)
            visit = room.delete_all(token)
            return shell.page("form_end.html", end_view(visit.pack, visit.language, "done"))

        return guarded(token, do)

    return Starlette(
        routes=[
            shell.style_route,
            Route("/{token}", show, methods=["GET"]),
            Route("/{token}/correct/{kind}", ask_correction, methods=["GET"]),
            Route("/{token}/correct/{kind}", act, methods=["POST"]),
            Route("/{token}/delete", ask_deletion, methods=["GET"]),
            Route("/{token}/delete", act, methods=["POST"]),
            Route("/{token}/delete/{kind}", ask_deletion, methods=["GET"]),
            Route("/{token}/delete/{kind}", act, methods=["POST"]),
        ],
        exception_handlers={404: lambda _request, _error: absent()},
    )


def _of(request: Request, name: str) -> str:
    return str(request.path_params[name])
