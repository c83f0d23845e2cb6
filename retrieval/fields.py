"""Which texts of a passage are embedded by which model."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.text import normalise
from retrieval.moments import Spread
from retrieval.passages import Passage

USE = "use-multilingual-3"
E5 = "e5-small-q4"
BEGINNING = 200
SUFFIXES = frozenset("市区町村県")
SHORTEST_STEM = 2
PLACEHOLDER = re.compile(r"\{\{.*?\}\}")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)|https?://\S+")
RUBY = re.compile(r"(?<=[々〇一-龠])[(（][ぁ-ゖー]+[)）]")
"""Readings behind kanji, as やさしい日本語 writes them."""
MARKUP = re.compile(r"[#*_`>|]+")

PART_WEIGHTS = {"question": 4.0, "body": 1.0}
"""A word of the question says more about the topic than one of the answer."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One vector space: the questions of all passages, or questions with the beginning of their answers, by one model."""

    name: str
    model: str
    has_answer: bool
    expected: Spread | None
    """Where similarities of this model usually lie between a question and what does not answer it; None for a model of others."""


FIELDS = (
    Field(name="use_question", model=USE, has_answer=False, expected=Spread(mean=0.247, deviation=0.102)),
    Field(name="use_answer", model=USE, has_answer=True, expected=Spread(mean=0.177, deviation=0.090)),
    Field(name="e5_question", model=E5, has_answer=False, expected=Spread(mean=0.821, deviation=0.0162)),
    Field(name="e5_answer", model=E5, has_answer=True, expected=Spread(mean=0.806, deviation=0.0145)),
)


def fields_of(model: str) -> tuple[Field, ...]:
    """The vector spaces of a model; a model that isn't one of ours takes the place of e5 in the fused sum."""
    own = tuple(field for field in FIELDS if field.model == model)
    return own or tuple(replace(field, model=model, expected=None) for field in FIELDS if field.model == E5)


def usual(name: str) -> Spread:
    """Where similarities of a packaged model lie in the space of this name."""
    return next(field.expected for field in FIELDS if field.name == name and field.expected is not None)


def texts_of(passage: Passage, field: Field, municipality_name: str) -> tuple[str, ...]:
    """What is embedded of a passage, the text that stands for it first; the best of its texts counts."""
    if field.has_answer:
        return (without_name(f"{passage.question} {plain(passage.body)[:BEGINNING]}", municipality_name),)
    return tuple(dict.fromkeys(without_name(text, municipality_name) for text in questions_of(passage)))


def without_name(text: str, municipality_name: str) -> str:
    """Normalised, and without the municipality's name: here it says nothing, and all sentences with it look alike."""
    flat = normalise(text)
    name = normalise(municipality_name)
    stem = name[:-1] if name[-1:] in SUFFIXES and len(name) > SHORTEST_STEM else name
    return flat.replace(name, "").replace(stem, "").strip() or flat if name else flat


def questions_of(passage: Passage) -> tuple[str, ...]:
    """All ways in which the passage itself asks its question, in any language."""
    translated = (RUBY.sub("", translation.question) for translation in passage.translations.values())
    return (passage.question, *passage.phrasings, *translated)


def plain(body: str) -> str:
    """The words of an answer without placeholders, addresses and marks of Markdown."""
    return MARKUP.sub(" ", LINK.sub(lambda match: match[1] or " ", PLACEHOLDER.sub(" ", body)))


def keyword_weights(counted: Mapping[str, Mapping[str, int]]) -> dict[str, float]:
    """Joins the counts of several parts of a passage (`question`, `body`) into one weighted document."""
    weights: dict[str, float] = {}
    for part, counts in counted.items():
        for form, count in counts.items():
            weights[form] = weights.get(form, 0.0) + PART_WEIGHTS[part] * count
    return weights
