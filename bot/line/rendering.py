"""The project's messages → LINE's JSON, within every limit: texts are split at sentences, labels shortened, cards become Flex bubbles."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.line import limits
from bot.taps import TapSigner
from core.clock import in_japan
from core.messages import (
    Action,
    Call,
    Card,
    Choice,
    Message,
    OpenLink,
    PickMoment,
    Picture,
    Place,
    Reply,
    Row,
    Say,
    SendLocation,
    TakePhoto,
    Tap,
    Text,
)
from core.text import pack_sentences, shorten, utf16_length

COMFORTABLE_TEXT = 900
"""UTF-16 units of one bubble that a phone shows without much scrolling."""
RESERVED_NAME = re.compile(r"LINE|\bline\b", re.IGNORECASE)
LABEL_COLOUR = "#52575C"
TEXT_COLOUR = "#1A1A1C"
LINK_COLOUR = "#0017C1"
ALERT_COLOUR = "#B0120A"
ALERT_BACKGROUND = "#FDEEEE"

Json = dict[str, Any]  # Any: JSON as LINE takes it.


@dataclass(frozen=True, kw_only=True)
class RenderedMessage:
    """A message as LINE takes it, and what the ledger keeps of it."""

    json: Json
    kind: str
    text: str


def render(reply: Reply, signer: TapSigner) -> tuple[RenderedMessage, ...]:
    """One call. Raises MessageLimitError where a limit can't be kept by splitting or shortening."""
    rendered: list[RenderedMessage] = []
    for place, message in enumerate(reply.messages):
        later = len(reply.messages) - place - 1
        rendered += _render(message, signer, room=limits.MESSAGES - len(rendered) - later)
    if reply.choices and rendered:
        items = [{"type": "action", "action": _action(choice, signer, limits.QUICK_REPLY_LABEL)} for choice in reply.choices]
        rendered[-1].json["quickReply"] = {"items": items[: limits.QUICK_REPLIES]}
    if reply.speaker:
        for each in rendered:
            each.json["sender"] = {"name": _sender_name(reply.speaker)}
    limits.check_messages([message.json for message in rendered])
    return tuple(rendered)


def _sender_name(name: str) -> str:
    """LINE refuses names that hold its own."""
    return shorten(RESERVED_NAME.sub("-", name), limits.SENDER_NAME)


def _render(message: Message, signer: TapSigner, room: int) -> list[RenderedMessage]:
    match message:
        case Text(text=text):
            return [RenderedMessage(json={"type": "text", "text": piece}, kind="text", text=piece) for piece in _pieces(text, room)]
        case Card():
            return [_card(message, signer)]
        case Place(title=title, address=address, latitude=latitude, longitude=longitude):
            json = {
                "type": "location",
                "title": _cut(title, limits.LOCATION_TEXT),
                "address": _cut(address, limits.LOCATION_TEXT),
                "latitude": latitude,
                "longitude": longitude,
            }
            return [RenderedMessage(json=json, kind="location", text=f"{title} {address}")]
        case Picture(original_url=original, preview_url=preview, alt=alt):
            return [
                RenderedMessage(json={"type": "image", "originalContentUrl": original, "previewImageUrl": preview}, kind="image", text=alt)
            ]


def _pieces(text: str, room: int) -> list[str]:
    """As few bubbles as are comfortable; fuller ones where the call has no room for more."""
    room = max(1, room)
    for limit in (COMFORTABLE_TEXT, 2 * COMFORTABLE_TEXT, limits.TEXT):
        pieces = list(pack_sentences(text, limit))
        if len(pieces) <= min(room, 2 if limit != limits.TEXT else room):
            return pieces
    if len(pieces) <= room:
        return pieces
    kept = pieces[:room]
    kept[-1] = next(pack_sentences(kept[-1], limits.TEXT - 1))[: limits.TEXT - 1] + "…"
    return kept


