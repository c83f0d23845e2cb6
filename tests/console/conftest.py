"""The console of two towns on a fresh database per test: a copy of one that was filled once."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path

import pytest
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.counter import Counter
from bot.line.channel import LineChannel
from bot.line.client import LineClient
from bot.media import MediaStore
from bot.receiving import Receiving
from bot.taps import TapSigner
from bot.telling import Teller
from console import passwords, queries, rendering
from console.app import create_console
from console.live.live import Live
from console.sessions import Sessions
from console.systems import Systems
from console.visiting import COOKIE
from core.current_packs import CurrentPacks
from core.database import Database
from core.edits import Edits
from core.embedded_queue import EmbeddedQueue
from core.encryption import Keyring
from core.pack import Pack
from procedures.current import CurrentProcedures
from procedures.keys import Seals
from procedures.loading import Procedures, load_procedures
from procedures.outside.endpoints import Endpoints
from procedures.outside.tokens import Tokens
from tests.all_models import METADATA
from tests.client import Client
from tests.console.sample import NOW, fill, make_packs
from tests.console.table_suggester import TableSuggester
from tests.databases import KINDS, fresh_database_url
from tests.kept import keep, restore

KEYRING = Keyring("a secret of the tests that is long enough")


@dataclass
class Hands:
    """A clock that is set by hand."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


@dataclass(eq=False)
class House:
    """One console with its database, its clock, and what it told the search."""

    database: Database
    packs: Callable[[str], Pack]
    clock: Hands
    queue: EmbeddedQueue
    folder: Path
    told: list[str] = field(default_factory=list)
    built: dict[tuple[str | None, Live | None], Starlette] = field(default_factory=dict)

    @cached_property
    def counter(self) -> Counter:
        channel = LineChannel(KEYRING.cipher("inbound events"), lambda key: TapSigner(KEYRING.key("taps"), key), no_client)
        return Counter(self.queue, channel, self.packs, MediaStore(self.folder, KEYRING, "https://town.test"))

    @cached_property
    def receiving(self) -> Receiving:
        channel = LineChannel(KEYRING.cipher("inbound events"), lambda key: TapSigner(KEYRING.key("taps"), key), no_client)
        seals, media = Seals(KEYRING), self.counter.media
        teller = Teller(jobs=self.queue, channel=channel, packs=self.packs, procedures=self.procedures, seals=seals, media=media)
        return Receiving(teller)

    @cached_property
    def edits(self) -> Edits:
        return Edits(self.database)

    @cached_property
    def procedures(self) -> CurrentProcedures:
        def load(municipality_id: str) -> Procedures:
            return load_procedures(municipality_id, Path(self.packs(municipality_id).folder or "").parent)

        return CurrentProcedures(self.edits, CurrentPacks(self.edits, self.packs), load)

    @cached_property
    def systems(self) -> Systems:
        endpoints = Endpoints(KEYRING, resolve=lambda host, port: ["10.0.0.1" if host.startswith("inner") else "203.0.114.7"])
        return Systems(tokens=Tokens(KEYRING), endpoints=endpoints, procedures=lambda municipality_id: load_procedures("shiomi"))

    def application(self, public_url: str | None = None, live: Live | None = None) -> Starlette:
        """The same for the same wishes; gone with its house."""
        if (public_url, live) not in self.built:
            self.built[public_url, live] = self._build(public_url, live)
        return self.built[public_url, live]

    def _build(self, public_url: str | None, live: Live | None) -> Starlette:
        console = create_console(
            self.database,
            KEYRING,
            self.queue,
            self.procedures.packs,
            self.clock,
            public_url=public_url,
            search_changed=self.told.append,
            live=live,
            counter=self.counter,
            suggester=TableSuggester(),
            receiving=self.receiving,
            current_procedures=self.procedures,
            edits=self.edits,
            systems=self.systems,
        )
        return Starlette(routes=[Mount("/console", app=console)])


def no_client(municipality_id: str) -> LineClient:
    raise AssertionError(f"nothing is sent to {municipality_id} in these tests")


class Browser(Client):
    """A client that does not follow redirects and knows the token of its session."""

    def __init__(self, application: Starlette) -> None:
        super().__init__(application, base_url="http://town.test", follow_redirects=False)
        self.token = ""

    def submit(self, path: str, *, as_htmx: bool = False, **fields: str) -> object:
        headers = {"hx-request": "true", "hx-request-type": "partial"} if as_htmx else {}
        return self.post(path, data={"csrf_token": self.token, **fields}, headers=headers)


class Compiled(BytecodeCache):
    """Templates are compiled once for all the consoles of a run."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[None]:
    """Cheap password hashes and shared templates; test_accounts.py looks at the real hashes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),)))
        patch.setattr(rendering, "Environment", partial(Environment, bytecode_cache=Compiled()))
        yield


@pytest.fixture(scope="session")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Pack]:
    return make_packs(tmp_path_factory.mktemp("packs"))


@pytest.fixture(scope="session")
def filled(quick: None, tmp_path_factory: pytest.TempPathFactory, packs: Callable[[str], Pack]) -> Iterator[Callable[[str], str]]:
    """Addresses of filled databases that tests copy; each kind is filled at its first use."""
    with ExitStack() as stack:
        made: dict[str, str] = {}

        def of_kind(kind: str) -> str:
            if kind not in made:
                url = stack.enter_context(fresh_database_url(kind, tmp_path_factory.mktemp(kind)))
                database = Database(url)
                METADATA.create_all(database.engine)
                with database.transaction() as session:
                    fill(session, packs)
                if not database.is_sqlite:
                    keep(database, "towns")
                database.close()
                made[kind] = url
            return made[kind]

        yield of_kind


@pytest.fixture(params=KINDS)
def house(request: pytest.FixtureRequest, tmp_path: Path, packs: Callable[[str], Pack], filled: Callable[[str], str]) -> Iterator[House]:
    url = filled(request.param)
    if request.param == "sqlite":
        shutil.copy(url.removeprefix("sqlite:///"), tmp_path / "test.sqlite")
        url = f"sqlite:///{tmp_path / 'test.sqlite'}"
    database, clock = Database(url), Hands()
    if not database.is_sqlite:
        restore(database, "towns")
    yield House(database=database, packs=packs, clock=clock, queue=EmbeddedQueue(database, clock), folder=tmp_path / "media")
    database.close()


@pytest.fixture
def outsider(house: House) -> Browser:
    """Nobody is logged in."""
    return Browser(house.application())


@pytest.fixture
def visit(house: House) -> Callable[..., Browser]:
    """Logs somebody in without the form, which has its own tests."""

    def logged_in(login: str, municipality_id: str = "midori") -> Browser:
        browser = Browser(house.application())
        sessions = Sessions(KEYRING)
        with house.database.transaction() as session:
            staff = queries.staff_by_login(session, municipality_id, login)
            assert staff is not None
            token = sessions.begin(session, staff, house.clock())
        with house.database.reading() as session:
            visitor = sessions.visitor(session, token, house.clock())
        assert visitor is not None
        browser.cookies.set(COOKIE, token, path="/console")
        browser.token = visitor.csrf_token
        return browser

    return logged_in


def actions(house: House, municipality_id: str = "midori") -> list[str]:
    """What the audit log holds, oldest first."""
    with house.database.reading() as session:
        return [f"{record.action} {record.object}" for record in queries.audit_records(session, municipality_id)]


def words_of(html: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
