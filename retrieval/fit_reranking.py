"""For maintainers: fits data/reranking.yaml to judged questions and reports what it is worth, with whole topics held out.

    python -m retrieval.fit_reranking FOLDER light|full NAME_OF_THE_MUNICIPALITY [FOLDER_OF_VECTORS]

The folder is as for bot/fit_confidence.py. The candidates are those that the product's own search finds, so fit again after whatever
changes the signals.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from core.settings import SearchMode
from retrieval.fitting import Example, fit_order, folds_of
from retrieval.fusing import LENS, SAME
from retrieval.judged import Judged, Quality, mean_quality, quality_of, read_judged, topics_of
from retrieval.judged_search import MOMENT, WHOLE, search_over
from retrieval.reranking import CANDIDATES, FITTING, SIGNALS

STRENGTH = 100.0
FOLDS = 10
SEEDS = 3


@dataclass(frozen=True, kw_only=True)
class Found:
    """What search found for one judged question."""

    example: Example
    entries: Sequence[str]
    grades: Mapping[str, int]

    def quality(self, weights: Mapping[str, float] | None) -> Quality:
        """Of the order as it was found, or under these weights."""
        if weights is None:
            return quality_of(self.entries, self.grades)
        scores = [sum(weight * features.get(name, 0.0) for name, weight in weights.items()) for features in self.example.candidates]
        order = sorted(range(len(scores)), key=lambda place: (-(scores[place] + self.example.candidates[place][SAME]), place))
        return quality_of([self.entries[place] for place in order] + list(self.entries[len(scores) :]), self.grades)


def main(folder: str, mode_name: str, name: str, vectors: str | None = None) -> None:
    """Prints the figures and this mode's part of the data file."""
    mode = SearchMode(mode_name)
    judged = read_judged(Path(folder), name=name)
    found = _found(judged, mode, vectors)
    features = [feature for feature in found[0].example.candidates[0] if feature.removesuffix(LENS) in SIGNALS | FITTING]
    kinds = {"with_lens": features, "alone": [feature for feature in features if not feature.endswith(LENS)]}
    print("as found       ", mean_quality([one.quality(None) for one in found]))  # noqa: T201  # A maintainer's tool.
    fitted = {}
    for kind, names in kinds.items():
        print(f"{kind:<10}fitted", mean_quality(held_out_qualities(found, names)))  # noqa: T201
        weights = fit_order([one.example for one in found], dict.fromkeys(names, 0.0), strength=STRENGTH)
        fitted[kind] = {"weights": {name: round(weight, 4) for name, weight in weights.items()}}
    print(yaml.safe_dump({mode.value: fitted}, sort_keys=False))  # noqa: T201


def held_out_qualities(found: Sequence[Found], names: Sequence[str]) -> list[Quality]:
    """Of each question under weights that were fitted to the questions of other topics, several times over."""
    qualities = []
    for seed in range(SEEDS):
        folds = folds_of([one.example.topic for one in found], FOLDS, seed)
        for number in range(FOLDS):
            rest = [one.example for one, fold in zip(found, folds, strict=True) if fold != number]
            weights = fit_order(rest, dict.fromkeys(names, 0.0), strength=STRENGTH)
            qualities += [one.quality(weights) for one, fold in zip(found, folds, strict=True) if fold == number]
    return qualities


def _found(judged: Judged, mode: SearchMode, vectors: str | None) -> list[Found]:
    topics = topics_of(judged.judgements)
    found = []
    with search_over(judged, mode, {WHOLE: set(judged.entries)}, vectors) as search:
        for key, text in judged.questions.items():
            hits = search.search(WHOLE, text, moment=MOMENT, limit=100).hits
            grades = judged.judgements[key]
            example = Example(
                topic=topics[key],
                candidates=[hit.standard for hit in hits[:CANDIDATES]],
                gains=[float(hit.entry_id in grades) for hit in hits[:CANDIDATES]],
            )
            found.append(Found(example=example, entries=[hit.entry_id for hit in hits], grades=grades))
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
