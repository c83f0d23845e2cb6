"""What one event costs, stage by stage: processor time and SQL statements, of the product built in this process.

LINE is a recorder in a process of its own. Processor time is hardly moved by what else runs on the machine, so these figures can be
compared from one day to the next.
"""

import argparse
import asyncio
import cProfile
import multiprocessing
import os
import pstats
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import Engine, event

from bot.inbox import Inbox
from bot.line.channel import LineChannel
from bot.line.delivery import Delivery
from bot.tools import SearchTools
from bot.turn import TurnRunner
from bot.webhook import Webhook
from core.embedded_queue import EmbeddedQueue
from core.settings import ChannelKeys, SearchMode, Settings
from core.statements import Driver
from main import Product
from retrieval.large_model import LargeModel
from retrieval.search import Search
from tests.benchmark.acknowledging import request
from tests.benchmark.answering import Recorder, everyday_questions, message
from tests.benchmark.processes import SECRET, TOKEN, free_port
from tests.benchmark.table import Line, print_table

EVENTS = 400
EVENTS_A_SECOND = 20
STAGES: Sequence[tuple[str, type, str]] = (
    ("accept", Inbox, "_flush"),
    ("claim and finish jobs", EmbeddedQueue, "_exchange"),
    ("load", TurnRunner, "_load"),
    ("read the turn", TurnRunner, "_turn_of"),
    ("decide", TurnRunner, "_decide"),
    ("    answer", SearchTools, "answer"),
    ("    search", Search, "search"),
    ("    ask the large model", LargeModel, "query"),
    ("apply", TurnRunner, "_apply"),
    ("    render", LineChannel, "render"),
    ("prepare the call", Delivery, "_prepare"),
    ("send", Delivery, "_send"),
    ("record the result", Delivery, "_record"),
)
"""Each without the stages inside it."""


@dataclass
class Cost:
    """What a stage has used so far."""

    calls: int = 0
    seconds: float = 0.0
    statements: Counter[str] = field(default_factory=Counter)


