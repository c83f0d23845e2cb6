"""The order of entries goes on learning from a municipality's own judged questions: fitting, comparing, taking, undoing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import numpy as np
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.database import Database
from core.errors import ProjectError
from core.settings import SearchMode
from retrieval import queries
from retrieval.fitting import Example, fit_order, folds_of
from retrieval.fusing import SAME
from retrieval.judged import topics_of
from retrieval.models import JudgedQuestion, LearnedRanker
from retrieval.passages import bump_revision
from retrieval.reranking import CANDIDATES, Ranker, Rankers, shipped_rankers
from retrieval.search import Search

FEWEST = 40
"""Questions with a right entry among the candidates; fewer teach nothing that can be trusted."""
FOLDS = 5
STRENGTH = 100.0
MARGIN = 0.01
"""By how much the mean reciprocal rank must grow, and by how many standard errors."""
ERRORS = 1.65
SHIPPED = 0


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """What a round of learning found."""

    questions: int
    before: float
    """Mean reciprocal rank of the right entries over held-out questions, as it is and as it would be."""
    after: float
    is_better: bool
    rankers: Rankers
    version: int | None = None
    """Under which it was taken; None where it was not."""


def learn(
    database: Database,
    search: Search,
    municipality_id: str,
    golden: Mapping[str, frozenset[str]],
    *,
    now: datetime,
    is_trial: bool = False,
) -> Lesson:
    """Fits, compares on held-out questions, and takes what is better. No transaction is open while it searches and fits."""
    with database.reading() as session:
        rows = queries.judged_questions(session, municipality_id)
        used = queries.used_ranker(session, municipality_id, search.mode.value)
    version = used.version if used else SHIPPED
    current = Rankers.model_validate(used.rankers) if used else shipped_rankers(search.mode)
    lesson = compare(examples_of(search, municipality_id, verdicts(rows, golden), now), search.mode, current)
    if is_trial or not lesson.is_better:
        return lesson
    with database.transaction() as session:
        taken = take(session, municipality_id, search.mode, lesson, replaces=version, now=now)
    return Lesson(**{**vars(lesson), "version": taken})


def verdicts(rows: Sequence[JudgedQuestion], golden: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Question → right entries. Of several verdicts on one entry the majority counts, a tie for none; golden ones overrule."""
    found: dict[str, frozenset[str]] = {}
    for question, own in groupby(sorted(rows, key=lambda row: row.question), key=lambda row: row.question):
        votes: dict[str, int] = {}
        for row in own:
            votes[row.entry_id] = votes.get(row.entry_id, 0) + (1 if row.is_right else -1)
        found[question] = frozenset(entry for entry, vote in votes.items() if vote > 0)
    found.update(golden)
    return {question: right for question, right in found.items() if right}


def examples_of(search: Search, municipality_id: str, right: Mapping[str, frozenset[str]], now: datetime) -> list[Example]:
    """The candidates that search finds for each question; one whose right entries are not among them teaches nothing."""
    topics = topics_of({question: dict.fromkeys(entries, 1) for question, entries in right.items()})
    examples = []
    for question, entries in sorted(right.items()):
        hits = search.search(municipality_id, question, moment=now, limit=CANDIDATES).hits
        # An equal wording stands first under every model, and its features say nothing about other questions.
        if any(hit.entry_id in entries for hit in hits) and not any(hit.parts.get(SAME) for hit in hits):
            gains = [float(hit.entry_id in entries) for hit in hits]
            examples.append(Example(topic=topics[question], candidates=[hit.standard for hit in hits], gains=gains))
    return examples


