"""Fitting of linear models to judged questions: an order of candidates, and yes or no. Pure numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
ROUNDS = 40
SMALLEST_STEP = 1e-4
ENOUGH = 1e-6


@dataclass(frozen=True, kw_only=True)
class Example:
    """One question with its candidates, in the order in which they were found."""

    topic: str
    """Questions of one topic are held out together."""
    candidates: Sequence[Mapping[str, float]]
    """Their features."""
    gains: Sequence[float]
    """How well each answers; 0 for one that does not."""


def fit_order(examples: Sequence[Example], start: Mapping[str, float], *, strength: float) -> dict[str, float]:
    """Weights under which the right candidates are most likely to be chosen; `strength` holds them near `start`, feature by feature.

    Conditional logistic regression by Newton's method with halved steps; examples without a right candidate teach nothing.
    """
    names = sorted(start)
    origin = np.array([start[name] for name in names])
    tables = [(_table(example, names), _shares(example)) for example in examples if sum(example.gains) > 0]
    solution = origin.copy()
    value = _likelihood(tables, solution, origin, strength)
    for _ in range(ROUNDS):
        gradient = -strength * (solution - origin)
        curvature = strength * np.eye(len(names))
        for table, share in tables:
            chance = _chances(table @ solution)
            mean = chance @ table
            gradient += share @ table - mean
            centred = table - mean
            curvature += (centred * chance[:, np.newaxis]).T @ centred
        step, length = np.linalg.solve(curvature, gradient), 1.0
        while (reached := _likelihood(tables, solution + length * step, origin, strength)) < value and length > SMALLEST_STEP:
            length /= 2
        if reached - value < ENOUGH:
            break
        solution, value = solution + length * step, reached
    return {name: float(weight) for name, weight in zip(names, solution, strict=True)}


def fit_probability(table: Numbers, target: Numbers, weights: Numbers, *, ridge: float) -> tuple[float, Numbers]:
    """Bias and coefficients of a logistic regression with a ridge on standardised features, by Newton's method."""
    mean, deviation = table.mean(axis=0), table.std(axis=0) + 1e-9
    design = np.hstack([np.ones((len(table), 1)), (table - mean) / deviation])
    penalty = np.diag([1e-6, *[ridge] * table.shape[1]])
    solution = np.zeros(design.shape[1])
    for _ in range(30):
        probability = 1 / (1 + np.exp(-np.clip(design @ solution, -30, 30)))
        gradient = design.T @ (weights * (target - probability)) - penalty @ solution
        curvature = (design * (weights * probability * (1 - probability))[:, np.newaxis]).T @ design + penalty
        solution = solution + np.linalg.solve(curvature, gradient)
    coefficients: Numbers = solution[1:] / deviation
    return float(solution[0] - coefficients @ mean), coefficients


def folds_of(topics: Sequence[str], count: int, seed: int = 0) -> NDArray[np.int64]:
    """The fold of each example; whole topics lie in one."""
    names = sorted(set(topics))
    places = dict(zip(names, np.random.default_rng(seed).permutation(len(names)) % count, strict=True))
    return np.array([places[topic] for topic in topics], dtype=np.int64)


def _table(example: Example, names: Sequence[str]) -> Numbers:
    return np.array([[features.get(name, 0.0) for name in names] for features in example.candidates], dtype=np.float64)


def _shares(example: Example) -> Numbers:
    gains = np.asarray(example.gains, dtype=np.float64)
    return np.asarray(gains / gains.sum())


def _chances(scores: Numbers) -> Numbers:
    weights = np.exp(scores - scores.max())
    return np.asarray(weights / weights.sum())


def _likelihood(tables: Sequence[tuple[Numbers, Numbers]], solution: Numbers, origin: Numbers, strength: float) -> float:
    total = -0.5 * strength * float(((solution - origin) ** 2).sum())
    for table, share in tables:
        scores = table @ solution
        total += float(share @ scores) - float(scores.max() + np.log(np.exp(scores - scores.max()).sum()))
    return total
