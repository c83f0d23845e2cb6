"""Finding and masking individual numbers (マイナンバー) in text: twelve digits, also written in kanji, whose check digit is right."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

import regex

MASK = "●●●●●●●●●●●●"
INVISIBLE = r"\p{Cf}\p{Co}\p{Cn}\p{Variation_Selector}\x00-\x1f\x7f"
"""What is taken out of a text before it is read would otherwise join digits that stood apart here."""
SEPARATOR = rf"[\s\-‐‑‒–—―−－ｰー・･.．,，_/／()（）{INVISIBLE}]*+"
KANJI = dict(zip("〇零○◯一二三四五六七八九", (0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
KANJI_DIGIT = f"[{''.join(KANJI)}]"
ANY_DIGIT = rf"[\d{''.join(KANJI)}]"
DIGIT = re.compile(ANY_DIGIT)
"""Most texts hold none or few, and looking for them is all that they cost."""
RUN = regex.compile(rf"(?<!\d)(?:\d{SEPARATOR}){{11,}}\d(?!\d)|\d{{12,}}")
MIXED_RUN = regex.compile(rf"(?:{ANY_DIGIT}{SEPARATOR}){{11,}}{ANY_DIGIT}")
WRITTEN_OUT = re.compile(KANJI_DIGIT)
CIRCLES = frozenset("〇○◯")
LENGTH = 12


def has_right_check_digit(digits: str) -> bool:
    """The rule of the ministerial ordinance: weights 2 to 7 over the eleven digits from the right, modulo 11."""
    if len(digits) != 12:
        return False
    total = sum(int(digit) * (place + 1 if place <= 6 else place - 5) for place, digit in enumerate(reversed(digits[:11]), start=1))
    remainder = total % 11
    return int(digits[11]) == (0 if remainder <= 1 else 11 - remainder)


def mask_individual_numbers(text: str) -> tuple[str, bool]:
    """The text with every individual number blanked, and whether there was one.

    Digits may be full-width or kanji and apart by spaces, line breaks, hyphens or points. Inside a longer run of digits nothing is masked
    unless the digits are grouped so that twelve of them stand apart.
    """
    if DIGIT.search(text) is None or len(DIGIT.findall(text)) < LENGTH:
        return text, False
    masked, found = _masked(text, RUN)
    if WRITTEN_OUT.search(masked) is None:
        return masked, found
    # Apart from the others, so that a 一 beside plain digits does not make them a longer number.
    masked, found_mixed = _masked(masked, MIXED_RUN)
    return masked, found or found_mixed


def _masked(text: str, runs: "regex.Pattern[str]") -> tuple[str, bool]:
    found = False

    def blank(match: "regex.Match[str]") -> str:
        nonlocal found
        raw, done, rest = match.group(), "", 0
        is_after_plus = text[: match.start()].rstrip().endswith(("+", "＋"))
        for start, end in _numbers_inside(raw, is_after_plus=is_after_plus, with_kanji=runs is MIXED_RUN):
            found = True
            done += raw[rest:start] + MASK
            rest = end
        return done + raw[rest:]

    return runs.sub(blank, text), found


def _numbers_inside(raw: str, *, is_after_plus: bool, with_kanji: bool) -> Iterator[tuple[int, int]]:
    """Bounds of the individual numbers in a run of digits and separators; `with_kanji`: only of those that hold a kanji."""
    places = [match.start() for match in DIGIT.finditer(raw)]
    written = [raw[place] for place in places]
    digits = "".join(str(KANJI[digit] if digit in KANJI else unicodedata.digit(digit)) for digit in written)
    is_gap = [following - place > 1 for place, following in pairwise(places)]
    # Where one way of writing ends and the other begins, one number may end and another begin.
    is_edge = [gap or (first in KANJI) != (second in KANJI) for gap, (first, second) in zip(is_gap, pairwise(written), strict=True)]
    first = 0
    while first + LENGTH <= len(digits):
        last = first + LENGTH - 1
        stands_apart = (first == 0 or is_edge[first - 1]) and (last == len(digits) - 1 or is_edge[last])
        if (
            stands_apart
            and has_right_check_digit(digits[first : last + 1])
            and not (with_kanji and not _is_written_out(written[first : last + 1]))
            and not _is_telephone(
                digits[first : last + 1],
                is_gap[first:last],
                is_after_plus=is_after_plus and first == 0,
                anywhere=with_kanji,
            )
        ):
            yield places[first], places[last] + 1
            first += LENGTH
        else:
            first += 1


def _is_written_out(written: list[str]) -> bool:
    """With a kanji, and more than circles, which also stand for what is left out."""
    return any(digit in KANJI for digit in written) and not CIRCLES.issuperset(written)


def _is_telephone(digits: str, ends_group: list[bool], *, is_after_plus: bool, anywhere: bool) -> bool:
    """Whether the digits are an international number, or begin with a whole domestic one that is followed by something else.

    `anywhere`: a domestic one may also end them, after a house number, say.
    """
    if is_after_plus:
        return _is_valid_telephone("+" + digits)
    if all(ends_group):  # Digits that all stand alone show no telephone number's groups.
        return False
    if digits.startswith("0") and any(ends_group[length - 1] and _is_valid_telephone(digits[:length]) for length in (10, 11)):
        return True
    return anywhere and any(ends_group[LENGTH - length - 1] and _is_valid_telephone(digits[-length:]) for length in (10, 11))


def _is_valid_telephone(number: str) -> bool:
    import phonenumbers  # Rarely needed, and slow to load.

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, "JP"))
    except phonenumbers.NumberParseException:
        return False
