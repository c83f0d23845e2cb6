"""What must not be asked in the talk, entered on a page: opening the page, taking what was entered, and going on in the talk."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot import queries
from bot.arrivals import turn_job
from bot.line.channel import LineChannel
from bot.models import Conversation, EventState, InboundEvent
from bot.procedure_desk import ProcedureDesk
from core.clock import Clock, to_milliseconds
from core.database import Database
from core.errors import TamperedError
from core.jobs import Queue
from core.messages import Language
from core.pack import Pack
from procedures.entering import Entered, entered_in, fill_from_page, questions_of
from procedures.fields.inputs import Given
from procedures.fillings import filling_by_uid, save_filling
from procedures.forms import LinkEnd, LinkOverError, Purpose, extend_link, opened_link, use_link
from procedures.models import FormLink
from procedures.progress import Progress
from procedures.taps import FilledPage
from procedures.versions import definition_of
from procedures.wording import Wording


@dataclass(frozen=True, kw_only=True)
class OpenForm:
    """A page that may be filled in."""

    pack: Pack
    wording: Wording
    progress: Progress
    entered: Entered
    expires_at: datetime


class Forms:
    """Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        channel: LineChannel,
        desk: ProcedureDesk,
        packs: Callable[[str], Pack],
        clock: Clock,
    ) -> None:
        self._database = database
        self._queue = queue
        self._channel = channel
        self._desk = desk
        self._packs = packs
        self._clock = clock

    def open(self, token: str) -> OpenForm:
        """Raises TamperedError and LinkOverError."""
        now = self._clock()
        with self._database.reading() as session:
            link = self._link(session, token, now)
            progress, wording = self._progress(session, link, now)
            entered = Entered(questions=questions_of(progress), values={}, skipped=(), is_complete=False)
            return self._opened(link, progress, wording, entered)

    def extend(self, token: str, given: Mapping[str, Given]) -> OpenForm:
        """More time; what was entered so far stays on the page, unjudged. Raises like `open`."""
        now = self._clock()
        with self._database.transaction() as session:
            link = self._link(session, token, now)
            extend_link(session, link, now)
            progress, wording = self._progress(session, link, now)
            asked = tuple(question for question in questions_of(progress) if question.field.name in given)
            later = tuple(question for question in questions_of(progress) if question.field.name not in given)
            return self._opened(link, progress, wording, Entered(questions=(*asked, *later), values={}, skipped=(), is_complete=False))

    def take(self, token: str, given: Mapping[str, Given]) -> OpenForm | None:
        """None once everything is in the filling and the talk goes on; otherwise the page with what is still wrong. Raises like `open`."""
        now = self._clock()
        with self._database.transaction() as session:
            link = self._link(session, token, now)
            conversation = self._locked_talk(session, link.resident_id)
            progress, wording = self._progress(session, link, now)
            entered = entered_in(progress, given)
            if not entered.is_complete:
                extend_link(session, link, now)
                return self._opened(link, progress, wording, entered)
            use_link(session, link, now)
            state = fill_from_page(progress, entered).state
            procedures = self._desk.procedures(link.municipality_id)
            save_filling(
                session, self._desk.seals, procedures, state, municipality_id=link.municipality_id, resident_id=link.resident_id, now=now
            )
            if conversation is not None:
                self._go_on(session, conversation, link, now)
        return None

    def _link(self, session: Session, token: str, now: datetime) -> FormLink:
        link = opened_link(session, self._desk.seals, token, now)
        if link.purpose != Purpose.FILLING:
            raise TamperedError("a link opens another page")
        return link

    def _progress(self, session: Session, link: FormLink, now: datetime) -> tuple[Progress, Wording]:
        """Raises LinkOverError where nothing is to be entered any more."""
        filling = filling_by_uid(session, self._desk.seals, link.resident_id, link.filling_uid, now)
        if filling is None:
            raise LinkOverError(LinkEnd.GONE, link)
        procedures = self._desk.procedures(link.municipality_id)
        definition = definition_of(session, link.municipality_id, procedures, filling.procedure_id, filling.digest)
        facts = self._desk.facts_in(session, link.municipality_id, definition, link.resident_id, now, besides=filling.application_id)
        progress = Progress(definition=definition, state=filling, facts=facts, now=now)
        if not questions_of(progress):
            raise LinkOverError(LinkEnd.GONE, link)
        return progress, Wording(definition, self._packs(link.municipality_id), Language(link.language), progress)

    def _opened(self, link: FormLink, progress: Progress, wording: Wording, entered: Entered) -> OpenForm:
        pack = self._packs(link.municipality_id)
        return OpenForm(pack=pack, wording=wording, progress=progress, entered=entered, expires_at=link.expires_at)

    def _locked_talk(self, session: Session, resident_id: int) -> Conversation | None:
        """Locked first, as turns do it."""
        found = queries.talk_of_resident(session, resident_id)
        return session.get(Conversation, found.id, with_for_update=True, populate_existing=True) if found is not None else None

    def _go_on(self, session: Session, conversation: Conversation, link: FormLink, now: datetime) -> None:
        """As if the resident had tapped it in the talk: one turn, with all that holds for turns; once, by the link's own id.

        A turn that is being decided at this moment read the filling as it was before: it is decided anew.
        """
        conversation.version += 1
        at = max(to_milliseconds(now), conversation.last_occurred_at)
        event = InboundEvent(
            municipality_id=link.municipality_id,
            webhook_event_id=f"page-{link.id}",
            conversation_key=conversation.key,
            kind="page",
            occurred_at=at,
            received_at=to_milliseconds(now),
            payload=self._channel.own_tap(link.municipality_id, FilledPage(filling=link.filling_uid)),
            state=EventState.WAITING,
        )
        session.add(event)
        session.flush()
        self._queue.enqueue(session, turn_job(link.municipality_id, conversation.key))
