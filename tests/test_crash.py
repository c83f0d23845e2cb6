"""The process is killed without warning while residents wait; after the restart nobody is left without an answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.simulator.line_api import create_line_api
from bot.simulator.platform import Platform
from bot.simulator.records import Channel, Person
from tests.benchmark.processes import SECRET, TOKEN, ServedProduct
from tests.patience import soon
from tests.sample_city import furnish
from tests.town import MUNICIPALITY, Server

RESIDENTS = 100
ANSWERED_BEFORE = 15


@pytest.fixture
def product(tmp_path: Path) -> Iterator[ServedProduct]:
    found = ServedProduct(tmp_path, workers=4, environment={"SEARCH_MODE": "light"})
    furnish(found.data_folder)
    yield found
    found.stop()


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

    soon(lambda: sum(bool(phone.answers()) for phone in phones) >= ANSWERED_BEFORE, pause=0.1)
    product.kill()
    answered_before = sum(bool(phone.answers()) for phone in phones)
    assert answered_before < RESIDENTS, "everybody was answered before the kill, so it proved nothing"
    platform.note_bot_crash(MUNICIPALITY)
    product.start()

    soon(lambda: all(phone.answers() for phone in phones), "somebody is left without an answer", pause=0.1)
    assert not platform.violations
    platform.stop()
    server.stop()
