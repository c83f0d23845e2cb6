"""From webhook to the reply's HTTP call: different questions, repeated ones, too many at once; and the memory that turns leave."""

import asyncio
import math
import os
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
import orjson
import uvicorn

from bot.asked import read_asked
from bot.asking import turn_of
from bot.bubbles import Completeness, completeness
from core.clock import system_clock
from core.pack import Pack
from core.pack_loading import load_pack
from tests.benchmark.acknowledging import request
from tests.benchmark.processes import ServedProduct, free_port
from tests.benchmark.table import Line, print_table

TURNS = 1000
REPEATED_TURNS = 300
CROWDED_TURNS = 600
EVENTS_A_SECOND = 20
CROWD_A_SECOND = 40
MOST_SECONDS = 30.0
"""How long replies are awaited after the last event."""
FILES = ("questions", "residents_fitted", "residents_held_out", "chat", "elsewhere")
REPEATED = (
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
"""A few questions asked again and again, whose searches are remembered."""
SEARCHES = re.compile(r'^madoguchi_searches_total\{mode="(\w+)"\} ([\d.e+]+)$', re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Run:
    """Milliseconds from sending a webhook to the arrival of its reply, and what the server spent on it."""

    milliseconds: Sequence[float]
    missing: int
    processor: float
    """Milliseconds of the server's processor time per event."""
    light: float
    """Share of the searches that went without the large model."""

    def lines(self, name: str, *, p50: float | None, p99: float | None) -> list[Line]:
        ordered = sorted(self.milliseconds) or [math.inf]
        measured = (("p50", statistics.median(ordered), p50), ("p99", ordered[int(0.99 * (len(ordered) - 1))], p99))
        return [
            *(
                Line(
                    name=f"{name}, {which}",
                    value=value,
                    unit="ms",
                    target="" if target is None else f"≤ {target:g}",
                    is_met=None if target is None else value <= target,
                )
                for which, value, target in measured
            ),
            Line(name="    events without a reply", value=self.missing, unit="", target="0", is_met=self.missing == 0),
            Line(name="    processor time of the server per event", value=self.processor, unit="ms", target=""),
            Line(name="    searched without the large model", value=100 * self.light, unit="%", target=""),
        ]


@dataclass(frozen=True, kw_only=True)
class Answering:
    """One run after the other against the same server, and its megabytes during the first."""

    different: Run
    repeated: Run
    crowded: Run
    own_half_way: float
    own: float
    after: float

    def lines(self) -> list[Line]:
        growth = self.own - self.own_half_way
        return [
            *self.different.lines(f"webhook to reply, all different, {EVENTS_A_SECOND}/s", p50=60, p99=300),
            *self.repeated.lines(f"webhook to reply, {len(REPEATED)} questions again and again, {EVENTS_A_SECOND}/s", p50=60, p99=300),
            *self.crowded.lines(f"webhook to reply, all different, {CROWD_A_SECOND}/s", p50=None, p99=None),
            Line(name=f"memory after {TURNS} turns", value=self.after, unit="MB", target="≤ 700", is_met=self.after <= 700),
            Line(name="    of it no pages of files", value=self.own, unit="MB", target=""),
            Line(name="    growth of that over the second half", value=growth, unit="MB", target="not growing", is_met=growth < 10),
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


def everyday_questions() -> list[str]:
    """What residents of the sample city ask, all different, topics and manners mixed.

    Without what looks like the beginning of more, which waits a moment for the rest.
    """
    pack, now = load_pack("shiomi"), system_clock()
    found = [text for text in dict.fromkeys(asked.text for name in FILES for asked in read_asked(name)) if _stands(pack, text, now)]
    random.Random(7).shuffle(found)
    return found


def _stands(pack: Pack, text: str, now: datetime) -> bool:
    return completeness(turn_of(pack, text, now).bubbles, pack.lexicon.fragments) is Completeness.STANDS


def message(number: int, text: str) -> tuple[bytes, str]:
    """A delivery of one question of some resident, and its reply token."""
    token = f"{number:032x}"
    event = {
        "type": "message",
        "mode": "active",
        "timestamp": int(time.time() * 1000),
        "source": {"type": "user", "userId": f"U{number:032x}"},
        "webhookEventId": f"{number:026d}",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": token,
        "message": {"type": "text", "id": str(number), "quoteToken": "q", "text": text},
    }
    return orjson.dumps({"destination": "U" + "0" * 32, "events": [event]}), token


def measure_answers(folder: Path) -> Answering:
    return asyncio.run(_measure(folder))


class Asking:
    """Sends questions at a steady rate and waits for their replies."""

    def __init__(self, client: httpx.AsyncClient, product: ServedProduct, recorder: Recorder) -> None:
        self._client = client
        self._product = product
        self._recorder = recorder
        self._number = 0

    async def run(self, texts: Sequence[str], count: int, rate: float, half_way: Callable[[], None] = lambda: None) -> Run:
        searches, used = await self._searches(), self._product.processor_seconds()
        sent: dict[str, float] = {}
        tasks = []
        started = time.perf_counter()
        for place in range(count):
            await asyncio.sleep(max(0.0, started + place / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(self._post(texts[place % len(texts)], sent)))
            if place == count // 2:
                half_way()
        await asyncio.gather(*tasks)
        until = time.perf_counter() + MOST_SECONDS
        while time.perf_counter() < until and not all(token in self._recorder.arrived for token in sent):
            await asyncio.sleep(0.05)
        used = self._product.processor_seconds() - used
        modes = {mode: number - searches.get(mode, 0.0) for mode, number in (await self._searches()).items()}
        arrived = self._recorder.arrived
        times = [(arrived[token] - at) * 1000 for token, at in sent.items() if token in arrived]
        light = modes.get("light", 0.0) / max(1.0, sum(modes.values()))
        return Run(milliseconds=times, missing=len(sent) - len(times), processor=used * 1000 / count, light=light)

    async def _searches(self) -> dict[str, float]:
        page = (await self._client.get(f"{self._product.url}/metrics")).text
        return {mode: float(number) for mode, number in SEARCHES.findall(page)}

    async def _post(self, text: str, sent: dict[str, float]) -> None:
        self._number += 1
        body, token = message(self._number, text)
        head, _, content = request("/webhook/shiomi", body).partition(b"\r\n\r\n")
        signature = next(line.split(b": ")[1].decode() for line in head.split(b"\r\n") if line.startswith(b"x-line-signature"))
        sent[token] = time.perf_counter()
        await self._client.post(f"{self._product.url}/webhook/shiomi", content=content, headers={"x-line-signature": signature})


async def _measure(folder: Path) -> Answering:
    recorder, port = Recorder(), free_port()
    server = uvicorn.Server(uvicorn.Config(recorder, host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    product = ServedProduct(folder, workers=4, environment={"LINE_API_URL": f"http://127.0.0.1:{port}"})
    await asyncio.to_thread(product.start)
    questions, megabytes = everyday_questions(), []
    async with httpx.AsyncClient(timeout=30) as client:
        asking = Asking(client, product, recorder)
        await asking.run(REPEATED, 20, 10)
        different = await asking.run(questions, TURNS, EVENTS_A_SECOND, lambda: megabytes.append(product.own_megabytes()))
        own, after = product.own_megabytes(), product.resident_megabytes()
        repeated = await asking.run(REPEATED, REPEATED_TURNS, EVENTS_A_SECOND)
        # In other words, so that nothing is remembered.
        crowded = await asking.run([f"すみません、{text}" for text in questions], CROWDED_TURNS, CROWD_A_SECOND)
    await asyncio.to_thread(product.stop)
    server.should_exit = True
    await serving
    return Answering(different=different, repeated=repeated, crowded=crowded, own_half_way=megabytes[0], own=own, after=after)


def main() -> None:
    """This measurement alone."""
    with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as folder:
        lines = measure_answers(Path(folder)).lines()
    print_table(lines, load=os.getloadavg())


if __name__ == "__main__":
    main()
