"""What of a sentence vector matters in this municipality's content, learned from its own questions and answers. Pure.

A canonical correlation analysis of question vectors with answer vectors finds the directions in which a question foretells its answer. Seen
through them, similar questions are those that call for the same answer, and no judged question is needed to learn it.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Matrix = NDArray[np.float64]

FEWEST = 150
"""Pairs; below that the directions are accidents."""
RIDGE = 1.0
"""In units of the mean variance of a direction."""


class Side(StrEnum):
    """What the vectors of a field stand for."""

    QUESTION = "question"
    ANSWER = "answer"


@dataclass(frozen=True, kw_only=True)
class Projection:
    """Centre, then turn."""

    centre: Vectors
    directions: Vectors

    def apply(self, vectors: Vectors) -> Vectors:
        """As long as they come out."""
        return np.asarray((vectors - self.centre) @ self.directions, dtype=np.float32)


@dataclass(frozen=True, kw_only=True)
class Lens:
    """How questions, and questions with answers, are projected into one space."""

    question: Projection
    answer: Projection

    def side(self, side: Side) -> Projection:
        return self.question if side is Side.QUESTION else self.answer

    def look(self, query: Vectors) -> Vectors:
        """The query in the common space, of unit length."""
        return np.asarray(unit(self.question.apply(query[np.newaxis]))[0])


def learn_lens(questions: Vectors, answers: Vectors) -> Lens | None:
    """Of pairs in the same order; None when they are too few."""
    count = len(questions)
    if count < FEWEST:
        return None
    question_centre, answer_centre = questions.mean(axis=0, dtype=np.float64), answers.mean(axis=0, dtype=np.float64)
    left, right = questions - question_centre, answers - answer_centre
    left_scale, right_scale = _inverse_root(left.T @ left / count), _inverse_root(right.T @ right / count)
    turn, correlations, other_turn = np.linalg.svd(left_scale @ (left.T @ right / count) @ right_scale)
    return Lens(
        question=_projection(question_centre, left_scale @ turn * correlations),
        answer=_projection(answer_centre, right_scale @ other_turn.T * correlations),
    )


def unit(vectors: Vectors) -> Vectors:
    """Rows of length one."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def _projection(centre: Matrix, directions: Matrix) -> Projection:
    return Projection(centre=centre.astype(np.float32), directions=directions.astype(np.float32))


def _inverse_root(covariance: Matrix) -> Matrix:
    values, turn = np.linalg.eigh(covariance)
    root: Matrix = (turn * (np.maximum(values, 0) + RIDGE * values.mean()) ** -0.5) @ turn.T
    return root
