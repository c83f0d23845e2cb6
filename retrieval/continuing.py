"""A message that continues a talk → the entry that answers it, or what can be offered: first within what was answered, then by search."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from core.text import squeeze
from retrieval.confidence import judge
from retrieval.follow_up import Earlier, Kind, Reading, focused, holds, words
from retrieval.passages import Passage
from retrieval.results import Hit, SearchResult
from retrieval.search import Search

DEPTH = 12
NEAR = 3


@dataclass(frozen=True, kw_only=True)
class Continuation:
    """What a message that lacks something comes to: something chosen, something to choose from, or a search to judge."""

    chosen: Hit | None = None
    is_part: bool = False
    """Of the chosen entry only the lines that say what is asked are given."""
    is_of_office: bool = False
    """The chosen entry does not say it; its office's telephone number and hours do."""
    offered: tuple[Hit, ...] = ()
    result: SearchResult | None = None
    hits: tuple[Hit, ...] = ()
    """Of the search, without what the resident refused."""
    is_sure: bool = True
    """Whether the first of `hits` may be given as the answer; otherwise it may only be offered."""


@dataclass(frozen=True, kw_only=True)
class Talk:
    """Where to look."""

    search: Search
    municipality_id: str
    moment: datetime
    earlier: Earlier
    excluded: frozenset[str]
    is_hurried: bool

    def parts(self, entries: Sequence[str]) -> Iterator[tuple[str, tuple[Passage, ...]]]:
        """The published parts of each of these entries that was not refused."""
        for entry in entries:
            found = self.search.parts(self.municipality_id, entry, moment=self.moment) if entry not in self.excluded else ()
            if found:
                yield entry, found

    def find(self, text: str) -> tuple[SearchResult, tuple[Hit, ...]]:
        limit = DEPTH + len(self.excluded)
        result = self.search.search(self.municipality_id, text, moment=self.moment, limit=limit, is_hurried=self.is_hurried)
        return result, tuple(hit for hit in result.hits if hit.entry_id not in self.excluded)


def continue_talk(talk: Talk, reading: Reading) -> Continuation | None:
    """None where the message continues nothing after all and is to be read as it stands."""
    match reading.kind:
        case Kind.CHOICE:
            return _chosen(talk, reading)
        case Kind.ASPECT | Kind.CONDITION:
            return _within(talk, reading) or _searched(talk, reading)
        case Kind.SUBJECT:
            return _of_another_subject(talk, reading)
        case Kind.OWN:
            return None


def _chosen(talk: Talk, reading: Reading) -> Continuation | None:
    offered = [parts[0] for _, parts in talk.parts(talk.earlier.offered)]
    if reading.place is not None:
        # By their place in the list that was shown, of which something may be gone.
        wanted = talk.earlier.offered[reading.place]
        found = [passage for passage in offered if passage.entry_id == wanted]
        return Continuation(chosen=_hit(found[0])) if found else Continuation(offered=tuple(map(_hit, offered))) if offered else None
    named = squeeze(reading.words)
    found = [passage for passage in offered if _is_about(passage, named)]
    if len(found) == 1:
        return Continuation(chosen=_hit(found[0]))
    return Continuation(offered=tuple(map(_hit, found))) if found else None


def _within(talk: Talk, reading: Reading) -> Continuation | None:
    """What was answered may say it; of what was only offered nobody knows yet which one was meant."""
    answered = [part for _, parts in talk.parts(talk.earlier.entries) if (part := _telling(parts, reading)) is not None]
    if len(talk.earlier.entries) == 1 and answered:
        return _focused(answered[0], reading)
    offered = [part for _, parts in talk.parts(talk.earlier.offered) if (part := _telling(parts, reading)) is not None]
    candidates = answered or offered
    if not candidates:
        return None
    result, hits = talk.find(reading.text)
    places = {hit.entry_id: place for place, hit in enumerate(hits)}
    candidates.sort(key=lambda passage: places.get(passage.entry_id, len(places)))
    siblings = _siblings(hits, {passage.category for passage in candidates}, reading)
    offered_hits = {hit.entry_id: hit for hit in (*siblings, *map(_hit, candidates))}
    return Continuation(offered=tuple(offered_hits.values()), result=result)


def _telling(parts: Sequence[Passage], reading: Reading) -> Passage | None:
    """The part whose heading or text says what is asked; of a guide the headings tell more."""
    by_heading = (part for part in parts[1:] if holds(part.question.rpartition("›")[2], reading))
    return next(by_heading, None) or next((part for part in parts if holds(part.body, reading)), None)


def _searched(talk: Talk, reading: Reading) -> Continuation:
    result, hits = talk.find(reading.text)
    own = [parts[0] for _, parts in talk.parts(talk.earlier.entries)]
    if not own:
        return Continuation(result=result, hits=hits)
    categories = {passage.category for passage in own}
    near = [hit for hit in hits if hit.passage.category in categories and hit.entry_id not in talk.earlier.entries]
    confidence = judge(result, hits)
    if confidence.is_first_right and not confidence.is_tie and hits[0].passage.category in categories:
        return Continuation(result=result, hits=hits)
    aspect = words().aspects.get(reading.aspect)
    siblings = _siblings(near, categories, reading)
    if aspect is not None and aspect.is_of_office and len(own) == 1 and not siblings:
        return Continuation(chosen=_hit(own[0]), is_of_office=True, result=result)
    telling = [hit for hit in near if holds(hit.passage.body, reading) and hit not in siblings]
    return Continuation(offered=(*siblings, *telling[:3], *map(_hit, own))[:5], result=result)


def _siblings(hits: Sequence[Hit], categories: Set[str], reading: Reading) -> list[Hit]:
    """Near entries of the same kind that ask this themselves."""
    near = [hit for hit in hits if hit.passage.category in categories]
    return [hit for hit in near[:NEAR] if holds(hit.passage.question, reading)]


def _of_another_subject(talk: Talk, reading: Reading) -> Continuation:
    """The entry that was answered, where it is about this too; otherwise the surer of the question of that subject and its name alone."""
    named = squeeze(reading.words)
    own = [parts for _, parts in talk.parts(talk.earlier.entries)]
    if len(own) == 1 and _is_about(own[0][0], named):
        return _focused(_telling(own[0], reading) or own[0][0], reading)
    categories = {parts[0].category for parts in own}
    found = [talk.find(text) for text in dict.fromkeys((reading.text, reading.words))]
    result, hits = max(found, key=lambda one: judge(*one).first_right)
    is_sure = bool(hits) and _is_about(hits[0].passage, named)
    if is_sure and judge(result, hits).is_first_right:
        return Continuation(result=result, hits=hits)
    everything = {hit.entry_id: hit for _, others in found for hit in others}
    about = [hit for hit in everything.values() if _is_about(hit.passage, named)]
    if not about:
        return Continuation(result=result, hits=hits, is_sure=False)
    about.sort(key=lambda hit: hit.passage.category not in categories)
    return Continuation(offered=tuple(about[:5]), result=result)


def _is_about(passage: Passage, named: str) -> bool:
    return any(named in squeeze(text) for text in (passage.question, *passage.phrasings))


def _focused(passage: Passage, reading: Reading) -> Continuation:
    body = focused(passage.body, reading)
    return Continuation(chosen=_hit(replace(passage, body=body)), is_part=body != passage.body)


def _hit(passage: Passage) -> Hit:
    return Hit(entry_id=passage.entry_id, passage=passage, score=0.0, parts={})
