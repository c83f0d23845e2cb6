"""From a question to an answer, choices or a refusal: the recipe, one named step after the other."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from datetime import time as clock_time

from core.clock import JAPAN, in_japan
from core.personal_numbers import mask_personal_numbers
from core.text import normalise, squeeze, strip_invisible
from retrieval.answers import DECISIONS, Answer, AnswerStatus, Decision, Draft, Question
from retrieval.asked_date import asked_date
from retrieval.composing import check_composed, compose, sources_of
from retrieval.confidence import judge
from retrieval.injection import is_injection
from retrieval.jurisdiction import OTHER_MUNICIPALITY, elsewhere
from retrieval.models import PassageKind
from retrieval.premise import Verdict, premise_of
from retrieval.published_dates import is_published_for
from retrieval.results import Step
from retrieval.search import Search
from retrieval.utterance import is_talk

__all__ = ["DECISIONS", "STEPS", "Answer", "AnswerStatus", "Answerer", "Decision", "Draft", "Question", "Recipe"]

NEAREST = 3
DEPTH = 12
MOST_CHOICES = 5
SHORT = 12

Recipe = Callable[[Search, Draft], "Draft | Answer"]


def strip_invisible_characters(_search: Search, draft: Draft) -> Draft | Answer:
    """What a reader can't see must not be read either."""
    return _asking(draft, strip_invisible(draft.question.text))


def refuse_without_words(_search: Search, draft: Draft) -> Draft | Answer:
    """Nothing but spaces, symbols or pictures."""
    return draft if any(character.isalnum() for character in draft.question.text) else Answer(status=AnswerStatus.UNANSWERABLE_NO_WORDS)


def mask_numbers(_search: Search, draft: Draft) -> Draft | Answer:
    """Numbers of persons, cards and accounts are blanked before anything is looked up or kept."""
    text, masked = mask_personal_numbers(draft.question.text)
    return replace(_asking(draft, text), masked=masked)


def refuse_injection(_search: Search, draft: Draft) -> Draft | Answer:
    """Orders to the counter itself; no model ever sees them."""
    is_order = is_injection(draft.question.text)
    return Answer(status=AnswerStatus.REFUSED_INJECTION) if is_order else draft


def read_language(_search: Search, draft: Draft) -> Draft | Answer:
    """In which language the answer is to be given; a stored translation or the Japanese."""
    return replace(draft, language=draft.question.language)


def refuse_talk(_search: Search, draft: Draft) -> Draft | Answer:
    """A remark wants nothing; a question does, and so does a matter that is only told (引っ越しました)."""
    return Answer(status=AnswerStatus.REFUSED_TALK) if is_talk(draft.question.text) else draft


def read_asked_date(_search: Search, draft: Draft) -> Draft | Answer:
    """A question about another day than today is answered by what holds on that day."""
    today = in_japan(draft.question.moment).date()
    asked = asked_date(draft.question.text, today)
    is_other_day = asked is not None and not asked.is_recurring and asked.day(today) != today
    return replace(draft, asked=asked) if is_other_day else draft


def search_passages(search: Search, draft: Draft) -> Draft | Answer:
    """Looks for the question as it was asked."""
    return _searched(search, draft, draft.question.text)


def choose_same_question(_search: Search, draft: Draft) -> Draft | Answer:
    """The question equals a question or phrasing of exactly one entry."""
    same = [hit for hit in draft.hits if hit.parts.get("same")]
    if not same or (len(same) > 1 and len({hit.passage.body for hit in same}) > 1):
        return draft
    return replace(draft, chosen=same[0], status=AnswerStatus.ANSWERED_SAME_QUESTION)


def join_earlier_question(search: Search, draft: Draft) -> Draft | Answer:
    """A short question that says little by itself ("手数料は?") is read together with the one before it, where that is surer."""
    question = draft.question
    if not question.earlier or len(squeeze(question.text)) > SHORT or draft.confidence.is_first_right:
        return draft
    joined = _searched(search, draft, f"{question.earlier[-1]} {question.text}")
    return joined if joined.confidence.first_right > draft.confidence.first_right else draft


def hand_over_after_refusals(_search: Search, draft: Draft) -> Draft | Answer:
    """Who refused what was offered is not shown ever poorer guesses."""
    if draft.question.excluded and not draft.confidence.is_near:
        return Answer(status=AnswerStatus.HANDOFF_CHOICES_REFUSED, candidates=draft.hits[:NEAREST])
    return draft


