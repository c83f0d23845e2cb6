"""The documented limits of messages other than templates and Flex, of quick replies and of senders."""

import re
from collections.abc import Mapping

from bot.simulator.action_rules import Places, check_action
from bot.simulator.records import Json
from bot.simulator.report import Checks, Report
from bot.simulator.stickers import is_sendable
from bot.simulator.text_limits import LINKS, Address, Limit, Required, Text, check_limit, limits_check

LONGEST_TEXT = Text(most=5000, is_required=True)
ALT_TEXT = Text(most=1500, is_required=True)
MEDIA = Address(is_required=True)
MOST_EMOJIS = 20
MOST_MENTIONS = 20
MOST_SUBSTITUTIONS = 100
MOST_QUICK_REPLIES = 13
MOST_IMAGEMAP_ACTIONS = 50
IMAGEMAP_WIDTH = 1040
PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|\{|\}")
KEY = re.compile(r"[0-9A-Za-z_]{1,20}")
TRACKING_ID = re.compile(r"[a-zA-Z0-9\-.=,+*()%$&;:@{}!?<>\[\]]{1,100}")
RESERVED_NAME = re.compile(r"LINE|\bline\b", re.ASCII)

LIMITS: Mapping[str, Mapping[str, Limit]] = {
    "Emoji": {"index": Required(), "productId": Required(), "emojiId": Required()},
    "ImageMessage": {"originalContentUrl": MEDIA, "previewImageUrl": MEDIA},
    "VideoMessage": {"originalContentUrl": MEDIA, "previewImageUrl": MEDIA},
    "AudioMessage": {"originalContentUrl": MEDIA},
    "LocationMessage": {"title": Text(most=100), "address": Text(most=100)},
    "ImagemapMessage": {"baseUrl": MEDIA, "altText": ALT_TEXT},
    "MessageImagemapAction": {"text": Text(most=400), "label": Text(most=100)},
    "URIImagemapAction": {"linkUri": Address(most=1000, schemes=LINKS), "label": Text(most=100)},
    "ClipboardImagemapAction": {"clipboardText": Text(most=1000), "label": Text(most=100)},
    "ImagemapVideo": {"originalContentUrl": MEDIA, "previewImageUrl": MEDIA, "area": Required()},
    "ImagemapExternalLink": {"linkUri": Address(most=1000, schemes=LINKS, is_required=True), "label": Text(most=30, is_required=True)},
    "TemplateMessage": {"altText": ALT_TEXT},
    "FlexMessage": {"altText": ALT_TEXT},
    "CouponMessage": {"couponId": Text(most=1000), "deliveryTag": Text(most=30)},
    "Sender": {"name": Text(most=20), "iconUrl": Address()},
    "QuickReplyItem": {"imageUrl": Address(), "action": Required()},
}


def _check_text(message: Json, report: Report) -> None:
    text = message.get("text")
    check_limit(report, "text", text, LONGEST_TEXT)
    emojis = message.get("emojis") or ()
    if len(emojis) > MOST_EMOJIS:
        report.size(message, "emojis", 0, MOST_EMOJIS)
    # Positions count UTF-16 code units, two bytes each.
    units = (text or "").encode("utf-16-le", "surrogatepass")
    for number, emoji in enumerate(emojis):
        index = emoji.get("index")
        if index is not None and units[2 * index : 2 * index + 2] != "$".encode("utf-16-le"):
            report.blame(f"emojis[{number}].index", "index must point at a '$' in the text")


def _check_text_v2(message: Json, report: Report) -> None:
    text: str = message.get("text") or ""
    substitution: Json = message.get("substitution") or {}
    check_limit(report, "text", message.get("text"), LONGEST_TEXT)
    used = set()
    for found in PLACEHOLDER.finditer(text):
        if found[0] in {"{", "}"}:
            report.blame("text", "Braces must be paired; write {{ or }} for a brace itself")
            break
        if found[1] is not None:
            used.add(found[1])
    for key in sorted(used - set(substitution)):
        report.blame("text", f"The placeholder {{{key}}} has no substitution")
    for key in substitution:
        if not KEY.fullmatch(key):
            report.blame(f"substitution.{key}", 'Must match "^[0-9A-Za-z_]{1,20}$"')
    if len(substitution) > MOST_SUBSTITUTIONS:
        report.blame("substitution", f"Size must be between 0 and {MOST_SUBSTITUTIONS}")
    kinds = [value.get("type") for value in substitution.values()]
    for kind, most in (("mention", MOST_MENTIONS), ("emoji", MOST_EMOJIS)):
        if kinds.count(kind) > most:
            report.blame("substitution", f"The number of {kind} objects must be between 0 and {most}")


def _check_sticker(message: Json, report: Report) -> None:
    package_id, sticker_id = message.get("packageId"), message.get("stickerId")
    if package_id is not None and sticker_id is not None and not is_sendable(package_id, sticker_id):
        report.blame("stickerId", "The sticker can't be sent")


def _check_video(message: Json, report: Report) -> None:
    tracking_id = message.get("trackingId")
    if tracking_id is not None and not TRACKING_ID.fullmatch(tracking_id):
        report.blame("trackingId", "Length must be between 1 and 100, of the documented characters")


def _check_audio(message: Json, report: Report) -> None:
    duration = message.get("duration")
    if duration is not None and duration <= 0:
        report.blame("duration", "Must be at least 1")


def _check_location(message: Json, report: Report) -> None:
    for name, most in (("latitude", 90), ("longitude", 180)):
        if message.get(name) is not None and not -most <= message[name] <= most:
            report.blame(name, f"Must be between -{most} and {most}")


def _check_imagemap(message: Json, report: Report) -> None:
    size: Json = message.get("baseSize") or {}
    if size.get("width") not in {None, IMAGEMAP_WIDTH}:
        report.blame("baseSize.width", f"Must be {IMAGEMAP_WIDTH}")
    if size.get("height") is not None and size["height"] < 1:
        report.blame("baseSize.height", "Must be at least 1")
    report.size(message, "actions", 0 if message.get("video") else 1, MOST_IMAGEMAP_ACTIONS)


def _check_sender(sender: Json, report: Report) -> None:
    if RESERVED_NAME.search(sender.get("name") or ""):
        report.blame("name", "The name contains a word that can't be used")


def _check_quick_reply(quick_reply: Json, report: Report) -> None:
    report.missing(quick_reply, "items")
    # The model itself refuses more than thirteen.
    if quick_reply.get("items") == []:
        report.blame("items", f"Size must be between 1 and {MOST_QUICK_REPLIES}")


def _check_quick_reply_item(item: Json, report: Report) -> None:
    if item.get("action"):
        check_action(item["action"], Places.QUICK_REPLY, report.within("action"))


_OWN: Checks = {
    "TextMessage": (_check_text,),
    "TextMessageV2": (_check_text_v2,),
    "StickerMessage": (_check_sticker,),
    "VideoMessage": (_check_video,),
    "AudioMessage": (_check_audio,),
    "LocationMessage": (_check_location,),
    "ImagemapMessage": (_check_imagemap,),
    "Sender": (_check_sender,),
    "QuickReply": (_check_quick_reply,),
    "QuickReplyItem": (_check_quick_reply_item,),
}
CHECKS: Checks = {name: (*((limits_check(LIMITS[name]),) if name in LIMITS else ()), *_OWN.get(name, ())) for name in {**LIMITS, **_OWN}}
