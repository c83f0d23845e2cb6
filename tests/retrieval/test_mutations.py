"""No falsified answer passes the fact lock, and no true one is held up."""

import random
from collections import Counter

import pytest

from retrieval.checking import check_text
from tests.retrieval.mutations import OPERATORS, Change, Mutant, mutants_of
from tests.retrieval.sample_texts import Sample, samples

LEAST = 2_000
"""In the short run; `make test-long` tries fifty times as many."""


def passing(sample: Sample, mutants: list[Mutant]) -> list[str]:
    """Falsified answers that went through whole."""
    return [
        f"{sample.entry_id}: {mutant.operator} {mutant.before!r} → {mutant.after!r}"
        for mutant in mutants
        if check_text(mutant.text, [sample.source]).is_whole
    ]


def run(seed: int, each: int) -> tuple[Counter[str], list[str]]:
    chance = random.Random(seed)
    tried: Counter[str] = Counter()
    passed: list[str] = []
    for sample in samples():
        mutants = mutants_of(sample.answer, chance, each)
        tried.update(mutant.operator for mutant in mutants)
        passed += passing(sample, mutants)
    return tried, passed


def test_every_published_answer_passes_whole() -> None:
    held_up = [(sample.entry_id, check_text(sample.answer, [sample.source]).dropped) for sample in samples()]
    assert [one for one in held_up if one[1]] == []


def test_no_falsified_answer_passes() -> None:
    tried, passed = run(seed=20261124, each=4)
    assert tried.total() >= LEAST, tried
    assert set(tried) == {operator.__name__ for operator in OPERATORS}
    assert passed == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(6))
def test_no_falsified_answer_passes_in_a_long_campaign(seed: int) -> None:
    tried, passed = run(seed=seed, each=60)
    assert tried.total() >= 10 * LEAST
    # A change may happen to say what another sentence of the same passage says.
    assert len(passed) <= tried.total() // 5_000, passed


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_each_way_to_falsify_changes_the_text(operator: Change) -> None:
    pairs = [(sample, mutant) for sample in samples()[:200] for mutant in mutants_of(sample.answer, random.Random(1), 1, [operator])]
    assert pairs
    assert all(mutant.text != sample.answer for sample, mutant in pairs)
