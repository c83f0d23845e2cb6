"""A counter without threads or HTTP: events, jobs and acts of staff come in any order, and the process may end between them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot import ownership
from bot.arrivals import turn_job
from bot.case_effects import CaseEffects
from bot.counter import Counter
from bot.counter_jobs import CounterJobs, call_settled
from bot.line.channel import LineChannel
from bot.line.client import Accepted, Result, TokenInvalid
from bot.line.delivery import Delivery
from bot.media import MediaStore
from bot.models import Conversation, Direction, InboundEvent, MessageRow, TurnRow
from bot.my_data import MyData
from bot.outcome import Outcome, Turn
from bot.procedure_desk import ProcedureDesk
from bot.procedure_effects import ProcedureEffects
from bot.received import PhotoReceiver
from bot.taps import TapSigner
from bot.telling import Teller
from bot.tools import SearchTools
from bot.turn import TurnRunner
from core.audit import AuditLog
from core.clock import to_milliseconds
from core.database import Database
from core.embedded_queue import EmbeddedQueue
from core.encryption import Keyring
from core.jobs import Job
from core.models import JobRow
from core.pack_loading import load_pack
from handoff.jobs import Tending
from handoff.models import HELD_STATES, OPEN_STATES, Case, Presence, PresenceState, Role, Staff
from procedures.keys import Seals
from procedures.loading import load_procedures
from tests.bot.promises.acts import NothingFound
from tests.town import MUNICIPALITY

TUESDAY = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
KEYRING = Keyring("a secret of the tests that is long enough")
CRISIS_HOUR = timedelta(hours=1)
numbers = count(1)


class CrashError(Exception):
    """The process has ended."""


class FakeLine:
    """Takes each reply token and each retry key once."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._used: set[str] = set()

    def reply(self, reply_token: str, messages: Sequence[Mapping[str, Any]]) -> Result:  # Any: JSON.
        if reply_token in self._used:
            return TokenInvalid()
        return self._take(reply_token, messages)

    def push(self, _to: str, messages: Sequence[Mapping[str, Any]], retry_key: str) -> Result:  # Any: JSON.
        return Accepted() if retry_key in self._used else self._take(retry_key, messages)

    def show_loading(self, _line_user_id: str, _seconds: int) -> None:
        """Nobody looks."""

    def _take(self, key: str, messages: Sequence[Mapping[str, Any]]) -> Result:  # Any: JSON.
        self._used.add(key)
        self.said += [str(message.get("text") or message.get("altText")) for message in messages]
        return Accepted(message_ids=tuple(f"{next(numbers)}" for _ in messages))


class CountedDatabase(Database):
    """Ends the process just before or just after a commit, and lets the world look at what each commit brought."""

    def watch(self, look: Callable[[Session], None]) -> None:
        self._look: Callable[[Session], None] = look
        self.crash = ""

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with super().transaction() as session:
            yield session
            if self.crash == "before":
                raise CrashError
        with self.reading() as session:
            self._look(session)
        if self.crash == "after":
            raise CrashError


