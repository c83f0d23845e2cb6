"""Everything between a resident's phone and a staff member's screen, in one process: bot, strict platform, chat page, console."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Mount

from bot.simulator.device_api import create_device_api
from bot.simulator.line_api import create_line_api
from bot.simulator.page import create_page
from bot.simulator.records import Person
from bot.simulator.traces import TurnTraces
from console.app import create_console
from console.live.live import Live
from console.passwords import hash_password
from console.suggesting import SearchSuggester
from core.clock import JAPAN
from core.database import Database
from core.encryption import Keyring
from core.pack_loading import load_pack
from handoff.models import Role, Staff
from retrieval.search import Search
from tests.console.pages import arrive, hold_time
from tests.patience import PATIENCE
from tests.town import MUNICIPALITY, HeldClock, Server, Town, settle

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PASSWORD = "しおみ-harbour-17"
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=JAPAN)
KEYRING = Keyring("a secret of the tests that is long enough")


@dataclass
class Street:
    """`restart` ends the product in the middle of everything and begins it anew; phones and screens stay."""

    database: Database
    search: Search
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.town = Town(self.database, self.search, clock=HeldClock())
        self.town.clock.set(TUESDAY)
        self.live = Live(self.database)
        self.server = Server(self._application())

    def _application(self) -> Starlette:
        platform = self.town.platform
        console = create_console(
            self.database,
            KEYRING,
            self.town.queue,
            load_pack,
            self.town.clock,
            live=self.live,
            counter=self.town.bot.counter,
            suggester=SearchSuggester(self.search, load_pack, None),
        )
        return Starlette(
            routes=[
                Mount("/console", app=console),
                Mount("/simulator/line", app=create_line_api(platform)),
                Mount("/simulator/device", app=create_device_api(platform)),
                Mount("/simulator", app=create_page(platform, TurnTraces(self.database))),
            ]
        )

    def restart(self) -> None:
        self.live.stop()
        self.server.stop()
        self.town.restart()
        self.live = Live(self.database)
        self.server = Server(self._application(), self.server.port)

    def stop(self) -> None:
        self.live.stop()
        self.server.stop()
        self.town.stop()

    def hire(self, login: str, name: str, role: Role, department_id: str) -> None:
        with self.database.transaction() as session:
            session.add(
                Staff(
                    municipality_id=MUNICIPALITY,
                    login=login,
                    name=name,
                    role=role,
                    department_id=department_id,
                    password_hash=hash_password(PASSWORD),
                    is_active=True,
                    created_at=self.town.clock(),
                )
            )

    def settle(self) -> None:
        settle(self.town)

    def pass_by(self, time: timedelta) -> None:
        """Time goes on for the product; what is due happens at once."""
        self.town.clock.offset += time
        self.town.queue.wake()

    def resident(self, browser: "Browser", name: str) -> "Page":
        """The chat page with the talk of a new friend of the account open."""
        person = self.town.platform.add_person(Person(name=name))
        phone = self.town.platform.phone(MUNICIPALITY, person.id)
        phone.follow()
        phone.wait_for(1)
        page = self._page(browser, 420)
        page.goto(f"{self.server.url}/simulator/?person={person.id}")
        page.wait_for_selector("#composer-text:visible")
        return page

    def staff(self, browser: "Browser", login: str, width: int = 1280) -> "Page":
        page = self._page(browser, width)
        hold_time(page, TUESDAY)
        page.goto(f"{self.server.url}/console/login")
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.click("button[type=submit]")
        arrive(page, "h1:text('ホーム')")
        return page

    def _page(self, browser: "Browser", width: int) -> "Page":
        page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console", lambda line: self.complaints.append(f"{line.text} {line.location}") if is_complaint(line.type, line.text) else None
        )
        return page


def is_complaint(kind: str, text: str) -> bool:
    """Lost connections are part of the story, and forms that come back with a problem are told as 409 and 422."""
    return kind == "error" and not any(known in text for known in ("net::ERR_", "Failed to fetch", "409", "422", "503", "EventSource"))
