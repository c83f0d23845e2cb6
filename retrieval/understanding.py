"""The first steps of the recipe: what the resident wrote, whether it asks for anything, about which day, and what is found."""

from dataclasses import replace
from datetime import datetime, time

from core.clock import JAPAN, in_japan
from core.personal_numbers import mask_personal_numbers
from core.text import strip_invisible
from retrieval.answers import Answer, AnswerStatus, Draft
from retrieval.asked_date import asked_date
from retrieval.confidence import judge
from retrieval.injection import is_injection
from retrieval.search import Search
from retrieval.utterance import is_talk

DEPTH = 12


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
    return searched(search, draft, draft.question.text)


def searched(search: Search, draft: Draft, text: str) -> Draft:
    """What is found for these words on the asked day, without what the resident refused."""
    question = draft.question
    result = search.search(
        question.municipality_id,
        text,
        moment=moment_of(draft),
        limit=DEPTH + len(question.excluded),
        is_hurried=question.is_hurried,
    )
    hits = tuple(hit for hit in result.hits if hit.entry_id not in question.excluded)
    return replace(draft, result=result, hits=hits, confidence=judge(result, hits))


def moment_of(draft: Draft) -> datetime:
    """Noon of the asked day in Japan, or now."""
    if draft.asked is None:
        return draft.question.moment
    day = draft.asked.day(in_japan(draft.question.moment).date())
    return datetime.combine(day, time(12), JAPAN)


def _asking(draft: Draft, text: str) -> Draft:
    return draft if text == draft.question.text else replace(draft, question=replace(draft.question, text=text))