def refer_elsewhere(_search: Search, draft: Draft) -> Draft | Answer:
    """What another office, another city or a company is responsible for."""
    office = None if draft.result is None else elsewhere(draft.result, draft.hits)
    if office is None or draft.result is None:
        return draft
    place = _place(draft) if office == OTHER_MUNICIPALITY else ""
    return Answer(status=AnswerStatus.REFUSED_ELSEWHERE, candidates=draft.hits[:NEAREST], elsewhere=office, place=place)


def refuse_expired_at_date(search: Search, draft: Draft) -> Draft | Answer:
    """What answers today but is no longer, or not yet, published on the asked day is not replaced by something else."""
    if draft.asked is None or draft.confidence.is_first_right:
        return draft
    present = _searched(search, replace(draft, asked=None), draft.question.text)
    day = draft.asked.day(in_japan(draft.question.moment).date())
    if not present.confidence.is_first_right or present.hits[0].passage.is_valid_on(day):
        return draft
    return Answer(status=AnswerStatus.UNANSWERABLE_AT_DATE, candidates=present.hits[:1], as_of=day)


def refuse_small_talk(_search: Search, draft: Draft) -> Draft | Answer:
    """Nothing that a municipality could be asked, as far as the scores tell."""
    if draft.confidence.is_for_us:
        return draft
    return Answer(status=AnswerStatus.REFUSED_SMALL_TALK, candidates=draft.hits[:NEAREST])


def offer_equals(_search: Search, draft: Draft) -> Draft | Answer:
    """Two entries that are almost equally good are for the resident to choose from."""
    if draft.confidence.is_near and draft.confidence.is_tie:
        return Answer(status=AnswerStatus.CHOICES_TIE, candidates=draft.hits[:MOST_CHOICES], confidence=draft.confidence.first_right)
    return draft


def choose_first(_search: Search, draft: Draft) -> Draft | Answer:
    """The first hit, where it is right with the fitted probability."""
    return replace(draft, chosen=draft.hits[0], status=AnswerStatus.ANSWERED_CONFIDENT) if draft.confidence.is_first_right else draft


def offer_choices(_search: Search, draft: Draft) -> Draft | Answer:
    """A right entry is likely among the first few; with nothing near, the nearest are all that can be shown."""
    if draft.confidence.is_near:
        return Answer(status=AnswerStatus.CHOICES_UNSURE, candidates=draft.hits[:MOST_CHOICES], confidence=draft.confidence.first_right)
    return Answer(status=AnswerStatus.UNANSWERABLE_NO_PASSAGE, candidates=draft.hits[:NEAREST])


def refuse_unpublished_date(search: Search, draft: Draft) -> Draft | Answer:
    """Where nothing is published for the asked day, that is said, and today's answer is offered."""
    if draft.asked is None or draft.chosen is None:
        return draft
    today = in_japan(draft.question.moment).date()
    if is_published_for(draft.chosen.passage, draft.asked, today):
        return draft
    present = _searched(search, replace(draft, asked=None), draft.question.text)
    return Answer(status=AnswerStatus.UNANSWERABLE_AT_DATE, candidates=present.hits[:1] or (draft.chosen,), as_of=draft.asked.day(today))


def compose_answer(_search: Search, draft: Draft) -> Draft | Answer:
    """Approved text is quoted, never rephrased; of a guide the part that answers is taken."""
    if draft.chosen is None:
        return draft
    return replace(draft, composed=compose(draft.chosen.passage, draft.question.text, draft.language))


def check_answer(_search: Search, draft: Draft) -> Draft | Answer:
    """The fact lock: no sentence leaves that the passage does not say; without its point there is no answer."""
    if draft.chosen is None or draft.composed is None:
        return draft
    checked = check_composed(draft.composed, draft.chosen.passage, draft.question.text, draft.question.names)
    if checked.is_pointless:
        return Answer(status=AnswerStatus.UNANSWERABLE_UNSUPPORTED, composed=checked, as_of=_as_of(draft))
    return replace(draft, composed=checked)


def weigh_premise(_search: Search, draft: Draft) -> Draft | Answer:
    """What the question takes for granted is confirmed or corrected where the passage tells, and passed over where it doesn't."""
    if draft.chosen is None:
        return draft
    return replace(draft, premise=premise_of(draft.question.text, sources_of(draft.chosen.passage)))


