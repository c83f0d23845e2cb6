"""What a handler gets and what it returns: a frozen turn in, an outcome of new state, reply and effects out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.incoming import Bubble, ReceivedPhoto
from bot.models import ConversationKind, FeedbackReason
from bot.procedure_desk import ProcedureDesk
from bot.states import State
from core.messages import Decision, Language, Reply
from core.pack import Pack
from handoff.models import CaseReason, CaseState, Priority
from procedures.loading import Procedures
from procedures.state import Filling
from retrieval.answering import Answer, Question
from retrieval.passages import Passage


@dataclass(frozen=True, kw_only=True)
class CaseInHand:
    """The open case of a talk, as a decision may look at it."""

    id: int
    state: CaseState
    promised_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Everything a decision may depend on, read before it begins."""

    uid: str
    pack: Pack
    now: datetime
    state: State
    language: Language
    conversation_kind: ConversationKind
    bubbles: tuple[Bubble, ...]
    text: str
    """The words of all bubbles, one a line, individual numbers masked; stickers stand as what they mean."""
    masked_number: bool = False
    is_introduced: bool = True
    """False until the first-time notice was given."""
    is_new_friend: bool = False
    is_language_new: bool = False
    """The resident writes in another language than before, and it is to be kept."""
    has_language: bool = False
    """One was chosen, or written in twice, before this turn."""
    is_hurried: bool = False
    """Others stand in line behind it: it is decided without what takes the most time."""
    owner: str = "bot"
    """Who may speak: bot/ownership.py."""
    case: CaseInHand | None = None
    """The talk's open case."""
    crisis_at: datetime | None = None
    """When the crisis message was last said."""
    resident_id: int | None = None
    """None in groups, and before somebody has said anything."""
    procedures: Procedures | None = None
    """What can be applied for."""
    filling: Filling | None = None
    """What the talk is in the middle of, or goes on with once nobody waits for a person."""
    photos: tuple[ReceivedPhoto, ...] = ()
    """Photos and files of the bubbles, in their order; fetched only in the middle of a procedure."""
    emergency: str = ""
    """What stands before whatever is said at present, in the resident's language."""

    def say(self, key: str, **gaps: object) -> str:
        """A sentence of the pack in the resident's language."""
        return self.pack.sentences.say(key, self.language, **gaps)

    def label(self, japanese: str) -> str:
        """A category, a choice or the municipality's name in the resident's language."""
        return self.pack.label(japanese, self.language)

    @property
    def last(self) -> Bubble:
        return self.bubbles[-1]

    @property
    def is_held(self) -> bool:
        """A person speaks here, so the bot keeps silent."""
        return self.owner != "bot"


@dataclass(frozen=True, kw_only=True)
class SetLanguage:
    """The resident chose a language, or writes in it."""

    language: Language


@dataclass(frozen=True, kw_only=True)
class SetFriendship:
    """The resident follows us, or blocked us."""

    is_friend: bool


@dataclass(frozen=True, kw_only=True)
class RecordFeedback:
    """The resident said whether a turn's answer helped."""

    turn_uid: str
    helped: bool


@dataclass(frozen=True, kw_only=True)
class RecordReason:
    """The resident said why a turn's answer did not help."""

    turn_uid: str
    reason: FeedbackReason
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class StoreCallback:
    """Somebody shall call the resident back."""

    phone: str
    preferred_time: str
    topic: str
    department_id: str | None
    promised_from: datetime


@dataclass(frozen=True, kw_only=True)
class BlankMessage:
    """A message was taken back; its content goes everywhere."""

    message_id: str


@dataclass(frozen=True, kw_only=True)
class MarkIntroduced:
    """The first-time notice has been given."""


@dataclass(frozen=True, kw_only=True)
class OpenCase:
    """A person shall take the matter; where the talk has an open case, that one takes it. The reply says what comes of it."""

    reason: CaseReason
    question: str = ""
    """What it is about, in the resident's words."""
    department_id: str | None = None
    category: str = ""
    priority: Priority = Priority.ORDINARY
    slots: Mapping[str, str] = field(default_factory=dict)
    """Answers of a procedure so far, by the label of the field."""
    risks: tuple[str, ...] = ()
    is_first: bool = False
    """Whether the sentence about the case stands before the rest of the reply."""


