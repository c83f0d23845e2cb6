"""The stage of the page's test: platform, page and a small bot behind one server."""

import io
import json
import threading
from typing import Any

import httpx
import uvicorn
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from bot.simulator.courier import certificates
from bot.simulator.device_api import create_device_api
from bot.simulator.line_api import create_line_api
from bot.simulator.page import create_page
from bot.simulator.platform import Platform
from bot.simulator.records import Channel, Person
from tests.patience import PATIENCE, soon

Json = dict[str, Any]  # messages of LINE, whose shape is the subject of the test


def postback(label: str, **more: str) -> Json:
    return {"type": "postback", "label": label, "data": f"data={label}", **more}


def button(action: Json) -> Json:
    return {"type": "button", "style": "primary", "height": "sm", "action": action}


def bubble(*contents: Json) -> Json:
    return {"type": "bubble", "size": "micro", "body": {"type": "box", "layout": "vertical", "contents": list(contents)}}


def quick_reply(*actions: Json) -> Json:
    return {"items": [{"type": "action", "action": action} for action in actions]}


def template(words: str, kind: str, *actions: Json) -> Json:
    return {"type": "template", "altText": words, "template": {"type": kind, "text": words, "actions": list(actions)}}


PICKER = {
    "type": "datetimepicker",
    "label": "日を選ぶ",
    "data": "day",
    "mode": "date",
    "min": "2026-04-01",
    "max": "2026-04-30",
    "initial": "2026-04-10",
}
OUTSIDE = {"type": "uri", "label": "外のページ", "uri": "https://www.example.com/outside"}
QUICK = [
    {"type": "message", "label": "はい", "text": "はい、お願いします"},
    PICKER,
    {"type": "clipboard", "label": "番号を写す", "clipboardText": "R8-1"},
]
SCRIPT: dict[str, list[Json]] = {
    "候補": [{"type": "text", "text": "どうしますか。", "quickReply": quick_reply(*QUICK)}],
    "電話": [{"type": "text", "text": "環境課 0490-00-1106 へ。https://www.example.com/gomi も見てください。"}],
    "カード": [{"type": "flex", "altText": "粗大ごみの案内", "contents": bubble(
        {"type": "text", "text": "粗大ごみ", "weight": "bold", "size": "xl", "color": "#112233"},
        button(postback("申し込む", displayText="申し込みます")), button(OUTSIDE))}],
    "全種類": [
        {"type": "flex", "altText": "品目", "contents": {"type": "carousel", "contents": [bubble(button(postback(n))) for n in "机棚"]}},
        template("手続きを選んでください", "buttons", postback("転入")),
        template("よいですか", "confirm", postback("よい"), postback("だめ")),
        {"type": "textV2", "text": "{{案内}}", "quickReply": quick_reply({"type": "location", "label": "場所を送る"})},
        {"type": "location", "title": "市役所", "address": "みなと県汐見市中央1丁目", "latitude": 35.0, "longitude": 141.2},
    ],
}  # fmt: skip


class Stage:
    """A server with platform, page and bot, and what the tests need of it."""

    def __init__(self) -> None:
        self.turns: list[Json] = []
        self.heard: list[Json] = []
        channel = Channel(
            municipality="shiomi",
            name="汐見市",
            basic_id="@shiomi",
            secret="secret",
            access_token="token",
            webhook_url="http://bot.invalid/webhook",
        )
        self.platform = Platform(channels=[channel])
        routes = [
            Route("/webhook", self.receive, methods=["POST"]),
            Mount("/simulator/line", create_line_api(self.platform)),
            Mount("/simulator/device", create_device_api(self.platform)),
            Mount("/simulator", create_page(self.platform, self.traces)),
        ]
        self.server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", timeout_graceful_shutdown=1))
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    def traces(self, municipality: str, person: str, after: int) -> list[Json]:
        return [turn for turn in self.turns if turn["id"] > after]

    def start(self) -> None:
        self.thread.start()
        soon(lambda: self.server.started)
        self.origin = f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"
        self.platform.account("shiomi").webhook_url = f"{self.origin}/webhook"
        self.platform.start()
        self._publish_menu()

    def stop(self) -> None:
        self.platform.stop()
        self.server.should_exit = True
        self.thread.join(PATIENCE)

    def call(self, path: str, **request: Any) -> Json:  # what httpx takes
        headers = {"authorization": "Bearer token", **request.pop("headers", {})}
        answer = httpx.post(f"{self.origin}/simulator/line{path}", headers=headers, timeout=PATIENCE, verify=certificates(), **request)
        assert answer.is_success, answer.text
        found: Json = answer.json()
        return found

    def _publish_menu(self) -> None:
        areas = [
            {"bounds": {"x": 400 * place, "y": 0, "width": 400, "height": 540}, "action": {"type": "message", "label": name, "text": name}}
            for place, name in enumerate(("電話", "候補"))
        ]
        menu = {"size": {"width": 800, "height": 540}, "selected": False, "name": "main", "chatBarText": "メニュー", "areas": areas}
        menu_id = self.call("/v2/bot/richmenu", json=menu)["richMenuId"]
        image = io.BytesIO()
        Image.new("RGB", (800, 540), "#dde7e4").save(image, "PNG")
        self.call(f"/v2/bot/richmenu/{menu_id}/content", content=image.getvalue(), headers={"content-type": "image/png"})
        self.call(f"/v2/bot/user/all/richmenu/{menu_id}")

    async def receive(self, request: Request) -> Response:
        for event in (await request.json())["events"]:
            self.heard.append(event)
            threading.Thread(target=self.answer, args=(event,), daemon=True).start()
        return Response()

    def answer(self, event: Json) -> None:
        message = event.get("message", {})
        said = message.get("text") or (json.dumps(event["postback"], ensure_ascii=False) if "postback" in event else message.get("type"))
        if "markAsReadToken" in message:
            self.call("/v2/bot/chat/markAsRead", json={"markAsReadToken": message["markAsReadToken"]})
        if said and "replyToken" in event:
            messages = SCRIPT.get(said, [{"type": "text", "text": f"伺いました: {said}"}])
            self.call("/v2/bot/message/reply", json={"replyToken": event["replyToken"], "messages": messages})

    def texts_heard(self, person: Person) -> list[str]:
        mine = [event for event in self.heard if event["source"].get("userId") == person.id]
        return [event["message"]["text"] for event in mine if event["type"] == "message" and event["message"]["type"] == "text"]
