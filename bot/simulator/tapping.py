"""What LINE's app does when an action of a bubble, a quick reply or a rich menu is tapped."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.simulator import events
from bot.simulator.records import Json, Origin
from bot.simulator.speaking import PhoneError

if TYPE_CHECKING:
    from bot.simulator.phone import Phone

PICKED = {
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "time": re.compile(r"\d\d:\d\d"),
    "datetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d"),
}
ASKED_OF_THE_PHONE = {"location": "location", "camera": "camera", "cameraRoll": "cameraRoll"}
OPENED_BY_POSTBACK = {"openKeyboard": "keyboard", "openVoice": "voice"}


@dataclass(frozen=True, kw_only=True)
class Tapped:
    """What is left to the phone after the tap: an address to open, or something to ask its owner for."""

    opened: str | None = None
    asks: str | None = None
    text: str | None = None
    message_id: str | None = None

    def as_json(self) -> Json:
        return {"opened": self.opened, "asks": self.asks, "text": self.text, "messageId": self.message_id}


def tap(phone: "Phone", action: Json, params: Json | None) -> Tapped:
    match action.get("type"):
        case "message":
            return Tapped(message_id=phone.say(action["text"]))
        case "uri":
            return Tapped(opened=action["uri"])
        case "postback":
            return _post_back(phone, action)
        case "datetimepicker":
            return _pick(phone, action, params)
        case "richmenuswitch":
            return _switch_menu(phone, action)
        case "clipboard":
            return Tapped(asks="clipboard", text=action["clipboardText"])
        case kind if kind in ASKED_OF_THE_PHONE:
            return Tapped(asks=ASKED_OF_THE_PHONE[kind])
        case kind:
            raise PhoneError(f"nothing happens when an action of type {kind!r} is tapped")


def _post_back(phone: "Phone", action: Json) -> Tapped:
    message_id = None
    if shown := action.get("displayText"):
        message_id = phone.platform.identifiers.message_id()
        # The bot is told of the postback only; the bubble is for the eye.
        with phone.platform.lock:
            phone.chat.add(
                message_id=message_id,
                origin=Origin.RESIDENT,
                at=phone.platform.now_ms(),
                person=phone.person.id,
                message=events.text_message(shown) | {"id": message_id},
            )
            phone.chat.last_said_at = phone.platform.now_ms()
    elif said := action.get("text"):
        message_id = phone.say(said)
    phone.happen("postback", {"postback": {"data": action["data"]}})
    opens = OPENED_BY_POSTBACK.get(action.get("inputOption", ""))
    return Tapped(asks=opens, text=action.get("fillInText") if opens == "keyboard" else None, message_id=message_id)


def _pick(phone: "Phone", action: Json, params: Json | None) -> Tapped:
    mode = action["mode"]
    if params is None:
        return Tapped(asks="datetime")
    picked = params.get(mode)
    if not isinstance(picked, str) or not PICKED[mode].fullmatch(picked):
        raise PhoneError(f"{params} is not what a picker of mode {mode!r} gives")
    if (action.get("min") or picked) > picked or picked > (action.get("max") or picked):
        raise PhoneError(f"{picked} lies outside of the picker's range")
    phone.happen("postback", {"postback": {"data": action["data"], "params": {mode: picked}}})
    return Tapped()


def _switch_menu(phone: "Phone", action: Json) -> Tapped:
    alias = action["richMenuAliasId"]
    with phone.platform.lock:
        menus = phone.account.rich_menus
        menu_id = menus.aliases.get(alias)
        if menu_id is None:
            status = "RICHMENU_ALIAS_ID_NOTFOUND"
        elif menu_id not in menus.menus:
            status = "RICHMENU_NOTFOUND"
        else:
            status = "SUCCESS"
            phone.chat.link_menu(menu_id)
        phone.happen("postback", {"postback": {"data": action["data"], "params": {"newRichMenuAliasId": alias, "status": status}}})
    return Tapped()
