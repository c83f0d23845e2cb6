"""A resident's words → what is looked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.text import normalise
from retrieval.jurisdiction import other_places
from retrieval.lexicon import HAN, Lexicon
from retrieval.synonyms import Synonyms
from retrieval.tokens import Token, forms, tokens

SYNONYM_WEIGHT = 0.4
FOREIGN_WEIGHT = 0.15
"""Of words of another language beside their Japanese: enough for a stored translation, too little for its "the" and "for"."""
UNDERSTOOD = 0.35
"""Share of a foreign question from which its everyday words say what it is about."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """A question as the indexes take it."""

    normalised: str
    sentence: str
    """With usual names for short and old ones, kana written out; what the sentence models read."""
    words: tuple[Token, ...]
    """Of that sentence, without stop words."""
    weights: Mapping[str, float]
    """These words, what the resident wrote, and other words for the same things."""
    unknown_places: tuple[str, ...]
    """Other municipalities and prefectures, of which nothing published here speaks."""


def read_query(text: str, synonyms: Synonyms, lexicon: Lexicon, is_known: Callable[[str], bool]) -> Query:
    """`is_known` tells whether a form stands anywhere in the collection. Own words weigh 1, other words for them less.

    A question in another language is read by the Japanese of its everyday words, and by itself the more, the less of it they are.
    """
    everyday = synonyms.everyday.read(text)
    if not everyday.words:
        return _read_japanese(text, synonyms, lexicon, is_known)
    query = _read_japanese("、".join(everyday.words), synonyms, lexicon, is_known)
    own = normalise(text)
    written = {token.form: FOREIGN_WEIGHT for token in _without_stop_words(tokens(text), synonyms)}
    sentence = query.sentence if everyday.share >= UNDERSTOOD else f"{query.sentence} {own}"
    return replace(query, normalised=own, sentence=sentence, weights={**written, **query.weights})


def _read_japanese(text: str, synonyms: Synonyms, lexicon: Lexicon, is_known: Callable[[str], bool]) -> Query:
    is_kana_only = not HAN.search(normalise(text))
    sentence = lexicon.write_out(synonyms.usual_names(text), is_kana_only=is_kana_only)
    sentence = _corrected(sentence, lexicon, is_known)
    words = _without_stop_words(tokens(sentence), synonyms)
    weights: dict[str, float] = {}
    for token in words:
        weights[token.form] = weights.get(token.form, 0.0) + 1.0
    if not is_kana_only or sentence == normalise(text):
        # Kana that were understood as a word would only be cut at the wrong places.
        for token in _without_stop_words(tokens(text), synonyms):
            weights.setdefault(token.form, 1.0)
    for word in synonyms.related(words):
        for form in forms(word):
            if form not in synonyms.stop_words:
                weights.setdefault(form, SYNONYM_WEIGHT)
    unknown_places = tuple(place for place in other_places(tokens(text)) if not is_known(place))
    return Query(normalised=normalise(text), sentence=sentence, words=words, weights=weights, unknown_places=unknown_places)


def _corrected(sentence: str, lexicon: Lexicon, is_known: Callable[[str], bool]) -> str:
    words = tokens(sentence)
    corrections = list(lexicon.rightly_converted(words, is_known))
    for token in words:
        if token.is_noun and token.is_unknown and not is_known(token.form) and (meant := lexicon.nearly_sounding_like(token.reading)):
            corrections.append((token.start, token.end, meant))
    pieces: list[str] = []
    place = 0
    for start, end, meant in sorted(corrections):
        if start >= place:
            pieces += [sentence[place:start], meant]
            place = end
    return "".join([*pieces, sentence[place:]])


def _without_stop_words(words: Sequence[Token], synonyms: Synonyms) -> tuple[Token, ...]:
    return tuple(token for token in words if token.form not in synonyms.stop_words)
