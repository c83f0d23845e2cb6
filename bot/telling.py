"""Telling those who applied what became of it: what they will read, and the moment in which it enters the ledger."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import ownership, queries
from bot.case_words import language_of
from bot.line.channel import LineChannel
from bot.media import MediaStore, reachable, shown_to_resident
from bot.models import OutgoingCall
from bot.outgoing import say
from bot.procedure_facts import calendar_facts
from core.clock import Clock, system_clock
from core.database import Database
from core.jobs import Job, JobKind, NewJob, Queue
from core.messages import Choice, Language, Message, Reply, Tap, TapValue, Text
from core.pack import Pack
from handoff.desk_models import Media
from procedures.applications import Desk, Telling, answers_of, may_reopen
from procedures.conditions import Plain
from procedures.keys import ForgottenError, Seals
from procedures.loading import Procedures
from procedures.models import Application, ApplicationState
from procedures.progress import Progress
from procedures.queries import event_of, is_taken_back, locked_application
from procedures.reasons import load_reasons
from procedures.reviewing import words_of
from procedures.said import Command
from procedures.state import Filling
from procedures.taps import GiveCommand, ReopenApplication, ShowApplication
from procedures.versions import definition_of
from procedures.wording import Wording

TELL_JOB = "tell_applicant"
AFTER = timedelta(seconds=30)
"""So long staff can take back what they did; what they see of it ends a little earlier."""
UNDO = timedelta(seconds=25)


@dataclass(frozen=True, kw_only=True)
class Teller:
    """Safe to share between threads; each verb works in the caller's transaction."""

    jobs: Queue
    channel: LineChannel
    packs: Callable[[str], Pack]
    procedures: Callable[[str], Procedures]
    seals: Seals
    media: MediaStore

    def desk(self, municipality_id: str) -> Desk:
        return Desk(seals=self.seals, procedures=self.procedures(municipality_id), municipality_id=municipality_id)

    def tell(self, session: Session, municipality_id: str, tellings: Sequence[Telling], *, now: datetime, after: timedelta = AFTER) -> None:
        """Each by a job of its own, once the time to take it back is over. Where the definition has no words for it, nothing is said."""
        for telling in tellings:
            payload = {"municipality": municipality_id, "application": telling.application_id, "event": telling.event_id}
            job = NewJob(
                kind=TELL_JOB,
                key=f"{TELL_JOB}:{telling.application_id}",
                payload=payload,
                run_at=now + after if after else None,
                municipality_id=municipality_id,
            )
            self.jobs.enqueue(session, job)

    def send(self, session: Session, municipality_id: str, application_id: int, event_id: int, *, now: datetime) -> OutgoingCall | None:
        """Into the ledger, whoever speaks in the talk; once, however often it is asked for. Nothing for what was taken back."""
        event = event_of(session, municipality_id, event_id)
        found = session.get(Application, application_id)
        talk = queries.talk_of_resident(session, found.resident_id) if found is not None and found.resident_id is not None else None
        conversation = ownership.locked(session, talk.id) if talk is not None else None
        # Locked after the talk, and before it is asked whether it was taken back, which locks it too.
        application = locked_application(session, municipality_id, application_id)
        moved = locked_application(session, municipality_id, event.application_id) if event is not None else None
        if event is None or moved is None or application is None or conversation is None or is_taken_back(session, event):
            return None
        words = words_of(session, self.desk(municipality_id), moved, event)
        photo = event.detail.get("photo")
        reply = self.reply(
            session,
            application,
            ApplicationState(event.detail["to"]),
            words,
            now=now,
            photo=session.get(Media, photo) if isinstance(photo, int) else None,
            # Of the filling that the return made; the application may have gone on since.
            returned=event.detail.get("filling", "") if event.application_id == application.id else "",
        )
        if not reply.messages:
            return None
        return say(session, self.jobs, self.channel, conversation, reply, now=now, once=f"application:{application_id}:{event_id}")

    def received(self, session: Session, application: Application, *, now: datetime) -> OutgoingCall | None:
        """What was filled in on LINE was submitted at the counter: its number, and what the procedure says then; once."""
        talk = queries.talk_of_resident(session, application.resident_id) if application.resident_id is not None else None
        conversation = ownership.locked(session, talk.id) if talk is not None and application.is_told else None
        if conversation is None:
            return None
        wording = self.wording(session, application, now)
        text = wording.say("procedure.submitted_at_counter", title=wording.text("title"), number=application.number)
        department = self.packs(application.municipality_id).departments.get(application.department_id)
        reply = Reply(
            messages=(Text(text=text),),
            choices=(_choice(wording, "show_status", ShowApplication(application=application.id)),),
            language=wording.language,
            speaker=department.name if department is not None else "",
        )
        return say(session, self.jobs, self.channel, conversation, reply, now=now, once=f"received:{application.id}")

    def reply(
        self,
        session: Session,
        application: Application,
        state: ApplicationState,
        words: str,
        *,
        now: datetime,
        photo: Media | None = None,
        returned: str = "",
    ) -> Reply:
        """What is read when it comes to that state; no message where the definition has no words for it.

        `words` are those of staff, added where it leaves no gap for them.
        """
        wording = self.wording(session, application, now)
        language = language_of(application.language)
        place = f"tells.{state.value}"
        if place not in wording.definition.texts:
            return Reply(messages=(), language=language)
        pack = self.packs(application.municipality_id)
        reason = wording.reason(words).strip()
        text = wording.text(place, number=application.number, reason=reason).strip()
        said: tuple[Message, ...] = (Text(text=text if reason in text else f"{text}\n{reason}"),)
        if photo is not None and reachable(photo) and self.media.public_url:
            said = (*said, *shown_to_resident(self.media, pack, language, photo, now=now))
        department = pack.departments.get(application.department_id)
        speaker = department.name if department is not None else ""
        return Reply(messages=said, choices=_choices(wording, application, state, returned, now), language=language, speaker=speaker)

    def wording(self, session: Session, application: Application, now: datetime, language: Language | None = None) -> Wording:
        """In the language of whoever applied, or in another."""
        progress = self.progress(session, application, now)
        pack = self.packs(application.municipality_id)
        said_in = language or language_of(application.language)
        return Wording(progress.definition, pack, said_in, progress, load_reasons(pack.id).in_language)

    def progress(self, session: Session, application: Application, now: datetime) -> Progress:
        """With the definition that it was filled in with; without answers where they were forgotten."""
        desk, pack = self.desk(application.municipality_id), self.packs(application.municipality_id)
        definition = definition_of(session, application.municipality_id, desk.procedures, application.procedure_id, application.digest)
        state = Filling(uid="", procedure_id=definition.id, digest=application.digest, answers=_answers(session, desk, application))
        return Progress(definition=definition, state=state, facts=calendar_facts(pack, desk.procedures, definition), now=now)


