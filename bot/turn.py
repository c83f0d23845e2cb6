"""One turn: load what a conversation waits for, decide without a transaction, apply everything in one."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from bot import applying, loading
from bot.arrivals import Sorting, has_arrivals, sort_arrivals, turn_job
from bot.bubbles import PATIENCE, TOGETHER, Completeness, can_join, completeness, first_group, joined_text, taken_back, typed_text
from bot.case_effects import CaseEffects
from bot.crowd import Crowd
from bot.handlers import decide_on
from bot.handlers.handing_over import case_effect
from bot.incoming import Bubble, Followed, ReceivedPhoto, Said
from bot.line.channel import LineChannel
from bot.loading import StoredEvent, Talk
from bot.models import ConversationKind, EventState
from bot.notices import emergency_words, with_notices
from bot.outcome import AddWords, Outcome, Tools, Turn
from bot.outgoing import deliver_job
from bot.ownership import BOT
from bot.procedure_effects import ProcedureEffects
from bot.received import PhotoReceiver
from bot.recording import TurnToApply
from bot.routing import Route, goes_on_with_bot, route
from bot.speaking import speech_of
from bot.states import FillingProcedure, Idle, LeavingMessage, State, WaitingForStaff, load_state, resumed
from bot.words import sticker_meanings
from core.clock import Clock, from_milliseconds, system_clock, to_milliseconds
from core.database import Database
from core.errors import ConflictError, TemporaryError
from core.jobs import Job, NewJob, Queue
from core.messages import Decision, Language, Reply, Text
from core.metrics import TURN_SECONDS, TURNS
from core.pack import Pack
from core.personal_numbers import masks_in
from handoff.models import CaseReason
from procedures.fillings import filling_by_uid
from procedures.state import Filling

WAKE_JOB = "wake_turn"
MAX_ROUNDS = 4
"""How often a turn is decided anew because something joined it; then it is applied as it is."""

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What one turn was loaded from."""

    municipality_id: str
    key: str
    talk: Talk | None
    """None before the first turn."""
    events: Mapping[int, StoredEvent]
    group: tuple[Bubble, ...]
    dropped: tuple[int, ...]
    """Events whose messages were taken back before they were answered."""
    has_more: bool
    emergency: Mapping[str, str]
    """What stands before whatever is said at present, by language."""
    earlier: tuple[str, ...]
    """What the resident wrote before, the newest first; nothing of a group, where others write too."""
    filling: Filling | None

    @property
    def is_late(self) -> bool:
        """A redelivery of something older than what was handled already."""
        return self.talk is not None and self.group[-1].occurred_at < self.talk.last_occurred_at


