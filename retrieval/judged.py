"""Collections with judged questions, which models are fitted to, and how well an order of entries answers them."""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

DEPTH = 10


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A collection with questions of which it is known what answers them."""

    name: str
    """Of the municipality."""
    entries: Mapping[str, tuple[str, str]]
    """id → question and answer."""
    questions: Mapping[str, str]
    judgements: Mapping[str, Mapping[str, int]]
    """Question → entry → grade; 2 holds the answer, 1 is relevant."""


def read_judged(folder: Path, *, name: str, part: str = "dev") -> Judged:
    """From faq.csv, queries-<part>.tsv and qrels-<part>.txt."""
    with (folder / "faq.csv").open(encoding="utf-8-sig", newline="") as file:
        entries = {row["id"]: (row["question"], row["answer"]) for row in csv.DictReader(file)}
    lines = (folder / f"queries-{part}.tsv").read_text(encoding="utf-8").splitlines()
    judgements: dict[str, dict[str, int]] = {}
    for line in (folder / f"qrels-{part}.txt").read_text(encoding="utf-8").splitlines():
        question, _, entry, grade = line.split()
        if int(grade) > 0:
            judgements.setdefault(question, {})[entry] = int(grade)
    texts = dict(line.split("\t", 1) for line in lines if line)
    questions = {key: text for key, text in texts.items() if key in judgements}
    return Judged(name=name, entries=entries, questions=questions, judgements=judgements)


def topics_of(judgements: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    """Question → its topic. Questions that share a right entry belong together; whoever fits anything must hold out whole topics."""
    topic = {question: question for question in judgements}

    def head(question: str) -> str:
        while topic[question] != question:
            question = topic[question]
        return question

    first_asked: dict[str, str] = {}
    for question, grades in judgements.items():
        for entry in grades:
            topic[head(question)] = head(first_asked.setdefault(entry, question))
    return {question: head(question) for question in judgements}


@dataclass(frozen=True, kw_only=True)
class Quality:
    """How well one order of entries answers its question, or the mean over several."""

    success_at_1: float
    success_at_5: float
    recall: float
    """Share of the right entries among the first ten."""
    ndcg: float
    """At ten, by the grades."""
    reciprocal_rank: float

    def __str__(self) -> str:
        return f"SR@1 {self.success_at_1:.3f}  R@10 {self.recall:.3f}  nDCG@10 {self.ndcg:.3f}  MRR {self.reciprocal_rank:.3f}"


def quality_of(ranked: Sequence[str], grades: Mapping[str, int]) -> Quality:
    """Grades above 0 are right."""
    right = {entry: grade for entry, grade in grades.items() if grade > 0}
    places = [place for place, entry in enumerate(ranked) if entry in right]
    ideal = sum(grade / math.log2(place + 2) for place, grade in enumerate(sorted(right.values(), reverse=True)[:DEPTH]))
    gained = sum(right[ranked[place]] / math.log2(place + 2) for place in places if place < DEPTH)
    return Quality(
        success_at_1=float(bool(places and places[0] == 0)),
        success_at_5=float(bool(places and places[0] < 5)),
        recall=sum(place < DEPTH for place in places) / max(1, len(right)),
        ndcg=gained / ideal if ideal else 0.0,
        reciprocal_rank=1 / (places[0] + 1) if places else 0.0,
    )


def mean_quality(qualities: Sequence[Quality]) -> Quality:
    """All zero without any."""
    count = max(1, len(qualities))
    return Quality(**{field.name: sum(getattr(one, field.name) for one in qualities) / count for field in fields(Quality)})
