"""Which language a resident writes in, from few words: by script, by telling characters and words, and only then by statistics. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.messages import Language
from core.yaml_text import read_yaml

DATA = Path(__file__).parent / "data" / "languages.yaml"
JAPANESE = (Language.JAPANESE, Language.EASY)
CHINESE = (Language.CHINESE, Language.TRADITIONAL_CHINESE)
ROMAJI = "ja"
STATISTICS = {"en": "en", "pt": "pt", "tl": "tl", "vi": "vi"}

UNSPACED = re.compile(r"\S+")
NO_WORDS = re.compile(r"https?://\S+|[0-9]+")
BRACKETED = re.compile(r"[(（「『][^)）」』]*[)）」』]")
HIRAGANA = re.compile(r"[ぁ-ゖ]")
KANA = re.compile(r"[ぁ-ヺー]")
HAN = re.compile(r"[一-鿿々]")
HANGUL = re.compile(r"[가-힣ㄱ-ㆎ]")
DEVANAGARI = re.compile(r"[ऀ-ॿ]")
LATIN_WORD = re.compile(r"[a-zà-öø-ÿāēīōūăđĩũơưạ-ỹ]+(?:-[a-z]+)?")
VIETNAMESE_LETTER = re.compile(r"[ăđơưạ-ỹ]")
PORTUGUESE_ENDING = re.compile(r"ç|ão\b|ões\b|ães\b")
LONG_LATIN = 3
SURE_AMONG_KANA, SURE_AMONG_HAN = 3, 2
"""So many words of a language make a sentence of it foreign, Japanese names of things in it apart."""
SENTENCE = {"han": 4, "hangul": 5, "devanagari": 5, "hiragana": 5}
SHORTEST_UNDOUBTED = 2
SHORTEST_PHRASE = 6


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """The languages in which the words may be written, the likelier first; none where they show none."""

    languages: tuple[Language, ...] = ()
    is_sentence: bool = False
    """Enough was said to take it for more than a name or a borrowed word."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """data/languages.yaml"""

    simplified: frozenset[str]
    """Not written in Japanese, as `traditional`."""
    traditional: frozenset[str]
    left: frozenset[str]
    """All simplified characters, and on the right the traditional ones, many of which Japanese writes too."""
    right: frozenset[str]
    chinese_words: re.Pattern[str]
    chinese_unless: re.Pattern[str]
    predicate: re.Pattern[str]
    """How Japanese sentences and questions end."""
    neutral: frozenset[str]
    neutral_phrases: re.Pattern[str]
    words: Mapping[str, frozenset[str]]


NOTHING = Recognised()


def recognise(text: str) -> Recognised:
    """What stands in brackets does not count, nor do addresses and numbers, nor Japanese names of things in a foreign sentence."""
    whole = unicodedata.normalize("NFKC", text).lower()
    flat = _words_of(BRACKETED.sub(" ", whole)) or _words_of(whole)
    counts = {name: len(script.findall(flat)) for name, script in (("kana", KANA), ("han", HAN), ("hangul", HANGUL), ("deva", DEVANAGARI))}
    if counts["hangul"] and counts["hangul"] >= counts["kana"]:
        return Recognised(languages=(Language.KOREAN,), is_sentence=counts["hangul"] >= SENTENCE["hangul"])
    if counts["deva"] and counts["deva"] >= counts["kana"]:
        return Recognised(languages=(Language.NEPALI,), is_sentence=counts["deva"] >= SENTENCE["devanagari"])
    if counts["kana"] + counts["han"]:
        return _east_asian(flat, counts["kana"], counts["han"])
    return _latin(flat)


def _words_of(text: str) -> str:
    """Without addresses and numbers. Addresses of mail are looked for by hand: a pattern would take minutes for a long row of 「@」."""
    return UNSPACED.sub(lambda found: " " if _is_mail_address(found[0]) else NO_WORDS.sub(" ", found[0]), text).strip()


def _is_mail_address(unspaced: str) -> bool:
    at = unspaced.find("@", 1)
    return at > 0 and unspaced.find(".", at + 2, -1) > 0


def is_japanese_sentence(text: str) -> bool:
    """Written by somebody who writes Japanese, not only the name of a Japanese thing."""
    return (
        len(text.strip()) >= SHORTEST_PHRASE
        and KANA.search(text) is not None
        and recognise(text).languages == JAPANESE
        and _has_predicate(text)
    )


def is_kana_only(text: str) -> bool:
    """A phrase without any kanji, as learners of Japanese write."""
    return len(HIRAGANA.findall(text)) >= SHORTEST_PHRASE and not HAN.search(text) and not LATIN_WORD.search(text.lower())


def is_undecided_latin(text: str) -> bool:
    """Latin letters that show no language, such as "hi"."""
    flat = unicodedata.normalize("NFKC", text).lower()
    return LATIN_WORD.search(flat) is not None and not KANA.search(flat) and not HAN.search(flat) and not recognise(text).languages


def _has_predicate(flat: str) -> bool:
    return evidence().predicate.search(flat.strip()) is not None and len(HIRAGANA.findall(flat)) >= SHORTEST_UNDOUBTED


def _east_asian(flat: str, kana: int, han: int) -> Recognised:
    letters = sum(map(len, LATIN_WORD.findall(flat)))
    if letters > kana + han and not _has_predicate(flat) and _best_score(flat) >= (SURE_AMONG_KANA if kana else SURE_AMONG_HAN):
        return _latin(flat)
    if VIETNAMESE_LETTER.search(flat) and letters > kana + han:
        return _latin(flat)
    if not HIRAGANA.search(flat) and (chinese := _chinese(flat, kana)):
        return Recognised(languages=chinese, is_sentence=han >= SENTENCE["han"])
    if kana:
        return Recognised(languages=JAPANESE, is_sentence=_has_predicate(flat) or len(HIRAGANA.findall(flat)) > SENTENCE["hiragana"])
    return NOTHING


def _chinese(flat: str, kana: int) -> tuple[Language, ...]:
    """Empty where the characters could be Japanese."""
    known = evidence()
    characters = set(flat)
    simplified = characters & known.simplified
    traditional = characters & known.traditional
    has_words = known.chinese_words.search(flat) is not None and known.chinese_unless.search(flat) is None
    if kana and not has_words and len(simplified) < SHORTEST_UNDOUBTED:
        return ()
    if not has_words and not simplified and not traditional:
        return ()
    if characters & known.left:
        return (Language.CHINESE,)
    return (Language.TRADITIONAL_CHINESE,) if characters & (known.traditional | known.right) else CHINESE


def _latin(flat: str) -> Recognised:
    known = evidence()
    bare = known.neutral_phrases.sub(" ", flat)
    if VIETNAMESE_LETTER.search(bare):
        return Recognised(languages=(Language.VIETNAMESE,), is_sentence=len(bare.split()) >= LONG_LATIN)
    words = [word for word in LATIN_WORD.findall(bare) if without_accents(word) not in known.neutral]
    is_sentence = len(words) >= LONG_LATIN
    scores = _scores(words)
    if PORTUGUESE_ENDING.search(bare):
        scores["pt"] = scores.get("pt", 0.0) + 1.5
    ranked = sorted(scores, key=lambda language: -scores[language])
    if not scores and not is_sentence:
        return NOTHING
    if len(ranked) > 1 and scores[ranked[0]] - scores[ranked[1]] < 0.3 and is_sentence:
        guess = _by_statistics(bare)
        ranked = [guess, *ranked] if guess in scores else ranked
    best = ranked[0] if ranked else _by_statistics(bare) or "en"
    languages = JAPANESE if best == ROMAJI else (Language(best),)
    return Recognised(languages=languages, is_sentence=is_sentence)


def _best_score(flat: str) -> float:
    known = evidence()
    words = LATIN_WORD.findall(known.neutral_phrases.sub(" ", flat))
    scores = _scores([word for word in words if without_accents(word) not in known.neutral])
    return max((score for language, score in scores.items() if language != ROMAJI), default=0.0)


def _scores(words: list[str]) -> dict[str, float]:
    """How much each language's words weigh; one that several languages have counts for each of them, but less."""
    scores: dict[str, float] = {}
    for word in words:
        own = [language for language, vocabulary in evidence().words.items() if without_accents(word) in vocabulary]
        for language in own:
            scores[language] = scores.get(language, 0.0) + 1.0 / len(own)
    return scores


