"""From webhook to the reply's HTTP call at a steady rate, and the memory that a thousand turns leave."""

import asyncio
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
import uvicorn

from tests.benchmark.acknowledging import request
from tests.benchmark.processes import ServedProduct, free_port
from tests.benchmark.table import Line

EVENTS_A_SECOND = 20
TURNS = 1000
QUESTIONS = (
    "粗大ごみを出したい",
    "住民票の写しはどこで取れますか",
    "引っ越しました。手続きは？",
    "保育園の申し込みについて教えてください",
    "国保に入りたいです",
    "マイナンバーカードの更新",
    "犬を飼い始めました",
    "水道を使い始めたい",
    "税金の納付書をなくしました",
    "避難所はどこですか",
    "児童手当の金額は？",
    "図書館は何時までですか",
    "印鑑登録の方法",
    "介護保険の認定を受けたい",
    "年金の免除はできますか",
    "道路に穴があいています",
)


@dataclass(frozen=True, kw_only=True)
class Answering:
    """Milliseconds from sending a webhook to the arrival of its reply, and megabytes."""

    milliseconds: list[float]
    missing: int
    half_way: float
    after: float

    def lines(self) -> list[Line]:
        ordered = sorted(self.milliseconds)
        p50, p99 = statistics.median(ordered), ordered[int(0.99 * (len(ordered) - 1))]
        growth = self.after - self.half_way
        return [
            Line(name=f"webhook to reply at {EVENTS_A_SECOND}/s, p50", value=p50, unit="ms", target="≤ 60", is_met=p50 <= 60),
            Line(name="    p99", value=p99, unit="ms", target="≤ 300", is_met=p99 <= 300),
            Line(name="    events without a reply", value=self.missing, unit="", target="0", is_met=self.missing == 0),
            Line(name=f"memory after {TURNS} turns", value=self.after, unit="MB", target="≤ 700", is_met=self.after <= 700),
            Line(name="    growth over the second half", value=growth, unit="MB", target="not growing", is_met=growth < 10),
        ]


class Recorder:
    """Stands in for LINE: takes replies and notes when they came."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}

    async def __call__(self, scope: dict, receive: object, send: object) -> None:  # type: ignore[type-arg]
        body = b""
        while True:
            message = await receive()  # type: ignore[operator]
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        if scope["path"].endswith("/message/reply"):
            self.arrived.setdefault(orjson.loads(body)["replyToken"], time.perf_counter())
        content = b'{"sentMessages":[{"id":"1"}],"type":"none","totalUsage":0}'
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": content})  # type: ignore[operator]


def message(number: int) -> tuple[bytes, str]:
    """A delivery of one question of a new resident, and its reply token."""
    token = f"{number:032x}"
    now = int(time.time() * 1000)
    event = {
        "type": "message",
        "mode": "active",
        "timestamp": now,
        "source": {"type": "user", "userId": f"U{number % 200:032x}"},
        "webhookEventId": f"{number:026d}",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": token,
        "message": {"type": "text", "id": str(number), "quoteToken": "q", "text": QUESTIONS[number % len(QUESTIONS)]},
    }
    return orjson.dumps({"destination": "U" + "0" * 32, "events": [event]}), token


def measure_answers(folder: Path) -> Answering:
    return asyncio.run(_measure(folder))


async def _measure(folder: Path) -> Answering:
    recorder, port = Recorder(), free_port()
    server = uvicorn.Server(uvicorn.Config(recorder, host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    product = ServedProduct(folder, workers=4, environment={"LINE_API_URL": f"http://127.0.0.1:{port}"})
    await asyncio.to_thread(product.start)
    sent: dict[str, float] = {}
    half_way = 0.0
    async with httpx.AsyncClient(timeout=30) as client:
        for warm_up in range(20):
            await _post(client, product, 10_000_000 + warm_up, {})
            await asyncio.sleep(0.1)
        tasks = []
        started = time.perf_counter()
        for number in range(TURNS):
            await asyncio.sleep(max(0.0, started + number / EVENTS_A_SECOND - time.perf_counter()))
            tasks.append(asyncio.create_task(_post(client, product, number, sent)))
            if number == TURNS // 2:
                half_way = product.resident_megabytes()
        await asyncio.gather(*tasks)
        for _ in range(100):
            if all(token in recorder.arrived for token in sent):
                break
            await asyncio.sleep(0.1)
    after = product.resident_megabytes()
    await asyncio.to_thread(product.stop)
    server.should_exit = True
    await serving
    times = [(recorder.arrived[token] - at) * 1000 for token, at in sent.items() if token in recorder.arrived]
    return Answering(milliseconds=times, missing=len(sent) - len(times), half_way=half_way, after=after)


async def _post(client: httpx.AsyncClient, product: ServedProduct, number: int, sent: dict[str, float]) -> None:
    body, token = message(number)
    head, _, content = request("/webhook/shiomi", body).partition(b"\r\n\r\n")
    signature = next(line.split(b": ")[1].decode() for line in head.split(b"\r\n") if line.startswith(b"x-line-signature"))
    sent[token] = time.perf_counter()
    await client.post(f"{product.url}/webhook/shiomi", content=content, headers={"x-line-signature": signature})
