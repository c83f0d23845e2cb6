"""The platform of `main.py demo`: one channel per pack, the packs' invented residents, and the chat page."""

import hashlib
import secrets
import threading
from collections.abc import Mapping, Sequence

import structlog
from starlette.applications import Starlette
from starlette.routing import Mount

from bot import queries
from bot.counter import Counter
from bot.line.rich_menu import publish_rich_menu
from bot.receiving import Receiving
from bot.simulator.demo_day import DayClock, DemoDay
from bot.simulator.device_api import create_device_api
from bot.simulator.line_api import create_line_api
from bot.simulator.page import PUBLIC_ORIGIN, create_page
from bot.simulator.platform import Platform
from bot.simulator.records import Channel, Person
from bot.simulator.traces import TurnTraces
from core.clock import Clock
from core.database import Database
from core.errors import ProjectError
from core.pack import Pack
from core.settings import ChannelKeys, Settings

LINE_PATH = "/simulator/line"

log = structlog.get_logger()


def demo_keys(municipality_id: str, secret: str) -> ChannelKeys:
    """Keys of an invented channel, the same after a restart."""
    return ChannelKeys(_derived(secret, municipality_id, "secret")[:32], _derived(secret, municipality_id, "token"))


def create_demo_platform(packs: Sequence[Pack], keys: Mapping[str, ChannelKeys], port: int, clock: Clock) -> Platform:
    """People keep their ids from one start to the next, so their conversations go on."""
    local = f"http://127.0.0.1:{port}"
    channels = [
        Channel(
            municipality=pack.id,
            name=pack.municipality.name,
            basic_id=f"@{pack.id}",
            secret=keys[pack.id].secret,
            access_token=keys[pack.id].access_token,
            webhook_url=f"{local}/webhook/{pack.id}",
            is_redelivery_on=True,
        )
        for pack in packs
    ]
    people = [
        Person(name=person.name, language=person.language, about=person.about, id=_person_id(pack.id, person.name))
        for pack in packs
        for person in pack.demo.residents
    ]
    return Platform(channels=channels, people=people, clock=clock, seed=secrets.randbits(32), hosts={PUBLIC_ORIGIN: local})


def create_demo_application(platform: Platform, database: Database) -> Starlette:
    """To be mounted at /simulator."""
    return Starlette(
        routes=[
            Mount("/line", app=create_line_api(platform)),
            Mount("/device", app=create_device_api(platform)),
            Mount("/", app=create_page(platform, TurnTraces(database))),
        ]
    )


def is_new(database: Database, pack: Pack) -> bool:
    """Whether nobody has said anything yet."""
    with database.reading() as session:
        return not queries.recent_conversations(session, pack.id, limit=1)


def bring_to_life(
    platform: Platform,
    database: Database,
    packs: Sequence[Pack],
    settings: Settings,
    keys: Mapping[str, ChannelKeys],
    counter: Counter,
    receiving: Receiving,
    clock: DayClock,
) -> threading.Thread:
    """Friends and rich menus at every start, since the platform forgets; on the first one a day passes, so that nothing is empty."""
    new = [pack for pack in packs if is_new(database, pack)]
    for pack in packs:
        if pack not in new:
            know_friends(platform, pack)

    def live() -> None:
        for pack in new:
            DemoDay(platform, database, counter, receiving, pack, clock).play()
        for pack in packs:
            try:
                publish_rich_menu(settings, pack.id, keys[pack.id])
            except ProjectError as error:
                log.warning("rich_menu_not_shown", municipality=pack.id, error=str(error))

    thread = threading.Thread(target=live, name="demo-life", daemon=True)
    thread.start()
    return thread


def know_friends(platform: Platform, pack: Pack) -> None:
    """All of them became friends on the first day, and what is sent to them must arrive."""
    account = platform.account(pack.id)
    for person in pack.demo.residents:
        account.chat_with(_person_id(pack.id, person.name), person.name).be_friend_again()


def _person_id(municipality_id: str, name: str) -> str:
    return "U" + hashlib.blake2b(f"{municipality_id}:{name}".encode(), digest_size=16).hexdigest()


def _derived(secret: str, municipality_id: str, purpose: str) -> str:
    return hashlib.sha256(f"{secret}:{municipality_id}:{purpose}".encode()).hexdigest()