class TellingJobs:
    """May run twice."""

    def __init__(self, database: Database, teller: Teller, clock: Clock = system_clock) -> None:
        self._database = database
        self._teller = teller
        self._clock = clock

    def tell(self, job: Job) -> None:
        payload: Mapping[str, object] = job.payload
        with self._database.transaction() as session:
            municipality_id, application_id, event_id = str(payload["municipality"]), job.payload["application"], job.payload["event"]
            self._teller.send(session, municipality_id, int(application_id), int(event_id), now=self._clock())


def telling_kinds(jobs: TellingJobs) -> tuple[JobKind, ...]:
    """Every kind of job that applications need."""
    return (JobKind(name=TELL_JOB, run=jobs.tell),)


def _choices(wording: Wording, application: Application, state: ApplicationState, returned: str, now: datetime) -> tuple[Choice, ...]:
    """What can be done about it: answering anew, saying that it is not done, looking at the whole."""
    show = _choice(wording, "show_status", ShowApplication(application=application.id))
    if returned:
        return (_choice(wording, "open_returned", GiveCommand(filling=returned, command=Command.RESUME.value)), show)
    if state is ApplicationState.DONE and may_reopen(wording.definition, application, now):
        return (_choice(wording, "reopen", ReopenApplication(application=application.id)), show)
    return (show,)


def _choice(wording: Wording, key: str, value: TapValue) -> Choice:
    label = wording.say(f"procedure.choice.{key}")
    return Choice(label=label, action=Tap(value=value, shown=label))


def _answers(session: Session, desk: Desk, application: Application) -> dict[str, Plain]:
    try:
        return answers_of(session, desk, application)
    except ForgottenError:
        return {}
