"""Open pages of the two towns, over real connections."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest

from bot.simulator.courier import certificates
from console.live.live import Live
from console.visiting import COOKIE
from core.changes import announce, newest_number
from handoff.models import Case, CaseReason
from tests.console.conftest import Browser, House
from tests.console.sample import NOW
from tests.patience import PATIENCE
from tests.town import Server


@dataclass(frozen=True, kw_only=True)
class Told:
    """One event; `id` is the change after which the page goes on."""

    name: str
    data: Any  # JSON.
    id: str = ""


@dataclass
class Page:
    """Reads a stream in a thread of its own, as a browser does."""

    address: str
    cookies: dict[str, str]
    headers: dict[str, str] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    is_over: bool = False

    def __post_init__(self) -> None:
        self._more = threading.Condition()
        self._client = httpx.Client(timeout=httpx.Timeout(PATIENCE, read=None), cookies=self.cookies, verify=certificates())
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        fields: dict[str, str] = {}
        try:
            with self._client.stream("GET", self.address, headers=self.headers) as answer:
                self.status = answer.status_code
                for line in answer.iter_lines():
                    if line:
                        name, _, value = line.partition(": ")
                        fields[name] = value
                    elif "event" in fields:
                        self._add(Told(name=fields["event"], data=orjson.loads(fields["data"]), id=fields.get("id", "")))
                        fields = {}
        except (httpx.HTTPError, RuntimeError):
            pass
        with self._more:
            self.is_over = True
            self._more.notify_all()

    def _add(self, told: Told) -> None:
        with self._more:
            self.told.append(told)
            self._more.notify_all()

    def wait(self, name: str, count: int = 1) -> Told:
        """The event of this name, or the n-th."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.of(name)) >= count, PATIENCE), (name, self.told)
        return self.of(name)[count - 1]

    def wait_for_end(self) -> None:
        with self._more:
            assert self._more.wait_for(lambda: self.is_over, PATIENCE), self.told

    def of(self, name: str) -> list[Told]:
        return [told for told in self.told if told.name == name]

    def close(self) -> None:
        self._client.close()


@dataclass
class Town:
    """A server with the console, and open pages."""

    house: House
    live: Live
    server: Server
    visit: Callable[..., Browser]
    pages: list[Page] = field(default_factory=list)

    def open(
        self, query: str, login: str = "staff", municipality_id: str = "midori", *, told: str = "", browser: Browser | None = None
    ) -> Page:
        """Returns once the page is told of changes."""
        browser = browser or self.visit(login, municipality_id)
        headers = {"last-event-id": told} if told else {}
        page = Page(f"{self.server.url}/console/live?{query}", {COOKIE: browser.cookies[COOKIE]}, headers)
        self.pages.append(page)
        return page

    def change(self, *topics: str, municipality_id: str = "midori") -> int:
        """Returns the number of the last."""
        with self.house.database.transaction() as session:
            announce(session, municipality_id, *topics, now=NOW)
        with self.house.database.reading() as session:
            return newest_number(session, municipality_id)

    def add_case(self, municipality_id: str = "midori", department_id: str | None = "citizens") -> int:
        with self.house.database.transaction() as session:
            case = Case(
                municipality_id=municipality_id,
                reason=CaseReason.ASKED,
                title="住民票のこと",
                packet={},
                department_id=department_id,
                opened_at=NOW,
            )
            session.add(case)
            session.flush()
            return case.id


@pytest.fixture
def town(house: House, visit: Callable[..., Browser]) -> Iterator[Town]:
    live = Live(house.database)
    with ExitStack() as stack:
        server = Server(house.application(live=live))
        stack.callback(server.stop)
        town = Town(house=house, live=live, server=server, visit=visit)
        stack.callback(live.stop)
        yield town
        for page in town.pages:
            page.close()
