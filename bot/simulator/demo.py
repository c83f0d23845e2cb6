"""The platform of `main.py demo`: one channel per pack, the packs' invented residents, and the chat page."""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import structlog
import yaml
from starlette.applications import Starlette
from starlette.routing import Mount

from bot import queries
from bot.line.rich_menu import publish_rich_menu
from bot.simulator.device_api import create_device_api
from bot.simulator.line_api import create_line_api
from bot.simulator.page import PUBLIC_ORIGIN, create_page
from bot.simulator.platform import Platform
from bot.simulator.records import Channel, Person
from bot.simulator.texts import say
from bot.simulator.traces import TurnTraces
from core.database import Database
from core.errors import ProjectError
from core.pack import Pack
from core.settings import ChannelKeys, Settings

LINE_PATH = "/simulator/line"

log = structlog.get_logger()


def demo_keys(municipality_id: str, secret: str) -> ChannelKeys:
    """Keys of an invented channel, the same after a restart."""
    return ChannelKeys(_derived(secret, municipality_id, "secret")[:32], _derived(secret, municipality_id, "token"))


def create_demo_platform(packs: Sequence[Pack], keys: Mapping[str, ChannelKeys], port: int) -> Platform:
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
    return Platform(channels=channels, people=people, seed=secrets.randbits(32), hosts={PUBLIC_ORIGIN: local})


def create_demo_application(platform: Platform, database: Database) -> Starlette:
    """To be mounted at /simulator."""
    return Starlette(
        routes=[
            Mount("/line", app=create_line_api(platform)),
            Mount("/device", app=create_device_api(platform)),
            Mount("/", app=create_page(platform, TurnTraces(database))),
        ]
    )


def bring_to_life(
    platform: Platform, database: Database, packs: Sequence[Pack], settings: Settings, keys: Mapping[str, ChannelKeys]
) -> threading.Thread:
    """Rich menus at every start, since the platform forgets; on the first one the residents talk, so that the console is not empty."""
    with database.reading() as session:
        new = [pack for pack in packs if not queries.recent_conversations(session, pack.id, limit=1)]

    def live() -> None:
        for pack in packs:
            try:
                publish_rich_menu(settings, pack.id, keys[pack.id])
            except ProjectError as error:
                log.warning("rich_menu_not_shown", municipality=pack.id, error=str(error))
        for pack in new:
            play_talks(platform, pack, load_talks(pack))

    thread = threading.Thread(target=live, name="demo-life", daemon=True)
    thread.start()
    return thread


def load_talks(pack: Pack) -> list[Mapping[str, object]]:
    path = Path(pack.folder or ".") / "demo_talks.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else []


def play_talks(platform: Platform, pack: Pack, talks: Sequence[Mapping[str, object]], sleep: Callable[[float], None] = time.sleep) -> int:
    """The residents of the pack say what demo_talks.yaml holds; returns the number of utterances."""
    ids = {person.name: person.id for person in platform.people.values()}
    said = 0
    for name in dict.fromkeys(str(talk["resident"]) for talk in talks):
        platform.phone(pack.id, ids[name]).follow()
    for talk in talks:
        phone = platform.phone(pack.id, ids[str(talk["resident"])])
        utterances = talk["says"]
        for utterance in utterances if isinstance(utterances, list) else ():
            match utterance:
                case str():
                    phone.say(utterance)
                case {"sticker": list() as keywords}:
                    phone.send_sticker("11537", "52002734", keywords=[str(word) for word in keywords])
                case {"latitude": float() as latitude, "longitude": float() as longitude}:
                    phone.send_location(say("place.here"), pack.municipality.name, latitude, longitude)
                case {"photo": True}:
                    phone.send_photo(SMALL_PNG, "image/png")
                case _:
                    continue
            said += 1
            sleep(0.4)
    return said


SMALL_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63b8b5a0e03f0005e70284e0b7b1ae0000000049454e44ae426082"
)


def _person_id(municipality_id: str, name: str) -> str:
    return "U" + hashlib.blake2b(f"{municipality_id}:{name}".encode(), digest_size=16).hexdigest()


def _derived(secret: str, municipality_id: str, purpose: str) -> str:
    return hashlib.sha256(f"{secret}:{municipality_id}:{purpose}".encode()).hexdigest()
