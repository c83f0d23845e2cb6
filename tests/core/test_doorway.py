"""The door answers at once and opens when the product is ready."""

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.doorway import Doorway, Receive, Scope, Send
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
PATHS = ["/readyz", "/webhook/shiomi", "/console/login", "/", "/metrics", "/livez/"]


class House:
    """A product that answers 200 to everything and notes that it was closed."""

    def __init__(self) -> None:
        self.is_opened = self.is_stopping = self.is_closed = False

    async def application(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"product"})

    def opened(self) -> None:
        self.is_opened = True

    def stopping(self) -> None:
        self.is_stopping = True

    def close(self) -> None:
        self.is_closed = True


class Lifespan:
    """Stands for the server: says when to begin and when to end."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway
        self._orders: asyncio.Queue[str] = asyncio.Queue()
        self._answers: asyncio.Queue[str] = asyncio.Queue()
        self._task = asyncio.create_task(doorway({"type": "lifespan"}, self._receive, self._send))

    async def _receive(self) -> dict[str, object]:
        return {"type": await self._orders.get()}

    async def _send(self, message: object) -> None:
        self._answers.put_nowait(message["type"])  # type: ignore[index]

    async def order(self, what: str) -> None:
        self._orders.put_nowait(f"lifespan.{what}")
        assert await asyncio.wait_for(self._answers.get(), PATIENCE) == f"lifespan.{what}.complete"


async def asked(doorway: Doorway, path: str) -> tuple[int, bytes, dict[bytes, bytes]]:
    messages: list[dict[str, object]] = []

    async def send(message: object) -> None:
        messages.append(message)  # type: ignore[arg-type]

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    await doorway({"type": "http", "path": path, "method": "GET", "headers": []}, receive, send)
    return messages[0]["status"], messages[1]["body"], dict(messages[0]["headers"])  # type: ignore[return-value,call-overload]


@pytest.fixture
def ended_by() -> Iterator[list[int]]:
    """Signals that this process got instead of ending."""
    got: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: got.append(number))
    yield got
    signal.signal(signal.SIGINT, before)


def test_door_is_alive_before_it_is_ready_and_opens_when_built(ended_by: list[int]) -> None:
    may_finish, house = threading.Event(), House()

    def build() -> House:
        assert may_finish.wait(PATIENCE)
        return house

    async def visit() -> None:
        doorway = Doorway(build)
        lifespan = Lifespan(doorway)
        await lifespan.order("startup")
        assert (await asked(doorway, "/livez"))[0] == 200
        for path in PATHS:
            status, _, headers = await asked(doorway, path)
            assert (path, status, headers[b"retry-after"]) == (path, 503, b"1")
        assert not doorway.is_ready
        may_finish.set()
        while not doorway.is_ready:
            await asyncio.sleep(0.01)
        assert (await asked(doorway, "/livez"))[0] == 200
        assert (await asked(doorway, "/readyz"))[:2] == (200, b"ready\n")
        for path in PATHS[1:]:
            assert (await asked(doorway, path))[:2] == (200, b"product")
        assert not house.is_closed
        await lifespan.order("shutdown")
        assert (house.is_opened, house.is_closed) == (True, True)

    asyncio.run(visit())
    assert ended_by == []


def test_stopping_in_the_middle_of_building_still_closes_what_was_built(ended_by: list[int]) -> None:
    may_finish, house = threading.Event(), House()

    def build() -> House:
        assert may_finish.wait(PATIENCE)
        return house

    async def visit() -> None:
        lifespan = Lifespan(Doorway(build))
        await lifespan.order("startup")
        threading.Timer(0.1, may_finish.set).start()
        await lifespan.order("shutdown")
        assert house.is_closed

    asyncio.run(visit())
    assert ended_by == []


def test_failing_to_build_ends_the_process_and_tells_why(ended_by: list[int]) -> None:
    def build() -> House:
        raise ZeroDivisionError

    async def visit() -> None:
        doorway = Doorway(build)
        lifespan = Lifespan(doorway)
        await lifespan.order("startup")
        while doorway.failure is None or not ended_by:
            await asyncio.sleep(0.01)
        assert isinstance(doorway.failure, ZeroDivisionError)
        assert (await asked(doorway, "/readyz"))[0] == 503
        await lifespan.order("shutdown")

    asyncio.run(asyncio.wait_for(visit(), PATIENCE))
    assert ended_by == [signal.SIGINT]


SERVER = """
import sys
from core.errors import SettingsError
from core.serving import run_server

def build():
    raise SettingsError("PORT is wrong")

try:
    run_server(build, "127.0.0.1", 0)
except SettingsError as error:
    print(error)
    sys.exit(3)
"""


def test_server_that_can_not_be_built_ends_with_the_reason() -> None:
    """It used to be ended by its own SIGTERM, without a word."""
    ended = subprocess.run([sys.executable, "-c", SERVER], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (ended.returncode, ended.stdout) == (3, "PORT is wrong\n")
