"""Passages joined by a language model: what it is shown, the form of its answer, and the checks before any of it may leave. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from retrieval.composing import Composed, sources_of
from retrieval.consulting import ModelState, Unfit
from retrieval.fitness import LONGEST_SENTENCE, is_japanese, is_unbecoming, loses_condition, misses_point, speaks_to_model, unsupported
from retrieval.masking import mask_person
from retrieval.models import PassageKind
from retrieval.passages import PLACEHOLDER, Passage
from retrieval.plain_text import plain
from retrieval.prompting import prompt
from retrieval.veiling import Veil, holds_address, tokens_in

LONGEST_ANSWER = 450
MOST_SENTENCES = 8
MOST_GIVEN = 6_000
"""Characters of passages that are shown at once."""


class ModelSentence(BaseModel):
    """A sentence with the numbers of the passages that it stands on."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str
    passage_numbers: list[int]


class ModelAnswer(BaseModel):
    """What the language model answers."""

    model_config = ConfigDict(extra="forbid", strict=True)

    cannot_answer: bool
    chosen_passages: list[int]
    sentences: list[ModelSentence]


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What is shown: passages by number from 1 on, as they were covered by the veil."""

    prompt: tuple[str, str]
    passages: tuple[Passage, ...]
    covered: tuple[str, ...]
    veil: Veil


@dataclass(frozen=True, kw_only=True)
class Joined:
    """What may leave: `passages` are those that it cites, or the one that was chosen, in the order of their numbers in the text."""

    passages: tuple[Passage, ...]
    composed: Composed | None
    """None where the chosen one is to be quoted."""


def brief_of(question: str, earlier: Sequence[str], passages: Sequence[Passage]) -> Brief | None:
    """None where no passage may be shown: one that speaks to a machine, or whose values are not known, never is."""
    veil = Veil()
    shown: list[Passage] = []
    covered: list[str] = []
    for passage in passages:
        text = f"{passage.question}\n{plain(passage.body)}"
        if PLACEHOLDER in text or speaks_to_model(text) or sum(map(len, covered)) + len(text) > MOST_GIVEN:
            continue
        shown.append(passage)
        covered.append(veil.cover(text))
    if not shown:
        return None
    published = "\n".join(covered)
    rows = []
    for number, (passage, text) in enumerate(zip(shown, covered, strict=True), start=1):
        title, _, body = text.partition("\n")
        rows.append({"number": number, "kind": passage.kind.value, "title": title, "text": body})
    data = {
        "question": veil.cover(mask_person(question, published)),
        "earlier_questions": [veil.cover(mask_person(one, published)) for one in earlier],
        "passages": rows,
    }
    return Brief(prompt=prompt("answer", data), passages=tuple(shown), covered=tuple(covered), veil=veil)


def joined_of(answer: ModelAnswer, brief: Brief, question: str, names: Sequence[str] = ()) -> Joined | Unfit:
    """The answer with its citations, once every sentence has passed every check; one that fails spoils all."""
    if answer.cannot_answer or not answer.chosen_passages:
        return Unfit(state=ModelState.NONE)
    if not set(answer.chosen_passages) <= set(range(1, len(brief.passages) + 1)):
        return _unsupported("unknown_passage")
    if not answer.sentences:
        return _quoted(answer, brief)
    for sentence in answer.sentences:
        problem = _problem_of(sentence, answer, brief, names)
        if problem:
            return _unsupported(problem)
    order = tuple(dict.fromkeys(number for sentence in answer.sentences for number in sentence.passage_numbers))
    texts = [_readable(sentence, brief) for sentence in answer.sentences]
    sources = [source for number in order for source in sources_of(brief.passages[number - 1])]
    if len(texts) > MOST_SENTENCES or sum(map(len, texts)) > LONGEST_ANSWER:
        return _unsupported("too_long")
    if loses_condition(texts, sources):
        return _unsupported("lost_condition")
    if misses_point(question, texts, sources):
        return _unsupported("missed_point")
    passages = tuple(brief.passages[number - 1] for number in order)
    if len(order) > 1:
        marks = {number: f"［{place}］" for place, number in enumerate(order, start=1)}
        pairs = zip(texts, answer.sentences, strict=True)
        texts = [text + "".join(marks[number] for number in dict.fromkeys(sentence.passage_numbers)) for text, sentence in pairs]
    is_part = passages[0].kind is PassageKind.GUIDE
    return Joined(passages=passages, composed=Composed(text="\n".join(texts), is_part=is_part, is_joined=True))


def examination() -> tuple[str, str]:
    """A question without a passage, to see whether a model keeps to the form."""
    return prompt("answer", {"question": "", "earlier_questions": [], "passages": []})


def _quoted(answer: ModelAnswer, brief: Brief) -> Joined | Unfit:
    chosen = [brief.passages[number - 1] for number in dict.fromkeys(answer.chosen_passages)]
    if len(chosen) > 1 or chosen[0].kind is not PassageKind.FAQ:
        return _unsupported("no_sentences")
    return Joined(passages=(chosen[0],), composed=None)


def _problem_of(sentence: ModelSentence, answer: ModelAnswer, brief: Brief, names: Sequence[str]) -> str:
    """Empty where there is none."""
    numbers = set(sentence.passage_numbers)
    if not numbers:
        return "no_citation"
    if not numbers <= set(answer.chosen_passages):
        return "unknown_passage"
    allowed = {token for number in numbers for token in tokens_in(brief.covered[number - 1])}
    if holds_address(sentence.text) or not tokens_in(sentence.text) <= allowed:
        return "invented_address"
    text = _readable(sentence, brief)
    cited = tuple(_sources(sorted(numbers), brief))
    if not text or len(text) > LONGEST_SENTENCE:
        return "too_long" if text else "empty"
    if not is_japanese(sentence.text):
        return "other_language"
    if is_unbecoming(sentence.text, cited):
        return "unbecoming"
    return unsupported(text, cited, names)


def _sources(numbers: Sequence[int], brief: Brief) -> Iterator[str]:
    for number in numbers:
        yield from sources_of(brief.passages[number - 1])


def _readable(sentence: ModelSentence, brief: Brief) -> str:
    return brief.veil.uncover(plain(sentence.text)).strip()


def _unsupported(reason: str) -> Unfit:
    return Unfit(state=ModelState.UNSUPPORTED, reason=reason)
