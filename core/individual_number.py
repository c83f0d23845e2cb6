"""Finding and masking individual numbers (マイナンバー) in text: twelve digits whose check digit is right."""

import unicodedata
from collections.abc import Iterator

import regex

MASK = "●●●●●●●●●●●●"
INVISIBLE = r"\p{Cf}\p{Co}\p{Cn}\p{Variation_Selector}\x00-\x1f\x7f"
"""What is taken out of a text before it is read would otherwise join digits that stood apart here."""
SEPARATOR = rf"[\s\-‐‑‒–—―−－ｰー・･.．,，_/／()（）{INVISIBLE}]*+"
RUN = regex.compile(rf"(?<!\d)(?:\d{SEPARATOR}){{11,}}\d(?!\d)|\d{{12,}}")
DIGIT = regex.compile(r"\d")


def has_right_check_digit(digits: str) -> bool:
    """The rule of the ministerial ordinance: weights 2 to 7 over the eleven digits from the right, modulo 11."""
    if len(digits) != 12:
        return False
    total = sum(int(digit) * (place + 1 if place <= 6 else place - 5) for place, digit in enumerate(reversed(digits[:11]), start=1))
    remainder = total % 11
    return int(digits[11]) == (0 if remainder <= 1 else 11 - remainder)


def mask_individual_numbers(text: str) -> tuple[str, bool]:
    """The text with every individual number blanked, and whether there was one.

    Digits may be full-width and apart by spaces, line breaks, hyphens or points. Inside a longer run of digits nothing is masked unless the
    digits are grouped so that twelve of them stand apart.
    """
    found = False

    def blank(match: "regex.Match[str]") -> str:
        nonlocal found
        raw, done, rest = match.group(), "", 0
        for start, end in _numbers_inside(raw, is_after_plus=text[: match.start()].rstrip().endswith(("+", "＋"))):
            found = True
            done += raw[rest:start] + MASK
            rest = end
        return done + raw[rest:]

    masked: str = RUN.sub(blank, text)
    return masked, found


def _numbers_inside(raw: str, *, is_after_plus: bool) -> Iterator[tuple[int, int]]:
    """Bounds of the individual numbers in a run of digits and separators."""
    places = [match.start() for match in DIGIT.finditer(raw)]
    digits = "".join(str(unicodedata.digit(raw[place])) for place in places)
    first = 0
    while first + 11 < len(digits):
        last = first + 11
        stands_apart = (first == 0 or places[first] - places[first - 1] > 1) and (
            last == len(digits) - 1 or places[last + 1] - places[last] > 1
        )
        if (
            stands_apart
            and has_right_check_digit(digits[first : last + 1])
            and not _is_telephone(
                digits[first : last + 1],
                [places[place + 1] - places[place] > 1 for place in range(first, last)],
                is_after_plus=is_after_plus and first == 0,
            )
        ):
            yield places[first], places[last] + 1
            first += 12
        else:
            first += 1


def _is_telephone(digits: str, ends_group: list[bool], *, is_after_plus: bool) -> bool:
    """Whether the digits are an international number, or begin with a whole domestic one that is followed by something else."""
    if is_after_plus:
        return _is_valid_telephone("+" + digits)
    if not digits.startswith("0") or all(ends_group):  # Digits that all stand alone show no telephone number's groups.
        return False
    return any(ends_group[length - 1] and _is_valid_telephone(digits[:length]) for length in (10, 11))


def _is_valid_telephone(number: str) -> bool:
    import phonenumbers  # Rarely needed, and slow to load.

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, "JP"))
    except phonenumbers.NumberParseException:
        return False
