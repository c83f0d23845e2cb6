"""A town for behaviour tests: the real bot and the strict local platform, talking over HTTP on 127.0.0.1."""

import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from sqlalchemy import select, union_all
from starlette.applications import Starlette
from starlette.routing import Mount

from bot import bubbles
from bot.assembly import Bot
from bot.models import EventState, InboundEvent
from bot.simulator.demo_day import DayClock
from bot.simulator.line_api import create_line_api
from bot.simulator.phone import Phone
from bot.simulator.platform import Platform
from bot.simulator.records import Channel, Person
from bot.staff_words import UNDO_SECONDS
from bot.tools import SearchTools
from core.circuit import Circuit
from core.database import Database
from core.embedded_queue import EmbeddedQueue
from core.encryption import Keyring
from core.models import JobRow, JobState
from core.pack_loading import load_pack
from core.settings import ChannelKeys
from procedures.loading import Procedures, load_procedures
from retrieval.answering import Answer, Question
from retrieval.consulting import Consultant
from retrieval.search import Search
from tests.patience import PATIENCE, soon
from tests.sample_city import MUNICIPALITY
from tests.scripted_model import ScriptedModel

SECRET = "a channel secret of 32 characters"
TOKEN = "a channel access token"
CONVERSATION_JOBS = (
    "sort_arrivals",
    "turn",
    "wake_turn",
    "deliver",
    "send_staff_message",
    "send_emergency",
    "fetch_media",
    "tell_applicant",
)


class ShiftedClock:
    """Goes on as time does, from whatever moment a scenario sets."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def set(self, moment: datetime) -> None:
        self.offset = moment - datetime.now(UTC)


class HeldClock(ShiftedClock):
    """Stands still until it is moved, so that nothing is due because the machine is slow."""

    def __init__(self) -> None:
        super().__init__()
        self._start = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self._start + self.offset

    def set(self, moment: datetime) -> None:
        self.offset = moment - self._start


class Server:
    """uvicorn in a thread, on a free port, or on one where another server was."""

    def __init__(self, application: object, port: int = 0) -> None:
        config = uvicorn.Config(
            application, host="127.0.0.1", port=port, log_level="error", access_log=False, lifespan="off", timeout_graceful_shutdown=1
        )  # type: ignore[arg-type]
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        soon(lambda: self._server.started or not self._thread.is_alive(), pause=0.005)
        assert self._server.started, f"nothing can listen on port {port}"
        self.port: int = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE)


class TownTools(SearchTools):
    """With the scripted model while it has a script, without any otherwise."""

    def __init__(self, database: Database, search: Search, model: ScriptedModel) -> None:
        super().__init__(database, search, load_pack)
        consultant = Consultant(model, database, circuit=Circuit(failures=1000))
        self._helped = SearchTools(database, search, load_pack, consultant=consultant)
        self._model = model

    def answer(self, question: Question) -> Answer:
        return super().answer(question) if self._model.script is None else self._helped.answer(question)


class Town:
    """One municipality's bot on a database, and residents' phones."""

    def __init__(
        self,
        database: Database,
        search: Search,
        *,
        threads: int = 4,
        clock: ShiftedClock | DayClock | None = None,
        procedures: Callable[[str], Procedures] = load_procedures,
    ) -> None:
        self.database = database
        self._procedures = procedures
        self.clock = clock or ShiftedClock()
        self.queue = EmbeddedQueue(database, self.clock)
        self._routes = Starlette()
        self.server = Server(self._routes)
        self.platform = Platform(
            [
                Channel(
                    municipality=MUNICIPALITY,
                    name="汐見市",
                    basic_id="@shiomi",
                    secret=SECRET,
                    access_token=TOKEN,
                    webhook_url=f"{self.server.url}/webhook/{MUNICIPALITY}",
                    is_redelivery_on=True,
                    monthly_limit=100_000,
                )
            ],
            clock=self.clock,
        )
        self.keys = {MUNICIPALITY: ChannelKeys(SECRET, TOKEN)}
        self._search = search
        self.model = ScriptedModel()
        self._threads = threads
        self._folder = tempfile.TemporaryDirectory(prefix="town")
        self.media_folder = Path(self._folder.name)
        self.bot = self._new_bot()
        self._routes.router.routes = [
            Mount("/webhook", app=self._webhook),
            Mount("/line", app=create_line_api(self.platform)),
        ]
        self.platform.start()
        self.bot.inbox.start()
        self.bot.start_working(threads)

    async def _webhook(self, scope: dict, receive: object, send: object) -> None:  # type: ignore[type-arg]
        await self.bot.webhook(scope, receive, send)  # type: ignore[arg-type]

    def _new_bot(self) -> Bot:
        return Bot(
            database=self.database,
            queue=self.queue,
            keyring=Keyring("a secret of the tests that is long enough"),
            channels=self.keys,
            api_url=f"{self.server.url}/line",
            tools=TownTools(self.database, self._search, self.model),
            packs=load_pack,
            clock=self.clock,
            media_folder=self.media_folder,
            public_url="https://madoguchi.example.jp",
            procedures=self._procedures,
        )

    def phone(self, name: str = "佐藤 はな", *, is_friend: bool = True) -> Phone:
        """Of a new person; a friend's welcome has been read and put away."""
        person = self.platform.add_person(Person(name=name))
        phone = self.platform.phone(MUNICIPALITY, person.id)
        if is_friend:
            phone.follow()
            phone.wait_for(1)
        return phone

    def restart(self) -> None:
        """The bot's process ends properly and a new one begins."""
        self.bot.stop()
        self.queue = EmbeddedQueue(self.database, self.clock)
        self.bot = self._new_bot()
        self.bot.inbox.start()
        self.bot.start_working(self._threads)

    def stop(self) -> None:
        self.bot.stop()
        self.platform.stop()
        self.server.stop()
        self._folder.cleanup()


def settle(town: Town) -> None:
    """Returns once every event is handled and every message is sent; the wait for the rest of a fragment is passed over."""
    deadline = time.monotonic() + PATIENCE
    pause = 0.005
    while time.monotonic() < deadline:
        town.platform.wait_until_idle(PATIENCE)
        kinds = waiting_kinds(town)
        if not kinds:
            return
        if "wake_turn" in kinds and kinds <= {"wake_turn", "message"}:
            town.clock.offset += bubbles.PATIENCE
            town.queue.wake()
        if kinds == {"send_staff_message"}:
            town.clock.offset += timedelta(seconds=UNDO_SECONDS)
            town.queue.wake()
        time.sleep(pause)
        # Asking too often takes time from the bot that is waited for.
        pause = min(2 * pause, 0.05)
    raise TimeoutError(f"after {PATIENCE} s these events and jobs are waiting: {waiting_kinds(town)}")


WAITING = str(
    union_all(
        select(InboundEvent.kind).where(InboundEvent.state == EventState.WAITING),
        select(JobRow.kind).where(JobRow.kind.in_(CONVERSATION_JOBS), JobRow.state != JobState.DEAD),
    ).compile(compile_kwargs={"literal_binds": True})
)
"""As text: it is asked so often that SQLAlchemy's work on it would take a good part of the time."""


def waiting_kinds(town: Town) -> set[str]:
    """Of events without an answer and of jobs that lead to one."""
    with town.database.reading() as session:
        return {row[0] for row in session.connection().exec_driver_sql(WAITING)}
