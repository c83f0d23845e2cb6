"""What is wrong with a channel is found, and told with its remedy."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from bot.line.examining import Finding, examine_channel
from bot.simulator.line_api import create_line_api
from bot.simulator.platform import Platform
from bot.simulator.records import Channel
from bot.texts import say
from core.settings import ChannelKeys
from tests.town import SECRET, TOKEN, Server

PUBLIC = "https://madoguchi.example.jp"
GOOD = Channel(
    municipality="shiomi",
    name="汐見市",
    basic_id="@shiomi",
    secret=SECRET,
    access_token=TOKEN,
    webhook_url=f"{PUBLIC}/webhook/shiomi",
    is_chat_on=False,
    monthly_limit=200,
)

Examine = Callable[..., dict[str, Finding]]


@pytest.fixture
def examine() -> Iterator[Examine]:
    """Findings by name, of a channel that is set up so and a bot that answers its webhook with this status."""
    servers: list[Server] = []

    def found(channel: Channel = GOOD, *, token: str = TOKEN, public_url: str | None = PUBLIC, status: int = 200) -> dict[str, Finding]:
        routes = Starlette()
        server = Server(routes)
        servers.append(server)

        async def webhook(_request: Request) -> Response:
            return Response(status_code=status)

        platform = Platform([channel], hosts={PUBLIC: server.url})
        routes.router.routes = [Mount("/line", app=create_line_api(platform)), Route("/webhook/shiomi", webhook, methods=["POST"])]
        with platform:
            findings = examine_channel("shiomi", ChannelKeys(SECRET, token), f"{server.url}/line", public_url)
        return {finding.name: finding for finding in findings}

    yield found
    for server in servers:
        server.stop()


def name(key: str) -> str:
    return say(f"channel.{key}", municipality="shiomi")


def test_nothing_is_wrong_with_a_channel_that_is_set_up_well(examine: Examine) -> None:
    found = examine()
    assert list(found) == [name(key) for key in ("connection", "mode", "webhook", "test", "quota")]
    assert [finding for finding in found.values() if not finding.is_well or finding.remedy] == []
    assert found[name("connection")].detail == "汐見市（@shiomi）"
    assert found[name("quota")].detail == "今月 0 / 200 通"


def test_wrong_token_ends_the_examination_with_its_remedy(examine: Examine) -> None:
    assert list(examine(token="of somebody else").values()) == [
        Finding(name=name("connection"), is_well=False, detail="HTTP 401", remedy=say("channel.token"))
    ]


def test_line_out_of_reach_ends_the_examination_with_its_remedy() -> None:
    (found,) = examine_channel("shiomi", ChannelKeys(SECRET, TOKEN), "http://127.0.0.1:9", None)
    assert (found.is_well, found.remedy) == (False, say("channel.network"))


@pytest.mark.parametrize(
    ("channel", "more", "key", "remedy"),
    [
        (replace(GOOD, is_chat_on=True), {}, "mode", "応答設定"),
        (replace(GOOD, webhook_url="https://madoguchi.example.jp/webhook/midori"), {}, "webhook", f"{PUBLIC}/webhook/shiomi に直して"),
        (GOOD, {"status": 401}, "test", "チャネルシークレット"),
        (replace(GOOD, monthly_limit=0), {}, "quota", "プランを上げるか"),
    ],
)
def test_what_is_set_up_wrongly_is_told_with_its_remedy(
    examine: Examine, channel: Channel, more: dict[str, int], key: str, remedy: str
) -> None:
    found = examine(channel, **more)[name(key)]
    assert not found.is_well
    assert remedy in found.remedy


def test_quota_without_a_limit_is_well_and_without_an_address_any_webhook_is(examine: Examine) -> None:
    found = examine(replace(GOOD, monthly_limit=None), public_url=None)
    assert found[name("quota")].is_well
    assert found[name("quota")].detail == "今月 0 通（上限なし）"
    assert found[name("webhook")].is_well
