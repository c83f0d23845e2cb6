"""Plays the day of demo_day.yaml through the strict platform and the verbs of the counter, on a clock of its own, in a few seconds."""

import io
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.counter import Counter
from bot.line.addresses import conversation_of
from bot.models import EventState, InboundEvent
from bot.receiving import Receiving
from bot.simulator import day_script as script
from bot.simulator.day_script import Step
from bot.simulator.demo_applications import DemoApplications, talk_of
from bot.simulator.phone import Phone
from bot.simulator.platform import Platform
from bot.simulator.speaking import PhoneError
from bot.simulator.texts import say
from core.clock import system_clock
from core.database import Database
from core.errors import ProjectError
from core.models import JobRow, JobState
from core.pack import Pack
from handoff import cases
from handoff.canned import CannedWords, add_reply
from handoff.cases import CaseRequest, Closing, ToDepartment, ToStaff
from handoff.handover import leave_note
from handoff.models import Case, CaseChannel, CaseReason, PresenceState, Staff
from handoff.packet import Packet
from handoff.presence import heartbeat

PATIENCE_SECONDS = 8.0
JOBS = ("sort_arrivals", "turn", "wake_turn", "deliver", "send_staff_message", "fetch_media", "tell_applicant")
"""That a step leads to; the next one waits for them."""
LATER = timedelta(seconds=6)
"""Passes where only jobs of a later moment wait: the rest of a fragment, the time to undo."""
log = structlog.get_logger()