def give_answer(_search: Search, draft: Draft) -> Draft | Answer:
    """Names the ending; the sentences around the words are the handler's."""
    if draft.chosen is None or draft.composed is None or draft.status is None:
        return draft
    return Answer(
        status=_ending(draft, draft.status),
        passage=draft.chosen.passage,
        composed=draft.composed,
        sources=draft.joined.passages if draft.joined is not None else (),
        premise=draft.premise,
        as_of=_as_of(draft),
        candidates=draft.hits[:NEAREST],
        confidence=1.0 if draft.status is AnswerStatus.ANSWERED_SAME_QUESTION else draft.confidence.first_right,
    )


UNDERSTANDING: tuple[Recipe, ...] = (
    strip_invisible_characters,
    refuse_without_words,
    mask_numbers,
    refuse_injection,
    read_language,
    refuse_talk,
    read_asked_date,
    search_passages,
)
DECIDING: tuple[Recipe, ...] = (
    choose_same_question,
    join_earlier_question,
    hand_over_after_refusals,
    refer_elsewhere,
    refuse_expired_at_date,
    refuse_small_talk,
    offer_equals,
    choose_first,
    offer_choices,
)
GIVING: tuple[Recipe, ...] = (refuse_unpublished_date, compose_answer, check_answer, weigh_premise, give_answer)
STEPS: tuple[Recipe, ...] = (*UNDERSTANDING, *DECIDING, *GIVING)


class Answerer:
    """Runs the recipe. It reads, and never writes or sends."""

    def __init__(self, search: Search, recipe: Sequence[Recipe] = STEPS) -> None:
        self._search = search
        self._recipe = tuple(recipe)

    def answer(self, question: Question) -> Answer:
        """The first step that returns an answer ends the recipe; once something is chosen, what is left of DECIDING is passed over."""
        draft = Draft(question=question)
        taken: list[Step] = []
        for step in self._recipe:
            if draft.chosen is not None and step in DECIDING:
                continue
            started = time.perf_counter()
            outcome = step(self._search, draft)
            taken.append(Step(name=step.__name__, milliseconds=(time.perf_counter() - started) * 1000))
            if isinstance(outcome, Answer):
                return replace(outcome, masked=draft.masked, model=draft.model, result=draft.result, steps=tuple(taken))
            draft = outcome
        return Answer(
            status=AnswerStatus.UNANSWERABLE_NO_PASSAGE,
            candidates=draft.hits[:NEAREST],
            masked=draft.masked,
            model=draft.model,
            result=draft.result,
            steps=tuple(taken),
        )


def _asking(draft: Draft, text: str) -> Draft:
    return draft if text == draft.question.text else replace(draft, question=replace(draft.question, text=text))


def _searched(search: Search, draft: Draft, text: str) -> Draft:
    question = draft.question
    result = search.search(question.municipality_id, text, moment=_moment(draft), limit=DEPTH + len(question.excluded))
    hits = tuple(hit for hit in result.hits if hit.entry_id not in question.excluded)
    return replace(draft, result=result, hits=hits, confidence=judge(result, hits))


def _moment(draft: Draft) -> datetime:
    """Noon of the asked day in Japan, or now."""
    if draft.asked is None:
        return draft.question.moment
    day = draft.asked.day(in_japan(draft.question.moment).date())
    return datetime.combine(day, clock_time(12), JAPAN)


def _as_of(draft: Draft) -> date | None:
    return None if draft.asked is None else draft.asked.day(in_japan(draft.question.moment).date())


def _ending(draft: Draft, found: AnswerStatus) -> AnswerStatus:
    """The most telling of the ways in which it is an answer."""
    match draft.premise:
        case None:
            pass
        case premise if premise.verdict is Verdict.CONTRADICTED:
            return AnswerStatus.ANSWERED_CORRECTED
        case premise if premise.verdict is Verdict.CONFIRMED:
            return AnswerStatus.ANSWERED_CONFIRMED
    if draft.asked is not None:
        return AnswerStatus.ANSWERED_AT_DATE
    is_guide = draft.chosen is not None and draft.chosen.passage.kind is PassageKind.GUIDE
    return AnswerStatus.ANSWERED_GUIDE if is_guide and found is AnswerStatus.ANSWERED_CONFIDENT else found


def _place(draft: Draft) -> str:
    """「大阪市」 of a question about 大阪."""
    if draft.result is None or not draft.result.unknown_places:
        return ""
    name = draft.result.unknown_places[0]
    found = re.search(rf"{re.escape(name)}(?:都|道|府|県|市|区|町|村)", normalise(draft.question.text))
    return found[0] if found else name
