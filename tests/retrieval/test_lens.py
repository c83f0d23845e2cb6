"""Moments and the lens: numbers against plain computation."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from retrieval.lens import FEWEST, learn_lens, unit
from retrieval.moments import Moments, Spread


def vectors(count: int, dimensions: int, seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return unit(np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32))


@given(st.integers(0, 1000), st.integers(1, 40), st.integers(0, 20))
def test_mean_and_deviation_equal_those_of_all_dot_products(seed: int, kept: int, removed: int) -> None:
    expected = Spread(mean=0.2, deviation=0.1)
    moments = Moments(8, expected)
    stay, go, query = vectors(kept, 8, seed), vectors(removed, 8, seed + 1), vectors(1, 8, seed + 2)[0]
    moments.change(stay, 1)
    moments.change(go, 1)
    moments.change(go, -1)
    imagined = np.array([0.1, 0.3] * (Moments.PRIOR // 2))
    products = np.concatenate([stay @ query, imagined])
    spread = moments.spread(query)
    np.testing.assert_allclose([spread.mean, spread.deviation], [products.mean(), products.std()], rtol=1e-4)


def test_too_few_pairs_give_no_lens() -> None:
    assert learn_lens(vectors(FEWEST - 1, 8, 1), vectors(FEWEST - 1, 8, 2)) is None


def test_a_lens_sees_what_questions_and_answers_have_in_common() -> None:
    """Each pair shares a topic in four of 24 dimensions; the rest is noise that a plain cosine mistakes for similarity."""
    draw = np.random.default_rng(3)
    topics = draw.normal(size=(400, 4))
    questions = unit(np.hstack([topics, draw.normal(size=(400, 20)) * 1.5]).astype(np.float32))
    answers = unit(np.hstack([draw.normal(size=(400, 20)) * 1.5, topics]).astype(np.float32))
    asked = unit(np.hstack([topics, draw.normal(size=(400, 20)) * 1.5]).astype(np.float32))
    lens = learn_lens(questions, answers)
    assert lens is not None
    plain = (asked @ questions.T).argmax(axis=1) == np.arange(400)
    seen = np.stack([lens.look(query) for query in asked]) @ unit(lens.question.apply(questions)).T
    assert (seen.argmax(axis=1) == np.arange(400)).sum() > 2 * plain.sum()
