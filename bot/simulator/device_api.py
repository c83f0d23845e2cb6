"""The phones of the residents over HTTP: what a page or a test does in their name, and what the platform recorded."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.simulator.device_messages import send_message
from bot.simulator.faults import UnknownFaultError
from bot.simulator.platform import Platform, UnknownChatError
from bot.simulator.records import ChatKind, Friendship, Json, Person
from bot.simulator.speaking import PhoneError

if TYPE_CHECKING:
    from bot.simulator.phone import Phone

# Proxies close a stream that is silent for long.
HEARTBEAT_SECONDS = 15.0
MENU_IMAGE = "/simulator/device/richmenus/{}/image"


class BadRequestError(ValueError):
    """The page or the test asked for something that cannot be; the message says what."""


def create_device_api(platform: Platform) -> Starlette:
    device = DeviceApi(platform)
    chat = "/chats/{municipality}/{chat_id}"
    routes = [
        Route("/people", device.people, methods=["GET"]),
        Route("/people", device.add_person, methods=["POST"]),
        Route("/groups", device.add_group, methods=["POST"]),
        Route(f"{chat}/timeline", device.timeline, methods=["GET"]),
        Route(f"{chat}/stream", device.stream, methods=["GET"]),
        Route(f"{chat}/messages", device.send, methods=["POST"]),
        Route(f"{chat}/actions", device.tap, methods=["POST"]),
        Route(f"{chat}/unsend", device.unsend, methods=["POST"]),
        Route(f"{chat}/friendship", device.befriend, methods=["POST"]),
        Route("/content/{message_id}", device.content, methods=["GET"]),
        Route("/richmenus/{menu_id}/image", device.menu_image, methods=["GET"]),
        Route("/faults", device.faults, methods=["GET"]),
        Route("/faults", device.set_faults, methods=["PUT"]),
        *(Route(f"/{name}", device.recorded(name), methods=["GET"]) for name in ("violations", "deliveries", "requests")),
    ]
    handlers = {
        UnknownChatError: _problem(404),
        PhoneError: _problem(409),
        UnknownFaultError: _problem(400),
        BadRequestError: _problem(400),
    }
    return Starlette(routes=routes, exception_handlers=handlers)


def _problem(status: int) -> Callable[[Request, Exception], Response]:
    def describe(_: Request, error: Exception) -> Response:
        body = {
            "type": "about:blank",
            "title": type(error).__name__,
            "status": status,
            "detail": str(error.args[0] if error.args else error),
        }
        return JSONResponse(body, status_code=status, media_type="application/problem+json")

    return describe


class DeviceApi:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def people(self, request: Request) -> Response:
        municipality = request.query_params.get("municipality") or next(iter(self.platform.accounts), "")
        account = self.platform.account(municipality)
        with self.platform.lock:
            people = [
                _person_json(person, account.chats[person.id].friendship if person.id in account.chats else Friendship.NEVER)
                for person in self.platform.people.values()
            ]
            groups = [
                {"id": chat.id, "name": chat.name, "members": list(chat.members)}
                for chat in account.chats.values()
                if chat.kind is not ChatKind.USER
            ]
        channels = [
            {"municipality": known.channel.municipality, "name": known.channel.name, "basicId": known.channel.basic_id}
            for known in self.platform.accounts.values()
        ]
        return JSONResponse({"people": people, "groups": groups, "channels": channels})

    async def add_person(self, request: Request) -> Response:
        body = await _json_of(request)
        person = self.platform.add_person(
            Person(name=_text(body, "name"), language=body.get("language") or "ja", about=body.get("about") or "")
        )
        if body.get("municipality"):
            self.platform.chat(body["municipality"], person.id)
        return JSONResponse(_person_json(person, Friendship.NEVER), status_code=201)

    async def add_group(self, request: Request) -> Response:
        body = await _json_of(request)
        group = self.platform.group(_text(body, "municipality"), list(body.get("members") or ()), name=body.get("name") or "")
        group.join_bot()
        shown = {"id": group.id, "name": group.chat.name, "members": list(group.chat.members)}
        return JSONResponse(shown, status_code=201)

    async def timeline(self, request: Request) -> Response:
        municipality, chat_id = request.path_params["municipality"], request.path_params["chat_id"]
        after = request.query_params.get("after") or "0"
        if not after.isdecimal():
            raise BadRequestError(f"after must be a number, not {after!r}")
        chat = self.platform.chat(municipality, chat_id)
        account = self.platform.account(municipality)
        with self.platform.lock:
            menu = account.rich_menus.shown_to(chat.linked_menu_id) if chat.kind is ChatKind.USER else None
            return JSONResponse(
                {
                    "items": [item.as_json() for item in chat.since(int(after))],
                    "cursor": chat.cursor,
                    "isLoading": chat.is_loading(self.platform.now_ms()),
                    "richMenu": None if menu is None else menu.as_json() | {"image": MENU_IMAGE.format(menu.id)},
                    "quickReply": chat.quick_reply(),
                    "quota": {
                        "type": "none" if account.quota.monthly_limit is None else "limited",
                        "limit": account.quota.monthly_limit,
                        "used": account.quota.used(self.platform.clock()),
                    },
                    "readUpTo": chat.read_up_to,
                }
            )

    async def stream(self, request: Request) -> Response:
        chat = self.platform.chat(request.path_params["municipality"], request.path_params["chat_id"])
        loop = asyncio.get_running_loop()

        async def changes() -> AsyncIterator[str]:
            has_changed = asyncio.Event()

            def wake() -> None:
                # The listener is called from whichever thread changed the chat, perhaps after the loop has ended.
                if not loop.is_closed():
                    loop.call_soon_threadsafe(has_changed.set)

            with self.platform.changes.listening(chat.key, wake):
                while not await request.is_disconnected():
                    yield f"event: change\ndata: {json.dumps({'cursor': chat.cursor})}\n\n"
                    await _wait_for_change(has_changed, until_ms=chat.loading_ends_in(self.platform.now_ms()))

        return StreamingResponse(
            changes(), media_type="text/event-stream", headers={"cache-control": "no-cache", "x-accel-buffering": "no"}
        )

    async def send(self, request: Request) -> Response:
        data: bytes | None = None
        name, media_type = "", ""
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            form = await request.form()
            upload, message = form.get("file"), form.get("message")
            if not isinstance(upload, UploadFile) or not isinstance(message, str):
                raise BadRequestError("a multipart message needs a file and a field 'message'")
            data, name, media_type = await upload.read(), upload.filename or "file", upload.content_type or "application/octet-stream"
            body = _parse(message.encode())
        else:
            body = await _json_of(request)
        phone = self._phone(request, body)
        message_id = await run_in_threadpool(send_message, phone, body, data, name, media_type)
        return JSONResponse({"id": message_id}, status_code=201)

    async def tap(self, request: Request) -> Response:
        body = await _json_of(request)
        action = body.get("action")
        if not isinstance(action, dict):
            raise BadRequestError("an action is needed")
        tapped = self._phone(request, body).tap(action, body.get("params"))
        # A browser on this machine cannot look up the public address that the platform maps back to it.
        opened = None if tapped.opened is None else self.platform.resolve(tapped.opened)
        return JSONResponse(tapped.as_json() | {"opened": opened})

    async def unsend(self, request: Request) -> Response:
        body = await _json_of(request)
        self._phone(request, body).unsend(_text(body, "messageId"))
        return JSONResponse({})

    async def befriend(self, request: Request) -> Response:
        body = await _json_of(request)
        phone = self._phone(request, body)
        match body.get("state"):
            case "friend":
                phone.follow()
            case "blocked":
                phone.block()
            case state:
                raise BadRequestError(f"state must be 'friend' or 'blocked', not {state!r}")
        return JSONResponse({"state": str(phone.chat.friendship)})

    async def content(self, request: Request) -> Response:
        with self.platform.lock:
            for account in self.platform.accounts.values():
                found = account.contents.find(request.path_params["message_id"])
                if found is not None and not found.is_unsent:
                    return Response(found.data, media_type=found.media_type, headers={"x-content-type-options": "nosniff"})
        raise UnknownChatError("no such content")

    async def menu_image(self, request: Request) -> Response:
        with self.platform.lock:
            for account in self.platform.accounts.values():
                menu = account.rich_menus.menus.get(request.path_params["menu_id"])
                if menu is not None and menu.image is not None:
                    return Response(menu.image, media_type=menu.media_type)
        raise UnknownChatError("no such rich menu image")

    async def faults(self, request: Request) -> Response:
        return JSONResponse(self.platform.faults.as_json())

    async def set_faults(self, request: Request) -> Response:
        self.platform.faults.set(**await _json_of(request))
        return JSONResponse(self.platform.faults.as_json())

    def recorded(self, name: str) -> Callable[[Request], Response]:
        def show(_: Request) -> Response:
            return JSONResponse({name: [record.as_json() for record in getattr(self.platform, name)]})

        return show

    def _phone(self, request: Request, body: Json) -> "Phone":
        return self.platform.phone(request.path_params["municipality"], _text(body, "person"), request.path_params["chat_id"])


async def _wait_for_change(has_changed: asyncio.Event, *, until_ms: int | None) -> None:
    """Also returns when the loading animation runs out, which nobody announces."""
    seconds = HEARTBEAT_SECONDS if until_ms is None else min(HEARTBEAT_SECONDS, until_ms / 1000 + 0.05)
    try:
        await asyncio.wait_for(has_changed.wait(), seconds)
    except TimeoutError:
        return
    has_changed.clear()


def _person_json(person: Person, friendship: Friendship) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "about": person.about,
        "language": person.language,
        "isFriend": friendship is Friendship.FRIEND,
        "hasBlocked": friendship is Friendship.BLOCKED,
    }


async def _json_of(request: Request) -> Json:
    return _parse(await request.body())


def _parse(data: bytes) -> Json:
    try:
        body = json.loads(data)
    except ValueError as error:
        raise BadRequestError(f"not JSON: {error}") from error
    if not isinstance(body, dict):
        raise BadRequestError("a JSON object is needed")
    return body


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise BadRequestError(f"'{name}' is missing")
    return value
