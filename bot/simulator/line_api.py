"""The Messaging API as an ASGI app: the gate that every request passes, then the endpoint, then the record of both."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.simulator import (
    account_api,
    audience_api,
    chat_api,
    content_api,
    group_api,
    insight_api,
    notification_api,
    rich_menu_api,
    rich_menu_link_api,
    sending_api,
    token_api,
)
from bot.simulator.account import Account
from bot.simulator.api_call import Answer, Call, Endpoint, ErrorDetail, Host, Refusal, Takes
from bot.simulator.faults import Loss, RequestFault
from bot.simulator.records import RecordedRequest, Rule, Violation

if TYPE_CHECKING:
    from bot.simulator.platform import Platform

# Where "2 MB" can be read in two ways, the platform takes the smaller.
LARGEST_BODY = 2_000_000
LARGEST_UPLOAD = 20_000_000
SLOW_ENOUGH_TO_GIVE_UP_SECONDS = 0.5
FORM = "application/x-www-form-urlencoded"
IMAGES = ("image/jpeg", "image/png")

# The order matters: a path with a fixed word stands before the same path with a variable.
ENDPOINTS: tuple[Endpoint, ...] = (
    *sending_api.ENDPOINTS,
    *chat_api.ENDPOINTS,
    *content_api.ENDPOINTS,
    *group_api.ENDPOINTS,
    *account_api.ENDPOINTS,
    *rich_menu_api.ENDPOINTS,
    *rich_menu_link_api.ENDPOINTS,
    *rich_menu_api.ENDPOINTS_OF_ONE,
    *notification_api.ENDPOINTS,
    *audience_api.ENDPOINTS,
    *insight_api.ENDPOINTS,
    *token_api.ENDPOINTS,
)


class LostResponse(Response):
    """Begins an answer and never ends it, so that the server closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"65536")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


def create_line_api(platform: "Platform") -> Starlette:
    routes = [Route(endpoint.path, _serve(platform, endpoint), methods=[endpoint.method]) for endpoint in ENDPOINTS]

    async def refuse(request: Request, _: Exception) -> Response:
        body = await request.body()
        return _refuse(platform, request, body, None, Refusal(404, "Not found", Rule.REQUEST_FORM))

    # A known path asked for with another method is as unknown to LINE as an unknown path.
    return Starlette(routes=routes, exception_handlers={404: refuse, 405: refuse})


