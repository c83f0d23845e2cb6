"""The bot put together: from the webhook to delivery, over one database, one queue and one search."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from bot import ownership
from bot.arrivals import Sorting
from bot.case_effects import CaseEffects
from bot.counter import Counter
from bot.counter_jobs import CounterJobs, call_settled
from bot.data_room import DataRoom
from bot.forms import Forms
from bot.inbox import Inbox
from bot.jobs import PERIODIC, Housekeeping, counter_kinds, job_kinds
from bot.line.channel import LineChannel
from bot.line.client import LineClient
from bot.line.delivery import Delivery
from bot.media import MediaStore
from bot.media_jobs import MediaFetcher
from bot.my_data import MyData
from bot.procedure_desk import ProcedureDesk
from bot.procedure_effects import ProcedureEffects
from bot.procedure_reminders import Reminders, reminder_kinds
from bot.received import PhotoReceiver
from bot.receiving import Receiving
from bot.scanning import Scanner
from bot.taps import TapSigner
from bot.telling import Teller, TellingJobs, telling_kinds
from bot.tools import SearchTools
from bot.turn import TurnRunner
from bot.webhook import Webhook
from core.audit import AuditLog
from core.clock import Clock, system_clock
from core.database import Database
from core.encryption import Keyring
from core.jobs import Queue
from core.language_model import language_model
from core.pack import Pack
from core.settings import ChannelKeys, Settings
from handoff.jobs import Tending
from procedures.keys import Seals
from procedures.loading import Procedures, load_procedures
from procedures.outside.jobs import SYSTEM_PERIODS, SystemJobs, system_kinds
from retrieval.consulting import Consultant
from retrieval.index import ChromaPlace
from retrieval.modes import mode_of
from retrieval.search import Search, load_models
from retrieval.synonyms import pack_synonyms

STOP_SECONDS = 25.0
INDEX_FOLDER = "index"


class Bot:
    """Everything that answers residents. `inbox.start` lets events in, `start_working` answers them, `stop` finishes the turns in hand."""

    def __init__(
        self,
        *,
        database: Database,
        queue: Queue,
        keyring: Keyring,
        channels: Mapping[str, ChannelKeys],
        api_url: str | None,
        tools: SearchTools,
        packs: Callable[[str], Pack],
        clock: Clock = system_clock,
        search: Search | None = None,
        media_folder: Path,
        public_url: str | None = None,
        procedures: Callable[[str], Procedures] = load_procedures,
        systems: SystemJobs | None = None,
        scanner: Scanner | None = None,
    ) -> None:
        """`media_folder` holds photos and files; `public_url` is where residents reach this server; `systems` tells outside ones."""
        self._queue = queue
        self.clock = clock
        self.systems = systems
        self._clients = {municipality_id: LineClient(keys.access_token, api_url) for municipality_id, keys in channels.items()}
        cipher = keyring.cipher("inbound events")
        signers = lru_cache(maxsize=None)(lambda municipality_id: TapSigner(keyring.key("taps"), municipality_id))
        self.channel = LineChannel(cipher, signers, self._clients.__getitem__)
        self.inbox = Inbox(database, queue, cipher, clock)
        self.webhook = Webhook(self.inbox, {municipality_id: keys.secret for municipality_id, keys in channels.items()})
        self.media = MediaStore(media_folder, keyring, public_url, scanner)
        self.counter = Counter(queue, self.channel, packs, self.media)
        seals = Seals(keyring)
        self.teller = Teller(jobs=queue, channel=self.channel, packs=packs, procedures=procedures, seals=seals, media=self.media)
        self.receiving = Receiving(self.teller)
        self.telling_jobs = TellingJobs(database, self.teller, clock)
        self.procedures = ProcedureDesk(database, seals, packs, procedures)
        self.delivery = Delivery(database, self._clients.__getitem__, clock, call_settled, queue.end)
        self.my_data = MyData(seals, AuditLog(keyring))
        self.data_room = DataRoom(database, self.procedures, self.my_data, packs, clock)
        self.forms = Forms(database, queue, self.channel, self.procedures, packs, clock)
        self.runner = TurnRunner(
            database,
            queue,
            self.channel,
            tools.with_procedures(self.procedures),
            packs,
            CaseEffects(queue, self.media),
            ProcedureEffects(self.procedures, self.my_data, self.media.public_url, self.teller),
            PhotoReceiver(database, self._clients.__getitem__, self.media),
            clock,
            self.delivery.begin,
        )
        self.reminders = Reminders(database, queue, self.channel, self.procedures, packs, tuple(channels), clock)
        self.counter_jobs = CounterJobs(database, queue, self.counter, packs, tuple(channels), clock)
        self.fetcher = MediaFetcher(database, self._clients.__getitem__, self.media, clock)
        self.tending = Tending(
            database,
            packs,
            tuple(channels),
            lambda session, happenings, now: self.counter.follow(session, happenings, now=now),
            lock_talks=ownership.lock_talks,
            clock=clock,
        )
        self.sorting = Sorting(database, queue)
        self.housekeeping = Housekeeping(database, queue, packs, self._clients.__getitem__, tuple(channels), clock, search, self.media)

    def start_working(self, threads: int) -> None:
        """Takes up what waits; with no threads events are only stored."""
        if threads:
            self.housekeeping.resend_forgotten()
            kinds = (
                *job_kinds(self.runner, self.delivery, self.housekeeping, self.sorting),
                *counter_kinds(self.counter_jobs, self.fetcher, self.tending),
                *telling_kinds(self.telling_jobs),
                *reminder_kinds(self.reminders),
            )
            more = system_kinds(self.systems) if self.systems is not None else ()
            periodic = (*PERIODIC, *SYSTEM_PERIODS) if more else PERIODIC
            self._queue.start((*kinds, *more), periodic, threads=threads)

    def stop(self) -> None:
        self.inbox.stop()
        self._queue.stop(STOP_SECONDS)
        for client in self._clients.values():
            client.close()


def build_search(
    settings: Settings, database: Database, packs: Callable[[str], Pack], content: Path, *, folder: Path | None, is_temporary: bool = False
) -> Search:
    """Not warm yet. `folder` holds the embedded index; a temporary search keeps it in memory."""
    place = ChromaPlace() if is_temporary else ChromaPlace(url=settings.chroma_url, folder=None if settings.chroma_url else folder)
    mode = mode_of(settings)
    return Search(
        database,
        mode=mode,
        chroma=place,
        synonyms=pack_synonyms(content),
        fill=lambda municipality_id, text, moment: packs(municipality_id).values.fill(text, moment),
        models=lambda: load_models(settings, mode),
    )


def build_consultant(settings: Settings, database: Database) -> Consultant | None:
    """None where no language model is set; otherwise ready, which takes some seconds."""
    model = language_model(settings)
    if model is None:
        return None
    consultant = Consultant(model, database, monthly_tokens=settings.language_model_monthly_tokens)
    consultant.warm()
    return consultant


def build_tools(
    settings: Settings, database: Database, search: Search, packs: Callable[[str], Pack], public_url: str | None = None
) -> SearchTools:
    return SearchTools(database, search, packs, public_url, build_consultant(settings, database))
