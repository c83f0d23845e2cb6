"""The words of an answer: an entry quoted, a translation given, a guide's part extracted; then what of them may leave."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.messages import Language, in_script_of
from retrieval.checking import DroppedSentence, Reason, check_text
from retrieval.extracting import extract, scores_of
from retrieval.models import PassageKind
from retrieval.passages import PLACEHOLDER, Passage
from retrieval.translated import unsupported_figures
from retrieval.units import sentence_units

JAPANESE = "ja"
POINT = 0.6
"""Share of the best sentence's score from which a sentence counts as the point of the answer."""


@dataclass(frozen=True, kw_only=True)
class Composed:
    """What would be said, in which language, and what was left out of it."""

    text: str
    language: str = JAPANESE
    """That of a stored translation where one is given, Japanese otherwise."""
    is_part: bool = False
    """A part of a guide's section."""
    dropped: tuple[DroppedSentence, ...] = ()
    is_pointless: bool = False
    """What was asked for is among the dropped."""
    is_joined: bool = False
    """Joined by the language model from the passages that it cites; with several of them each sentence ends in their numbers."""


def compose(passage: Passage, question: str, language: str) -> Composed:
    """Approved text word for word, in the asked language where it is stored; of a guide the part that answers. Nothing is checked yet."""
    translation = in_script_of(Language(language), passage.translations)
    if translation is not None:
        return Composed(text=translation.answer, language=language)
    if passage.kind is PassageKind.GUIDE:
        found = extract(question, passage.body)
        return Composed(text=found.text, is_part=found.is_part)
    return Composed(text=passage.body)


def check_composed(composed: Composed, passage: Passage, question: str, names: Sequence[str] = ()) -> Composed:
    """Without what does not stand in the passage. A translation with a foreign figure gives way to the Japanese that it translates."""
    if composed.language != JAPANESE:
        problem = _problem_of_translation(composed, passage)
        if problem is None:
            return composed
        japanese = check_composed(compose(passage, question, JAPANESE), passage, question, names)
        return replace(japanese, dropped=(problem, *japanese.dropped))
    sources = sources_of(passage)
    checked = check_text(composed.text, sources, names=names)
    if checked.is_whole:
        return composed
    return replace(composed, text=checked.kept, dropped=checked.dropped, is_pointless=_is_pointless(composed.text, checked.kept, question))


def sources_of(passage: Passage) -> tuple[str, ...]:
    """What an answer from this passage may say."""
    return (f"{passage.question}\n{passage.body}",)


def _problem_of_translation(composed: Composed, passage: Passage) -> DroppedSentence | None:
    if PLACEHOLDER in composed.text:
        return DroppedSentence(text="", reason=Reason.UNFILLED)
    figures = unsupported_figures(composed.text, "\n".join(sources_of(passage)))
    return DroppedSentence(text=" ".join(figures), reason=Reason.UNSUPPORTED) if figures else None


def _is_pointless(text: str, kept: str, question: str) -> bool:
    """Nothing is left, or one of the sentences that have most of what is asked is gone."""
    if not kept.strip():
        return True
    units = sentence_units(text)
    scores = scores_of(question, units)
    best = max(scores, default=0.0)
    left = {unit.letters for unit in sentence_units(kept)}
    return any(score >= POINT * best and unit.letters not in left for unit, score in zip(units, scores, strict=True))