@dataclass(frozen=True, kw_only=True)
class AddWords:
    """What was said belongs to the open case."""


@dataclass(frozen=True, kw_only=True)
class ReopenCase:
    """A case that closed because the resident was silent goes on."""

    case_id: int


@dataclass(frozen=True, kw_only=True)
class WithdrawOpenCase:
    """The resident needs no person any more."""


@dataclass(frozen=True, kw_only=True)
class RecordSatisfaction:
    """How the resident found the service of a person."""

    case_id: int
    score: int
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class MarkCrisis:
    """The crisis message has been said."""


@dataclass(frozen=True, kw_only=True)
class SaveFilling:
    """A procedure is as far as this; photos that it names are kept with it. `is_aside`: it came to a stop and may be taken up again."""

    filling: Filling
    is_aside: bool = False


@dataclass(frozen=True, kw_only=True)
class DropFilling:
    """A procedure was given up."""

    uid: str


@dataclass(frozen=True, kw_only=True)
class SubmitFilling:
    """Makes the application, once, or changes the one that it belongs to. The receipt is put before the rest of the reply."""

    filling: Filling
    keeps: tuple[str, ...] = ()
    """Fields whose answers the resident consented to have kept."""


@dataclass(frozen=True, kw_only=True)
class GiveForm:
    """The reply gives the address of the one-time page for this field."""

    filling: str
    field: str


@dataclass(frozen=True, kw_only=True)
class KeepDraft:
    """Keeps what was filled in for the counter, once. What is to be shown there is put before the rest of the reply."""

    filling: Filling


@dataclass(frozen=True, kw_only=True)
class UseLinkCode:
    """The resident typed a code that the counter gave them. What came of it is put before the rest of the reply."""

    code: str


@dataclass(frozen=True, kw_only=True)
class GiveDataPage:
    """The reply gives the address of the page of わたしのデータ."""


@dataclass(frozen=True, kw_only=True)
class DeleteKept:
    """What is kept of one kind goes, or all that is offered again."""

    datum: str = ""


@dataclass(frozen=True, kw_only=True)
class ForgetResident:
    """Everything that the resident gave goes, and the key with it."""


@dataclass(frozen=True, kw_only=True)
class WithdrawSubmitted:
    """The resident takes an application back."""

    application_id: int


@dataclass(frozen=True, kw_only=True)
class ReopenSubmitted:
    """The resident says that what they applied for is not done."""

    application_id: int
    words: str = ""


Effect = (
    SetLanguage
    | SetFriendship
    | RecordFeedback
    | RecordReason
    | StoreCallback
    | BlankMessage
    | MarkIntroduced
    | OpenCase
    | AddWords
    | ReopenCase
    | WithdrawOpenCase
    | RecordSatisfaction
    | MarkCrisis
    | SaveFilling
    | DropFilling
    | SubmitFilling
    | GiveForm
    | GiveDataPage
    | KeepDraft
    | UseLinkCode
    | DeleteKept
    | ForgetResident
    | WithdrawSubmitted
    | ReopenSubmitted
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A handler's whole decision."""

    state: State
    decision: Decision
    reply: Reply | None = None
    effects: tuple[Effect, ...] = ()
    trace: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CategoryEntry:
    """A published question, for browsing."""

    entry_id: str
    question: str
    translated: Mapping[str, str] = field(default_factory=dict)
    """The same in other languages."""


class Tools(Protocol):
    """What a handler may ask while it decides; nothing here writes."""

    procedures: ProcedureDesk | None
    """None where nothing can be applied for."""

    def answer(self, question: Question) -> Answer: ...

    def quote(self, question: Question, entry_id: str) -> Answer | None:
        """The answer by an entry that the resident chose; None where it is not published."""

    def passage(self, municipality_id: str, entry_id: str, moment: datetime) -> Passage | None:
        """The published passage of an entry that is valid at the moment."""

    def related(self, municipality_id: str, entry_id: str, moment: datetime) -> tuple[Passage, ...]:
        """Of the entries that this one names as related, those that are published and valid at the moment, in its order."""

    def categories(self, municipality_id: str, moment: datetime) -> Mapping[str, int]:
        """How many entries each category holds."""

    def entries_of(self, municipality_id: str, category: str, moment: datetime) -> tuple[CategoryEntry, ...]:
        """The published questions of a category, the most asked first."""
