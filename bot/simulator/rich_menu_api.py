"""The endpoints that make rich menus: their definitions, images and aliases."""

import io

from bot.simulator.api_call import Answer, Call, Endpoint, Host, Refusal, Takes
from bot.simulator.rate_limits import LIST_OF_MENUS, MENU_CHANGES
from bot.simulator.records import Json, Rule
from bot.simulator.request_rules import LEAST_RATIO
from bot.simulator.rich_menus import MOST_ALIASES, MOST_MENUS, RichMenu
from bot.simulator.validation import read_request

# Where "1 MB" can be read in two ways, the platform takes the smaller.
LARGEST_IMAGE = 1_000_000
IMAGE_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png"}


def refuse(status: int, message: str) -> Refusal:
    return Refusal(status, message, Rule.RICH_MENU)


def menu_named(call: Call, menu_id: str, *, status: int = 404) -> RichMenu:
    menu = call.account.rich_menus.menus.get(menu_id)
    if menu is None:
        raise refuse(status, "richmenu not found")
    return menu


def create(call: Call) -> Answer:
    definition = read_request("RichMenuRequest", call.json(), Rule.RICH_MENU)
    menus = call.account.rich_menus.menus
    if len(menus) >= MOST_MENUS:
        raise refuse(400, f"The number of rich menus must be at most {MOST_MENUS}")
    menu = RichMenu(id=call.platform.identifiers.chat_id("richmenu-"), definition=definition)
    menus[menu.id] = menu
    return Answer(json={"richMenuId": menu.id})


def validate(call: Call) -> Answer:
    read_request("RichMenuRequest", call.json(), Rule.RICH_MENU)
    return Answer()


def list_all(call: Call) -> Answer:
    return Answer(json={"richmenus": [menu.as_json() for menu in call.account.rich_menus.menus.values()]})


def get(call: Call) -> Answer:
    return Answer(json=menu_named(call, call.values["menu_id"]).as_json())


def delete(call: Call) -> Answer:
    menu = menu_named(call, call.values["menu_id"])
    call.account.rich_menus.delete(menu.id)
    for chat in call.account.chats.values():
        if chat.linked_menu_id == menu.id:
            chat.link_menu(None)
    return Answer()


def upload_image(call: Call) -> Answer:
    menu = menu_named(call, call.values["menu_id"])
    if menu.image is not None:
        raise refuse(400, "An image has already been uploaded to the richmenu")
    media_type = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if problem := _image_problem(call.body, media_type, menu.definition["size"]):
        raise refuse(400, problem)
    menu.image, menu.media_type = call.body, media_type
    return Answer()


def _image_problem(data: bytes, media_type: str, size: Json) -> str | None:
    # Pillow is needed for nothing else here.
    from PIL import Image, UnidentifiedImageError

    if len(data) > LARGEST_IMAGE:
        return "The image must be at most 1 MB"
    try:
        with Image.open(io.BytesIO(data)) as image:
            kind, (width, height) = image.format, image.size
    except (UnidentifiedImageError, OSError):
        return "The image is not a JPEG or PNG"
    if IMAGE_FORMATS.get(kind or "") != media_type:
        return f"The image is not of the content type {media_type}"
    if not 800 <= width <= 2500 or height < 250 or width / height < LEAST_RATIO:
        return f"An image of {width} by {height} pixels can't be used"
    if (width, height) != (size["width"], size["height"]):
        return f"The image has {width} by {height} pixels, the rich menu {size['width']} by {size['height']}"
    return None


def image(call: Call) -> Answer:
    menu = menu_named(call, call.values["menu_id"])
    if menu.image is None:
        raise refuse(404, "Not found")
    return Answer(data=menu.image, media_type=menu.media_type)


def create_alias(call: Call) -> Answer:
    body = read_request("CreateRichMenuAliasRequest", call.json(), Rule.RICH_MENU)
    aliases = call.account.rich_menus.aliases
    _with_image(call, body["richMenuId"])
    if body["richMenuAliasId"] in aliases:
        raise refuse(400, "conflict richmenu alias id")
    if len(aliases) >= MOST_ALIASES:
        raise refuse(400, f"The number of aliases must be at most {MOST_ALIASES}")
    aliases[body["richMenuAliasId"]] = body["richMenuId"]
    return Answer()


def update_alias(call: Call) -> Answer:
    body = read_request("UpdateRichMenuAliasRequest", call.json(), Rule.RICH_MENU)
    alias = _alias(call)
    _with_image(call, body["richMenuId"])
    call.account.rich_menus.aliases[alias] = body["richMenuId"]
    return Answer()


def get_alias(call: Call) -> Answer:
    alias = _alias(call)
    return Answer(json={"richMenuAliasId": alias, "richMenuId": call.account.rich_menus.aliases[alias]})


def list_aliases(call: Call) -> Answer:
    aliases = call.account.rich_menus.aliases
    return Answer(json={"aliases": [{"richMenuAliasId": alias, "richMenuId": menu_id} for alias, menu_id in aliases.items()]})


def delete_alias(call: Call) -> Answer:
    del call.account.rich_menus.aliases[_alias(call)]
    return Answer()


def _alias(call: Call) -> str:
    alias = call.values["alias"]
    if alias not in call.account.rich_menus.aliases:
        raise Refusal(404, "richmenu alias not found", None)
    return alias


def _with_image(call: Call, menu_id: str) -> None:
    if menu_named(call, menu_id, status=400).image is None:
        raise refuse(400, "must upload richmenu image before applying it to user")


ENDPOINTS = (
    Endpoint(method="POST", path="/v2/bot/richmenu", handle=create, takes=Takes.JSON, rate=MENU_CHANGES),
    Endpoint(method="POST", path="/v2/bot/richmenu/validate", handle=validate, takes=Takes.JSON),
    Endpoint(method="GET", path="/v2/bot/richmenu/list", handle=list_all, rate=LIST_OF_MENUS),
    Endpoint(method="POST", path="/v2/bot/richmenu/alias", handle=create_alias, takes=Takes.JSON),
    Endpoint(method="GET", path="/v2/bot/richmenu/alias/list", handle=list_aliases),
    Endpoint(method="GET", path="/v2/bot/richmenu/alias/{alias}", handle=get_alias),
    Endpoint(method="POST", path="/v2/bot/richmenu/alias/{alias}", handle=update_alias, takes=Takes.JSON),
    Endpoint(method="DELETE", path="/v2/bot/richmenu/alias/{alias}", handle=delete_alias, rate=MENU_CHANGES),
    Endpoint(method="POST", path="/v2/bot/richmenu/{menu_id}/content", handle=upload_image, takes=Takes.IMAGE, host=Host.DATA),
    Endpoint(method="GET", path="/v2/bot/richmenu/{menu_id}/content", handle=image, host=Host.DATA),
)
# These would also match the fixed words of the paths for links and batches, so they stand after those.
ENDPOINTS_OF_ONE = (
    Endpoint(method="GET", path="/v2/bot/richmenu/{menu_id}", handle=get),
    Endpoint(method="DELETE", path="/v2/bot/richmenu/{menu_id}", handle=delete, rate=MENU_CHANGES),
)
