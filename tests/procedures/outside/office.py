"""Applications that other systems look at, with a clock that is set by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from core.database import Database
from core.embedded_queue import EmbeddedQueue
from core.encryption import Keyring
from core.models import JobRow
from procedures.applications import accept, check, finish, withdraw
from procedures.models import Application
from procedures.outside.addresses import Target
from procedures.outside.delivering import SEND_JOB, Outcome
from procedures.outside.endpoints import Endpoints
from procedures.outside.feed import pass_on
from procedures.outside.jobs import SystemJobs
from procedures.outside.models import WebhookDelivery, WebhookEndpoint
from procedures.outside.scopes import EVENTS
from procedures.queries import locked_application
from tests.procedures.database import DESK, People, settled, submitted
from tests.procedures.talk import NOW

KEYRING = Keyring("a secret of the tests that is long enough")
VERBS = {"accept": accept, "finish": finish}


@dataclass
class Office:
    """One municipality with its applications."""

    database: Database
    now: datetime = NOW
    people: People = field(init=False)
    queue: EmbeddedQueue = field(init=False)

    def __post_init__(self) -> None:
        self.people = settled(self.database)
        self.queue = EmbeddedQueue(self.database, self.clock)

    def clock(self) -> datetime:
        return self.now

    def apply(self, count: int = 1, procedure: str = "oversized_waste", begin: int = 0) -> list[Application]:
        uids = [f"uid{procedure}{begin + number}" for number in range(count)]
        return [submitted(self.database, self.people.resident, procedure, uid, now=self.now).application for uid in uids]

    def move(self, application: Application, verb: str) -> None:
        with self.database.transaction() as session:
            row = locked_application(session, "shiomi", application.id)
            assert row is not None
            if verb == "check":
                check(session, row, staff_id=self.people.staff, now=self.now)
            elif verb == "withdraw":
                withdraw(session, DESK, row, self.now)
            else:
                VERBS[verb](session, DESK, row, staff_id=self.people.staff, now=self.now)

    def pass_on(self) -> int:
        return pass_on(self.database, self.queue, "shiomi", self.now)

    def deliveries(self) -> Sequence[WebhookDelivery]:
        with self.database.reading() as session:
            return session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)).all()

    def jobs(self) -> list[int]:
        """Ids of the deliveries for which a job is enqueued."""
        with self.database.reading() as session:
            return [row.payload["delivery"] for row in session.scalars(select(JobRow).where(JobRow.kind == SEND_JOB).order_by(JobRow.id))]


@dataclass
class Receiver:
    """The other side, as a function: answers what it was told to and remembers what it was sent."""

    status: int | None = 200
    got: list[tuple[Target, bytes, Mapping[str, str]]] = field(default_factory=list)

    def __call__(self, target: Target, body: bytes, headers: Mapping[str, str]) -> Outcome:
        self.got.append((target, body, headers))
        return Outcome(status=self.status, problem="" if self.status == 200 else "status", milliseconds=5)


@dataclass
class Told:
    """An endpoint with its secret and the jobs that tell it."""

    office: Office
    endpoints: Endpoints
    endpoint_id: int
    secret: str
    receiver: Receiver
    jobs: SystemJobs
    stopped: list[int]

    def endpoint(self) -> WebhookEndpoint:
        with self.office.database.reading() as session:
            return session.get_one(WebhookEndpoint, self.endpoint_id)


def public(host: str, port: int) -> Sequence[str]:
    return ["203.0.114.7"]


def told_of(office: Office, *, events: Sequence[str] = EVENTS, procedures: Sequence[str] = ()) -> Told:
    endpoints = Endpoints(KEYRING, resolve=public)
    with office.database.transaction() as session:
        row, secret = endpoints.register(
            session,
            municipality_id="shiomi",
            system="収集システム",
            url="https://gomi.example.jp/hook",
            events=events,
            procedures=procedures,
            known_procedures=("oversized_waste", "road_damage"),
            existing=0,
            now=office.now,
        )
    receiver, stopped = Receiver(), list[int]()
    jobs = SystemJobs(
        office.database,
        office.queue,
        endpoints,
        ("shiomi",),
        office.clock,
        stopped=lambda session, endpoint, now: stopped.append(endpoint.id),
        post=receiver,
    )
    return Told(office, endpoints, row.id, secret, receiver, jobs, stopped)


HOUR = timedelta(hours=1)
