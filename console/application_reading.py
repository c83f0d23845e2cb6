"""Reads one application into the views of its page, part by part: the page, its fragments and live updates show the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import queries as talks
from bot.receiving import photo_after
from bot.telling import UNDO
from console.access import accessible_application, seen_department, visible_cases
from console.application_events import event_lines
from console.application_fields import field_sections, photo_views
from console.application_lists import holder_choices, line_of, lines_of
from console.application_map import place_view
from console.case_queries import media_by_id, staff_names
from console.permissions import Permission
from console.texts import named, say
from console.views.application import (
    ApplicationEventLine,
    ApplicationHeadView,
    BubbleView,
    CourseView,
    FieldsView,
    StepsView,
    StepView,
    TypedWords,
)
from console.views.case import PresenceView
from console.views.choices import Choice
from console.views.conversations import language_tag
from console.visiting import Visit
from core.messages import Language, Tap, Text
from handoff.models import Case, CaseState
from handoff.viewing import Viewer
from procedures.applications import answers_of
from procedures.keys import ForgottenError
from procedures.lifecycle import NotAllowedError, Verb
from procedures.listing import visible
from procedures.models import Application, ApplicationEvent
from procedures.progress import Progress
from procedures.queries import events_of, joined_to
from procedures.reasons import Reasons, load_reasons
from procedures.reviewing import Mark, marks_of
from procedures.viewing import viewers
from procedures.wording import Wording

SHOWN_OTHERS = 20
NAMES = {Verb.CHECK: "check", Verb.ACCEPT: "accept", Verb.FINISH: "finish", Verb.REFUSE: "refuse", Verb.RETURN: "return"}
"""Of the forms of steps."""


@dataclass(frozen=True, kw_only=True)
class ApplicationReading:
    """One application that the visitor may see, in one transaction; what several parts need is read once."""

    visit: Visit
    session: Session
    application: Application

    @classmethod
    def of(cls, session: Session, visit: Visit, application_id: int) -> "ApplicationReading":
        """Raises NotHereError."""
        return cls(visit=visit, session=session, application=accessible_application(session, visit, application_id))

    @property
    def may_handle(self) -> bool:
        return self.visit.may(Permission.HANDLE_APPLICATIONS)

    @cached_property
    def names(self) -> Mapping[int, str]:
        return staff_names(self.session, self.application.municipality_id)

    @cached_property
    def events(self) -> Sequence[ApplicationEvent]:
        return events_of(self.session, self.application.id)

    @cached_property
    def progress(self) -> Progress:
        return self.visit.receiving.teller.progress(self.session, self.application, self.visit.now)

    @cached_property
    def wording(self) -> Wording:
        return Wording(self.progress.definition, self.visit.pack, Language.JAPANESE, self.progress)

    @cached_property
    def marks(self) -> Mapping[str, Mark]:
        return marks_of(self.session, self.visit.receiving.desk(self.visit.municipality_id), self.application)

    @cached_property
    def is_forgotten(self) -> bool:
        try:
            answers_of(self.session, self.visit.receiving.desk(self.visit.municipality_id), self.application)
        except ForgottenError:
            return True
        return False

    @property
    def reasons(self) -> Reasons:
        return load_reasons(self.visit.municipality_id)

    def head(self) -> ApplicationHeadView:
        one = self.application
        shows = one.shows_applicant and one.resident_id is not None
        talk = talks.talk_of_resident(self.session, one.resident_id) if shows and one.resident_id is not None else None
        open_case = self._open_case(talk.id) if talk is not None else None
        original = self.session.get(Application, one.joined_to) if one.joined_to is not None else None
        return ApplicationHeadView(
            line=line_of(
                self.session,
                self.visit,
                one,
                holder=self.names.get(one.holder_id or 0),
                joined=len(joined_to(self.session, one.id)),
                corrections=sum(not mark.is_fine for mark in self.marks.values()),
            ),
            submitted_at=one.submitted_at,
            language=named("language", one.language) if one.language != Language.JAPANESE else None,
            legal_basis=self.progress.definition.legal_basis,
            changes_until=within_a_year(one.changes_until, self.visit.now),
            ended_at=one.ended_at,
            is_forgotten=self.is_forgotten,
            case_id=open_case.id if open_case is not None else None,
            conversation_id=talk.id if talk is not None else None,
            joined_to=Choice(value=str(original.id), label=original.number) if original is not None else None,
            may_handle=self.may_handle,
            may_open_case=self.may_handle and talk is not None and open_case is None and self.visit.may(Permission.WORK_CASES),
            version=one.version,
            taken_back_until=self.visit.receiving.taken_back_until(self.session, one, self.visit.now) if self.may_handle else None,
            undo_seconds=int(UNDO.total_seconds()),
        )

    def _open_case(self, conversation_id: int) -> Case | None:
        wanted = select(Case).where(Case.conversation_id == conversation_id, Case.state != CaseState.CLOSED, visible_cases(self.visit))
        return self.session.scalars(wanted.order_by(Case.id.desc()).limit(1)).one_or_none()

    def presence(self) -> PresenceView:
        there = viewers(self.session, self.application.id, self.visit.now, besides=self.visit.visitor.staff_id)
        people = tuple(Viewer(staff_id=staff_id, name=self.names.get(staff_id, ""), is_typing=False) for staff_id in there)
        return PresenceView(case_id=self.application.id, people=people)

    def fields(self, *, reveals: bool = False, typed: TypedWords | None = None) -> FieldsView:
        sections = field_sections(self, reveals=reveals)
        shown = [field for section in sections for field in section.fields]
        may_mark = self.may_handle and self._may(Verb.RETURN) and not self.is_forgotten
        return FieldsView(
            application_id=self.application.id,
            sections=sections,
            may_mark=may_mark,
            has_veiled=any(field.is_veiled for field in shown),
            may_reveal=self.may_handle,
            checked=sum(bool(field.mark) for field in shown),
            checkable=sum(field.is_checkable for field in shown),
            map=place_view(self.progress.facts.locality.city_map, self.application.latitude, self.application.longitude),
            typed=typed or TypedWords(),
        )

    def steps(self, submission: str, typed: TypedWords | None = None) -> StepsView:
        wrong = {name: mark.reason for name, mark in self.marks.items() if not mark.is_fine}
        labels = {name: self.wording.text(f"fields.{name}.label") for name in wrong}
        return StepsView(
            application_id=self.application.id,
            version=self.application.version,
            submission=submission,
            check=self._step(Verb.CHECK),
            accept=self._step(Verb.ACCEPT),
            finish=self._step(Verb.FINISH),
            refuse=self._step(Verb.REFUSE, say("application.reason_comes_here")),
            returning=self._step(Verb.RETURN, "\n".join(wrong.values()) or say("application.reason_comes_here")),
            corrections=tuple(Choice(value=labels[name], label=reason) for name, reason in wrong.items()),
            takes_photo=self.progress.definition.doubles is not None and bool(self.progress.definition.doubles.place),
            refusals=self.reasons.refusing,
            holders=holder_choices(self.session, self.visit) if self.may_handle else (),
            holder=str(self.application.holder_id or ""),
            typed=typed or TypedWords(),
        )

    def bubble(self, verb: Verb, words: str) -> BubbleView:
        receiving = self.visit.receiving
        reply = receiving.preview(self.session, self.application, verb, words, now=self.visit.now)
        return BubbleView(
            texts=tuple(message.text for message in reply.messages if isinstance(message, Text)),
            choices=tuple(choice.label for choice in reply.choices if isinstance(choice.action, Tap)),
            tag=language_tag(reply.language.value),
            people=receiving.told_number(self.session, self.application),
            is_silent=not reply.messages,
        )

    def course(self) -> CourseView:
        others, hidden = self._others()
        photo = photo_after(self.events)
        media = media_by_id(self.session, self.application.municipality_id, [photo] if photo is not None else [])
        return CourseView(
            application_id=self.application.id,
            events=self.event_lines(),
            joined=lines_of(self.session, self.visit, joined_to(self.session, self.application.id)),
            others=lines_of(self.session, self.visit, others),
            hidden=hidden,
            photo_after=next(iter(photo_views(self.application.id, [photo], media)), None) if photo is not None else None,
        )

    def event_lines(self) -> tuple[ApplicationEventLine, ...]:
        """The newest first."""
        return event_lines(self)

    def _others(self) -> tuple[Sequence[Application], int]:
        """Of the same person: those that may be seen, and how many others there are. Of an anonymous report nobody learns whose it is."""
        one = self.application
        if one.resident_id is None or not one.shows_applicant:
            return (), 0
        same = (
            Application.municipality_id == one.municipality_id,
            Application.resident_id == one.resident_id,
            Application.id != one.id,
            Application.shows_applicant,
        )
        seen = visible(one.municipality_id, seen_department(self.visit))
        wanted = select(Application).where(*same, seen).order_by(Application.id.desc()).limit(SHOWN_OTHERS)
        count = self.session.scalar(select(func.count()).select_from(Application).where(*same)) or 0
        shown = self.session.scalar(select(func.count()).select_from(Application).where(*same, seen)) or 0
        return self.session.scalars(wanted).all(), count - shown

    def _may(self, verb: Verb) -> bool:
        try:
            self.visit.receiving.state_after(self.application, verb)
        except NotAllowedError:
            return False
        return self.application.joined_to is None

    def _step(self, verb: Verb, words: str = "") -> StepView | None:
        """None where it is not possible from where it stands, or not for the visitor."""
        if not self.may_handle or not self._may(verb) or self.is_forgotten:
            return None
        return StepView(
            name=NAMES[verb],
            verb=verb.value,
            label=named("application_step", verb),
            about=named("application_step_about", verb),
            bubble=self.bubble(verb, words),
        )


def within_a_year(moment: datetime | None, now: datetime) -> datetime | None:
    """None for what lies so far ahead that it limits nothing."""
    return moment if moment is not None and moment < now + timedelta(days=366) else None