def _serve(platform: "Platform", endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        path = _path_of(request)
        body = await request.body()
        latency = platform.faults.latency_seconds(path)
        if latency > 0:
            await asyncio.sleep(latency)
        account: Account | None = None
        loss: RequestFault | None = None
        try:
            account = _find_account(platform, endpoint, request)
            _check_form(endpoint, request, body)
            _strike(platform, path)
            _check_rate(platform, account, endpoint)
            loss = platform.faults.strikes("accept_then_drop", path)
            call = Call(
                platform=platform,
                account=account,
                path=path,
                values=request.path_params,
                query=dict(request.query_params),
                headers=dict(request.headers),
                body=body,
                request_id=platform.identifiers.uuid(),
                now=platform.now_ms(),
                is_answer_lost=loss is not None or latency >= SLOW_ENOUGH_TO_GIVE_UP_SECONDS,
            )
            answer = await run_in_threadpool(_handle, endpoint, call) if endpoint.is_slow else _handle(endpoint, call)
        except Refusal as refusal:
            if loss is not None:
                platform.faults.give_back("accept_then_drop", loss)
            return _refuse(platform, request, body, account, refusal)
        _record(
            platform,
            request,
            body,
            account,
            request_id=call.request_id,
            status=answer.status,
            answer=answer.as_bytes(),
            is_lost=loss is not None,
        )
        if loss is not None:
            return await _lose(loss, call.request_id)
        headers = {"x-line-request-id": call.request_id, **answer.headers}
        return Response(answer.as_bytes(), status_code=answer.status, media_type=answer.media_type, headers=headers)

    return serve


def _handle(endpoint: Endpoint, call: Call) -> Answer:
    if endpoint.is_slow:
        return endpoint.handle(call)
    with call.platform.lock:
        return endpoint.handle(call)


def _path_of(request: Request) -> str:
    """The path below the address that the API is mounted at."""
    return request.url.path.removeprefix(request.scope.get("root_path", ""))


def _find_account(platform: "Platform", endpoint: Endpoint, request: Request) -> Account:
    if endpoint.is_public:
        return next(iter(platform.accounts.values()))
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    account = platform.account_of_token(token) if scheme.lower() == "bearer" else None
    if account is None:
        reason = "invalid token. Confirm that the access token in the authorization header is valid."
        raise Refusal(401, f"Authentication failed due to the following reason: {reason}", Rule.REQUEST_FORM)
    return account


def _check_form(endpoint: Endpoint, request: Request, body: bytes) -> None:
    host = (request.url.hostname or "").split(".")[0]
    if host in set(Host) and host != endpoint.host:
        raise Refusal(
            404, "Not found", Rule.REQUEST_FORM, details=(ErrorDetail(message="wrong host", property=host, rule=Rule.REQUEST_FORM),)
        )
    is_upload = endpoint.takes in {Takes.IMAGE, Takes.FILE}
    if len(body) > (LARGEST_UPLOAD if is_upload else LARGEST_BODY):
        raise Refusal(413, "Request Entity Too Large", Rule.REQUEST_FORM)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    match endpoint.takes:
        case Takes.JSON:
            is_known = media_type == "application/json"
        case Takes.FORM:
            is_known = media_type == FORM
        case Takes.IMAGE:
            is_known = media_type in IMAGES
        case Takes.FILE:
            is_known = media_type == "multipart/form-data"
        case Takes.NOTHING:
            is_known = True
    if not is_known:
        raise Refusal(415, f"The content type, {media_type or 'null'}, is not supported", Rule.REQUEST_FORM)


def _strike(platform: "Platform", path: str) -> None:
    if fault := platform.faults.strikes("api_errors", path):
        raise Refusal(fault.status, "Internal Server Error", None)
    if platform.faults.strikes("rate_limited", path):
        raise Refusal(429, "The API rate limit has been exceeded. Try again later.", None)


def _check_rate(platform: "Platform", account: Account, endpoint: Endpoint) -> None:
    with platform.lock:
        if not account.rate_limits.take(f"{endpoint.method} {endpoint.path}", endpoint.rate, now=platform.now_ms()):
            raise Refusal(429, "The API rate limit has been exceeded. Try again later.", None)


async def _lose(loss: RequestFault, request_id: str) -> Response:
    if loss.how is Loss.TIMEOUT:
        await asyncio.sleep(loss.seconds)
    if loss.how is Loss.CLOSE:
        return LostResponse()
    body = b'{"message":"Internal Server Error"}'
    return Response(body, status_code=500, media_type="application/json", headers={"x-line-request-id": request_id})


def _refuse(platform: "Platform", request: Request, body: bytes, account: Account | None, refusal: Refusal) -> Response:
    request_id = platform.identifiers.uuid()
    answer = json.dumps(refusal.as_json(), ensure_ascii=False).encode()
    _record(platform, request, body, account, request_id=request_id, status=refusal.status, answer=answer, is_lost=False)
    if refusal.rule is not None:
        details = refusal.details or (ErrorDetail(message=refusal.message, property="", rule=refusal.rule),)
        for detail in details:
            platform.record_violation(
                Violation(
                    rule=detail.rule,
                    message=f"{refusal.status} {detail.message}",
                    property=detail.property,
                    municipality=None if account is None else account.channel.municipality,
                    method=request.method,
                    path=_path_of(request),
                    request_id=request_id,
                    at=platform.now_ms(),
                )
            )
    headers = {"x-line-request-id": request_id, **refusal.headers}
    return Response(answer, status_code=refusal.status, media_type="application/json", headers=headers)


def _record(
    platform: "Platform",
    request: Request,
    body: bytes,
    account: Account | None,
    *,
    request_id: str,
    status: int,
    answer: bytes,
    is_lost: bool,
) -> None:
    read, answered = None, None
    with suppress(ValueError):
        read = json.loads(body)
    with suppress(ValueError):
        answered = json.loads(answer)
    platform.journal.add_request(
        RecordedRequest(
            request_id=request_id,
            municipality=None if account is None else account.channel.municipality,
            method=request.method,
            path=_path_of(request),
            headers=dict(request.headers),
            body=body,
            json=read,
            status=status,
            response=answered,
            is_answer_lost=is_lost,
            at=platform.now_ms(),
        )
    )