def compare(examples: Sequence[Example], mode: SearchMode, current: Rankers) -> Lesson:
    """What all examples teach, and what as much teaching was worth where whole topics were held out."""
    shipped = shipped_rankers(mode)
    if len(examples) < FEWEST:
        return Lesson(questions=len(examples), before=0.0, after=0.0, is_better=False, rankers=current)
    kind = "with_lens" if shipped.for_signals(list(examples[0].candidates[0])) is shipped.with_lens else "alone"
    start: Mapping[str, float] = getattr(shipped, kind).weights
    before = np.array([reciprocal_rank(example, getattr(current, kind)) for example in examples])
    after = np.zeros(len(examples))
    folds = folds_of([example.topic for example in examples], FOLDS)
    for number in range(FOLDS):
        rest = [example for example, fold in zip(examples, folds, strict=True) if fold != number]
        fitted = Ranker(weights=fit_order(rest, start, strength=STRENGTH))
        for place in np.nonzero(folds == number)[0].tolist():
            after[place] = reciprocal_rank(examples[place], fitted)
    gain = after - before
    error = float(gain.std(ddof=1)) / len(gain) ** 0.5
    weights = {name: round(weight, 6) for name, weight in fit_order(examples, start, strength=STRENGTH).items()}
    return Lesson(
        questions=len(examples),
        before=float(before.mean()),
        after=float(after.mean()),
        is_better=float(gain.mean()) >= max(MARGIN, ERRORS * error),
        rankers=shipped.model_copy(update={kind: Ranker(weights=weights)}),
    )


def reciprocal_rank(example: Example, ranker: Ranker) -> float:
    """Of the first right candidate; among equals the one found earlier stands first."""
    scores = [ranker.score(features) for features in example.candidates]
    order = sorted(range(len(scores)), key=lambda place: (-scores[place], place))
    return next((1 / (rank + 1) for rank, place in enumerate(order) if example.gains[place] > 0), 0.0)


def use_version(session: Session, municipality_id: str, mode: SearchMode, version: int) -> None:
    """Makes searches use it from now on; 0 is the shipped one. Raises ProjectError where there is none."""
    bump_revision(session, municipality_id)
    rows = queries.learned_rankers(session, municipality_id, mode.value)
    if version != SHIPPED and version not in {row.version for row in rows}:
        raise ProjectError(f"{municipality_id}: version {version} was never learned for SEARCH_MODE={mode.value}; see `learn --history`")
    session.execute(
        update(LearnedRanker)
        .where(LearnedRanker.municipality_id == municipality_id, LearnedRanker.mode == mode.value)
        .values(is_used=LearnedRanker.version == version)
    )


def undo(session: Session, municipality_id: str, mode: SearchMode) -> int:
    """Back to the version that the used one replaced; returns it. Raises ProjectError where the shipped one is in use."""
    used = queries.used_ranker(session, municipality_id, mode.value)
    if used is None:
        raise ProjectError(f"{municipality_id}: nothing learned is in use for SEARCH_MODE={mode.value}")
    use_version(session, municipality_id, mode, used.replaces)
    return used.replaces


def take(session: Session, municipality_id: str, mode: SearchMode, lesson: Lesson, *, replaces: int, now: datetime) -> int | None:
    """Stores what was learned and uses it; returns its version, None where `replaces` is no longer the version in use."""
    # The revision locks the municipality's row, so that two rounds or a publication at the same time come one after the other.
    bump_revision(session, municipality_id)
    used = queries.used_ranker(session, municipality_id, mode.value)
    if (used.version if used else SHIPPED) != replaces:
        return None  # Another round or an undo was faster; what was compared is no longer in use.
    rows = queries.learned_rankers(session, municipality_id, mode.value)
    version = max((row.version for row in rows), default=SHIPPED) + 1
    session.add(
        LearnedRanker(
            municipality_id=municipality_id,
            mode=mode.value,
            version=version,
            replaces=replaces,
            rankers=lesson.rankers.model_dump(),
            questions=lesson.questions,
            before=lesson.before,
            after=lesson.after,
            is_used=False,
            at=now,
        )
    )
    session.flush()
    use_version(session, municipality_id, mode, version)
    return version
