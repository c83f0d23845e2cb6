"""The jobs of the counter: words of staff whose time to undo is over, what happens by itself, an emergency message to all."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, exists, select
from sqlalchemy.orm import Session

from bot import ownership, queries
from bot.case_words import language_of
from bot.counter import EMERGENCY_JOB, Counter
from bot.models import CallState, Conversation, OutgoingCall, Resident
from bot.notices import emergency_words
from bot.office import moment_in
from core.changes import case_topic
from core.clock import Clock, system_clock
from core.database import Database
from core.for_each import for_each
from core.jobs import Job, NewJob, Queue
from core.messages import Reply, Text
from core.pack import Pack
from core.statements import Prepared
from handoff.callbacks import broken_promises
from handoff.changing import tell
from handoff.desk_models import CaseTask, EmergencyMessage, StaffMessage
from handoff.models import CallbackRequest, CallbackState, Case, CaseState
from handoff.queries import open_case_of

AT_ONCE = 100
CALLBACKS_JOB = "apologise_for_callbacks"
CONTACT_TASK = "contact"
"""Telephone, or write a letter."""
LOST = (CallState.FAILED, CallState.UNDELIVERABLE)
CALLS = cast(Table, OutgoingCall.__table__)
CONCERNS_STAFF = Prepared(
    select(CALLS.c.id).where(
        CALLS.c.id == bindparam("call"),
        CALLS.c.staff_id.is_not(None) | exists().where(Case.conversation_id == CALLS.c.conversation_id, Case.state != CaseState.CLOSED),
    )
)
"""Most calls carry an answer of the bot in a talk without a case."""


class CounterJobs:
    """Each may run twice."""

    def __init__(
        self,
        database: Database,
        jobs: Queue,
        counter: Counter,
        packs: Callable[[str], Pack],
        municipality_ids: Sequence[str],
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._packs, self._municipality_ids = packs, municipality_ids
        self._jobs = jobs
        self._counter = counter
        self._clock = clock

    def send_staff_message(self, job: Job) -> None:
        with self._database.transaction() as session:
            self._counter.send_pending(session, int(job.payload["message_id"]), now=self._clock())

    def say_ending(self, job: Job) -> None:
        with self._database.transaction() as session:
            closed_at = datetime.fromisoformat(str(job.payload["closed_at"]))
            self._counter.say_ending(session, int(job.payload["case_id"]), closed_at, now=self._clock())

    def send_emergency(self, job: Job) -> None:
        """So many residents a transaction, then the next job goes on; nobody gets it twice."""
        with self._database.transaction() as session:
            emergency = session.get(EmergencyMessage, int(job.payload["emergency_id"]))
            if emergency is None or emergency.ended_at is not None:
                return
            talks = queries.friends_after(session, emergency.municipality_id, int(job.payload["after"]), limit=AT_ONCE)
            for found in talks:
                conversation = ownership.locked(session, found.id)
                if conversation is not None:
                    self._warn(session, conversation, emergency)
            if len(talks) == AT_ONCE:
                payload = {"emergency_id": emergency.id, "after": talks[-1].id}
                following = NewJob(kind=EMERGENCY_JOB, key=job.key, payload=payload, municipality_id=emergency.municipality_id)
                self._jobs.enqueue(session, following)

    def apologise_for_callbacks(self, _job: Job) -> None:
        """Whoever was not called on the promised day hears so once; where a person holds the talk, they speak for themselves."""
        for_each(self._municipality_ids, self._apologise_in, "callbacks_not_apologised_for")

    def _apologise_in(self, municipality_id: str) -> None:
        pack, now = self._packs(municipality_id), self._clock()
        with self._database.reading() as session:
            late = [(request.id, request.conversation_id) for request in broken_promises(session, pack, now, AT_ONCE)]
        for request_id, conversation_id in late:
            with self._database.transaction() as session:
                conversation = ownership.locked(session, conversation_id)
                request = session.get(CallbackRequest, request_id, with_for_update=True, populate_existing=True)
                is_due = request is not None and request.state == CallbackState.OPEN and request.apologised_at is None
                if conversation is not None and request is not None and is_due:
                    request.apologised_at = now
                    self._apologise(session, pack, conversation, request)

    def _apologise(self, session: Session, pack: Pack, conversation: Conversation, request: CallbackRequest) -> None:
        if conversation.owner != ownership.BOT:
            return
        resident = session.get(Resident, conversation.resident_id) if conversation.resident_id is not None else None
        language = language_of(resident.language if resident is not None else None)
        department = pack.department(request.department_id)
        gaps = {"opening": moment_in(pack, language, request.promised_from), "phone": request.phone}
        office = pack.office_name(department, language) if department is not None else ""
        text = pack.sentences.say("callback.late", language, department=office, **gaps)
        reply = Reply(messages=(Text(text=text),), language=language)
        self._counter.push(session, conversation, reply, now=self._clock(), once=f"callback:{request.id}")

    def _warn(self, session: Session, conversation: Conversation, emergency: EmergencyMessage) -> None:
        resident = session.get(Resident, conversation.resident_id) if conversation.resident_id is not None else None
        language = language_of(resident.language if resident is not None else None)
        reply = Reply(messages=(Text(text=emergency_words(emergency.texts, language)),), language=language)
        self._counter.push(session, conversation, reply, now=self._clock(), once=f"emergency:{emergency.id}")


def call_settled(session: Session, call_id: int, now: datetime) -> None:
    """The truth about a call is known: open pages show it, and what did not reach the resident becomes a task, one per call."""
    if CONCERNS_STAFF.first(session, {"call": call_id}) is None:
        return
    call = session.get_one(OutgoingCall, call_id, populate_existing=True)
    message = session.scalars(select(StaffMessage).where(StaffMessage.call_id == call.id)).one_or_none()
    case = session.get(Case, message.case_id) if message is not None else open_case_of(session, call.conversation_id)
    if case is None:
        return
    task = session.scalars(select(CaseTask).where(CaseTask.call_id == call.id)).one_or_none()
    if call.staff_id is not None and call.state in LOST and task is None:
        session.add(
            CaseTask(
                municipality_id=call.municipality_id,
                case_id=case.id,
                kind=CONTACT_TASK,
                call_id=call.id,
                note=call.error or "",
                created_at=now,
            )
        )
    elif task is not None and task.done_at is None and call.state == CallState.SENT:
        # An operator's retry has reached the resident after all.
        task.done_at = now
    tell(session, call.municipality_id, case_topic(case.id), now=now)
