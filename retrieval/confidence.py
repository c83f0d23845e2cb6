"""How sure a search may be: is this for us, is the first hit right, is a right one near. Pure; the coefficients are data."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from core.settings import SearchMode
from core.yaml_text import read_yaml
from retrieval.fields import plain
from retrieval.fusing import LENS
from retrieval.passages import Passage
from retrieval.reranking import SIGNALS, shipped_rankers
from retrieval.results import Hit, SearchResult
from retrieval.tokens import forms

COEFFICIENTS = Path(__file__).parent / "data" / "confidence.yaml"
LOOKED_AT = 10
NEAR = 5
LONG = 8
LONGEST = 120
REMEMBERED = 8192
BARE = 3
"""Words of a question that hardly says more than its topic."""
JAPANESE = re.compile("[ぁ-ゖァ-ヺ一-龠]")
CLOSE = 0.1
CLEAR = 0.3
"""Leads over the second entry, as shares of the best score."""

APART = re.compile("[ぁ-ゖ] [ぁ-ゖァ-ヺ一-龠]")
HIRAGANA, KANJI = re.compile("[ぁ-ゖ]"), re.compile("[一-龠]")
STORY, PHRASE = 120, 12
"""Letters from which on a question counts as a story, and kana as a sentence rather than keywords."""

Features = Mapping[str, float]


class Model(BaseModel):
    """A logistic model: probability = 1 / (1 + exp(-(bias + Σ weight × feature)))."""

    model_config = ConfigDict(extra="forbid")

    bias: float
    weights: dict[str, float]

    def probability(self, features: Features) -> float:
        """Features that the search did not have count as 0."""
        total = self.bias + sum(weight * features.get(name, 0.0) for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


SMALL, LARGE = 600, 1800
"""Passages. In a small collection each matter has one entry; in a large one the neighbours of the right entry are often right as well."""


class Bar(BaseModel):
    """A threshold that depends on how large the collection is; in between it follows the logarithm of the size."""

    model_config = ConfigDict(extra="forbid")

    small: float
    large: float

    def at(self, size: int) -> float:
        share = (math.log(max(size, 1)) - math.log(SMALL)) / (math.log(LARGE) - math.log(SMALL))
        return self.small + (self.large - self.small) * max(0.0, min(1.0, share))


class Step(BaseModel):
    """A probability and a lead that are enough together, whatever else makes doubtful."""

    model_config = ConfigDict(extra="forbid")

    first_right: Bar
    lead: float

    def holds(self, first_right: float, lead: float, size: int) -> bool:
        return first_right >= self.first_right.at(size) and lead > self.lead


class Gates(BaseModel):
    """The models of one mode of search, and from which probability on they open."""

    model_config = ConfigDict(extra="forbid")

    for_us: Model
    first_right: Model
    near: Model
    least_for_us: float
    """For an offer; an answer needs `surely_for_us`."""
    surely_for_us: float
    least_first_right: Bar
    least_near: float
    least_lead: Bar
    """Share of the best score; a second entry within it counts as equally good."""
    least_lead_unsaid: Bar
    """For an answer where the second entry speaks of something in the question that the first one never mentions."""
    least_lead_foreign: float
    """For an answer to a question without Japanese, which is found by single words that neighbours share."""
    least_lead_loose: Bar
    """For an answer to a story, or to kana written apart: much of what is said says nothing of the matter."""
    surer: Step
    """So likely the right one that less of a lead is enough, even for a question that is told as a story."""
    clearer: Step | None = None
    """So clear a lead that a lower probability is enough."""
    least_nouns: float = 0.0
    """Share of the question's nouns that an entry must hold which lacks the rarest word of it and has no clear lead; with less it is about
    something else."""
    held_out: dict[str, float] = Field(default_factory=dict)
    """What the gate for answers was worth when it was fitted: precision and coverage with whole topics held out."""


@dataclass(frozen=True, kw_only=True)
class Confidence:
    """Probabilities, and what follows from them."""

    for_us: float = 0.0
    """That a municipality's counter is asked at all."""
    first_right: float = 0.0
    """That the first hit answers the question."""
    near: float = 0.0
    """That one of the first five does."""
    is_for_us: bool = False
    is_first_right: bool = False
    is_near: bool = False
    is_tie: bool = False


