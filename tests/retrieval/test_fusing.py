"""Fusing: order, scale, ties."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.settings import SearchMode
from retrieval.fusing import WEIGHTS, Signal, Weight, fuse, in_strict_order
from retrieval.moments import Spread

SCORES = st.lists(st.tuples(st.text("abc", min_size=1, max_size=4), st.floats(0, 1e6)), unique_by=lambda pair: pair[0], max_size=30)


@given(SCORES)
def test_scores_fall_strictly_in_the_order_given_by_score_and_name(scores: list[tuple[str, float]]) -> None:
    ordered = in_strict_order(scores)
    assert [key for key, _ in ordered] == [key for key, _ in sorted(scores, key=lambda item: (-item[1], item[0]))]
    assert all(earlier[1] > later[1] for earlier, later in pairwise(ordered))


@given(st.lists(st.floats(-1, 1, width=32), min_size=3, max_size=3), st.floats(-5, 5), st.floats(0.1, 10))
def test_shifting_and_stretching_a_kind_of_score_changes_nothing(values: list[float], shift: float, stretch: float) -> None:
    scores = np.array(values, dtype=np.float32)
    plain = Signal(name="bm25", scores=scores, spread=Spread(mean=0.1, deviation=0.5))
    moved = Signal(
        name="bm25",
        scores=(scores * stretch + shift).astype(np.float32),
        spread=Spread(mean=0.1 * stretch + shift, deviation=0.5 * stretch),
    )
    weights = {"bm25": Weight(plain=1.0, alone=1.0)}
    np.testing.assert_allclose(fuse([plain], weights), fuse([moved], weights), atol=1e-3)


def test_without_a_lens_the_plain_similarity_takes_its_weight() -> None:
    spread = Spread(mean=0.0, deviation=1.0)
    question = Signal(name="use_question", scores=np.array([1.0, 0.0], dtype=np.float32), spread=spread)
    lens = Signal(name="use_question_lens", scores=np.array([0.0, 1.0], dtype=np.float32), spread=spread)
    weights = {"use_question": Weight(plain=0.25, lens=1.0, alone=1.0)}
    assert fuse([question], weights).argmax() == 0
    assert fuse([question, lens], weights).argmax() == 1


def test_every_mode_has_weights_for_its_signals() -> None:
    assert WEIGHTS[SearchMode.LIGHT].keys() < WEIGHTS[SearchMode.FULL].keys()
