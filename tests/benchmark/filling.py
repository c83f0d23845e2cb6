"""Many residents in the middle of a procedure at once, each answering now and then: whether answers come in time, and to the right one."""

import argparse
import asyncio
import math
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
import uvicorn
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.line.models import LineAddress
from bot.models import Conversation
from core.database import Database
from core.encryption import Keyring
from procedures.applications import Desk, answers_of
from procedures.keys import Seals
from procedures.loading import load_procedures
from procedures.models import Application
from tests.benchmark.acknowledging import request
from tests.benchmark.answering import Recorder
from tests.benchmark.processes import ServedProduct, free_port
from tests.benchmark.table import Line, print_table

RESIDENTS = 1000
EVERY = 30.0
"""Seconds between two answers of one resident."""
MOST_SECONDS = 60.0
KANA = "アイウエオカキクケコサシスセソタチツテト"
P95 = 500.0


@dataclass(frozen=True, kw_only=True)
class Talker:
    """A resident whose answers are like nobody else's."""

    number: int

    @property
    def dog(self) -> str:
        return f"コロ{self.number}号"

    @property
    def phone(self) -> str:
        return f"090-{1000 + self.number // 10000:04d}-{self.number % 10000:04d}"

    @property
    def words(self) -> tuple[str, ...]:
        kana = "".join(KANA[int(digit)] for digit in f"{self.number:05d}")
        return (
            "犬の死亡を届け出たい", "登録していない", "きのう", self.dog, f"汐見市 第{self.number}号", "窓口で返す",
            f"田中 {kana} タナカ {kana}", "港町3丁目2番1号", self.phone, "申し込む",
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Filled:
    """Milliseconds from sending each answer to the arrival of the next question, and what came of it all."""

    milliseconds: Sequence[float]
    missing: int
    wanted: int
    applications: int
    mixed_up: int
    processor: float

    def lines(self) -> list[Line]:
        ordered = sorted(self.milliseconds) or [math.inf]
        p95 = ordered[int(0.95 * (len(ordered) - 1))]
        return [
            Line(
                name=f"an answer in a procedure, {self.wanted} at once, p50",
                value=statistics.median(ordered),
                unit="ms",
                target="",
            ),
            Line(name="    p95", value=p95, unit="ms", target=f"≤ {P95:g}", is_met=p95 <= P95),
            Line(name="    answers without the next question", value=self.missing, unit="", target="0", is_met=self.missing == 0),
            Line(
                name="    applications that came of it",
                value=self.applications,
                unit="",
                target=str(self.wanted),
                is_met=self.applications == self.wanted,
            ),
            Line(name="    with an answer of somebody else", value=self.mixed_up, unit="", target="0", is_met=self.mixed_up == 0),
            Line(name="    processor time of the server per answer", value=self.processor, unit="ms", target=""),
        ]


def delivery(talker: Talker, turn: int) -> tuple[bytes, str]:
    token = f"{talker.number:016x}{turn:016x}"
    event = {
        "type": "message",
        "mode": "active",
        "timestamp": int(time.time() * 1000),
        "source": {"type": "user", "userId": f"U{talker.number:032x}"},
        "webhookEventId": f"{talker.number:013d}{turn:013d}",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": token,
        "message": {"type": "text", "id": f"{talker.number:06d}{turn:03d}", "quoteToken": "q", "text": talker.words[turn]},
    }
    return orjson.dumps({"destination": "U" + "0" * 32, "events": [event]}), token


async def fill_in(folder: Path, residents: int, every: float) -> Filled:
    recorder, port = Recorder(), free_port()
    server = uvicorn.Server(uvicorn.Config(recorder, host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    environment = {"LINE_API_URL": f"http://127.0.0.1:{port}"}
    product = ServedProduct(folder, workers=4, environment=environment)
    await asyncio.to_thread(product.start)
    sent: dict[str, float] = {}
    try:
        used = product.processor_seconds()
        limits = httpx.Limits(max_connections=64)
        async with httpx.AsyncClient(timeout=30, limits=limits) as client:
            talkers = [Talker(number=number + 1) for number in range(residents)]
            await asyncio.gather(
                *(_talk(client, product, talker, every * place / residents, every, sent) for place, talker in enumerate(talkers))
            )
            until = time.perf_counter() + MOST_SECONDS
            while time.perf_counter() < until and not all(token in recorder.arrived for token in sent):
                await asyncio.sleep(0.05)
        used = product.processor_seconds() - used
        await asyncio.to_thread(product.stop)
    finally:
        await asyncio.to_thread(product.stop)
        server.should_exit = True
        await serving
    times = [(recorder.arrived[token] - at) * 1000 for token, at in sent.items() if token in recorder.arrived]
    found, mixed_up = _received(folder, product)
    return Filled(
        milliseconds=times,
        missing=len(sent) - len(times),
        wanted=residents,
        applications=found,
        mixed_up=mixed_up,
        processor=used * 1000 / max(1, len(sent)),
    )


async def _talk(
    client: httpx.AsyncClient, product: ServedProduct, talker: Talker, first: float, every: float, sent: dict[str, float]
) -> None:
    started = time.perf_counter() + first
    for turn in range(len(talker.words)):
        await asyncio.sleep(max(0.0, started + turn * every - time.perf_counter()))
        body, token = delivery(talker, turn)
        head, _, content = request("/webhook/shiomi", body).partition(b"\r\n\r\n")
        signature = next(line.split(b": ")[1].decode() for line in head.split(b"\r\n") if line.startswith(b"x-line-signature"))
        sent[token] = time.perf_counter()
        await _deliver(client, f"{product.url}/webhook/shiomi", content, {"x-line-signature": signature})


async def _deliver(client: httpx.AsyncClient, url: str, content: bytes, headers: dict[str, str]) -> None:
    """As LINE does: again where a connection that had been idle is closed at that very moment. The event counts once."""
    for _ in range(3):
        try:
            await client.post(url, content=content, headers=headers)
        except httpx.TransportError:
            continue
        return


def _received(folder: Path, product: ServedProduct) -> tuple[int, int]:
    """How many applications there are, and how many hold what another resident answered."""
    seals = Seals(Keyring(product.environment["SECRET_KEY"]))
    desk = Desk(seals=seals, procedures=load_procedures("shiomi"), municipality_id="shiomi")
    database = Database(f"sqlite:///{folder / 'data' / 'madoguchi.sqlite'}")
    with database.reading() as session:
        rows = session.execute(
            select(Application, LineAddress.line_id)
            .join(Conversation, Conversation.resident_id == Application.resident_id)
            .join(LineAddress, LineAddress.conversation_id == Conversation.id)
        ).all()
        wrong = sum(not _is_theirs(session, desk, application, line_id) for application, line_id in rows)
    database.close()
    return len(rows), wrong


def _is_theirs(session: Session, desk: Desk, application: Application, line_id: str) -> bool:
    talker, answers = Talker(number=int(line_id[1:], 16)), answers_of(session, desk, application)
    phone = answers["phone"]["number"]
    return answers["dog_name"] == talker.dog and phone == talker.phone and str(talker.number) in str(answers["tag_number"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--residents", type=int, default=RESIDENTS)
    parser.add_argument("--every", type=float, default=EVERY)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as folder:
        filled = asyncio.run(fill_in(Path(folder), given.residents, given.every))
    print_table(filled.lines(), load=os.getloadavg())


if __name__ == "__main__":
    main()
