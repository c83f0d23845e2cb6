"""What is asked and how it ends, as values: question, draft, answer, and every status."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from core.personal_numbers import PersonalNumber
from retrieval.asked_date import AskedDate
from retrieval.composing import Composed
from retrieval.confidence import Confidence
from retrieval.consulting import ModelUse
from retrieval.follow_up import Earlier, Reading
from retrieval.joining import Joined
from retrieval.passages import Passage
from retrieval.premise import Premise
from retrieval.results import Hit, SearchResult, Step


class Decision(StrEnum):
    """What a resident gets."""

    ANSWER = "answer"
    CHOICES = "choices"
    REFUSE = "refuse"
    HANDOFF = "handoff"


class AnswerStatus(StrEnum):
    """Every way in which the recipe ends; the first word groups them in reports."""

    ANSWERED_SAME_QUESTION = "answered_same_question"
    """The resident asked what an entry asks."""
    ANSWERED_CONFIDENT = "answered_confident"
    ANSWERED_FOLLOW_UP = "answered_follow_up"
    """What was answered before says this, too."""
    ANSWERED_CHOSEN = "answered_chosen"
    """The resident tapped the entry, or named one of the offered by its place or its words."""
    ANSWERED_GUIDE = "answered_guide"
    """By the sentences of a guide that answer."""
    ANSWERED_AT_DATE = "answered_at_date"
    """By what holds on another day than today."""
    ANSWERED_CONFIRMED = "answered_confirmed"
    """What the question takes for granted is what the content says."""
    ANSWERED_CORRECTED = "answered_corrected"
    """The content contradicts what the question takes for granted."""
    ANSWERED_MODEL_CHOICE = "answered_model_choice"
    """The first hits were near, and the language model chose one of them."""
    ANSWERED_JOINED = "answered_joined"
    """Entries that are almost equally good, joined by the language model."""
    CHOICES_UNSURE = "choices_unsure"
    """A right entry is likely among the first."""
    CHOICES_FOLLOW_UP = "choices_follow_up"
    """A message continues the talk, and several entries may be meant."""
    CHOICES_TIE = "choices_tie"
    """Two entries are almost equally good."""
    UNANSWERABLE_NO_WORDS = "unanswerable_no_words"
    UNANSWERABLE_NO_PASSAGE = "unanswerable_no_passage"
    """Nothing is close enough to be offered."""
    UNANSWERABLE_AT_DATE = "unanswerable_at_date"
    """Nothing is published for the asked day; today's is offered."""
    UNANSWERABLE_UNSUPPORTED = "unanswerable_unsupported"
    """The point of the answer did not pass the fact lock."""
    REFUSED_INJECTION = "refused_injection"
    """The text gives orders instead of asking."""
    REFUSED_TALK = "refused_talk"
    """A remark that wants nothing."""
    REFUSED_SMALL_TALK = "refused_small_talk"
    """Nothing that a municipality could be asked, as far as the scores tell."""
    REFUSED_ELSEWHERE = "refused_elsewhere"
    """Another city, the state or a company is asked for."""
    HANDOFF_CHOICES_REFUSED = "handoff_choices_refused"
    """The resident refused what was offered, and nothing near is left."""


DECISIONS = {
    "answered": Decision.ANSWER,
    "choices": Decision.CHOICES,
    "unanswerable": Decision.REFUSE,
    "refused": Decision.REFUSE,
    "handoff": Decision.HANDOFF,
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a resident asks, and what is known of the talk."""

    municipality_id: str
    text: str
    moment: datetime
    language: str = "ja"
    earlier: Earlier | None = None
    """What the talk was about before."""
    excluded: frozenset[str] = frozenset()
    """Entries that the resident refused."""
    own_places: frozenset[str] = frozenset()
    """Names of the municipality and of what lies in it, by which a question is known to be ours."""
    names: tuple[str, ...] = ()
    """Names of the municipality's offices, which an answer may only give where its source does."""
    may_ask_model: bool = True
    """Whether the language model, where there is one, may be asked about it."""
    is_hurried: bool = False
    """Others stand in line: it is searched without the large model."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How the recipe ended."""

    status: AnswerStatus
    passage: Passage | None = None
    """What the answer stands on; only with an answer."""
    composed: Composed | None = None
    """The checked words; only with an answer, or with their dropped sentences where none was left."""
    sources: tuple[Passage, ...] = ()
    """What joined words cite, in the order of their numbers; empty with other answers."""
    premise: Premise | None = None
    """What the question took for granted, where it did."""
    as_of: date | None = None
    """The day for which the answer holds, or for which nothing is published; None for today."""
    candidates: tuple[Hit, ...] = ()
    """What is offered as choices, or what is nearest to a refused question."""
    confidence: float = 0.0
    """Probability that the first candidate is right."""
    elsewhere: str | None = None
    """Who is responsible instead, with `REFUSED_ELSEWHERE`: a key of data/elsewhere.yaml, or other_municipality."""
    place: str = ""
    """The other municipality's name, where the question has it."""
    reading: Reading | None = None
    """How the message was understood within the talk."""
    is_part: bool = False
    """The passage's body was cut to the lines that say what is asked."""
    is_of_office: bool = False
    """What is asked stands on the card of the office rather than in the passage."""
    masked: frozenset[PersonalNumber] = frozenset()
    """Numbers that were blanked in the question."""
    model: ModelUse | None = None
    """What came of the language model; None where it was not needed, or there is none."""
    result: SearchResult | None = None
    steps: tuple[Step, ...] = ()

    @property
    def decision(self) -> Decision:
        """Follows from the status."""
        return DECISIONS[self.status.split("_")[0]]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What the steps so far have found out."""

    question: Question
    """As it is asked: without invisible characters and personal numbers."""
    masked: frozenset[PersonalNumber] = frozenset()
    language: str = "ja"
    asked: AskedDate | None = None
    """The day that is asked for, where it is not today."""
    result: SearchResult | None = None
    hits: tuple[Hit, ...] = ()
    """Without those that the resident refused."""
    confidence: Confidence = field(default_factory=Confidence)
    chosen: Hit | None = None
    """What answers; once it is there, the other deciding steps are passed over."""
    status: AnswerStatus | None = None
    """How the chosen one was found."""
    composed: Composed | None = None
    premise: Premise | None = None
    reading: Reading | None = None
    """How the message was understood within the talk."""
    is_part: bool = False
    is_of_office: bool = False
    """As of the answer, where the talk before led to what is chosen."""
    joined: Joined | None = None
    """What the language model made of several passages, checked; given instead of `composed`."""
    model: ModelUse | None = None