class World:
    """One resident, two members of staff, and everything between them."""

    def __init__(self, database: CountedDatabase, folder: Path) -> None:
        self.database = database
        self.now = TUESDAY
        self.line = FakeLine()
        self.name = f"talk{next(numbers)}"
        self.folder = folder
        self.owner, self.token = ownership.BOT, 0
        self.last_message = 0
        self.crisis_at: datetime | None = None
        self.said: list[str] = []
        self.during_turn: Callable[[], None] | None = None
        database.watch(self._look)
        self._build()
        with database.transaction() as session:
            session.execute(delete(JobRow))
            self.staff_ids = [self._new_staff(session).id for _ in range(2)]

    def restart(self) -> None:
        """The process begins anew on the same database; what was in its hands is ready again."""
        self.database.crash = ""
        self._build()

    def _build(self) -> None:
        clock = lambda: self.now  # noqa: E731
        self.queue = EmbeddedQueue(self.database, clock)
        cipher = KEYRING.cipher("inbound events")
        self.channel = LineChannel(cipher, lambda municipality: TapSigner(KEYRING.key("taps"), municipality), lambda _: self.line)  # type: ignore[arg-type,return-value]
        media = MediaStore(self.folder, KEYRING, "https://madoguchi.example.jp")
        self.counter = Counter(self.queue, self.channel, load_pack, media)
        tools = SearchTools(self.database, NothingFound(), load_pack)  # type: ignore[arg-type]  # it is asked no more than this
        self.delivery = Delivery(self.database, lambda _: self.line, clock, call_settled)  # type: ignore[arg-type,return-value]
        self.runner = WatchedRunner(self, tools, media)
        self.jobs = CounterJobs(self.database, self.queue, self.counter, load_pack, (MUNICIPALITY,), clock)
        self.tending = Tending(
            self.database,
            load_pack,
            (MUNICIPALITY,),
            lambda session, happenings, now: self.counter.follow(session, happenings, now=now),
            lock_talks=ownership.lock_talks,
            clock=clock,
        )

    def say(self, text: str) -> None:
        """The resident writes; the event and its job are durable."""
        number = next(numbers)
        words = text
        if text.endswith("#"):
            words = f"{text}{number}"
        event = {
            "type": "message",
            "mode": "active",
            "replyToken": f"token{number}",
            "source": {"type": "user", "userId": f"U{self.name}"},
            "message": {"type": "text", "id": f"m{number}", "text": words},
        }
        # Far enough apart to be turns of their own.
        self.now += timedelta(seconds=4)
        moment = to_milliseconds(self.now)
        payload = KEYRING.cipher("inbound events").encrypt(orjson.dumps(event))
        with self.database.transaction() as session:
            session.add(
                InboundEvent(
                    municipality_id=MUNICIPALITY,
                    webhook_event_id=f"e{number}",
                    conversation_key=self.name,
                    kind="message",
                    message_id=f"m{number}",
                    occurred_at=moment,
                    received_at=moment,
                    payload=payload,
                )
            )
            self.queue.enqueue(session, turn_job(MUNICIPALITY, self.name))
        self.said.append(words)

    def work(self, most: int = 200, *, crash: str = "") -> bool:
        """Does ready jobs in their order; with `crash` the process ends at the first commit of one. False where nothing was ready."""
        for _ in range(most):
            job = self._next_job()
            if job is None:
                return False
            self.database.crash = crash if job.kind != "deliver" else ""
            try:
                self._do(job)
                with self.database.transaction() as session:
                    session.execute(delete(JobRow).where(JobRow.id == job.id))
            except CrashError:
                self.restart()
            finally:
                self.database.crash = ""
        return True

    def drain(self) -> None:
        """Until nothing is left to do, the seconds of undoing included."""
        for _ in range(50):
            while self.work(50):
                pass
            with self.database.reading() as session:
                if session.scalar(select(func.count()).select_from(JobRow)) == 0:
                    return
            self.now += timedelta(seconds=6)
        raise AssertionError("jobs are left")

    def act(self, number: int, do: Callable[[Session, Case, Staff], object]) -> None:
        """A member of staff does something with the talk's open case, if there is one; what they may not do is refused."""
        with self.database.transaction() as session:
            case = self.open_case(session)
            if case is not None:
                do(session, case, session.get_one(Staff, self.staff_ids[number]))

    def open_case(self, session: Session) -> Case | None:
        conversation = self.conversation(session)
        if conversation is None:
            return None
        return session.scalars(select(Case).where(Case.conversation_id == conversation.id, Case.state.in_(OPEN_STATES))).one_or_none()

    def conversation(self, session: Session) -> Conversation | None:
        return session.scalars(select(Conversation).where(Conversation.key == self.name)).one_or_none()

    def heard(self) -> list[str]:
        """What stands in the ledger of the resident's words."""
        with self.database.reading() as session:
            conversation = self.conversation(session)
            if conversation is None:
                return []
            rows = select(MessageRow.text).where(MessageRow.conversation_id == conversation.id, MessageRow.direction == Direction.INBOUND)
            return list(session.scalars(rows.order_by(MessageRow.id)))

    def _look(self, session: Session) -> None:
        """After every commit: who owns the talk, and what was said by whom."""
        conversation = self.conversation(session)
        if conversation is None:
            return
        cases = session.scalars(select(Case).where(Case.conversation_id == conversation.id, Case.state.in_(OPEN_STATES))).all()
        assert len(cases) <= 1, "a talk has one open case"
        held = [case for case in cases if case.state in HELD_STATES]
        wanted = ownership.owner_of(held[0].holder_id or 0) if held else ownership.BOT
        assert conversation.owner == wanted, "a person owns the talk exactly while the case is theirs"
        assert conversation.fencing_token >= self.token
        assert conversation.fencing_token > self.token or conversation.owner == self.owner, "each change of owner has a token of its own"
        self._look_at_words(session, conversation)
        self.owner, self.token = conversation.owner, conversation.fencing_token

    def _look_at_words(self, session: Session, conversation: Conversation) -> None:
        rows = session.execute(
            select(MessageRow, TurnRow)
            .outerjoin(TurnRow, TurnRow.id == MessageRow.turn_id)
            .where(MessageRow.conversation_id == conversation.id, MessageRow.id > self.last_message)
            .order_by(MessageRow.id)
        ).all()
        for message, turn in rows:
            self.last_message = message.id
            is_of_bot = message.direction == Direction.OUTBOUND and turn is not None
            was_held = self.owner != ownership.BOT and conversation.owner == self.owner and conversation.fencing_token == self.token
            if is_of_bot and was_held:
                assert turn.route == "crisis", f"the bot said {message.text!r} while a person held the talk"
                assert self.crisis_at is None or message.at - self.crisis_at >= CRISIS_HOUR
            if is_of_bot and turn.route == "crisis":
                self.crisis_at = message.at

    def _next_job(self) -> Job | None:
        with self.database.reading() as session:
            rows = session.scalars(select(JobRow).order_by(JobRow.priority.desc(), JobRow.id)).all()
            first_of_key: dict[str, int] = {}
            for row in sorted(rows, key=lambda row: row.id):
                if row.key is not None:
                    first_of_key.setdefault(row.key, row.id)
            for row in rows:
                is_first = row.key is None or first_of_key[row.key] == row.id
                if is_first and row.run_at <= to_milliseconds(self.now):
                    return Job(id=row.id, kind=row.kind, payload=row.payload, key=row.key, attempt=1, enqueued_at=self.now)
        return None

    def _do(self, job: Job) -> None:
        kinds: dict[str, Callable[[Job], None]] = {
            "turn": self.runner.run,
            "wake_turn": self.runner.wake,
            "deliver": self.delivery.run,
            "send_staff_message": self.jobs.send_staff_message,
            "send_emergency": self.jobs.send_emergency,
        }
        kinds[job.kind](job)

    def _new_staff(self, session: Session) -> Staff:
        staff = Staff(
            municipality_id=MUNICIPALITY,
            login=f"staff{next(numbers)}",
            name="田中 一郎",
            role=Role.STAFF,
            department_id="general_affairs",
            password_hash="",
            capacity=50,
            created_at=self.now,
        )
        session.add(staff)
        session.flush()
        session.add(
            Presence(staff_id=staff.id, municipality_id=MUNICIPALITY, state=PresenceState.BUSY, since=self.now, heartbeat_at=self.now)
        )
        return staff


class WatchedRunner(TurnRunner):
    """Lets something happen while a turn is being decided."""

    def __init__(self, world: World, tools: SearchTools, media: MediaStore) -> None:
        seals = Seals(KEYRING)
        desk = ProcedureDesk(world.database, seals, load_pack, load_procedures)
        teller = Teller(jobs=world.queue, channel=world.channel, packs=load_pack, procedures=load_procedures, seals=seals, media=media)
        super().__init__(
            world.database,
            world.queue,
            world.channel,
            tools.with_procedures(desk),
            load_pack,
            CaseEffects(world.queue, media),
            ProcedureEffects(desk, MyData(seals, AuditLog(KEYRING)), None, teller),
            PhotoReceiver(world.database, lambda _: world.line, media),  # type: ignore[arg-type,return-value]
            lambda: world.now,
            world.delivery.begin,
        )
        self._world = world

    def _decide(self, turn: Turn) -> Outcome:
        outcome = super()._decide(turn)
        happening, self._world.during_turn = self._world.during_turn, None
        if happening is not None:
            happening()
        return outcome
