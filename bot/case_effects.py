"""What a turn does to a case: opens it, adds words and photos, takes it back, tells how it was; in the turn's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from bot import ownership, queries
from bot.case_words import notice_in_words
from bot.handlers.answer_cards import office_card
from bot.incoming import SentMedia
from bot.media import MediaState, MediaStore, of_message
from bot.media_jobs import fetch_job
from bot.models import Conversation, MessageRow
from bot.outcome import AddWords, MarkCrisis, OpenCase, Outcome, RecordSatisfaction, ReopenCase, Turn, WithdrawOpenCase
from bot.packets import LOOKED_BACK, packet_of, title_of
from bot.states import dump_state, load_state, resumed
from core.changes import case_topic
from core.jobs import Queue
from core.messages import Message, Reply, Text
from handoff import cases
from handoff.abuse import Step, standing_step
from handoff.cases import CaseRequest, Closing
from handoff.changing import tell
from handoff.desk_models import ContactLimit
from handoff.models import Case, CaseReason, CaseState
from handoff.notices import Notice, NoticeKey
from handoff.queries import active_limits, open_case_of

WITHDRAWN = "withdrawn"
MOST_MESSAGES = 5
KINDS = ("image", "video", "audio", "file")


@dataclass(frozen=True, kw_only=True)
class Told:
    """A sentence about the case, and where it stands in the reply."""

    notice: Notice
    is_first: bool


class CaseEffects:
    """Safe to share between threads."""

    def __init__(self, jobs: Queue, media: MediaStore) -> None:
        self._jobs = jobs
        self.media = media

    def carry_out(self, session: Session, conversation: Conversation, turn: Turn, outcome: Outcome) -> Reply | None:
        """The effects on cases; returns the reply with what the resident must hear of them. The conversation is locked by the caller.

        Not for groups. The pages that show the talk are told in any case.
        """
        told = [each for effect in outcome.effects if (each := self._one(session, conversation, turn, effect)) is not None]
        case = open_case_of(session, conversation.id)
        if case is not None:
            self._take_media(session, case, conversation, turn)
            tell(session, case.municipality_id, case_topic(case.id), now=turn.now)
        return self._with_words(turn, outcome.reply, told)

    def _one(self, session: Session, conversation: Conversation, turn: Turn, effect: object) -> Told | None:
        pack = turn.pack
        match effect:
            case OpenCase() as wanted:
                return self._open(session, conversation, turn, wanted)
            case AddWords():
                case = open_case_of(session, conversation.id)
                if case is not None and not self._is_too_much(session, conversation, turn):
                    cases.add_words(session, pack, case, now=turn.now)
            case ReopenCase(case_id=case_id):
                return self._reopen(session, conversation, turn, case_id)
            case WithdrawOpenCase():
                self._withdraw(session, conversation, turn)
            case RecordSatisfaction(case_id=case_id, score=score, comment=comment):
                rated = session.get(Case, case_id)
                if rated is not None and rated.conversation_id == conversation.id:
                    cases.rate(session, rated, score, now=turn.now, comment=comment)
            case MarkCrisis():
                conversation.crisis_at = turn.now
            case _:
                pass
        return None

    def _open(self, session: Session, conversation: Conversation, turn: Turn, wanted: OpenCase) -> Told:
        block = self._block(session, conversation, turn) if wanted.reason is not CaseReason.CRISIS else None
        if block is not None:
            conversation.state = dump_state(resumed(load_state(conversation.state)))
            values = {"until": block.ended_at, "department": wanted.department_id}
            return Told(notice=Notice(key=NoticeKey.BLOCKED, values=values), is_first=wanted.is_first)
        opened = cases.open_case(
            session,
            turn.pack,
            CaseRequest(
                reason=wanted.reason,
                title=title_of(wanted),
                packet=packet_of(session, conversation, turn, wanted, ()),
                department_id=wanted.department_id,
                category=wanted.category,
                language=turn.language.value,
                priority=wanted.priority,
                conversation_id=conversation.id,
                resident_id=conversation.resident_id,
            ),
            now=turn.now,
        )
        ownership.settle(conversation, opened.case)
        if opened.is_new:
            self._take_earlier_media(session, opened.case, conversation, turn)
        return Told(notice=opened.notice, is_first=wanted.is_first)

    def _block(self, session: Session, conversation: Conversation, turn: Turn) -> ContactLimit | None:
        """Staff have agreed, two of them, to take nothing from this resident for now."""
        if conversation.resident_id is None:
            return None
        limits = active_limits(session, conversation.resident_id, now=turn.now)
        return next((one for one in limits if one.step == Step.BLOCKED and one.approved_by is not None), None)

    def _is_too_much(self, session: Session, conversation: Conversation, turn: Turn) -> bool:
        """A resident whose messages are limited wrote more than staff read within an hour."""
        if conversation.resident_id is None or standing_step(session, conversation.resident_id, now=turn.now) != Step.LIMITED:
            return False
        said = queries.said_count(session, conversation.id, turn.now - timedelta(hours=1))
        return said > turn.pack.counter.abuse.limited_messages_per_hour

    def _reopen(self, session: Session, conversation: Conversation, turn: Turn, case_id: int) -> Told | None:
        case = session.get(Case, case_id)
        if case is None or case.conversation_id != conversation.id or case.state != CaseState.CLOSED:
            return None
        if open_case_of(session, conversation.id) is not None:
            return None
        notice = cases.reopen(session, turn.pack, case, by=None, now=turn.now)
        ownership.settle(conversation, case)
        return Told(notice=notice, is_first=True)

    def _withdraw(self, session: Session, conversation: Conversation, turn: Turn) -> None:
        case = open_case_of(session, conversation.id)
        if case is None or case.state not in (CaseState.WAITING, CaseState.OFFERED):
            return
        reasons = turn.pack.counter.reasons
        reason = WITHDRAWN if WITHDRAWN in reasons else turn.pack.counter.idle_reason
        cases.close(session, turn.pack, case, Closing(reason=reason), by=None, now=turn.now)
        self.media.keep_until(session, turn.pack, case, now=turn.now)
        ownership.settle(conversation, case)

    def _take_media(self, session: Session, case: Case, conversation: Conversation, turn: Turn) -> None:
        for bubble in turn.bubbles:
            if isinstance(bubble.content, SentMedia) and bubble.message_id is not None:
                for row in queries.ledger_rows_of_message(session, case.municipality_id, bubble.message_id):
                    if row.media_id is None:
                        self._fetch(session, case, conversation, turn, row, bubble.content.file_name or "")

    def _take_earlier_media(self, session: Session, case: Case, conversation: Conversation, turn: Turn) -> None:
        """What was sent shortly before belongs to the matter."""
        rows = queries.media_rows_since(session, conversation.id, turn.now - LOOKED_BACK, KINDS)
        for row in rows:
            self._fetch(session, case, conversation, turn, row, row.text)
        session.flush()
        ids = [row.media_id for row in rows if row.media_id is not None]
        if ids:
            case.packet = {**case.packet, "media": ids}

    def _fetch(self, session: Session, case: Case, conversation: Conversation, turn: Turn, row: MessageRow, name: str) -> None:
        assert row.channel_message_id is not None
        known = [one for one in of_message(session, case.municipality_id, row.channel_message_id) if one.state != MediaState.GONE]
        media = known[0] if known else None
        if media is None:
            media = self.media.await_download(
                session,
                municipality_id=case.municipality_id,
                conversation_id=conversation.id,
                case_id=case.id,
                channel_message_id=row.channel_message_id,
                name=name,
                now=turn.now,
            )
            self._jobs.enqueue(session, fetch_job(media))
        row.media_id = media.id

    def _with_words(self, turn: Turn, reply: Reply | None, told: Sequence[Told]) -> Reply | None:
        """The newest sentence about the case; a turn that keeps silent stays so, and beside the crisis message a person speaks."""
        if reply is None or not told or turn.is_held:
            return reply
        newest = told[-1]
        words: Message = Text(text=notice_in_words(turn.pack, reply.language, newest.notice))
        others = [_of_its_office(turn, message, newest.notice) for message in reply.messages[: MOST_MESSAGES - 1]]
        return replace(reply, messages=(words, *others) if newest.is_first else (*others, words))


def _of_its_office(turn: Turn, message: Message, notice: Notice) -> Message:
    """The case may belong to another office than the one that the turn alone would have named: an earlier case goes on, say."""
    department = notice.values.get("department")
    office = turn.pack.department(department) if isinstance(department, str) else None
    if office is None or not any(message == office_card(turn, other) for other in turn.pack.departments.values()):
        return message
    return office_card(turn, office)
