"""Staff speak to residents: submitting, undoing, previewing, and the moment in which their words enter the ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import ownership, queries, staff_words
from bot.case_words import language_of
from bot.line.channel import LineChannel
from bot.media import MediaStore, reachable, shown_to_resident
from bot.models import Conversation, OutgoingCall
from bot.outgoing import has_young_token, say
from bot.staff_words import LONGEST, UnfitMessageError
from core.changes import case_topic
from core.jobs import Queue
from core.messages import Reply, Text
from core.pack import Pack
from core.text import utf16_length
from handoff import cases
from handoff.changing import begin, tell
from handoff.desk_models import Media, StaffMessage, StaffMessageState
from handoff.models import Case, Staff


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A message as the resident will see it, before it is sent."""

    bubbles: tuple[str, ...]
    characters: int
    """In the units that LINE counts."""
    limit: int
    cost: int
    """Messages that LINE will count: none while a reply token is young."""
    problem: str = ""
    """Why it can't be sent: see UnfitMessageError."""


class StaffVoice:
    """Each verb works in the caller's transaction."""

    def __init__(self, jobs: Queue, channel: LineChannel, packs: Callable[[str], Pack], media: MediaStore) -> None:
        self._jobs = jobs
        self._channel = channel
        self._packs = packs
        self.media = media

    def submit_message(
        self,
        session: Session,
        case: Case,
        staff: Staff,
        text: str,
        *,
        submission: str,
        seen_message_id: int,
        media_id: int | None = None,
        send_at: datetime | None = None,
        then: str = "",
        now: datetime,
    ) -> StaffMessage:
        """Kept for UNDO_SECONDS, or until `send_at`, then it enters the ledger. The same submission twice is one message.

        Raises NotHolderError, CollisionError (read it, then send from the newer form), UnfitMessageError.
        """
        conversation = ownership.locked(session, case.conversation_id)
        if conversation is None:
            raise UnfitMessageError("no_talk")
        known = staff_words.by_submission(session, submission)
        if known is not None:
            return known
        begin(session, case)
        staff_words.require_holder(conversation, case, staff)
        problem = self._problem(session, case, text, media_id)
        if problem:
            raise UnfitMessageError(problem)
        newer = staff_words.said_since(session, conversation.id, case.id, seen_message_id, staff)
        if newer:
            raise staff_words.CollisionError(newer)
        message = StaffMessage(
            municipality_id=case.municipality_id,
            case_id=case.id,
            staff_id=staff.id,
            submission=submission,
            text=text.strip(),
            media_id=media_id,
            fencing_token=conversation.fencing_token,
            state=StaffMessageState.PENDING,
            send_at=max(send_at or now, staff_words.send_time(now)),
            created_at=now,
            then=then,
        )
        session.add(message)
        session.flush()
        self._jobs.enqueue(session, staff_words.send_job(message, conversation.id))
        tell(session, case.municipality_id, case_topic(case.id), now=now)
        return message

    def undo_message(self, session: Session, message: StaffMessage, staff: Staff, *, now: datetime) -> bool:
        """False where it was too late, or it is not theirs."""
        row = staff_words.pending(session, message.id)
        if row is None or row.staff_id != staff.id:
            return False
        row.state = StaffMessageState.UNDONE
        tell(session, row.municipality_id, case_topic(row.case_id), now=now)
        return True

    def send_pending(self, session: Session, message_id: int, *, now: datetime) -> OutgoingCall | None:
        """The time to undo is over. The fencing token is compared now; in a talk that a person no longer holds they can't speak."""
        found = session.get(StaffMessage, message_id)
        case = session.get(Case, found.case_id) if found is not None else None
        conversation = ownership.locked(session, case.conversation_id) if case is not None else None
        message = staff_words.pending(session, message_id)
        if message is None or case is None or conversation is None:
            return None
        staff = session.get_one(Staff, message.staff_id)
        begin(session, case)
        tell(session, case.municipality_id, case_topic(case.id), now=now)
        media = session.get(Media, message.media_id) if message.media_id is not None else None
        if not staff_words.may_go_out(session, conversation, case, message) or (media is not None and not reachable(media)):
            message.state = StaffMessageState.REFUSED
            return None
        call = say(
            session,
            self._jobs,
            self._channel,
            conversation,
            self._reply_of(case, staff, message.text, media, now),
            now=now,
            staff_id=staff.id,
            media_id=media.id if media is not None else None,
            once=f"staff-message:{message.id}",
        )
        message.state, message.call_id = StaffMessageState.SENT, call.id
        cases.replied(session, case, by=staff, now=now)
        return call

    def preview(self, session: Session, case: Case, text: str, *, now: datetime, media_id: int | None = None) -> Preview:
        """What submitting these words would send, and what it would cost."""
        conversation = session.get(Conversation, case.conversation_id) if case.conversation_id is not None else None
        words = text.strip()
        shown = (
            self._channel.render(Reply(messages=(Text(text=words),)), case.municipality_id) if 0 < utf16_length(words) <= LONGEST else ()
        )
        return Preview(
            bubbles=tuple(message.text for message in shown),
            characters=utf16_length(words),
            limit=LONGEST,
            cost=0 if conversation is not None and has_young_token(conversation, now) else 1,
            problem="no_talk" if conversation is None else self._problem(session, case, text, media_id),
        )

    def newest_message_id(self, session: Session, case: Case) -> int:
        """For a form's `seen_message_id`."""
        return queries.newest_message_id(session, case.conversation_id) if case.conversation_id is not None else 0

    def _problem(self, session: Session, case: Case, text: str, media_id: int | None) -> str:
        if not text.strip() and media_id is None:
            return "empty"
        if utf16_length(text.strip()) > LONGEST:
            return "too_long"
        if media_id is None:
            return ""
        media = session.scalars(select(Media).where(Media.id == media_id, Media.case_id == case.id)).one_or_none()
        if media is None or not reachable(media):
            return "media_gone"
        return "" if self.media.public_url else "media_unreachable"

    def _reply_of(self, case: Case, staff: Staff, text: str, media: Media | None, now: datetime) -> Reply:
        """Under the name of the department, so that the resident sees that a person speaks."""
        pack = self._pack(case)
        department = pack.departments.get(staff.department_id or "") or pack.department(case.department_id)
        language = language_of(case.language)
        words = (Text(text=text),) if text else ()
        shown = shown_to_resident(self.media, pack, language, media, now=now) if media is not None else ()
        return Reply(messages=(*words, *shown), language=language, speaker=department.name if department is not None else "")

    def _pack(self, case: Case) -> Pack:
        return self._packs(case.municipality_id)
