"""The pack's rich menu → LINE: created with its image, shown to everybody, earlier ones of the same name removed."""

from pathlib import Path

import urllib3
from linebot.v3.messaging import (
    ApiException,
    MessageAction,
    PostbackAction,
    RichMenuArea,
    RichMenuBounds,
    RichMenuRequest,
    RichMenuSize,
)

from bot.line.client import TIMEOUT, LineClient
from bot.taps import AskStaff, ShowLanguages, ShowLocationHelp, ShowMenu, TapSigner
from bot.texts import say
from core.encryption import keyring
from core.errors import PackError, ProjectError
from core.messages import TapValue
from core.pack import MenuArea, RichMenu
from core.pack_loading import load_pack
from core.settings import ChannelKeys, Settings, channel_keys
from procedures.taps import ShowProcedures

TAPS: dict[str, TapValue] = {
    "menu": ShowMenu(),
    "staff": AskStaff(),
    "language": ShowLanguages(),
    "location": ShowLocationHelp(),
    "procedures": ShowProcedures(),
}


class RichMenuError(ProjectError):
    """LINE did not take the rich menu."""


def publish_rich_menu(settings: Settings, municipality_id: str, keys: ChannelKeys | None = None) -> str:
    """Raises PackError without a menu in the pack, RichMenuError when LINE refuses."""
    pack = load_pack(municipality_id)
    if pack.rich_menu is None or pack.folder is None:
        raise PackError(say("rich_menu.missing", municipality=municipality_id))
    channel = keys or channel_keys(settings, municipality_id)
    client = LineClient(channel.access_token, settings.line_api_url)
    signer = TapSigner(keyring(settings).key("taps"), municipality_id)
    try:
        menu_id = create(client, pack.rich_menu, Path(pack.folder) / pack.rich_menu.image, signer)
    except ApiException as error:
        raise RichMenuError(say("rich_menu.refused", status=error.status, reason=error.body)) from None
    except urllib3.exceptions.HTTPError as error:
        raise RichMenuError(say("rich_menu.no_connection", reason=type(error).__name__)) from None
    finally:
        client.close()
    return say("rich_menu.published", name=pack.rich_menu.name, id=menu_id)


def create(client: LineClient, menu: RichMenu, image: Path, signer: TapSigner) -> str:
    """Returns the id that LINE gave it."""
    earlier = [known.rich_menu_id for known in client.api.get_rich_menu_list(_request_timeout=TIMEOUT).richmenus if known.name == menu.name]
    request = RichMenuRequest(
        size=RichMenuSize(width=menu.width, height=menu.height),
        selected=True,
        name=menu.name,
        chat_bar_text=menu.chat_bar_text,
        areas=[_area(area, signer) for area in menu.areas],
    )
    menu_id = str(client.api.create_rich_menu(request, _request_timeout=TIMEOUT).rich_menu_id)
    kind = "image/png" if image.suffix == ".png" else "image/jpeg"
    client.blob.set_rich_menu_image(menu_id, body=image.read_bytes(), _headers={"Content-Type": kind}, _request_timeout=TIMEOUT)
    client.api.set_default_rich_menu(menu_id, _request_timeout=TIMEOUT)
    for known in earlier:
        client.api.delete_rich_menu(known, _request_timeout=TIMEOUT)
    return menu_id


def _area(area: MenuArea, signer: TapSigner) -> RichMenuArea:
    bounds = RichMenuBounds(x=area.x, y=area.y, width=area.width, height=area.height)
    if area.tap.startswith("ask:"):
        return RichMenuArea(bounds=bounds, action=MessageAction(label=area.label, text=area.tap.removeprefix("ask:")))
    value = TAPS.get(area.tap)
    if value is None:
        raise PackError(say("rich_menu.tap_unknown", tap=area.tap, known="、".join(TAPS)))
    return RichMenuArea(bounds=bounds, action=PostbackAction(label=area.label, data=signer.encode(value), displayText=area.label))
