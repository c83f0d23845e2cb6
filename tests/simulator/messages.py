"""Messages that the platform accepts, to be spoilt in one place at a time."""

from typing import Any

Message = dict[str, Any]
IMAGE = "https://example.jp/a.jpg"


def text(value: str = "こんにちは", **more: Any) -> Message:
    return {"type": "text", "text": value, **more}


def postback(label: str = "はい", **more: Any) -> Message:
    return {"type": "postback", "label": label, "data": "yes", **more}


def saying(label: str = "はい", value: str = "はい") -> Message:
    return {"type": "message", "label": label, "text": value}


def opening(uri: str = "https://example.jp/", label: str = "開く") -> Message:
    return {"type": "uri", "label": label, "uri": uri}


def quick(*actions: Message) -> Message:
    return text(quickReply={"items": [{"type": "action", "action": action} for action in actions]})


def buttons(count: int = 1, **more: Any) -> Message:
    template = {"type": "buttons", "text": "選んでください", "actions": [postback()] * count, **more}
    return {"type": "template", "altText": "選択", "template": template}


def confirm(count: int = 2, value: str = "よろしいですか") -> Message:
    return {"type": "template", "altText": "確認", "template": {"type": "confirm", "text": value, "actions": [postback()] * count}}


def carousel(columns: int = 1, actions: int = 1, **more: Any) -> Message:
    column = {"text": "説明", "actions": [postback()] * actions, **more}
    return {"type": "template", "altText": "一覧", "template": {"type": "carousel", "columns": [dict(column) for _ in range(columns)]}}


def image_carousel(columns: int = 1, label: str = "見る") -> Message:
    column = {"imageUrl": IMAGE, "action": postback(label)}
    return {"type": "template", "altText": "写真", "template": {"type": "image_carousel", "columns": [column] * columns}}


def flex(contents: Message | None = None, alt: str = "お知らせ") -> Message:
    return {"type": "flex", "altText": alt, "contents": contents or bubble()}


def bubble(*components: Message, **more: Any) -> Message:
    return {"type": "bubble", "body": box(*(components or ({"type": "text", "text": "本文"},))), **more}


def box(*components: Message, **more: Any) -> Message:
    return {"type": "box", "layout": "vertical", "contents": list(components), **more}


def button(label: str = "申し込む", **more: Any) -> Message:
    return {"type": "button", "action": postback(label), **more}


def flex_of_size(size: int) -> Message:
    """A bubble whose JSON has exactly that many bytes."""
    import json

    empty = len(json.dumps(bubble({"type": "text", "text": ""}), ensure_ascii=False, separators=(",", ":")).encode())
    return flex(bubble({"type": "text", "text": "a" * (size - empty)}))


def flex_carousel(count: int, **more: Any) -> Message:
    return flex({"type": "carousel", "contents": [bubble(**more) for _ in range(count)]})


def imagemap(actions: int = 1, width: int = 1040, **more: Any) -> Message:
    area = {"x": 0, "y": 0, "width": 10, "height": 10}
    return {
        "type": "imagemap",
        "baseUrl": "https://example.jp/map",
        "altText": "地図",
        "baseSize": {"width": width, "height": 1040},
        "actions": [{"type": "message", "text": "ここ", "area": area}] * actions,
        **more,
    }


def video(**more: Any) -> Message:
    return {"type": "video", "originalContentUrl": "https://example.jp/a.mp4", "previewImageUrl": IMAGE, **more}


def image(**more: Any) -> Message:
    return {"type": "image", "originalContentUrl": IMAGE, "previewImageUrl": IMAGE, **more}


def location(**more: Any) -> Message:
    return {"type": "location", "title": "市役所", "address": "中央1-1-1", "latitude": 35.0, "longitude": 139.0, **more}


def rich_menu(areas: int = 1, **more: Any) -> Message:
    area = {"bounds": {"x": 0, "y": 0, "width": 400, "height": 250}, "action": postback()}
    return {
        "size": {"width": 2500, "height": 843},
        "selected": True,
        "name": "主",
        "chatBarText": "メニュー",
        "areas": [area] * areas,
        **more,
    }