def judge(result: SearchResult, hits: Sequence[Hit]) -> Confidence:
    """Of these hits; `hits` may lack some of the result's."""
    if not hits:
        return Confidence()
    gates = gates_of(result.mode)
    seen = features(result, hits)
    for_us, first_right, near = (model.probability(seen) for model in (gates.for_us, gates.first_right, gates.near))
    lead = _lead_of_first(hits)
    lacks_matter = bool(seen["is_japanese"] and seen["lacks_rarest"]) and seen["nouns"] < gates.least_nouns
    is_clear = gates.clearer is not None and gates.clearer.holds(first_right, lead, result.size)
    is_plain = is_clear or (gates.surer.holds(first_right, lead, result.size) and not lacks_matter)
    is_tie = not is_plain and lead <= gates.least_lead.at(result.size)
    is_doubtful = is_tie or lacks_matter or lead <= _least_lead(result, hits, gates)
    is_likely = first_right >= gates.least_first_right.at(result.size) and not is_doubtful
    return Confidence(
        for_us=for_us,
        first_right=first_right,
        near=near,
        is_for_us=for_us >= gates.least_for_us,
        is_first_right=for_us >= gates.surely_for_us and (is_plain or is_likely),
        is_near=for_us >= gates.least_for_us and near >= gates.least_near,
        is_tie=is_tie,
    )


def _least_lead(result: SearchResult, hits: Sequence[Hit], gates: Gates) -> float:
    """The lead that only an answer needs; a tie is offered in any case."""
    unsaid = gates.least_lead_unsaid.at(result.size)
    foreign = 0.0 if JAPANESE.search(result.normalised) else gates.least_lead_foreign
    loose = gates.least_lead_loose.at(result.size) if _is_loose(result.normalised) else 0.0
    return max(foreign, loose, unsaid if unsaid > foreign and _second_says_more(result, hits) else 0.0)


def _is_loose(text: str) -> bool:
    """Whether it is a story, or written apart in kana as learners of Japanese and children do."""
    kana = len(HIRAGANA.findall(text))
    is_written_apart = bool(APART.search(text)) and kana >= PHRASE and kana > 2 * len(KANJI.findall(text))
    return len(text) >= STORY or is_written_apart


def _second_says_more(result: SearchResult, hits: Sequence[Hit]) -> bool:
    """Whether the second entry asks with a word of the question that the first has nowhere: it may be the special case that is meant."""
    first, second = hits[0].passage, next(_rivals(hits), None)
    if second is None:
        return False
    words = set(result.tokens) & _wording(second.passage) - _wording(first)
    return bool(words and words - _forms(plain(first.body)))


def _wording(passage: Passage) -> frozenset[str]:
    return frozenset().union(*(_forms(text) for text in (passage.question, *passage.phrasings)))


@lru_cache(maxsize=REMEMBERED)
def _forms(text: str) -> frozenset[str]:
    return frozenset(forms(text))


