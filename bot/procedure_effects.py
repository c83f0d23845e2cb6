"""What a turn does to procedures: keeps what was filled in, submits, withdraws, reopens; in the turn's transaction."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.case_words import choice_in
from bot.draft_card import draft_receipt
from bot.form_links import data_address, draft_address, form_address
from bot.models import Conversation, ConversationKind
from bot.my_data import MyData
from bot.outcome import (
    DeleteKept,
    DropFilling,
    ForgetResident,
    GiveDataPage,
    GiveForm,
    KeepDraft,
    Outcome,
    ReopenSubmitted,
    SaveFilling,
    SubmitFilling,
    Turn,
    UseLinkCode,
    WithdrawSubmitted,
)
from bot.procedure_desk import ProcedureDesk
from bot.received import keep_with_application, keep_with_filling
from bot.taps import ShowMenu
from bot.telling import Teller
from core.clock import in_japan
from core.errors import ConflictError
from core.messages import Card, Choice, Message, OpenLink, Reply, Row, Tap, Text
from procedures.applications import reopen, withdraw
from procedures.assurance import VERIFIED_FOR, Verification, verify_account
from procedures.attached import media_in
from procedures.definition import Definition
from procedures.drafts import keep_draft
from procedures.facts import Facts
from procedures.fillings import drop_filling, filling_for, fillings_of, reseal, save_filling
from procedures.forms import Purpose, make_link, new_link, store_link
from procedures.lifecycle import NotAllowedError
from procedures.models import Application
from procedures.personal_data import KEPT, OpenApplicationsError
from procedures.progress import Progress
from procedures.queries import locked_application
from procedures.rendering import FORM_PLACE, receipt
from procedures.slots import SlotFullError
from procedures.state import Filling
from procedures.submitting import Submitted, submit
from procedures.taken_back import without_message
from procedures.taps import ShowApplication
from procedures.versions import definition_of
from procedures.wording import Wording


class ProcedureEffects:
    """Safe to share between threads. `public_url` is where residents reach this server; without it nobody can open a page."""

    def __init__(self, desk: ProcedureDesk, my_data: MyData, public_url: str | None, teller: Teller) -> None:
        self.desk = desk
        self._my_data = my_data
        self._teller = teller
        self._public_url = public_url

    def carry_out(self, session: Session, conversation: Conversation, turn: Turn, outcome: Outcome, reply: Reply | None) -> Reply | None:
        """Returns the reply with what only the transaction knows. Raises ConflictError where the decision no longer holds.

        The conversation is locked by the caller.
        """
        if conversation.kind != ConversationKind.PERSON or conversation.resident_id is None:
            return reply
        for effect in outcome.effects:
            match effect:
                case SaveFilling(filling=filling, is_aside=is_aside):
                    self._save(session, conversation, turn, filling, is_aside=is_aside)
                case DropFilling(uid=uid):
                    drop_filling(session, uid)
                case SubmitFilling() as submission:
                    said = self._submit(session, conversation, turn, submission)
                    reply = _before(said, reply) if reply is not None else None
                case GiveForm(filling=uid, field=field) if reply is not None:
                    reply = self._with_form(session, conversation, turn, uid, field, reply)
                case KeepDraft(filling=filling):
                    said = self._draft(session, conversation.resident_id, turn, filling)
                    reply = _before(said, reply) if reply is not None else None
                case UseLinkCode(code=code):
                    said = self._use_code(session, conversation.resident_id, turn, code)
                    reply = _before(said, reply) if reply is not None else None
                case GiveDataPage() if reply is not None:
                    reply = self._with_data_page(session, conversation.resident_id, turn, reply)
                case DeleteKept(datum=""):
                    self._my_data.delete_kept(session, turn.pack.id, conversation.resident_id, turn.now)
                case DeleteKept(datum=kind):
                    self._my_data.delete(session, turn.pack.id, conversation.resident_id, kind, turn.now)
                case ForgetResident():
                    self._forget(session, conversation.resident_id, turn)
                case WithdrawSubmitted(application_id=application_id):
                    self._withdraw(session, conversation, turn, application_id)
                case ReopenSubmitted(application_id=application_id, words=words):
                    self._reopen(session, conversation, turn, application_id, words)
                case _:
                    pass
        return reply

    def forget_message(self, session: Session, resident_id: int, turn: Turn, message: str, files: Sequence[int]) -> None:
        """Out of everything that the resident is filling in."""
        for filling in fillings_of(session, self.desk.seals, resident_id, turn.now):
            definition, facts = self._definition_and_facts(session, resident_id, turn, filling)
            progress = Progress(definition=definition, state=filling, facts=facts, now=turn.now)
            left = without_message(progress, message, files)
            if left != filling:
                reseal(session, self.desk.seals, left, turn.now)

    def _save(self, session: Session, conversation: Conversation, turn: Turn, filling: Filling, *, is_aside: bool) -> None:
        assert conversation.resident_id is not None
        save_filling(
            session,
            self.desk.seals,
            self.desk.procedures(turn.pack.id),
            filling,
            municipality_id=turn.pack.id,
            resident_id=conversation.resident_id,
            now=turn.now,
            is_aside=is_aside,
        )
        keep_with_filling(session, media_in(filling.answers), conversation.id, turn.now)

    def _submit(self, session: Session, conversation: Conversation, turn: Turn, submission: SubmitFilling) -> Reply:
        """A slot that filled up meanwhile, or an application that went on, makes the turn be decided anew."""
        assert conversation.resident_id is not None
        filling = submission.filling
        definition, facts = self._definition_and_facts(session, conversation.resident_id, turn, filling)
        try:
            submitted = submit(
                session,
                self.desk.desk(turn.pack.id),
                filling,
                resident_id=conversation.resident_id,
                language=turn.language.value,
                now=turn.now,
                facts=facts,
                keeps=submission.keeps,
            )
        except (SlotFullError, NotAllowedError) as error:
            raise ConflictError(str(error)) from error
        keep_with_application(session, media_in(filling.answers), conversation.id, submitted.application.id, turn.now)
        wording = self.desk.wording(turn.pack.id, definition, filling, turn.language, turn.now, facts)
        return self._receipt(turn, wording, filling, submitted, keeps=submission.keeps)

    def _receipt(self, turn: Turn, wording: Wording, filling: Filling, submitted: Submitted, *, keeps: Sequence[str]) -> Reply:
        application = submitted.application
        if filling.application_id is None:
            said = receipt(wording, application.number, submitted.deadline)
        else:
            key = "unchanged" if not submitted.is_new else "completed" if filling.reasons else "changed"
            text = wording.say(f"procedure.{key}", title=wording.text("title"), number=application.number)
            rows = tuple(Row(label=shown.label, text=shown.text) for shown in wording.summary() if shown.field in submitted.changed)
            said = Reply(messages=(Card(alt=text, text=text, rows=rows) if rows else Text(text=text),), language=wording.language)
        if keeps:
            said = replace(said, messages=(*said.messages, Text(text=_kept(wording, keeps, turn.now))))
        label = wording.say("procedure.choice.show_status")
        status = Choice(label=label, action=Tap(value=ShowApplication(application=application.id), shown=label))
        return replace(said, choices=(status, choice_in(turn.pack, turn.language, "menu", ShowMenu())))

    def _with_form(self, session: Session, conversation: Conversation, turn: Turn, uid: str, field: str, reply: Reply) -> Reply:
        """Without an address that residents reach there is nothing to open; a person can be asked for under every question."""
        assert conversation.resident_id is not None
        token = make_link(
            session,
            self.desk.seals,
            municipality_id=turn.pack.id,
            resident_id=conversation.resident_id,
            filling_uid=uid,
            field=field,
            language=turn.language.value,
            now=turn.now,
        )
        address = form_address(self._public_url, token)
        return replace(reply, messages=tuple(_opening(message, address) for message in reply.messages))

    def _with_data_page(self, session: Session, resident_id: int, turn: Turn, reply: Reply) -> Reply:
        link, token = new_link(
            self.desk.seals,
            municipality_id=turn.pack.id,
            resident_id=resident_id,
            purpose=Purpose.DATA,
            language=turn.language.value,
            now=turn.now,
        )
        store_link(session, link)
        address = data_address(self._public_url, token)
        opened = tuple(_opening(message, address) for message in reply.messages)
        return replace(reply, messages=opened if address else (*opened, Text(text=turn.say("my_data.no_page"))))

    def _draft(self, session: Session, resident_id: int, turn: Turn, filling: Filling) -> Reply:
        """A visit whose last place was taken meanwhile makes the turn be decided anew."""
        definition, facts = self._definition_and_facts(session, resident_id, turn, filling)
        desk = self.desk.desk(turn.pack.id)
        try:
            draft = keep_draft(session, desk, filling, resident_id=resident_id, language=turn.language.value, now=turn.now, facts=facts)
        except SlotFullError as error:
            raise ConflictError(str(error)) from error
        link, token = new_link(
            self.desk.seals,
            municipality_id=turn.pack.id,
            resident_id=resident_id,
            filling_uid=filling.uid,
            purpose=Purpose.DRAFT,
            language=turn.language.value,
            now=turn.now,
            until=draft.expires_at,
        )
        store_link(session, link)
        wording = self.desk.wording(turn.pack.id, definition, filling, turn.language, turn.now, facts)
        return draft_receipt(turn, wording, draft, draft_address(self._public_url, token))

    def _use_code(self, session: Session, resident_id: int, turn: Turn, code: str) -> Reply:
        came = verify_account(session, self.desk.seals, municipality_id=turn.pack.id, resident_id=resident_id, code=code, now=turn.now)
        last = in_japan(turn.now + VERIFIED_FOR)
        day = turn.say("card.date", year=last.year, month=last.month, day=last.day)
        said = turn.say("procedure.code.verified", day=day) if came is Verification.VERIFIED else turn.say(f"procedure.code.{came.value}")
        return Reply(messages=(Text(text=said),), language=turn.language)

    def _forget(self, session: Session, resident_id: int, turn: Turn) -> None:
        """An application that was sent meanwhile makes the turn be decided anew."""
        try:
            self._my_data.forget(session, turn.pack.id, resident_id, turn.now)
        except OpenApplicationsError as error:
            raise ConflictError(str(error)) from error

    def _withdraw(self, session: Session, conversation: Conversation, turn: Turn, application_id: int) -> None:
        def take_back(application: Application) -> None:
            withdraw(session, self.desk.desk(turn.pack.id), application, turn.now)
            begun = filling_for(session, self.desk.seals, application.resident_id or 0, application.id, turn.now)
            if begun is not None:
                drop_filling(session, begun.uid)

        self._move(session, conversation, turn, application_id, take_back)

    def _reopen(self, session: Session, conversation: Conversation, turn: Turn, application_id: int, words: str) -> None:
        """Whoever reported the same thing hears of it; the one who says so is answered in the turn."""

        def open_again(application: Application) -> None:
            others = reopen(session, self.desk.desk(turn.pack.id), application, words, turn.now)
            self._teller.tell(session, turn.pack.id, others, now=turn.now)

        self._move(session, conversation, turn, application_id, open_again)

    def _move(
        self, session: Session, conversation: Conversation, turn: Turn, application_id: int, move: Callable[[Application], object]
    ) -> None:
        """Only one of the resident's own. What staff did meanwhile makes the turn be decided anew."""
        application = locked_application(session, turn.pack.id, application_id)
        if application is None or application.resident_id != conversation.resident_id:
            raise ConflictError("an application is not the resident's")
        try:
            move(application)
        except NotAllowedError as error:
            raise ConflictError(str(error)) from error

    def _definition_and_facts(self, session: Session, resident_id: int, turn: Turn, filling: Filling) -> tuple[Definition, Facts]:
        procedures = self.desk.procedures(turn.pack.id)
        definition = definition_of(session, turn.pack.id, procedures, filling.procedure_id, filling.digest)
        facts = self.desk.facts_in(session, turn.pack.id, definition, resident_id, turn.now, besides=filling.application_id)
        return definition, facts


def _before(said: Reply, reply: Reply) -> Reply:
    return replace(reply, messages=(*said.messages, *reply.messages), choices=(*said.choices, *reply.choices))


def _kept(wording: Wording, fields: Sequence[str], now: datetime) -> str:
    """What was kept for the next procedure, until when, and how to see it."""
    labels = [wording.text(f"fields.{name}.label") for name in fields]
    return wording.say("procedure.kept", labels=labels, day=in_japan(now + KEPT).date())


def _opening(message: Message, address: str) -> Message:
    """The card with the address of the page in its button; without the button where there is none."""
    if not isinstance(message, Card):
        return message
    return replace(message, choices=tuple(_opened(message.choices, address)))


def _opened(choices: Sequence[Choice], address: str) -> list[Choice]:
    found = []
    for choice in choices:
        if isinstance(choice.action, OpenLink) and choice.action.url == FORM_PLACE:
            if address:
                found.append(replace(choice, action=OpenLink(url=address)))
        else:
            found.append(choice)
    return found
