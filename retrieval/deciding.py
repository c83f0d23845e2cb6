"""The middle steps of the recipe: what answers, or why nothing does. Each passes on what it can't decide."""

import re
from dataclasses import replace

from core.clock import in_japan
from core.text import normalise, squeeze
from retrieval.answers import Answer, AnswerStatus, Draft
from retrieval.asked_date import without_date
from retrieval.confidence import judge
from retrieval.continuing import Talk, continue_talk
from retrieval.follow_up import Kind, read_message
from retrieval.jurisdiction import OTHER_MUNICIPALITY, elsewhere, may_mean_other_place
from retrieval.premise import without_confirmation
from retrieval.search import Search
from retrieval.understanding import moment_of, searched
from retrieval.undoing import asks_to_undo, speaks_of_undoing

NEAREST = 3
MOST_CHOICES = 5


def choose_same_question(_search: Search, draft: Draft) -> Draft | Answer:
    """The question equals a question or phrasing of exactly one entry."""
    same = [hit for hit in draft.hits if hit.parts.get("same")]
    if not same or (len(same) > 1 and len({hit.passage.body for hit in same}) > 1):
        return draft
    return replace(draft, chosen=same[0], status=AnswerStatus.ANSWERED_SAME_QUESTION)


def join_earlier_question(search: Search, draft: Draft) -> Draft | Answer:
    """A message that lacks something ("手数料は?", "じゃあ猫は?", "2番") is read as a continuation of the talk."""
    question, earlier = draft.question, draft.question.earlier
    reading = read_message(question.text, earlier)
    draft = replace(draft, reading=reading)
    if earlier is None or (reading.kind is Kind.SUBJECT and draft.confidence.is_first_right):
        return draft
    if not reading.lacks_something:
        return draft if reading.text == question.text else searched(search, draft, reading.text)
    excluded = question.excluded | frozenset(earlier.refused)
    talk = Talk(
        search=search,
        municipality_id=question.municipality_id,
        moment=moment_of(draft),
        earlier=earlier,
        excluded=excluded,
        is_hurried=question.is_hurried,
    )
    found = continue_talk(talk, reading)
    if found is None:
        return replace(draft, reading=replace(reading, kind=Kind.OWN, text=question.text))
    draft = replace(draft, result=found.result or draft.result, question=replace(question, text=reading.text))
    if found.chosen is not None:
        status = AnswerStatus.ANSWERED_CHOSEN if reading.kind is Kind.CHOICE else AnswerStatus.ANSWERED_FOLLOW_UP
        chosen = found.chosen
        return replace(draft, chosen=chosen, hits=(chosen,), status=status, is_part=found.is_part, is_of_office=found.is_of_office)
    if found.offered:
        return Answer(status=AnswerStatus.CHOICES_FOLLOW_UP, candidates=found.offered[:MOST_CHOICES])
    if found.result is None:
        return draft
    confidence = judge(found.result, found.hits)
    return replace(draft, hits=found.hits, confidence=replace(confidence, is_first_right=confidence.is_first_right and found.is_sure))


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
    office = None if draft.result is None else elsewhere(draft.result, draft.hits, draft.question.own_places)
    if office is None or draft.result is None:
        return draft
    place = _place(draft) if office == OTHER_MUNICIPALITY else ""
    return Answer(status=AnswerStatus.REFUSED_ELSEWHERE, candidates=draft.hits[:NEAREST], elsewhere=office, place=place)


def doubt_other_place(_search: Search, draft: Draft) -> Draft | Answer:
    """Where another municipality is named, what is found here may be offered, and is never certain."""
    if draft.result is None or not may_mean_other_place(draft.result, draft.question.own_places):
        return draft
    return replace(draft, confidence=replace(draft.confidence, is_first_right=False))


def doubt_undoing(_search: Search, draft: Draft) -> Draft | Answer:
    """How something is begun is no answer to who wants out of it."""
    if not draft.hits or not asks_to_undo(draft.question.text) or speaks_of_undoing(draft.hits[0].passage):
        return draft
    return replace(draft, confidence=replace(draft.confidence, is_first_right=False))


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