class DayClock:
    """Goes as time does, from wherever it was set."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return system_clock() + self.offset

    def set(self, moment: datetime) -> None:
        self.offset = moment - system_clock()

    def skip(self, time: timedelta) -> None:
        self.offset += time

    def catch_up(self) -> None:
        """It is now."""
        self.offset = timedelta()


class DemoDay:
    """Nobody else may be at work on the database meanwhile but the product itself."""

    def __init__(self, platform: Platform, database: Database, counter: Counter, receiving: Receiving, pack: Pack, clock: DayClock) -> None:
        self._platform = platform
        self._database = database
        self._counter = counter
        self._pack = pack
        self._clock = clock
        self._ids = {person.name: person.id for person in platform.people.values()}
        self._there: dict[str, PresenceState] = {}
        self._applications = DemoApplications(receiving, pack)

    def play(self) -> int:
        """Returns how many steps went as written; one that does not is logged and left out."""
        steps = script.script_of(self._pack, system_clock())
        done = 0
        if steps:
            self._clock.set(steps[0][0] - timedelta(minutes=30))
            self._begin()
        for moment, step in steps:
            self._pass_to(moment)
            try:
                self._do(step)
                done += 1
            except (ProjectError, PhoneError, LookupError) as error:
                log.warning("demo_step_left_out", does=step.does, at=step.at, error=f"{type(error).__name__}: {error}")
            self._settle()
        self._pass_to(system_clock())
        self._clock.catch_up()
        return done

    def _begin(self) -> None:
        with self._database.transaction() as session:
            for reply in script.load_day(self._pack).canned:
                words = CannedWords(
                    shortcut=reply.shortcut,
                    title=reply.title,
                    text=reply.text,
                    department_id=reply.department,
                    owner_id=None,
                    valid_from=None,
                    valid_until=None,
                    then=reply.then,
                )
                add_reply(session, self._pack.id, words, self._clock())
        for person in self._ids.values():
            self._platform.phone(self._pack.id, person).follow()
        self._settle()

    def _pass_to(self, moment: datetime) -> None:
        """Whoever is there stays there: their pages go on telling so, before anybody looks."""
        if moment <= self._clock():
            return
        with self._database.transaction() as session:
            for login in self._there:
                heartbeat(session, self._staff(session, login).id, now=moment)
        self._clock.set(moment)

    def _settle(self) -> None:
        """Until everything that the step led to has happened."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self._platform.wait_until_idle(PATIENCE_SECONDS)
            waiting = self._waiting()
            if not waiting:
                return
            if all(run_at > self._clock().timestamp() * 1000 for run_at in waiting):
                self._clock.skip(LATER)
            time.sleep(0.01)
        log.warning("demo_step_not_settled")

    def _waiting(self) -> list[int]:
        """When the jobs that wait may run; 0 for events without an answer."""
        events = select(InboundEvent.id * 0).where(InboundEvent.state.in_((EventState.ARRIVED, EventState.WAITING)))
        jobs = select(JobRow.run_at).where(JobRow.kind.in_(JOBS), JobRow.state != JobState.DEAD)
        with self._database.reading() as session:
            due = list(session.scalars(jobs))
            return due or list(session.scalars(events))

    def _do(self, step: Step) -> None:
        match step:
            case script.Say():
                speak(self._phone(step.resident), self._pack, step.says)
            case script.Tap():
                phone = self._phone(step.resident)
                items = (phone.quick_reply or {}).get("items", [])
                phone.tap(items[step.number - 1]["action"])
            case script.Apply():
                with self._database.transaction() as session:
                    talk = talk_of(session, self._pack.id, conversation_of(session, self._pack.id, self._ids[step.resident]))
                    self._applications.apply(session, talk, step, self._clock())
            case script.Withdraw():
                with self._database.transaction() as session:
                    self._applications.withdraw(session, step, self._clock())
            case _:
                with self._database.transaction() as session:
                    self._act(session, self._staff(session, step.by), step)

    def _act(self, session: Session, staff: Staff, step: Step) -> None:
        now, counter = self._clock(), self._counter
        match step:
            case script.Stand():
                state = PresenceState(step.state)
                counter.set_presence(session, staff, state, now=now)
                self._there.pop(step.by, None)
                if state is not PresenceState.OFF:
                    self._there[step.by] = state
            case script.Open():
                counter.open_case(session, self._request(step), by=staff, now=now)
            case script.Leave():
                leave_note(session, staff, step.text, department_id=step.department, now=now)
            case script.Receive():
                self._applications.receive(session, staff, step, now)
            case script.OfCase():
                self._work(session, staff, self._case(session, step.case), step)

    def _work(self, session: Session, staff: Staff, case: Case, step: Step) -> None:
        now, counter = self._clock(), self._counter
        match step:
            case script.Claim():
                counter.claim(session, case, staff, now=now)
            case script.Answer():
                seen = counter.newest_message_id(session, case)
                counter.submit_message(session, case, staff, step.text, submission=str(uuid.uuid4()), seen_message_id=seen, now=now)
            case script.Note():
                mentions = [self._staff(session, login).id for login in step.mentions]
                cases.note(session, case, step.text, mentions, by=staff, now=now)
            case script.Transfer():
                target = (
                    ToDepartment(department_id=step.to)
                    if step.to in self._pack.departments
                    else ToStaff(staff=self._staff(session, step.to))
                )
                counter.transfer(session, case, target, step.text, by=staff, now=now)
            case script.Snooze():
                counter.snooze(session, case, now + timedelta(hours=step.hours), by=staff, now=now)
            case script.Close():
                closing = Closing(reason=step.reason, minutes=step.minutes, is_faq_candidate=step.is_faq_candidate, wrap_up=step.wrap_up)
                counter.close(session, case, closing, by=staff, now=now)

    def _request(self, step: script.Open) -> CaseRequest:
        return CaseRequest(
            reason=CaseReason.BY_HAND,
            title=step.title,
            packet=Packet(summary=step.title, question=step.title),
            department_id=step.department,
            category=step.category,
            channel=CaseChannel(step.channel),
            contact=step.contact,
        )

    def _case(self, session: Session, name: str) -> Case:
        """Raises LookupError."""
        wanted = select(Case).where(Case.municipality_id == self._pack.id)
        if name in self._ids:
            wanted = wanted.where(Case.conversation_id == conversation_of(session, self._pack.id, self._ids[name]))
        else:
            wanted = wanted.where(Case.title == name)
        case = session.scalars(wanted.order_by(Case.id.desc()).limit(1)).one_or_none()
        if case is None:
            raise LookupError(f"no case of {name}")
        return case

    def _staff(self, session: Session, login: str) -> Staff:
        """Raises LookupError."""
        found = session.scalars(select(Staff).where(Staff.municipality_id == self._pack.id, Staff.login == login)).one_or_none()
        if found is None:
            raise LookupError(f"no account {login}")
        return found

    def _phone(self, name: str) -> Phone:
        return self._platform.phone(self._pack.id, self._ids[name])


def speak(phone: Phone, pack: Pack, says: list[object], pause: Callable[[], None] = lambda: None) -> int:
    """What stands under `says` of a talk; returns the number of utterances."""
    said = 0
    for utterance in says:
        match utterance:
            case str():
                phone.say(utterance)
            case {"sticker": list() as keywords}:
                phone.send_sticker("11537", "52002734", keywords=[str(word) for word in keywords])
            case {"latitude": float() as latitude, "longitude": float() as longitude}:
                phone.send_location(say("place.here"), pack.municipality.name, latitude, longitude)
            case {"photo": True}:
                phone.send_photo(photo_of_letter(), "image/png")
            case _:
                continue
        said += 1
        pause()
    return said


def photo_of_letter() -> bytes:
    """A sheet with a heading, some lines and a stamp."""
    from PIL import Image, ImageDraw  # Slow to load.

    picture = Image.new("RGB", (360, 480), "#8a7763")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((40, 30, 320, 450), fill="#fbfaf5")
    draw.rectangle((70, 60, 230, 78), fill="#3b4a6b")
    for number in range(11):
        draw.rectangle((70, 110 + 24 * number, 290 - 34 * (number % 3), 116 + 24 * number), fill="#b9b7ad")
    draw.ellipse((236, 376, 292, 432), outline="#b8402f", width=4)
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()
