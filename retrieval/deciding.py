"""The middle steps of the recipe: what answers, or why nothing does. Each passes on what it can't decide."""

import re
from dataclasses import replace

from core.clock import in_japan
from core.text import normalise, squeeze
from retrieval.answers import Answer, AnswerStatus, Draft
from retrieval.asked_date import without_date
from retrieval.jurisdiction import OTHER_MUNICIPALITY, elsewhere
from retrieval.premise import without_confirmation
from retrieval.search import Search
from retrieval.understanding import searched

NEAREST = 3
MOST_CHOICES = 5
SHORT = 12


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
    joined = searched(search, draft, f"{question.earlier[-1]} {question.text}")
    return joined if joined.confidence.first_right > draft.confidence.first_right else draft


def search_matter_alone(search: Search, draft: Draft) -> Draft | Answer:
    """Words that name a day or ask for confirmation say nothing of the matter; without them the search may be surer."""
    if draft.confidence.is_first_right and not draft.confidence.is_tie:
        return draft
    text = draft.question.text
    matter = without_confirmation(without_date(text, draft.asked) if draft.asked is not None else text)
    if squeeze(matter) == squeeze(text):
        return draft
    alone = searched(search, draft, matter)
    same = [hit for hit in alone.hits if hit.parts.get("same")]
    if len(same) == 1:
        return replace(alone, chosen=same[0], status=AnswerStatus.ANSWERED_CONFIDENT)
    return alone if alone.confidence.is_first_right and not alone.confidence.is_tie else draft


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
    present = searched(search, replace(draft, asked=None), draft.question.text)
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


def _place(draft: Draft) -> str:
    """「大阪市」 of a question about 大阪."""
    if draft.result is None or not draft.result.unknown_places:
        return ""
    name = draft.result.unknown_places[0]
    found = re.search(rf"{re.escape(name)}(?:都|道|府|県|市|区|町|村)", normalise(draft.question.text))
    return found[0] if found else name