def _by_statistics(flat: str) -> str | None:
    import pycld2  # Loads a model.

    try:
        _, _, details = pycld2.detect(flat, bestEffort=True)
    except pycld2.error:
        return None
    return STATISTICS.get(details[0][1])


def without_accents(word: str) -> str:
    """Of Latin letters; in other scripts the marks are parts of the letters, so do not ask."""
    plain = "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))
    return plain.replace("đ", "d")


@lru_cache(maxsize=1)
def evidence() -> Evidence:
    """The data, read once."""
    raw = read_yaml(DATA.read_text(encoding="utf-8"))
    pairs = [(pair[0], pair[1]) for pair in raw["script_pairs"].split()]
    return Evidence(
        simplified=frozenset(simplified for simplified, _ in pairs) - frozenset(raw["simplified_in_japanese"]),
        traditional=frozenset(raw["traditional"].replace(" ", "")),
        left=frozenset(simplified for simplified, _ in pairs),
        right=frozenset(traditional for _, traditional in pairs),
        chinese_words=re.compile(raw["chinese_words"]),
        chinese_unless=re.compile(raw["chinese_unless"]),
        predicate=re.compile(raw["predicate"]),
        neutral=frozenset(raw["neutral"].split()),
        neutral_phrases=re.compile(rf"\b(?:{raw['neutral_phrases']})\b"),
        words={language: frozenset(words.split()) for language, words in raw["words"].items()},
    )
