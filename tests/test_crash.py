"""The process is killed without warning while residents wait; after the restart nobody is left without an answer."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.simulator.line_api import create_line_api
from bot.simulator.platform import Platform
from bot.simulator.records import Channel, Person
from tests.benchmark.processes import SECRET, TOKEN, ServedProduct
from tests.town import MUNICIPALITY, Server

RESIDENTS = 100
ANSWERED_BEFORE = 15


@pytest.fixture
def product(tmp_path: Path) -> Iterator[ServedProduct]:
    found = ServedProduct(tmp_path, workers=4, environment={"SEARCH_MODE": "light"})
    yield found
    found.stop()


@pytest.mark.xdist_group("processes")
def test_nobody_is_left_without_an_answer_when_the_process_is_killed(product: ServedProduct) -> None:
    platform = Platform(
        [
            Channel(
                municipality=MUNICIPALITY,
                name="汐見市",
                basic_id="@shiomi",
                secret=SECRET,
                access_token=TOKEN,
                webhook_url=f"{product.url}/webhook/{MUNICIPALITY}",
                is_redelivery_on=True,
                monthly_limit=10_000,
            )
        ],
        [Person(name=f"住民 {number}") for number in range(RESIDENTS)],
    )
    server = Server(Starlette(routes=[Mount("/line", app=create_line_api(platform))]))
    product.environment["LINE_API_URL"] = f"{server.url}/line"
    product.start()
    platform.start()
    phones = [platform.phone(MUNICIPALITY, person_id) for person_id in platform.people]
    for phone in phones:
        phone.say("粗大ごみを出したいです。どうすればいいですか？")

    assert _wait_for(lambda: sum(bool(phone.answers()) for phone in phones) >= ANSWERED_BEFORE, 60)
    product.kill()
    answered_before = sum(bool(phone.answers()) for phone in phones)
    assert answered_before < RESIDENTS, "everybody was answered before the kill, so it proved nothing"
    platform.note_bot_crash(MUNICIPALITY)
    product.start()

    assert _wait_for(lambda: all(phone.answers() for phone in phones), 90)
    silent = [phone.person.name for phone in phones if not phone.answers()]
    assert not silent
    assert not platform.violations
    platform.stop()
    server.stop()


def _wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False