def _card(card: Card, signer: TapSigner) -> RenderedMessage:
    is_alert = card.tone == "alert"
    body: list[Json] = []
    if card.title:
        body.append(_text(card.title, weight="bold", size="md", color=ALERT_COLOUR if is_alert else TEXT_COLOUR))
    if card.text:
        body.append(_text(card.text, size="md" if is_alert else "sm", color=TEXT_COLOUR))
    body += [_row(row) for row in card.rows if row.text]
    if card.is_list:
        for choice in card.choices:
            body += [{"type": "separator"}, _list_row(choice, signer)]
    if card.also:
        body += [{"type": "separator"}, _text(card.also_title or card.alt, size="xs", color=LABEL_COLOUR)]
        body += [_list_row(choice, signer) for choice in card.also]
    bubble: Json = {"type": "bubble", "size": "mega", "body": _box(body or [_text(card.alt)], spacing="md")}
    if is_alert:
        bubble["styles"] = {"body": {"backgroundColor": ALERT_BACKGROUND}, "footer": {"backgroundColor": ALERT_BACKGROUND}}
    if card.choices and not card.is_list:
        bubble["footer"] = _box([_button(choice, signer) for choice in card.choices], spacing="sm")
    json = {"type": "flex", "altText": _cut(card.alt, limits.ALT_TEXT), "contents": bubble}
    return RenderedMessage(json=json, kind="card", text=_card_text(card))


def _card_text(card: Card) -> str:
    """What stands on the card, in words, for the ledger."""
    lines = [card.title or "", card.text or ""]
    lines += [f"{row.label}: {row.text}" for row in card.rows]
    lines += [f"［{choice.label}］" for choice in (*card.also, *card.choices)]
    return "\n".join(line for line in lines if line) or card.alt


def _box(contents: Sequence[Json], **attributes: str) -> Json:
    return {"type": "box", "layout": "vertical", "contents": list(contents), **attributes}


def _text(text: str, **attributes: str | int) -> Json:
    return {"type": "text", "text": text, "wrap": True, **attributes}


def _row(row: Row) -> Json:
    cells = [_text(row.label, size="xs", color=LABEL_COLOUR, flex=2), _text(row.text, size="sm", color=TEXT_COLOUR, flex=5)]
    return {"type": "box", "layout": "horizontal", "contents": cells, "spacing": "sm"}


def _list_row(choice: Choice, signer: TapSigner) -> Json:
    """Flex buttons cut long labels; a box that is tapped as a whole lets the question wrap."""
    text = _text(choice.label, size="sm", color=LINK_COLOUR)
    return {**_box([text], paddingTop="8px", paddingBottom="8px"), "action": _action(choice, signer, limits.FLEX_LABEL)}


def _button(choice: Choice, signer: TapSigner) -> Json:
    action = _action(choice, signer, limits.FLEX_LABEL)
    if choice.is_primary:
        return {"type": "button", "style": "primary", "height": "sm", "color": LINK_COLOUR, "action": action}
    return {"type": "button", "style": "link", "height": "sm", "color": LINK_COLOUR, "action": action}


def _cut(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units, cut with an ellipsis, after a sentence where there is one."""
    return text if utf16_length(text) <= limit else next(pack_sentences(text, limit - 1)) + "…"


def _action(choice: Choice, signer: TapSigner, label_limit: int) -> Json:
    return {"label": shorten(choice.label, label_limit), **_effect(choice.action, signer)}


def _effect(action: Action, signer: TapSigner) -> Json:
    match action:
        case Tap(value=value, shown=shown):
            display = {"displayText": shorten(shown, limits.DISPLAY_TEXT)} if shown else {}
            return {"type": "postback", "data": signer.encode(value), **display}
        case Say(text=text):
            return {"type": "message", "text": shorten(text, limits.MESSAGE_ACTION_TEXT)}
        case OpenLink(url=url):
            return {"type": "uri", "uri": quote(url, safe=":/?#[]@!$&'()*+,;=%~-._")}
        case Call(phone=phone):
            return {"type": "uri", "uri": "tel:" + quote("".join(c for c in phone if c.isdigit() or c in "+#*"), safe="+*")}
        case SendLocation():
            return {"type": "location"}
        case TakePhoto():
            return {"type": "camera"}
        case PickMoment(value=value, mode=mode, earliest=earliest, latest=latest):
            form = {"date": "%Y-%m-%d", "time": "%H:%M", "datetime": "%Y-%m-%dT%H:%M"}[mode]
            bounds = {name: in_japan(moment).strftime(form) for name, moment in (("min", earliest), ("max", latest)) if moment is not None}
            return {"type": "datetimepicker", "data": signer.encode(value), "mode": mode, **bounds}
