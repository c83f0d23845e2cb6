"""The endpoints that decide who sees which rich menu: default, links, bulk links, batches."""

from functools import partial

from bot.simulator.api_call import Answer, Call, Endpoint, Refusal, Takes, invalid_property
from bot.simulator.chats import Chat
from bot.simulator.narrowcasts import iso
from bot.simulator.rate_limits import MENU_BATCH, MENU_CHANGES
from bot.simulator.records import ChatKind, Json, Rule
from bot.simulator.rich_menu_api import menu_named, refuse
from bot.simulator.rich_menus import RESUME_KEY_LIFE_MS, WORK_TAKES_MS, Batch, RichMenu
from bot.simulator.sending_api import USER_ID
from bot.simulator.validation import read_request


def set_default(call: Call) -> Answer:
    call.account.rich_menus.default_id = _linkable(call, call.values["menu_id"]).id
    _touch_all(call)
    return Answer()


def get_default(call: Call) -> Answer:
    default_id = call.account.rich_menus.default_id
    if default_id is None:
        raise Refusal(404, "no default richmenu", None)
    return Answer(json={"richMenuId": default_id})


def clear_default(call: Call) -> Answer:
    call.account.rich_menus.default_id = None
    _touch_all(call)
    return Answer()


def _touch_all(call: Call) -> None:
    for chat in call.account.chats.values():
        chat.touch()


def link(call: Call) -> Answer:
    menu = _linkable(call, call.values["menu_id"])
    _chat_of(call, call.values["user_id"]).link_menu(menu.id)
    return Answer()


def unlink(call: Call) -> Answer:
    _chat_of(call, call.values["user_id"]).link_menu(None)
    return Answer()


def linked(call: Call) -> Answer:
    menu_id = _chat_of(call, call.values["user_id"]).linked_menu_id
    if menu_id is None:
        raise Refusal(404, "the user has no richmenu", None)
    return Answer(json={"richMenuId": menu_id})


def bulk_link(call: Call) -> Answer:
    body = read_request("RichMenuBulkLinkRequest", call.json(), Rule.RICH_MENU)
    menu = _linkable(call, body["richMenuId"], status=400)
    return _link_later(call, body, menu.id)


def bulk_unlink(call: Call) -> Answer:
    return _link_later(call, read_request("RichMenuBulkUnlinkRequest", call.json(), Rule.RICH_MENU), None)


def _link_later(call: Call, body: Json, menu_id: str | None) -> Answer:
    for number, person_id in enumerate(body["userIds"]):
        if not USER_ID.fullmatch(person_id):
            raise invalid_property(f"userIds[{number}]", Rule.RICH_MENU)
    # Ids of nobody are passed over in silence, because the request is answered before they are looked at.
    chats = [_chat_of(call, person_id) for person_id in body["userIds"] if person_id in call.platform.people]
    for chat in chats:
        call.platform.later(WORK_TAKES_MS / 1000, partial(chat.link_menu, menu_id))
    return Answer(status=202)


def batch(call: Call) -> Answer:
    body = _read_batch(call)
    call.account.rich_menus.batches[call.request_id] = Batch(
        accepted_at=call.now, has_failed=False, resume_key=body.get("resumeRequestKey")
    )
    for operation in body["operations"]:
        call.platform.later(WORK_TAKES_MS / 1000, partial(_apply, call, operation))
    return Answer(status=202)


def validate_batch(call: Call) -> Answer:
    _read_batch(call)
    return Answer()


def _read_batch(call: Call) -> Json:
    body = read_request("RichMenuBatchRequest", call.json(), Rule.RICH_MENU)
    operations: list[Json] = body["operations"]
    sources = [operation["from"] for operation in operations if operation["type"] != "unlinkAll"]
    if len(sources) < len(operations) and len(operations) > 1:
        raise refuse(400, "unlinkAll can't be combined with other operations")
    if len(set(sources)) < len(sources):
        raise refuse(400, "The same rich menu stands in 'from' more than once")
    for operation in operations:
        for name in ("from", "to"):
            if operation.get(name) is not None:
                _linkable(call, operation[name], status=400)
    key = body.get("resumeRequestKey")
    for request_id, known in call.account.rich_menus.batches.items():
        is_alive = call.now <= known.accepted_at + RESUME_KEY_LIFE_MS
        if key is not None and known.resume_key == key and is_alive and not known.has_failed:
            raise Refusal(409, "The resumeRequestKey is already accepted", None, headers={"x-line-accepted-request-id": request_id})
    return body


def _apply(call: Call, operation: Json) -> None:
    with call.platform.lock:
        for chat in call.account.chats.values():
            if chat.linked_menu_id is not None and operation["type"] in {"unlinkAll"}:
                chat.link_menu(None)
            elif chat.linked_menu_id is not None and chat.linked_menu_id == operation.get("from"):
                chat.link_menu(operation.get("to"))


def batch_progress(call: Call) -> Answer:
    known = call.account.rich_menus.batches.get(call.query.get("requestId", ""))
    if known is None:
        raise refuse(404, "Not found")
    shown: Json = {"phase": "ongoing", "acceptedTime": iso(known.accepted_at)}
    if call.now > known.accepted_at + 2 * WORK_TAKES_MS:
        shown |= {"phase": "failed" if known.has_failed else "succeeded", "completedTime": iso(known.accepted_at + 2 * WORK_TAKES_MS)}
    return Answer(json=shown)


def _linkable(call: Call, menu_id: str, *, status: int = 404) -> RichMenu:
    menu = menu_named(call, menu_id, status=status)
    if menu.image is None:
        raise refuse(400, "must upload richmenu image before applying it to user")
    return menu


def _chat_of(call: Call, person_id: str) -> Chat:
    person = call.platform.people.get(person_id)
    if person is None:
        raise refuse(400, "The user is unknown")
    chat = call.account.chat_with(person.id, person.name)
    assert chat.kind is ChatKind.USER
    return chat


ENDPOINTS = (
    Endpoint(method="POST", path="/v2/bot/user/all/richmenu/{menu_id}", handle=set_default),
    Endpoint(method="GET", path="/v2/bot/user/all/richmenu", handle=get_default),
    Endpoint(method="DELETE", path="/v2/bot/user/all/richmenu", handle=clear_default),
    Endpoint(method="POST", path="/v2/bot/user/{user_id}/richmenu/{menu_id}", handle=link),
    Endpoint(method="GET", path="/v2/bot/user/{user_id}/richmenu", handle=linked),
    Endpoint(method="DELETE", path="/v2/bot/user/{user_id}/richmenu", handle=unlink),
    Endpoint(method="POST", path="/v2/bot/richmenu/bulk/link", handle=bulk_link, takes=Takes.JSON),
    Endpoint(method="POST", path="/v2/bot/richmenu/bulk/unlink", handle=bulk_unlink, takes=Takes.JSON),
    Endpoint(method="POST", path="/v2/bot/richmenu/batch", handle=batch, takes=Takes.JSON, rate=MENU_BATCH),
    Endpoint(method="POST", path="/v2/bot/richmenu/validate/batch", handle=validate_batch, takes=Takes.JSON),
    Endpoint(method="GET", path="/v2/bot/richmenu/progress/batch", handle=batch_progress, rate=MENU_CHANGES),
)
