"""The verbs of the counter for pages and jobs: handoff decides about the case, here the talk changes hands and residents are told.

Each works in the caller's transaction. The conversation is locked first, then handoff locks its rows; see handoff/changing.py.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from bot import ownership, queries
from bot.case_words import language_of, notice_in_words
from bot.closing import closing_reply
from bot.models import Conversation, OutgoingCall, Resident
from bot.outgoing import say
from bot.staff_voice import StaffVoice
from core.jobs import NewJob
from core.messages import Language, Reply, Text
from handoff import abuse, cases, presence
from handoff.canned import Then
from handoff.cases import CaseRequest, Closing, Opened, ToDepartment, ToStaff
from handoff.changing import lock_cases
from handoff.desk_models import ContactLimit, StaffMessage
from handoff.errors import CaseError
from handoff.models import Case, CaseChannel, CaseState, PresenceState, Staff
from handoff.notices import Notice, NoticeKey
from handoff.presence import Handed
from handoff.tending import Happening

log = structlog.get_logger()

EMERGENCY_JOB = "send_emergency"
ENDING_JOB = "say_ending"


class Counter(StaffVoice):
    """Built once; safe to share between threads."""

    def open_case(self, session: Session, request: CaseRequest, *, by: Staff, now: datetime) -> Opened:
        """By hand. The resident of a talk hears of it; somebody at the counter or on the telephone need not."""
        conversation = ownership.locked(session, request.conversation_id)
        opened = cases.open_case(session, self._packs(by.municipality_id), request, now=now, by=by)
        self._follow(session, conversation, opened.case, opened.notice, now)
        return opened

    def claim(self, session: Session, case: Case, staff: Staff, *, now: datetime, seen_version: int | None = None) -> None:
        """Raises ClaimLostError, CapacityError, StaleCaseError. A second click changes nothing and says nothing."""
        conversation = ownership.locked(session, case.conversation_id)
        was_theirs = _is_theirs(conversation, staff)
        notice = cases.claim(session, self._pack(case), case, staff, now=now, seen_version=seen_version)
        self._follow(session, conversation, case, None if was_theirs else notice, now)

    def decline(self, session: Session, case: Case, staff: Staff, reason: str, *, now: datetime, seen_version: int | None = None) -> None:
        cases.decline(session, case, staff, reason, now=now, seen_version=seen_version)

    def assign(self, session: Session, case: Case, staff: Staff, *, by: Staff, now: datetime, seen_version: int | None = None) -> None:
        conversation = ownership.locked(session, case.conversation_id)
        was_theirs = _is_theirs(conversation, staff)
        notice = cases.assign(session, self._pack(case), case, staff, by=by, now=now, seen_version=seen_version)
        self._follow(session, conversation, case, None if was_theirs else notice, now)

    def release(self, session: Session, case: Case, staff: Staff, note: str, *, now: datetime, seen_version: int | None = None) -> None:
        conversation = ownership.locked(session, case.conversation_id)
        notice = cases.release(session, case, staff, note, now=now, seen_version=seen_version)
        self._follow(session, conversation, case, notice, now)

    def transfer(
        self,
        session: Session,
        case: Case,
        target: ToStaff | ToDepartment,
        note: str,
        *,
        by: Staff,
        now: datetime,
        is_warm: bool = False,
        seen_version: int | None = None,
    ) -> None:
        conversation = ownership.locked(session, case.conversation_id)
        notice = cases.transfer(session, self._pack(case), case, target, note, by=by, now=now, is_warm=is_warm, seen_version=seen_version)
        self._follow(session, conversation, case, notice, now)

    def snooze(self, session: Session, case: Case, until: datetime, *, by: Staff, now: datetime, seen_version: int | None = None) -> None:
        conversation = ownership.locked(session, case.conversation_id)
        cases.snooze(session, case, until, by=by, now=now, seen_version=seen_version)
        self._follow(session, conversation, case, None, now)

    def wake(self, session: Session, case: Case, *, by: Staff | None, now: datetime, seen_version: int | None = None) -> None:
        conversation = ownership.locked(session, case.conversation_id)
        cases.wake(session, self._pack(case), case, now=now, by=by, seen_version=seen_version)
        self._follow(session, conversation, case, None, now)

    def close(
        self,
        session: Session,
        case: Case,
        closing: Closing,
        *,
        by: Staff,
        now: datetime,
        seen_version: int | None = None,
        tell_at: datetime | None = None,
    ) -> None:
        """The bot answers again, and what the resident was in the middle of goes on. How it was is asked once, never after a crisis.

        Until `tell_at` the resident hears nothing, so that it can be undone.
        """
        conversation = ownership.locked(session, case.conversation_id)
        notice = cases.close(session, self._pack(case), case, closing, by=by, now=now, seen_version=seen_version)
        if tell_at is None:
            self._end(session, conversation, case, notice, now)
        else:
            self._end(session, conversation, case, None, now)
            self._jobs.enqueue(session, _ending_job(case, now, tell_at))

    def send_pending(self, session: Session, message_id: int, *, now: datetime) -> OutgoingCall | None:
        """What is to be done with the case besides is done once it was said; where that is not possible any more, the case stays."""
        call = super().send_pending(session, message_id, now=now)
        message = session.get(StaffMessage, message_id) if call is not None else None
        if message is not None and message.then:
            case, staff = session.get_one(Case, message.case_id), session.get_one(Staff, message.staff_id)
            kind, _, value = message.then.partition(":")
            try:
                if kind == Then.CLOSE:
                    self.close(session, case, Closing(reason=value), by=staff, now=now)
                elif kind == Then.SNOOZE:
                    self.snooze(session, case, datetime.fromisoformat(value), by=staff, now=now)
            except CaseError as error:
                log.warning("not_carried_on", case=case.id, then=kind, error=type(error).__name__)
        return call

    def say_ending(self, session: Session, case_id: int, closed_at: datetime, *, now: datetime) -> None:
        """The last words of a case, unless it was opened again meanwhile."""
        case = session.get(Case, case_id)
        conversation = ownership.locked(session, case.conversation_id) if case is not None else None
        if case is None or conversation is None:
            return
        lock_cases(session, [case.id])
        if case.state == CaseState.CLOSED and case.closed_at == closed_at and case.channel == CaseChannel.LINE:
            self._say_ending(session, conversation, case, Notice(key=NoticeKey.ENDED), now)

    def return_to_bot(
        self, session: Session, case: Case, staff: Staff, *, now: datetime, closing: Closing | None = None, seen_version: int | None = None
    ) -> None:
        """Closes with the word that the bot answers again; an unfinished dialogue goes on where it was."""
        conversation = ownership.locked(session, case.conversation_id)
        ending = closing or Closing(reason=next(iter(self._pack(case).counter.reasons)))
        cases.close(session, self._pack(case), case, ending, by=staff, now=now, seen_version=seen_version)
        self._end(session, conversation, case, Notice(key=NoticeKey.RETURNED), now)

    def reopen(
        self, session: Session, case: Case, *, by: Staff, now: datetime, seen_version: int | None = None, was_told: bool = True
    ) -> None:
        """A resident who `was_told` nothing of the end hears nothing of this, unless it is with somebody else now."""
        conversation, former = ownership.locked(session, case.conversation_id), case.holder_id
        notice = cases.reopen(session, self._pack(case), case, by=by, now=now, seen_version=seen_version)
        self._follow(session, conversation, case, notice if was_told or case.holder_id != former else None, now)

    def set_presence(self, session: Session, staff: Staff, state: PresenceState, *, now: datetime) -> Sequence[Handed]:
        """Who goes off leaves nothing behind: their cases are in the queue again, and the residents hear it."""
        handed = presence.set_presence(session, staff, state, now=now, lock_talks=ownership.lock_talks)
        happenings = [Happening(case_id=one.case_id, notice=one.notice, releases_ownership=one.releases_ownership) for one in handed]
        self.follow(session, happenings, now=now)
        return handed

    def approve_block(self, session: Session, case: Case, asked: ContactLimit, *, by: Staff, now: datetime) -> None:
        """The resident hears until when; whoever holds the talk keeps it. Raises ApprovalError."""
        conversation = ownership.locked(session, case.conversation_id)
        notice = abuse.approve_block(session, self._pack(case), asked, by=by, now=now)
        self._follow(session, conversation, case, notice, now)

    def follow(self, session: Session, happenings: Sequence[Happening], *, now: datetime) -> None:
        """What happened to cases by itself: talks change hands and residents hear of it. Their conversations are locked already."""
        for happening in happenings:
            case = session.get_one(Case, happening.case_id)
            conversation = ownership.locked(session, case.conversation_id)
            if case.state == CaseState.CLOSED:
                self._end(session, conversation, case, happening.notice, now, is_unanswered=True)
            else:
                self._follow(session, conversation, case, happening.notice, now)

    def send_to_all(self, session: Session, municipality_id: str, emergency_id: int) -> int:
        """Pushes an emergency message to every friend, by jobs; returns how many messages that costs."""
        payload = {"emergency_id": emergency_id, "after": 0}
        job = NewJob(kind=EMERGENCY_JOB, key=f"emergency:{emergency_id}", payload=payload, municipality_id=municipality_id)
        self._jobs.enqueue(session, job)
        return queries.friend_count(session, municipality_id)

    def push(self, session: Session, conversation: Conversation, reply: Reply, *, now: datetime, once: str) -> OutgoingCall:
        """Something of ours to one resident, whoever speaks there; the caller has locked the conversation."""
        return say(session, self._jobs, self._channel, conversation, reply, now=now, once=once)

    def _follow(self, session: Session, conversation: Conversation | None, case: Case, notice: Notice | None, now: datetime) -> None:
        if conversation is None:
            return
        ownership.settle(conversation, case)
        if notice is not None and case.channel == CaseChannel.LINE:
            language = self._language(session, conversation, case)
            reply = Reply(messages=(Text(text=notice_in_words(self._pack(case), language, notice)),), language=language)
            self.push(session, conversation, reply, now=now, once=f"{notice.key}:{case.id}:{case.version}")

    def _end(
        self,
        session: Session,
        conversation: Conversation | None,
        case: Case,
        notice: Notice | None,
        now: datetime,
        *,
        is_unanswered: bool = False,
    ) -> None:
        self.media.keep_until(session, self._pack(case), case, now=now)
        if conversation is None:
            return
        ownership.settle(conversation, case, is_unanswered=is_unanswered)
        if notice is not None and case.channel == CaseChannel.LINE:
            self._say_ending(session, conversation, case, notice, now)

    def _say_ending(self, session: Session, conversation: Conversation, case: Case, notice: Notice, now: datetime) -> None:
        language = self._language(session, conversation, case)
        reply = closing_reply(session, self._pack(case), conversation, case, notice, language, now=now)
        self.push(session, conversation, reply, now=now, once=f"{notice.key}:{case.id}:{case.version}")

    def _language(self, session: Session, conversation: Conversation, case: Case) -> Language:
        resident = session.get(Resident, conversation.resident_id) if conversation.resident_id is not None else None
        return language_of((resident.language if resident is not None else None) or case.language)


def _ending_job(case: Case, closed_at: datetime, tell_at: datetime) -> NewJob:
    payload = {"case_id": case.id, "closed_at": closed_at.isoformat()}
    return NewJob(kind=ENDING_JOB, key=f"{ENDING_JOB}:{case.id}", payload=payload, run_at=tell_at, municipality_id=case.municipality_id)


def _is_theirs(conversation: Conversation | None, staff: Staff) -> bool:
    return conversation is not None and conversation.owner == ownership.owner_of(staff.id)
