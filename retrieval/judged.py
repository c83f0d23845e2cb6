"""Collections with judged questions, which models are fitted to."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


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
