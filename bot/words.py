"""Matching what a resident says against the patterns of the lexicon. Pure."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from core.pack import CrisisKind, Lexicon
from core.text import normalise, sentences, squeeze


@lru_cache(maxsize=512)
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def contains(patterns: Sequence[str], text: str) -> bool:
    """Whether one of the patterns stands anywhere in the normalised text."""
    return bool(patterns) and _compiled(tuple(patterns)).search(normalise(text)) is not None


def is_whole(patterns: Sequence[str], text: str) -> bool:
    """Whether the text is nothing but one of the patterns, spaces and punctuation apart."""
    return bool(patterns) and _compiled(tuple(patterns)).fullmatch(squeeze(text)) is not None


def crisis_in(lexicon: Lexicon, text: str) -> CrisisKind | None:
    """The first kind whose words stand in a sentence, or in the whole text, without any that show that they mean something else.

    A harmless sentence does not take the alarm from another one.
    """
    passages = (*sentences(text), text)
    for kind in lexicon.crisis:
        if any(contains(kind.patterns, passage) and not contains(kind.unless, passage) for passage in passages):
            return kind
    return None


def reason_in(lexicon: Lexicon, text: str) -> str | None:
    """Why an answer did not help, where the whole utterance says so and nothing else."""
    return next((reason for reason, patterns in lexicon.feedback_reasons.items() if is_whole(patterns, text)), None)


def sticker_meanings(stickers: Iterable[tuple[Sequence[str], str]]) -> dict[str, str]:
    return {keyword: means for keywords, means in stickers for keyword in keywords}
