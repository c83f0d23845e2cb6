"""For maintainers: fits retrieval/data/confidence.yaml to judged questions and reports what it is worth, with whole topics held out.

    python -m bot.fit_confidence FOLDER light|full NAME_OF_THE_MUNICIPALITY [FOLDER_OF_VECTORS]

The folder holds faq.csv (id, question, answer), queries-dev.tsv (id, text) and qrels-dev.txt (TREC). So that the model also holds for small
municipalities, it is fitted to the whole collection, to half of the sample city's questions, and to drawn parts of the collection, where
what is asked and not in a part counts as unanswerable.
"""

import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from bot.asked import read_asked, sample_city, searched
from core.settings import SearchMode
from core.yaml_text import read_yaml
from retrieval.confidence import COEFFICIENTS, NEAR, features
from retrieval.fitting import Numbers, fit_probability, folds_of
from retrieval.judged import Judged, read_judged, topics_of
from retrieval.judged_search import MOMENT, WHOLE, parts_of, search_over
from retrieval.results import SearchResult
from retrieval.tokens import tokens

NOT_OURS = COEFFICIENTS.parent / "not_ours.yaml"
FITTED = "residents_fitted"
HELD_OUT = ("residents_held_out", "questions", "chat", "elsewhere")
"""Files of the sample city's questions to which nothing is fitted."""
KINDS = {"answer": "asked", "unpublished": "absent", "chitchat": "small_talk", "not_ours": "elsewhere"}
WITHOUT = {"for_us": frozenset({"is_story"})}
"""Features that a gate must not have: small talk to fit to is short, and long talk would be taken for ours."""
SHORT_QUESTIONS = 60
LEAST_FOR_US = 0.5
WHOLE_WEIGHT = 4.0
CITY_WEIGHT = 4.0
FOLDS = 10
RIDGE = 60.0
STEPS = (0.6, 0.65, 0.7, 0.74, 0.76, 0.78, 0.8, 0.82, 0.84, 0.86, 0.88, 0.9)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One question against one collection."""

    collection: str
    kind: str
    topic: str
    features: Mapping[str, float]
    is_first_right: bool
    is_near: bool


@dataclass(frozen=True, kw_only=True)
class Table:
    """Samples as numbers, row by row."""

    samples: Sequence[Sample]
    names: Sequence[str]
    rows: Numbers
    weights: Numbers
    fold: NDArray[np.int64]
    is_fitted: NDArray[np.bool_]

    def where(self, collection: str, kind: str) -> NDArray[np.int64]:
        return np.array([n for n, x in enumerate(self.samples) if x.collection == collection and x.kind == kind], dtype=np.int64)


def main(folder: str, mode_name: str, name: str, vectors: str | None = None) -> None:
    """Prints the figures and this mode's part of the data file, but for the thresholds, which are chosen from the figures."""
    mode = SearchMode(mode_name)
    table = table_of([*_samples(read_judged(Path(folder), name=name), mode, vectors), *_city_samples(mode)])
    is_judged = np.array([sample.kind != "keywords" for sample in table.samples])  # Which entry keywords are meant for is anybody's guess.
    targets = {
        "for_us": np.array([sample.kind in {"asked", "absent", "keywords"} for sample in table.samples], dtype=float),
        "first_right": np.array([sample.is_first_right for sample in table.samples], dtype=float),
        "near": np.array([sample.is_near for sample in table.samples], dtype=float),
    }
    weights = {gate: table.weights if gate == "for_us" else table.weights * is_judged for gate in targets}
    tables = {gate: without(table, WITHOUT.get(gate, frozenset())) for gate in targets}
    held_out = {gate: _held_out(tables[gate], target, weights[gate]) for gate, target in targets.items()}
    for line in _report(table, held_out):
        print(line)  # noqa: T201  # A maintainer's tool.
    fitted = {}
    for gate, target in targets.items():
        own, chosen = tables[gate], table.is_fitted
        bias, coefficients = fit_probability(own.rows[chosen], target[chosen], weights[gate][chosen], ridge=RIDGE)
        rounded = {feature: round(float(value), 4) for feature, value in zip(own.names, coefficients, strict=True)}
        fitted[gate] = {"bias": round(bias, 4), "weights": rounded}
    print(yaml.safe_dump({mode.value: fitted}, sort_keys=False))  # noqa: T201


def table_of(samples: Sequence[Sample]) -> Table:
    names = sorted({name for sample in samples for name in sample.features})
    weights = {WHOLE: WHOLE_WEIGHT, FITTED: CITY_WEIGHT}
    return Table(
        samples=samples,
        names=names,
        rows=np.array([[sample.features.get(name, 0.0) for name in names] for sample in samples]),
        weights=np.array([weights.get(sample.collection, 1.0) for sample in samples]),
        fold=folds_of([sample.topic for sample in samples], FOLDS),
        is_fitted=np.array([sample.collection not in HELD_OUT for sample in samples]),
    )