class TurnRunner:
    """Runs turn jobs; the queue sees to it that one conversation has one at a time."""

    def __init__(
        self,
        database: Database,
        jobs: Queue,
        channel: LineChannel,
        tools: Tools,
        packs: Callable[[str], Pack],
        effects: CaseEffects,
        procedures: ProcedureEffects,
        photos: PhotoReceiver,
        clock: Clock = system_clock,
        begin_call: Callable[[Session, Job], None] = lambda _session, _job: None,
    ) -> None:
        """`begin_call` is told of the job that sends a turn's reply right behind its commit, within the transaction."""
        self._begin_call = begin_call
        self._effects = effects
        self._procedures = procedures
        self._desk = procedures.desk
        self._photos = photos
        self._database = database
        self._jobs = jobs
        self._channel = channel
        self._tools = tools
        self._packs = packs
        self._clock = clock
        self._sorting = Sorting(database, jobs)
        self._crowd = Crowd()

    def run(self, job: Job) -> None:
        """Answers the oldest group of bubbles, waits for the rest of a fragment, or finds nothing to do."""
        # What is tried again has waited for other reasons.
        is_hurried = job.attempt == 1 and self._crowd.note(self._clock() - job.enqueued_at)
        loaded = self._load(job)
        if loaded is None:
            return
        if self._is_worth_waiting(loaded):
            self._wake_later(loaded)
            return
        started = time.perf_counter()
        with self._channel.thinking(loaded.municipality_id, self._raw(loaded), self._waited(loaded)):
            self._take(job, loaded, started, is_hurried=is_hurried)
        TURN_SECONDS.observe(time.perf_counter() - started)

    def apologise(self, job: Job) -> None:
        """After a failure that no further try will mend: the resident hears of it, once, and is shown a person."""
        for _ in range(MAX_ROUNDS):
            loaded = self._load(job)
            if loaded is None or any(event.state == EventState.FAILED for event in loaded.events.values()):
                return
            turn = replace(self._turn_of(loaded), uid=failed_uid(job))
            try:
                self._apply(job, loaded, turn, self._apology(turn), 0.0, has_failed=True)
            except ConflictError:
                continue
            except Exception as error:  # noqa: BLE001  # What failed may be the opening of a case; the apology must be heard all the same.
                log.error("no_case_for_failed_turn", error=type(error).__name__)
                self._apply(job, loaded, turn, replace(self._apology(turn), effects=()), 0.0, has_failed=True)
            return

    def _apology(self, turn: Turn) -> Outcome:
        """While a person holds the talk nothing is said; they see what was written."""
        decision = Decision(route="failed", status="error_internal", decision="handoff")
        if turn.is_held:
            return Outcome(state=turn.state, decision=decision, effects=(AddWords(),))
        reply = Reply(messages=(Text(text=turn.say("error.apology")),), language=turn.language)
        is_person = turn.conversation_kind is ConversationKind.PERSON
        effects = (case_effect(turn, self._tools, CaseReason.ERROR),) if is_person else ()
        return Outcome(state=turn.state, decision=decision, reply=reply, effects=effects)

    def wake(self, job: Job) -> None:
        """The wait for the rest of a fragment is over."""
        with self._database.transaction() as session:
            self._jobs.enqueue(session, turn_job(str(job.payload["municipality_id"]), str(job.payload["conversation_key"])))

    def _take(self, job: Job, loaded: Loaded, started: float, *, is_hurried: bool) -> None:
        for round_number in range(1, MAX_ROUNDS + 1):
            turn = replace(self._turn_of(loaded), is_hurried=is_hurried)
            outcome = self._decide(turn)
            try:
                self._apply(job, loaded, turn, outcome, started, may_join=round_number < MAX_ROUNDS)
            except ConflictError:
                reloaded = self._load(job)
                if reloaded is None:
                    return
                loaded = reloaded
                continue
            TURNS.labels(
                municipality=loaded.municipality_id, route=outcome.decision.route, decision=outcome.decision.decision or "none"
            ).inc()
            return
        raise TemporaryError("the conversation kept changing; the turn is tried again")

    def _load(self, job: Job) -> Loaded | None:
        with self._database.reading() as session:
            if not has_arrivals(session):
                return self._read(session, job)
        # An earlier event of the conversation may be among the arrivals.
        self._sorting.run()
        with self._database.reading() as session:
            return self._read(session, job)

    def _read(self, session: Session, job: Job) -> Loaded | None:
        municipality_id, key = str(job.payload["municipality_id"]), str(job.payload["conversation_key"])
        events = loading.events_of_failed_turn(session, failed_uid(job)) or loading.waiting_events(session, municipality_id, key)
        if not events:
            return None
        talk = loading.talk_by_key(session, municipality_id, key)
        bubbles = [self._channel.parse(event) for event in events]
        gone = taken_back(bubbles)
        waiting = [bubble for bubble in bubbles if bubble.message_id is None or bubble.message_id not in gone]
        group = first_group(waiting)
        return Loaded(
            municipality_id=municipality_id,
            key=key,
            talk=talk,
            events={event.id: event for event in events},
            group=group,
            dropped=tuple(bubble.event_id for bubble in bubbles if bubble.message_id is not None and bubble.message_id in gone),
            has_more=len(waiting) > len(group),
            emergency=loading.emergency_texts(session, municipality_id),
            earlier=loading.words_before(session, talk) if talk is not None and talk.resident_id is not None else (),
            filling=self._filling(session, municipality_id, talk),
        )

    def _filling(self, session: Session, municipality_id: str, talk: Talk | None) -> Filling | None:
        """What the talk is in the middle of, behind a person it may wait for."""
        state = resumed(load_state(talk.state)) if talk is not None else None
        if talk is None or talk.resident_id is None or not isinstance(state, FillingProcedure):
            return None
        filling = filling_by_uid(session, self._desk.seals, talk.resident_id, state.uid, self._clock())
        return self._desk.carried(municipality_id, filling)

    def _received(self, loaded: Loaded, state: State) -> tuple[ReceivedPhoto, ...]:
        """Photos are fetched before the decision only where a procedure may want them."""
        if not isinstance(state, FillingProcedure) or loaded.talk is None or loaded.talk.owner != BOT:
            return ()
        return self._photos.receive(loaded.municipality_id, loaded.talk.id, loaded.group, self._clock())

    def _is_worth_waiting(self, loaded: Loaded) -> bool:
        openings = self._packs(loaded.municipality_id).lexicon.fragments
        if loaded.has_more or not can_join(loaded.group[0]) or completeness(loaded.group, openings) is Completeness.STANDS:
            return False
        return self._clock() - from_milliseconds(loaded.group[-1].received_at) < PATIENCE

    def _wake_later(self, loaded: Loaded) -> None:
        payload = {"municipality_id": loaded.municipality_id, "conversation_key": loaded.key}
        run_at = from_milliseconds(loaded.group[-1].received_at) + PATIENCE
        with self._database.transaction() as session:
            self._jobs.enqueue(session, NewJob(kind=WAKE_JOB, payload=payload, run_at=run_at, municipality_id=loaded.municipality_id))

    def _turn_of(self, loaded: Loaded) -> Turn:
        pack = self._packs(loaded.municipality_id)
        meanings = sticker_meanings((sticker.keywords, sticker.means) for sticker in pack.stickers)
        text, masked = joined_text(loaded.group, meanings)
        talk = loaded.talk
        kept = Language(talk.language) if talk is not None and talk.language in set(Language) else None
        speech = speech_of(typed_text(loaded.group), pack, kept=kept, earlier=loaded.earlier)
        # What happened before the newest turn must not be read as an answer to what that turn asked.
        state = load_state(talk.state) if talk is not None and not loaded.is_late else Idle()
        if isinstance(state, WaitingForStaff | LeavingMessage) and talk is not None and talk.case is None:
            state = resumed(state)
        filling = loaded.filling if not loaded.is_late else None
        if isinstance(state, FillingProcedure) and filling is None:
            # Its time is over, or it was sent or given up elsewhere.
            state = Idle(last=state.last)
        return Turn(
            uid=uuid.uuid4().hex[:16],
            pack=pack,
            now=self._clock(),
            state=state,
            language=speech.language,
            is_language_new=speech.is_to_be_kept,
            has_language=kept is not None,
            conversation_kind=loaded.group[0].conversation_kind,
            bubbles=loaded.group,
            text=text,
            masked_number=masked or _holds_mask(loaded.group),
            is_introduced=talk is not None and talk.introduced_at is not None,
            is_new_friend=isinstance(loaded.group[-1].content, Followed),
            owner=talk.owner if talk is not None else BOT,
            case=talk.case if talk is not None else None,
            crisis_at=talk.crisis_at if talk is not None else None,
            resident_id=talk.resident_id if talk is not None else None,
            procedures=self._desk.procedures(loaded.municipality_id),
            filling=filling,
            photos=self._received(loaded, state),
            emergency=emergency_words(loaded.emergency, speech.language),
        )

    def _decide(self, turn: Turn) -> Outcome:
        chosen = route(turn)
        if goes_on_with_bot(turn, chosen):
            turn = replace(turn, state=resumed(turn.state))
        outcome = decide_on(chosen, turn, self._tools)
        return with_notices(turn, outcome) if chosen is not Route.SILENT else outcome

    def _apply(
        self, job: Job, loaded: Loaded, turn: Turn, outcome: Outcome, started: float, *, may_join: bool = False, has_failed: bool = False
    ) -> None:
        """Raises ConflictError when something joined the turn meanwhile or the conversation has changed."""
        with self._database.transaction() as session:
            while sort_arrivals(session, self._jobs):
                pass
            if may_join and self._something_joined(loading.waiting_events(session, loaded.municipality_id, loaded.key), loaded):
                raise ConflictError("more words came while the turn was being decided")
            applied = applying.apply_turn(
                session,
                TurnToApply(
                    talk=loaded.talk,
                    municipality_id=loaded.municipality_id,
                    key=loaded.key,
                    events=tuple(loaded.events[bubble.event_id] for bubble in loaded.group),
                    dropped=loaded.dropped,
                    turn=turn,
                    outcome=outcome,
                    is_late=loaded.is_late,
                    has_failed=has_failed,
                    milliseconds=(time.perf_counter() - started) * 1000 if started else 0.0,
                ),
                self._channel,
                self._effects,
                self._procedures,
            )
            if applied.call_id is not None:
                following = deliver_job(loaded.municipality_id, applied.conversation_id, applied.call_id)
                # A job that has failed stays as a letter; else its worker sends at once what nothing in this talk has to wait for.
                sending = None if has_failed else self._jobs.go_on(session, job, following)
                if sending is None:
                    self._jobs.enqueue(session, following)
                else:
                    self._begin_call(session, sending)
            if loaded.has_more:
                self._jobs.enqueue(session, turn_job(loaded.municipality_id, loaded.key))

    def _something_joined(self, waiting: Sequence[StoredEvent], loaded: Loaded) -> bool:
        if not can_join(loaded.group[0]):
            return False
        first = loaded.group[0].occurred_at
        for event in waiting:
            is_near = abs(event.occurred_at - first) <= TOGETHER / timedelta(milliseconds=1)
            if event.id not in loaded.events and is_near and can_join(self._channel.parse(event)):
                return True
        return False

    def _raw(self, loaded: Loaded) -> StoredEvent:
        return loaded.events[loaded.group[-1].event_id]

    def _waited(self, loaded: Loaded) -> timedelta:
        return self._clock() - from_milliseconds(loaded.group[-1].received_at)


def failed_uid(job: Job) -> str:
    """The uid of a turn that failed, by which an operator's retry of the job finds its events. SQLite gives a job's number again."""
    return f"failed-{job.id}-{to_milliseconds(job.enqueued_at)}"


def _holds_mask(group: Sequence[Bubble]) -> bool:
    return any(isinstance(bubble.content, Said) and bool(masks_in(bubble.content.text)) for bubble in group)