def features(result: SearchResult, hits: Sequence[Hit]) -> Features:
    """Of the first hit, of how it stands out among the first ten, and of the question; none grows with the collection."""
    first, seen = hits[0], hits[:LOOKED_AT]
    lead = _lead_of_first(hits)
    found = {
        "score": first.score,
        "gap": first.score - (seen[NEAR].score if len(seen) > NEAR else 0.0),
        "lead": max(0.0, min(CLEAR, lead)),
        "is_close": max(0.0, 1 - lead / CLOSE),
        "share": _share(result.mode, seen),
        "agreement": _agreement(seen),
        "coverage": first.parts["coverage"],
        "better_covered": max(hit.parts["coverage"] for hit in seen) - first.parts["coverage"],
        "nouns": first.parts["nouns"],
        "more_nouns": max(hit.parts["nouns"] for hit in seen) - first.parts["nouns"],
        "lacks_rarest": first.parts["lacks_rarest"],
        "beyond": first.parts["beyond"],
        "keyword_lead": _lead("bm25", seen) / max(1e-6, *(hit.parts["bm25"] for hit in seen)),
        "is_one_word": float(len(result.tokens) <= 1),
        "is_japanese": float(bool(JAPANESE.search(result.normalised))),
        "length": min(len(result.tokens), LONG) / LONG,
        "is_bare": float(len(set(result.tokens)) <= BARE),
        "is_story": min(len(result.normalised), LONGEST) / LONGEST,
    }
    for model in ("use", "e5"):
        if f"{model}_question" in first.parts:
            found |= _features_of_model(model, hits)
    return found


def _features_of_model(model: str, hits: Sequence[Hit]) -> Features:
    first, seen = hits[0], hits[:LOOKED_AT]
    return {
        f"{model}_question": first.parts[f"{model}_question"],
        f"{model}_nearest": max(hit.parts[f"{model}_question"] for hit in hits[:NEAR]),
        f"{model}_answer": first.parts[f"{model}_answer"],
        f"{model}_lens": first.parts.get(f"{model}_question_lens", 0.0),
        f"{model}_lead": _lead(f"{model}_question", seen),
        f"{model}_answer_lead": _lead(f"{model}_answer", seen),
        f"{model}_lens_lead": _lead(f"{model}_question_lens", seen),
        f"{model}_answer_standard": first.standard.get(f"{model}_answer", 0.0),
        f"{model}_lens_standard": first.standard.get(f"{model}_question_lens", 0.0),
    }


@cache
def gates_of(mode: SearchMode) -> Gates:
    """As fitted; see the comment in the file."""
    return Gates.model_validate(read_yaml(COEFFICIENTS.read_text(encoding="utf-8"))[mode.value])


def _lead_of_first(hits: Sequence[Hit]) -> float:
    """By which share of its score the first entry surpasses the next one that says something else.

    An entry and the guide on its matter agree.
    """
    first, second = hits[0], next(_rivals(hits), None)
    return 1.0 if second is None else (first.score - second.score) / max(first.score, 1e-6)


def _rivals(hits: Sequence[Hit]) -> Iterator[Hit]:
    """Those behind the first that say something else."""
    return (hit for hit in hits[1:] if hit.passage.body != hits[0].passage.body and not _is_sibling(hits[0], hit))


def _is_sibling(first: Hit, other: Hit) -> bool:
    return first.passage.kind is not other.passage.kind and first.passage.category == other.passage.category


def _share(mode: SearchMode, hits: Sequence[Hit]) -> float:
    """The first hit's chance to be the right one, were one of these right and the ranker's log-odds the whole truth."""
    scale = shipped_rankers(mode).for_signals(list(hits[0].parts)).scale
    return 1 / sum(math.exp(min(30.0, (hit.score - hits[0].score) * scale)) for hit in hits)


def _agreement(hits: Sequence[Hit]) -> float:
    """Share of the kinds of score that put the first hit first."""
    names = [name for name in hits[0].parts if name.removesuffix(LENS) in SIGNALS]
    return sum(all(hits[0].parts[name] >= hit.parts[name] for hit in hits) for name in names) / max(1, len(names))


def _lead(part: str, hits: Sequence[Hit]) -> float:
    """By how much the first hit surpasses the best of the others in one kind of score; negative when another is better."""
    values = [hit.parts[part] for hit in hits if part in hit.parts]
    return values[0] - max(values[1:]) if len(values) > 1 else 0.0
