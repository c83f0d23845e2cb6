"""Whether the figures of a stored translation stand in the Japanese text that it translates. Pure."""

import re
from collections.abc import Iterator, Set

from retrieval.facts import FactKind, find_facts
from retrieval.numerals import plain_figures

RUBY = re.compile(r"[（(][ぁ-ゖァ-ヺー・ 　]+[)）]")
EXACT = frozenset({FactKind.URL, FactKind.EMAIL, FactKind.PHONE, FactKind.TIME})
NO_FIGURES = frozenset({FactKind.RANGE, FactKind.WEEKDAY, FactKind.OFFICE, FactKind.FORM, FactKind.FRACTION})
DIGITS = re.compile(r"\d+(?:\.\d+)?")
THOUSANDS = re.compile(r"(?<=\d)[.\u00a0](?=\d{3}(?!\d))")
MILLIONS = re.compile(r"(\d+(?:[.,]\d+)?)(?=[^。;]{0,12}?\s?(?:million|triệu))")


def unsupported_figures(translation: str, original: str) -> tuple[str, ...]:
    """Figures, telephone numbers, times and addresses of the translation that the original has not, in the translation's order.

    Where the original writes a number as a word (二人, 無料) the translation may write it in digits.
    """
    exact = {(found.fact.kind, found.fact.value) for found in find_facts(original) if found.fact.kind in EXACT}
    return tuple(dict.fromkeys(_missing(_in_one_way(translation), exact, frozenset(_numbers(original)))))


def _in_one_way(translation: str) -> str:
    text = THOUSANDS.sub("", RUBY.sub("", translation))
    return MILLIONS.sub(lambda match: f"{float(match[1].replace(',', '.')) * 1_000_000:.0f}", text)


def _missing(text: str, exact: Set[tuple[FactKind, str]], numbers: Set[str]) -> Iterator[str]:
    for found in find_facts(text):
        kind, value = found.fact.kind, found.fact.value
        if kind in EXACT:
            if (kind, value) not in exact and not (kind is FactKind.TIME and value.lstrip("0").removesuffix(":00") in numbers):
                yield value
        elif kind not in NO_FIGURES:
            yield from (number for number in DIGITS.findall(value) if (number.lstrip("0") or "0") not in numbers)


def _numbers(text: str) -> Iterator[str]:
    """As they are written, as they are meant, and years as others count them."""
    for flat in (plain_figures(text), text, *(found.fact.value for found in find_facts(text))):
        yield from (number.lstrip("0") or "0" for number in DIGITS.findall(flat))
    yield from (str(number) for number, words in enumerate(WORDS) if re.search(words, text))


WORDS = ("無料", "一", "二|両方|どちら|半", "三", "四", "五", "六", "七", "八", "九")
