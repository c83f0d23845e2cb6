"""What residents are reminded of: dates of applications, and what they have begun and not sent."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from bot import ownership, queries
from bot.case_words import choice_in, language_of
from bot.line.channel import LineChannel
from bot.models import OutgoingCall, Resident
from bot.outgoing import say
from bot.procedure_desk import ProcedureDesk
from bot.states import Beside, load_state
from bot.taps import ShowMenu
from core.clock import Clock, in_japan, system_clock
from core.database import Database
from core.errors import ProjectError
from core.for_each import for_each
from core.jobs import Job, JobKind, Queue
from core.messages import Choice, Language, Reply, Tap, TapValue, Text
from core.pack import Pack
from procedures.applications import answers_of, reminders_of
from procedures.fillings import draft_to_remind, drafts_to_remind, filling_by_uid
from procedures.keys import ForgottenError
from procedures.known import Answers
from procedures.lifecycle import Verb
from procedures.models import Application, ApplicationState
from procedures.moving import record
from procedures.queries import due_reminders, locked_application
from procedures.said import Command
from procedures.state import Filling
from procedures.taps import GiveCommand, ShowApplication
from procedures.versions import definition_of
from procedures.wording import Wording

REMIND_JOB = "remind"
Remind = Callable[[Session, str, int, int | None, datetime], OutgoingCall | None]

log = structlog.get_logger()


class Reminders:
    """Runs once a minute; what was said is marked in the same transaction, so that nobody hears it twice."""

    def __init__(
        self,
        database: Database,
        jobs: Queue,
        channel: LineChannel,
        desk: ProcedureDesk,
        packs: Callable[[str], Pack],
        municipality_ids: Sequence[str],
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._channel = channel
        self._desk = desk
        self._packs = packs
        self._municipality_ids = municipality_ids
        self._clock = clock

    def run(self, _job: Job) -> None:
        """One transaction for each, the talk's row locked first."""
        for_each(self._municipality_ids, self._remind_in, "reminders_not_looked_for")

    def _remind_in(self, municipality_id: str) -> None:
        now = self._clock()
        with self._database.reading() as session:
            due = [(row.id, row.resident_id) for row in due_reminders(session, municipality_id, now)]
            drafts = [(row.id, row.resident_id) for row in drafts_to_remind(session, municipality_id, now)]
        for application_id, resident_id in due:
            self._alone(self._remind, municipality_id, application_id, resident_id, now)
        for filling_id, resident_id in drafts:
            self._alone(self._remind_of_draft, municipality_id, filling_id, resident_id, now)

    def _alone(self, remind: Remind, municipality_id: str, row_id: int, resident_id: int | None, now: datetime) -> None:
        """One that can't be said keeps no other back."""
        try:
            with self._database.transaction() as session:
                remind(session, municipality_id, row_id, resident_id, now)
        except ProjectError as error:
            log.error("not_reminded", municipality=municipality_id, row=row_id, error=str(error))

    def _remind(
        self, session: Session, municipality_id: str, application_id: int, resident_id: int | None, now: datetime
    ) -> OutgoingCall | None:
        """Whoever holds the talk hears of it too; but nobody hears on a later day what was for this one."""
        talk = queries.talk_of_resident(session, resident_id) if resident_id is not None else None
        conversation = ownership.locked(session, talk.id) if talk is not None else None
        application = locked_application(session, municipality_id, application_id)
        due = application.next_reminder_at if application is not None else None
        if application is None or due is None or due > now:
            return None
        wording, moments = self._wording(session, application, now)
        application.next_reminder_at = next((moment for moment, _ in moments if moment > now), None)
        number = next((number for moment, number in moments if moment == due), None)
        is_timely = in_japan(due).date() == in_japan(now).date()
        is_wanted = application.is_told and application.state != ApplicationState.RETURNED
        if conversation is None or wording is None or number is None or not is_timely or not is_wanted:
            return None
        record(session, application, Verb.REMIND, now, detail={"number": number})
        words = wording.text(f"reminders.{number}.say", number=application.number)
        status = _choice(wording, "show_status", ShowApplication(application=application.id))
        reply = Reply(messages=(Text(text=words),), choices=(status, self._menu(wording, municipality_id)), language=wording.language)
        once = f"reminder:{application.id}:{number}:{due.isoformat()}"
        return say(session, self._jobs, self._channel, conversation, reply, now=now, once=once)

    def _wording(self, session: Session, application: Application, now: datetime) -> tuple[Wording | None, Sequence[tuple[datetime, int]]]:
        """Nothing where the answers were forgotten."""
        desk = self._desk.desk(application.municipality_id)
        definition = definition_of(session, desk.municipality_id, desk.procedures, application.procedure_id, application.digest)
        try:
            answers = answers_of(session, desk, application)
        except ForgottenError:
            return None, ()
        facts = self._desk.facts_in(session, desk.municipality_id, definition, None, now, besides=application.id)
        filling = Filling(uid="", procedure_id=definition.id, digest=application.digest, answers=answers)
        wording = self._desk.wording(desk.municipality_id, definition, filling, language_of(application.language), now, facts)
        return wording, reminders_of(definition, Answers(definition=definition, answers=answers, facts=facts, now=now))

    def _remind_of_draft(
        self, session: Session, municipality_id: str, filling_id: int, resident_id: int | None, now: datetime
    ) -> OutgoingCall | None:
        """Once, and never while a person has to do with the talk: then the next run looks again."""
        talk = queries.talk_of_resident(session, resident_id) if resident_id is not None else None
        conversation = ownership.locked(session, talk.id) if talk is not None else None
        row = draft_to_remind(session, filling_id, now)
        if conversation is None or row is None or conversation.owner != ownership.BOT:
            return None
        if isinstance(load_state(conversation.state), Beside):
            return None
        row.reminded_at = now
        # As it goes on: with the version of its procedure that is in force.
        filling = self._desk.carried(municipality_id, filling_by_uid(session, self._desk.seals, row.resident_id, row.uid, now))
        if filling is None:
            return None
        procedures = self._desk.procedures(municipality_id)
        definition = definition_of(session, municipality_id, procedures, filling.procedure_id, filling.digest)
        wording = self._desk.wording(municipality_id, definition, filling, self._language(session, row.resident_id), now)
        words = wording.say("procedure.draft_reminder", title=wording.text("title"), day=in_japan(row.expires_at).date())
        resume = _choice(wording, "resume", GiveCommand(filling=row.uid, command=Command.RESUME.value))
        stop = _choice(wording, "stop", GiveCommand(filling=row.uid, command=Command.STOP.value))
        choices = (resume, stop, self._menu(wording, municipality_id))
        reply = Reply(messages=(Text(text=words),), choices=choices, language=wording.language)
        return say(session, self._jobs, self._channel, conversation, reply, now=now, once=f"draft:{row.uid}:{row.expires_at.isoformat()}")

    def _language(self, session: Session, resident_id: int) -> Language:
        resident = session.get(Resident, resident_id)
        return language_of(resident.language if resident is not None else None)

    def _menu(self, wording: Wording, municipality_id: str) -> Choice:
        return choice_in(self._packs(municipality_id), wording.language, "menu", ShowMenu())


def reminder_kinds(reminders: Reminders) -> tuple[JobKind, ...]:
    return (JobKind(name=REMIND_JOB, run=reminders.run),)


def _choice(wording: Wording, key: str, value: TapValue) -> Choice:
    label = wording.say(f"procedure.choice.{key}")
    return Choice(label=label, action=Tap(value=value, shown=label))
