"""Reads one case into the views of its page, part by part: the page, its fragments and live updates show the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from bot.models import Conversation
from bot.queries import ledger, resident_of
from console.access import accessible_case, seen_department, visible_cases
from console.application_lists import lines_of
from console.case_lists import DECLINE_REASONS
from console.case_queries import colleagues, media_by_id, mentions_in, other_cases, staff_names, unsent_messages
from console.permissions import Permission
from console.security import PREFIX
from console.texts import named
from console.views.applications import ApplicationLine
from console.views.case import NoteFormView, PresenceView
from console.views.case_head import HeadView, handed_view, head_view, routing_steps
from console.views.case_moves import MovesView, Typed, moves_view
from console.views.case_side import NotesView, SideView, earlier_cases, event_lines, note_views, slot_views, task_views, tried_views
from console.views.case_talk import CaseTalkView, in_order, marker_views, media_view, pending_views, said_views
from console.views.choices import Choice
from console.views.conversations import language_tag
from console.views.talk import entry_ids
from console.visiting import Visit
from core.messages import Language
from faq.queries import current_versions
from handoff import queries
from handoff.drafts import DraftKind, draft_of
from handoff.holidays import is_national_holiday
from handoff.models import Case, CaseEvent
from handoff.packet import Packet, load
from handoff.viewing import viewers
from procedures.queries import applications_of

MESSAGES = 60
PRINTED = 2_000


@dataclass(frozen=True, kw_only=True)
class TypedNote:
    """A note that was not kept, and why; an empty one is a fresh form."""

    text: str = ""
    mention: str = ""
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One case that the visitor may see, in one transaction; what several parts need is read once."""

    visit: Visit
    session: Session
    case: Case

    @classmethod
    def of(cls, session: Session, visit: Visit, case_id: int) -> "Reading":
        """Raises NotHereError."""
        return cls(visit=visit, session=session, case=accessible_case(session, visit, case_id))

    @property
    def may_work(self) -> bool:
        return self.visit.may(Permission.WORK_CASES)

    @property
    def has_scanner(self) -> bool:
        return self.visit.counter.media.scanner is not None

    @cached_property
    def packet(self) -> Packet:
        return load(self.case.packet)

    @cached_property
    def names(self) -> Mapping[int, str]:
        return staff_names(self.session, self.case.municipality_id)

    @cached_property
    def events(self) -> Sequence[CaseEvent]:
        return queries.events_of(self.session, self.case.id)

    @cached_property
    def conversation(self) -> Conversation | None:
        return self.session.get(Conversation, self.case.conversation_id) if self.case.conversation_id is not None else None

    def head(self) -> HeadView:
        resident = resident_of(self.session, self.conversation)
        return head_view(
            self.case,
            pack=self.visit.pack,
            now=self.visit.now,
            visitor_id=self.visit.visitor.staff_id,
            may_work=self.may_work,
            summary=self.packet.summary,
            is_easy=self.packet.is_easy and self.case.language != Language.EASY,
            risks=self.packet.risks,
            routing=routing_steps(self.case.routing, self.visit.pack, self.names),
            names=self.names,
            is_blocked=resident is not None and resident.blocked_at is not None,
            handed=handed_view(self.events, self.names),
        )

    def presence(self) -> PresenceView:
        people = viewers(self.session, self.case.id, self.visit.now, besides=self.visit.visitor.staff_id)
        return PresenceView(case_id=self.case.id, people=tuple(people))

    def talk(self, before: int | None = None, *, limit: int = MESSAGES) -> CaseTalkView:
        """The newest part, or the part before a message."""
        conversation = self.conversation
        found = ledger(self.session, conversation.id, limit=limit + 1, before=before) if conversation is not None else ()
        lines = found[-limit:]
        has_older = len(found) > limit
        unsent = unsent_messages(self.session, self.case.id) if before is None else ()
        ids = {line.message.media_id for line in lines} | {message.media_id for message in unsent}
        files = media_by_id(self.session, self.case.municipality_id, ids - {None})
        media = {key: media_view(row, has_scanner=self.has_scanner) for key, row in files.items()}
        versions = current_versions(self.session, self.case.municipality_id, sorted(entry_ids(lines)))
        visitor_id = self.visit.visitor.staff_id
        said = said_views(
            lines,
            language=self.case.language,
            names=self.names,
            media=media,
            questions={key: version.question for key, version in versions.items()},
            visitor_id=visitor_id,
        )
        shown = [
            event
            for event in self.events
            if not (has_older and event.at < lines[0].message.at) and (before is None or (lines and event.at < lines[-1].message.at))
        ]
        path = f"{PREFIX}/cases/{self.case.id}"
        return CaseTalkView(
            case_id=self.case.id,
            items=in_order(said, marker_views(shown, self.names)),
            pending=tuple(
                pending_views(unsent, names=self.names, media=media, pack=self.visit.pack, visitor_id=visitor_id, now=self.visit.now)
            ),
            newest_id=lines[-1].message.id if lines else 0,
            older=f"{path}?before={lines[0].message.id}#talk" if has_older else None,
            newest=f"{path}#talk" if before is not None else None,
            before=before,
            has_conversation=self.conversation is not None,
        )

    def moves(self, typed: Typed | None = None) -> MovesView:
        visitor = self.visit.visitor
        return moves_view(
            self.case,
            pack=self.visit.pack,
            now=self.visit.now,
            visitor_id=visitor.staff_id,
            may_work=self.may_work,
            may_supervise=self.visit.may(Permission.SUPERVISE),
            colleagues=colleagues(self.session, self.case.municipality_id, besides=visitor.staff_id),
            decline_reasons=[named("decline_reason", key) for key in DECLINE_REASONS],
            is_holiday=is_national_holiday,
            typed=typed or Typed(),
        )

    def notes(self) -> NotesView:
        notes = queries.notes_of(self.session, self.case.id)
        mentions = mentions_in(self.session, self.case.id)
        return NotesView(case_id=self.case.id, notes=note_views(notes, mentions, self.names, self.visit.visitor.staff_id))

    def note_form(self, submission: str, typed: TypedNote | None = None) -> NoteFormView | None:
        """With the draft where nothing was typed just now; None for those who only read."""
        if not self.may_work:
            return None
        staff_id = self.visit.visitor.staff_id
        draft = draft_of(self.session, self.case.id, staff_id, DraftKind.NOTE) if typed is None else None
        shown = typed or TypedNote(text=draft.text if draft is not None else "")
        people = colleagues(self.session, self.case.municipality_id, besides=staff_id)
        return NoteFormView(
            case_id=self.case.id,
            text=shown.text,
            mention=shown.mention,
            people=tuple(Choice(value=str(staff.id), label=staff.name) for staff, _ in people),
            submission=submission,
            problem=shown.problem,
            saved_at=draft.at if draft is not None else None,
        )

    def side(self) -> SideView:
        earlier, hidden = other_cases(self.session, self.case, visible_cases(self.visit))
        media = media_by_id(self.session, self.case.municipality_id, self.packet.media)
        pack = self.visit.pack
        return SideView(
            case_id=self.case.id,
            question=self.packet.question,
            tag=language_tag(self.case.language),
            tried=tuple(tried_views(self.packet)),
            slots=slot_views(self.packet),
            media=tuple(media_view(media[key], has_scanner=self.has_scanner) for key in self.packet.media if key in media),
            tasks=task_views(queries.tasks_of(self.session, self.case.id), self.names),
            earlier=earlier_cases(earlier, pack),
            hidden_cases=hidden,
            applications=self._applications(),
            events=event_lines(self.events, self.names, pack),
            may_work=self.may_work,
            conversation_id=self.case.conversation_id,
        )

    def _applications(self) -> tuple[ApplicationLine, ...]:
        """Without reports that were sent anonymously."""
        is_seen = self.visit.may(Permission.READ_APPLICATIONS) and self.visit.console.receiving is not None
        if self.case.resident_id is None or not is_seen:
            return ()
        found = applications_of(self.session, self.case.resident_id)
        only = seen_department(self.visit)
        shown = [one for one in found if one.shows_applicant and (only is None or one.department_id == only)]
        return lines_of(self.session, self.visit, shown)
