"""For maintainers: fits data/confidence.yaml to judged questions and reports what it is worth, with whole topics held out.

    python -m retrieval.fit_confidence FOLDER light|full NAME_OF_THE_MUNICIPALITY [FOLDER_OF_VECTORS]

The folder holds faq.csv (id, question, answer), queries-dev.tsv (id, text) and qrels-dev.txt (TREC). So that the model also holds for small
municipalities, it is fitted to the whole collection and to drawn parts of it; what is asked and not in a part counts as unanswerable.
"""

import random
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from core.database import Base, Database
from core.models import Municipality
from core.settings import SearchMode
from retrieval.confidence import COEFFICIENTS, NEAR, features
from retrieval.index import ChromaPlace
from retrieval.judged import Judged, read_judged, topics_of
from retrieval.models import PassageKind
from retrieval.passages import NewPassage, replace_passages
from retrieval.search import Search
from retrieval.synonyms import pack_synonyms
from retrieval.tokens import tokens
from retrieval.vectors import import_vectors

NOT_OURS = COEFFICIENTS.parent / "not_ours.yaml"
WHOLE = "whole"
PARTS = {"part-100-a": 100, "part-100-b": 100, "part-200-a": 200, "part-200-b": 200, "part-200-c": 200, "part-600": 600}
SHORT_QUESTIONS = 60
GROUPS = {label: [name for name in (WHOLE, *PARTS) if label in name] for label in (WHOLE, "600", "200", "100")}
THRESHOLDS = (0.2, 0.3, 0.5, 0.6, 0.65, 0.68, 0.7, 0.73, 0.75, 0.8)
LEAST_FOR_US = 0.5
WHOLE_WEIGHT = 4.0
FOLDS = 10
RIDGE = 10.0
Numbers = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One question against one collection."""

    collection: str
    kind: str
    topic: str
    features: Mapping[str, float]
    is_first_right: bool
    is_near: bool


def main(folder: str, mode_name: str, name: str, vectors: str | None = None) -> None:
    """Prints the figures and writes this mode's part of the data file."""
    mode = SearchMode(mode_name)
    samples = list(_samples(read_judged(Path(folder), name=name), mode, vectors))
    names = sorted({name for sample in samples for name in sample.features})
    table = np.array([[sample.features.get(name, 0.0) for name in names] for sample in samples])
    weights = np.array([WHOLE_WEIGHT if sample.collection == WHOLE else 1.0 for sample in samples])
    targets = {
        "for_us": np.array([sample.kind in {"asked", "absent", "keywords"} for sample in samples], dtype=float),
        "first_right": np.array([sample.is_first_right for sample in samples], dtype=float),
        "near": np.array([sample.is_near for sample in samples], dtype=float),
    }
    topics = sorted({sample.topic for sample in samples})
    folds = dict(zip(topics, np.random.default_rng(0).permutation(len(topics)) % FOLDS, strict=True))
    fold = np.array([folds[sample.topic] for sample in samples])
    # Keywords are ours, but which entry they are meant for is anybody's guess.
    is_judged = np.array([sample.kind != "keywords" for sample in samples])
    weights_of = {gate: weights if gate == "for_us" else weights * is_judged for gate in targets}
    held_out = {gate: _held_out(table, target, weights_of[gate], fold) for gate, target in targets.items()}
    _report(samples, held_out)
    fitted = {}
    for gate, target in targets.items():
        bias, coefficients = _fit(table, target, weights_of[gate])
        rounded = {feature: round(float(value), 4) for feature, value in zip(names, coefficients, strict=True)}
        fitted[gate] = {"bias": round(bias, 4), "weights": rounded}
    print(yaml.safe_dump({mode.value: fitted}, allow_unicode=True, sort_keys=False))  # noqa: T201  # A maintainer's tool.


def _samples(judged: Judged, mode: SearchMode, vectors: str | None) -> Iterator[Sample]:
    moment = datetime(2026, 1, 15, 3, tzinfo=UTC)
    collections = {WHOLE: set(judged.entries)} | dict(_parts(judged))
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/fit.sqlite")
        Base.metadata.create_all(database.engine)
        if vectors is not None:
            import_vectors(database, Path(vectors))
        for name, members in collections.items():
            with database.transaction() as session:
                session.add(Municipality(id=name, name=judged.name, created_at=moment))
                session.flush()
                for entry_id in sorted(members):
                    question, answer = judged.entries[entry_id]
                    replace_passages(session, name, entry_id, [NewPassage(kind=PassageKind.FAQ, question=question, body=answer)])
        content = Path(__file__).parent.parent / "content"
        search = Search(database, mode=mode, chroma=ChromaPlace(), synonyms=pack_synonyms(content), fill=lambda _id, text, _moment: text)
        search.warm()
        yield from _searched(search, judged, collections, moment)
        database.close()


