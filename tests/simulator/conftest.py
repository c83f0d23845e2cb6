"""The platform, a bot to be scripted, and both in one real server on 127.0.0.1."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import uvicorn
from linebot.v3.messaging import ApiClient, Configuration, MessagingApi, MessagingApiBlob
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from bot.simulator.courier import certificates
from bot.simulator.device_api import create_device_api
from bot.simulator.line_api import create_line_api
from bot.simulator.phone import Phone
from bot.simulator.platform import Platform
from bot.simulator.records import Channel, Person, utc_now
from tests.patience import PATIENCE

SECRET = "channel-secret-of-shiomi"
TOKEN = "channel-access-token-of-shiomi"


class SteerableClock:
    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


@dataclass
class ScriptedBot:
    """Records what it is sent; answers with `status` after `seconds`; does what a test tells it to with each webhook."""

    status: int = 200
    seconds: float = 0.0
    react: Callable[[dict[str, Any]], None] | None = None
    posts: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)

    async def receive(self, request: Request) -> Response:
        body = await request.body()
        self.posts.append((body, dict(request.headers)))
        await run_in_threadpool(time.sleep, self.seconds)
        if self.react is not None:
            for event in json.loads(body)["events"]:
                threading.Thread(target=self.react, args=(event,), daemon=True).start()
        return Response(status_code=self.status)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for body, _ in self.posts for event in json.loads(body)["events"]]

    def wait_for_events(self, count: int, timeout: float = PATIENCE) -> list[dict[str, Any]]:
        deadline = time.monotonic() + timeout
        while len(self.events) < count and time.monotonic() < deadline:
            time.sleep(0.005)
        assert len(self.events) >= count, self.events
        return self.events


@dataclass
class Stage:
    """The ASGI app of the server; each test sets its own."""

    app: Any = None
    url: str = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    stage = Stage()
    config = uvicorn.Config(stage, host="127.0.0.1", port=0, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    stage.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield stage
    server.should_exit = True
    thread.join(PATIENCE)


@pytest.fixture
def clock() -> SteerableClock:
    return SteerableClock()


@pytest.fixture
def bot() -> ScriptedBot:
    return ScriptedBot()


def channel(url: str, **values: Any) -> Channel:
    given = {"is_redelivery_on": False, "monthly_limit": 200} | values
    return Channel(
        municipality="shiomi",
        name="汐見市",
        basic_id="@shiomi",
        secret=SECRET,
        access_token=TOKEN,
        webhook_url=f"{url}/webhook/shiomi",
        **given,
    )


@pytest.fixture
def open_platform(stage: Stage, bot: ScriptedBot, clock: SteerableClock) -> Iterator[Callable[..., Platform]]:
    opened: list[Platform] = []

    def open_one(**values: Any) -> Platform:
        people = [
            Person(name="佐藤 はな", about="子どもが二人"),
            Person(name="Nguyễn Văn An", language="vi"),
            Person(name="鈴木 一郎", phone_number="+819000000001"),
        ]
        other = Channel(
            municipality="minato",
            name="港町",
            basic_id="@minato",
            secret="another-secret",
            access_token="another-token",
            webhook_url=f"{stage.url}/webhook/minato",
        )
        platform = Platform(
            channels=[channel(stage.url, **values), other], people=people, clock=clock, hosts={"https://madoguchi.example.jp": stage.url}
        )
        stage.app = Starlette(
            routes=[
                Route("/webhook/{municipality}", bot.receive, methods=["POST"]),
                Mount("/simulator/line", create_line_api(platform)),
                Mount("/simulator/device", create_device_api(platform)),
            ]
        )
        opened.append(platform.start())
        return platform

    yield open_one
    for platform in opened:
        platform.stop()


@pytest.fixture
def platform(open_platform: Callable[..., Platform]) -> Platform:
    return open_platform()


@pytest.fixture
def hana(platform: Platform) -> Phone:
    """A friend of the account, whose follow event the bot has already got."""
    phone = platform.phone("shiomi", next(iter(platform.people)))
    phone.follow()
    assert platform.wait_until_idle()
    return phone


@pytest.fixture
def token(platform: Platform, hana: Phone, bot: ScriptedBot) -> str:
    """The reply token of a message that the bot has just got."""
    hana.say("もしもし")
    assert platform.wait_until_idle()
    return str(bot.events[-1]["replyToken"])


@pytest.fixture
def configuration(stage: Stage) -> Configuration:
    return Configuration(host=f"{stage.url}/simulator/line", access_token=TOKEN)


@pytest.fixture
def api(configuration: Configuration, platform: Platform) -> Iterator[MessagingApi]:
    with ApiClient(configuration) as client:
        yield MessagingApi(client)


@pytest.fixture
def blob_api(configuration: Configuration, platform: Platform) -> Iterator[MessagingApiBlob]:
    with ApiClient(configuration) as client:
        yield MessagingApiBlob(client)


@pytest.fixture
def http(stage: Stage, platform: Platform) -> Iterator[httpx.Client]:
    """Requests of the bot that the SDK would not let it make."""
    with httpx.Client(
        base_url=f"{stage.url}/simulator/line",
        headers={"authorization": f"Bearer {TOKEN}"},
        trust_env=False,
        timeout=PATIENCE,
        verify=certificates(),
    ) as client:
        yield client


@pytest.fixture
def device(stage: Stage, platform: Platform) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{stage.url}/simulator/device", trust_env=False, timeout=PATIENCE, verify=certificates()) as client:
        yield client