def without(table: Table, names: frozenset[str]) -> Table:
    """The same rows without these features."""
    kept = [place for place, name in enumerate(table.names) if name not in names]
    return replace(table, names=[table.names[place] for place in kept], rows=table.rows[:, kept])


def _samples(judged: Judged, mode: SearchMode, vectors: str | None) -> Iterator[Sample]:
    topics = topics_of(judged.judgements)
    not_ours = read_yaml(NOT_OURS.read_text(encoding="utf-8"))
    asked = [(text, "asked", topics[key], judged.judgements[key]) for key, text in judged.questions.items()]
    asked += [(text, kind, text, {}) for kind, texts in not_ours.items() for text in texts]
    draw = random.Random(7)
    collections = {WHOLE: set(judged.entries)} | dict(parts_of(judged))
    with search_over(judged, mode, collections, vectors) as search:
        for name, members in collections.items():
            keywords = [(_keywords(judged.entries[entry_id][0]), entry_id) for entry_id in draw.sample(sorted(members), SHORT_QUESTIONS)]
            typed = [(text, "keywords", entry_id, {entry_id: 1}) for text, entry_id in keywords if text]
            for text, kind, topic, grades in [*asked, *typed]:
                result = search.search(name, text, moment=MOMENT, limit=12)
                is_absent = kind == "asked" and not members & grades.keys()
                yield from _sample(name, "absent" if is_absent else kind, topic, result, set(grades))


def _city_samples(mode: SearchMode) -> Iterator[Sample]:
    with sample_city(mode) as (_, search):
        for name in (FITTED, *HELD_OUT):
            questions = [asked for asked in read_asked(name) if asked.expects in KINDS]
            topics = topics_of({asked.text: dict.fromkeys(asked.entries, 1) for asked in questions})
            for asked, result in searched(questions, search):
                yield from _sample(name, KINDS[asked.expects], f"city {topics[asked.text]}", result, set(asked.entries))


def _sample(collection: str, kind: str, topic: str, result: SearchResult, right: set[str]) -> Iterator[Sample]:
    if result.hits:
        is_right = [hit.entry_id in right for hit in result.hits]
        yield Sample(
            collection=collection,
            kind=kind,
            topic=topic,
            features=features(result, result.hits),
            is_first_right=is_right[0],
            is_near=any(is_right[:NEAR]),
        )


def _keywords(question: str) -> str:
    """One or two nouns, as many residents type them; judged questions are whole sentences."""
    nouns = [token.surface for token in tokens(question) if token.is_noun and len(token.surface) > 1]
    return " ".join(sorted(nouns, key=len, reverse=True)[: 1 + len(question) % 2])


def _held_out(table: Table, target: Numbers, weights: Numbers) -> Numbers:
    probabilities = np.zeros(len(target))
    for number in range(FOLDS):
        rest = (table.fold != number) & table.is_fitted
        left = (table.fold == number) if number else (table.fold == number) | ~table.is_fitted
        bias, coefficients = fit_probability(table.rows[rest], target[rest], weights[rest], ridge=RIDGE)
        probabilities[left] = 1 / (1 + np.exp(-np.clip(bias + table.rows[left] @ coefficients, -30, 30)))
    return probabilities


def _report(table: Table, held_out: Mapping[str, Numbers]) -> Iterator[str]:
    is_for_us = held_out["for_us"] >= LEAST_FOR_US
    first = np.array([sample.is_first_right for sample in table.samples], dtype=float)
    near = np.array([sample.is_near for sample in table.samples], dtype=float)
    for collection in (WHOLE, FITTED, *HELD_OUT):
        by_kind = {kind: table.where(collection, kind) for kind in ("asked", "absent", "small_talk", "elsewhere")}
        yield f"{collection} for us: " + " ".join(f"{kind} {is_for_us[rows].mean():.3f}" for kind, rows in by_kind.items() if len(rows))
        for gate, right in (("first_right", first), ("near", near)):
            for threshold in STEPS if gate == "first_right" else (0.2, 0.3, 0.5):
                opens = is_for_us & (held_out[gate] >= threshold)
                parts = [f"{kind} {opens[rows].sum()}/{len(rows)}" for kind, rows in by_kind.items() if len(rows)]
                asked = by_kind["asked"]
                is_good = right[asked][opens[asked]].mean() if len(asked) and opens[asked].any() else 0.0
                yield f"  {gate} >= {threshold}: right {is_good:.3f}; opens for {', '.join(parts)}"


if __name__ == "__main__":
    main(*sys.argv[1:])