def _searched(search: Search, judged: Judged, collections: Mapping[str, set[str]], moment: datetime) -> Iterator[Sample]:
    topics = topics_of(judged.judgements)
    not_ours = yaml.safe_load(NOT_OURS.read_text(encoding="utf-8"))
    asked = [(text, "asked", topics[key], judged.judgements[key]) for key, text in judged.questions.items()]
    asked += [(text, kind, text, {}) for kind, texts in not_ours.items() for text in texts]
    draw = random.Random(7)
    for name, members in collections.items():
        keywords = [(_keywords(judged.entries[entry_id][0]), entry_id) for entry_id in draw.sample(sorted(members), SHORT_QUESTIONS)]
        for text, kind, topic, grades in [*asked, *((text, "keywords", entry_id, {entry_id: 1}) for text, entry_id in keywords if text)]:
            result = search.search(name, text, moment=moment, limit=10)
            if result.hits:
                right = [hit.entry_id in grades for hit in result.hits]
                yield Sample(
                    collection=name,
                    kind="absent" if kind == "asked" and not members & grades.keys() else kind,
                    topic=topic,
                    features=features(result.tokens, result.hits),
                    is_first_right=right[0],
                    is_near=any(right[:NEAR]),
                )


def _parts(judged: Judged) -> Iterator[tuple[str, set[str]]]:
    """Half of a part is what people ask for, as it would be in a small municipality."""
    draw = random.Random(5)
    for name, size in PARTS.items():
        asked = draw.sample(sorted(judged.questions), len(judged.questions) // 2)
        wanted = [entry_id for key in asked for entry_id in judged.judgements[key]]
        draw.shuffle(wanted)
        yield name, set(draw.sample(sorted(judged.entries), size // 2)) | set(wanted[: size // 2])


def _keywords(question: str) -> str:
    """One or two nouns, as many residents type them; judged questions are whole sentences."""
    nouns = [token.surface for token in tokens(question) if token.is_noun and len(token.surface) > 1]
    return " ".join(sorted(nouns, key=len, reverse=True)[: 1 + len(question) % 2])


def _held_out(table: Numbers, target: Numbers, weights: Numbers, fold: NDArray[np.int64]) -> Numbers:
    probabilities = np.zeros(len(target))
    for number in range(FOLDS):
        rest = fold != number
        bias, coefficients = _fit(table[rest], target[rest], weights[rest])
        probabilities[~rest] = 1 / (1 + np.exp(-(bias + table[~rest] @ coefficients)))
    return probabilities


def _fit(table: Numbers, target: Numbers, weights: Numbers) -> tuple[float, Numbers]:
    """Logistic regression with a ridge on standardised features, by Newton's method."""
    mean, deviation = table.mean(axis=0), table.std(axis=0) + 1e-9
    design = np.hstack([np.ones((len(table), 1)), (table - mean) / deviation])
    ridge = np.diag([0.0, *[RIDGE] * table.shape[1]])
    solution = np.zeros(design.shape[1])
    for _ in range(30):
        probability = 1 / (1 + np.exp(-design @ solution))
        gradient = design.T @ (weights * (target - probability)) - ridge @ solution
        curvature = (design * (weights * probability * (1 - probability))[:, np.newaxis]).T @ design + ridge
        solution = solution + np.linalg.solve(curvature, gradient)
    coefficients: Numbers = solution[1:] / deviation
    return float(solution[0] - coefficients @ mean), coefficients


def _report(samples: Sequence[Sample], held_out: Mapping[str, Numbers]) -> None:
    kinds = ("asked", "keywords", "small_talk", "elsewhere", "absent")
    is_for_us = held_out["for_us"] >= LEAST_FOR_US
    for label, names in GROUPS.items():
        rows = [place for place, sample in enumerate(samples) if sample.collection in names]
        by_kind = {kind: np.array([place for place in rows if samples[place].kind == kind], dtype=int) for kind in kinds}
        print(label, {kind: round(float(is_for_us[places].mean()), 3) if len(places) else None for kind, places in by_kind.items()})  # noqa: T201
        for gate in ("first_right", "near"):
            right = np.array([sample.is_first_right if gate == "first_right" else sample.is_near for sample in samples])
            for threshold in THRESHOLDS:
                opens = is_for_us & (held_out[gate] >= threshold)
                asked = by_kind["asked"]
                share, good = opens[asked].mean(), right[asked][opens[asked]].mean() if opens[asked].any() else 0.0
                wrongly = {kind: f"{opens[by_kind[kind]].sum()}/{len(by_kind[kind])}" for kind in kinds[2:]}
                print(f"  {gate} >= {threshold}: opens for {share:.3f} of the asked, right {good:.3f}, wrongly {wrongly}")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