class Meter:
    """Adds up by thread; a stage inside another one pauses it."""

    def __init__(self) -> None:
        self.costs: dict[str, Cost] = {}
        self.is_on = False
        self._lock = threading.Lock()
        self._local = threading.local()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        stack: list[list[Any]] = self._local.__dict__.setdefault("stack", [])  # Any: name, beginning, seconds of the stages inside.
        stack.append([name, time.thread_time(), 0.0])
        try:
            yield
        finally:
            _, began, inside = stack.pop()
            taken = time.thread_time() - began
            if stack:
                stack[-1][2] += taken
            if self.is_on:
                with self._lock:
                    cost = self.costs.setdefault(name, Cost())
                    cost.calls += 1
                    cost.seconds += taken - inside

    def note(self, statement: str) -> None:
        stack = self._local.__dict__.get("stack")
        if self.is_on:
            with self._lock:
                self.costs.setdefault(stack[-1][0] if stack else "elsewhere", Cost()).statements[statement] += 1

    def watch(self) -> None:
        """Every stage, and every statement of every engine."""
        for name, owner, method in STAGES:
            setattr(owner, method, self._measured(name, getattr(owner, method)))
        event.listen(Engine, "before_cursor_execute", lambda _connection, _cursor, statement, *_: self.note(statement))
        setattr(Driver, "execute", self._noting(Driver.execute))  # noqa: B010  # A type checker would refuse the plain assignment.
        event.listen(Engine, "begin", lambda _connection: self.note("BEGIN"))
        event.listen(Engine, "commit", lambda _connection: self.note("COMMIT"))

    def _noting(self, execute: Callable[..., Any]) -> Callable[..., Any]:  # Any: a driver's cursor.
        def noting(driver: Driver, text: str, parameters: Any) -> Any:  # Any: as the method itself.
            self.note(text)
            return execute(driver, text, parameters)

        return noting

    def _measured(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:  # Any: whatever the method takes and gives.
        def measured(*arguments: Any, **named: Any) -> Any:
            with self.stage(name):
                return method(*arguments, **named)

        return measured


@dataclass(frozen=True, kw_only=True)
class Turning:
    """Of all events together."""

    events: int
    processor: float
    """Seconds of the whole process."""
    costs: Mapping[str, Cost]

    def lines(self) -> list[Line]:
        search = sum(cost.seconds for name, cost in self.costs.items() if name in ("    search", "    ask the large model"))
        measured = sum(cost.seconds for cost in self.costs.values())
        statements = sum(cost.statements.total() for cost in self.costs.values())
        return [
            *(self._line(name, self.costs[name]) for name, _, _ in STAGES if name in self.costs),
            *(self._line(name, cost) for name, cost in self.costs.items() if name == "elsewhere"),
            Line(name="server, client of LINE, threads, whatever else", value=self._each(self.processor - measured), unit="ms", target=""),
            Line(name="all, without searching", value=self._each(self.processor - search), unit="ms", target=""),
            Line(name="all", value=self._each(self.processor), unit="ms", target=""),
            Line(name="SQL statements and commits", value=statements / self.events, unit="", target=""),
        ]

    def _line(self, name: str, cost: Cost) -> Line:
        label = f"{name} ({cost.calls / self.events:.2f} times, {cost.statements.total() / self.events:.2f} statements)"
        return Line(name=label, value=self._each(cost.seconds), unit="ms", target="")

    def _each(self, seconds: float) -> float:
        return seconds * 1000 / self.events


def record(port: int) -> None:
    """Stands in for LINE, in its own process."""
    uvicorn.run(Recorder(), host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off")


def measure(folder: Path, *, mode: SearchMode, events: int, rate: float, threads: int, profile: cProfile.Profile | None) -> Turning:
    meter, port = Meter(), free_port()
    meter.watch()
    line = multiprocessing.get_context("spawn").Process(target=record, args=(port,), daemon=True)
    line.start()
    os.environ["SECRET_KEY"] = "a secret key for tests and measuring that is long enough"
    settings = Settings(data_dir=folder, line_api_url=f"http://127.0.0.1:{port}", search_mode=mode)
    product = Product(settings, {"shiomi": ChannelKeys(secret=SECRET, access_token=TOKEN)}, workers=threads)
    product.opened()
    questions = everyday_questions()
    asyncio.run(_ask(product.bot.webhook, questions[-20:], 0, 10.0))
    _drain(product)
    meter.is_on = True
    if profile is not None:
        _profile_workers(profile)
    began = time.process_time()
    asyncio.run(_ask(product.bot.webhook, [questions[number % len(questions)] for number in range(events)], 1000, rate))
    _drain(product)
    used = time.process_time() - began
    meter.is_on = False
    product.close()
    line.terminate()
    return Turning(events=events, processor=used, costs=dict(meter.costs))


def _profile_workers(profile: cProfile.Profile) -> None:
    run = EmbeddedQueue._run

    def profiled(queue: EmbeddedQueue, job: Any) -> Any:  # Any: as the method itself.
        return profile.runcall(run, queue, job)

    EmbeddedQueue._run = profiled  # type: ignore[method-assign]


async def _ask(webhook: Webhook, texts: Sequence[str], first: int, rate: float) -> None:
    started = time.perf_counter()
    for place, text in enumerate(texts):
        await asyncio.sleep(max(0.0, started + place / rate - time.perf_counter()))
        body, _ = message(first + place, text)
        head, _, content = request("/webhook/shiomi", body).partition(b"\r\n\r\n")
        signature = next(line.split(b": ")[1] for line in head.split(b"\r\n") if line.startswith(b"x-line-signature"))
        await _post(webhook, content, signature)


async def _post(webhook: Webhook, body: bytes, signature: bytes) -> None:
    async def receive() -> dict[str, Any]:  # Any: an ASGI message.
        return {"type": "http.request", "body": body}

    async def send(answer: Any) -> None:  # Any: an ASGI message.
        if answer.get("status", 200) != 200:
            raise RuntimeError(f"HTTP {answer['status']}")

    scope = {"type": "http", "method": "POST", "path": "/webhook/shiomi", "headers": [(b"x-line-signature", signature)]}
    await webhook(scope, receive, send)


def _drain(product: Product) -> None:
    while True:
        with product.database.reading() as session:
            waiting = product.queue.waiting(session)
        if not {"turn", "deliver", "sort_arrivals", "wake_turn"} & waiting.keys():
            return
        time.sleep(0.2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", choices=[mode.value for mode in SearchMode], default=SearchMode.FULL.value)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--rate", type=float, default=EVENTS_A_SECOND, help="events a second")
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--statements", action="store_true", help="list every statement with its number per event")
    parser.add_argument("--profile", action="store_true", help="list the functions that took most time; one worker, and slower")
    chosen = parser.parse_args()
    profile = cProfile.Profile(time.thread_time) if chosen.profile else None
    with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as folder:
        turning = measure(
            Path(folder),
            mode=SearchMode(chosen.mode),
            events=chosen.events,
            rate=chosen.rate,
            threads=1 if profile is not None else chosen.threads,
            profile=profile,
        )
    if chosen.statements:
        for name, cost in turning.costs.items():
            for statement, count in cost.statements.most_common():
                sys.stdout.write(f"{count / turning.events:6.2f}  {name.strip()}: {' '.join(statement.split())[:170]}\n")
    if profile is not None:
        pstats.Stats(profile).sort_stats("tottime").print_stats(60).sort_stats("cumulative").print_stats(150)
    print_table(turning.lines(), load=os.getloadavg())


if __name__ == "__main__":
    main()
