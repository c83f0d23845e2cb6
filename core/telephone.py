"""Telephone numbers in what residents write. Pure."""

import re
from collections.abc import Iterator

import phonenumbers

from core.text import normalise

JAPAN = "JP"
JAPAN_CODE = 81
KANJI = str.maketrans("〇零一二三四五六七八九", "00123456789")
KANJI_RUN = re.compile(r"[〇零一二三四五六七八九](?:[\s\-ー・の()]{0,2}[\d〇零一二三四五六七八九]){8,}")
"""Kanji that are digits of a number, and not words."""
BETWEEN_DIGITS = re.compile(r"(?<=\d)\s?(?:[ー~〜.・/_,]|の)\s?(?=\d)")
"""What stands between the groups of a number instead of a hyphen."""
TRUNK_ZERO = re.compile(r"(?<=81)[\s\-]*\(0\)[\s\-]*")
INTERNATIONAL_PREFIX = re.compile(r"(?<!\d)(?:010[\s\-]*|00)81(?=[\s\-]*[1-9])")
DIGITS_APART = re.compile(r"(?<!\d)\+?\d(?:[\s\-()]{0,3}\d){8,12}(?!\d)")
ATTEMPT = re.compile(r"(?<!\d)(?:\+81|0)\d*(?:[\s\-()]{0,3}\d+)*(?![\d:時分月日年])")
LEAST_OF_ATTEMPT = 7
"""Digits of what is meant as a telephone number, though some may be missing."""


def phone_in(text: str) -> str | None:
    """The first domestic number in the text, in its usual form, or None."""
    return next(iter(phones_in(text)), None)


def phones_in(text: str) -> tuple[str, ...]:
    """All domestic numbers in the text, in the usual form, in their order."""
    flat = _as_digits(text)
    return tuple(dict.fromkeys([*_grouped(flat), *_apart(flat)]))


def is_attempt(text: str) -> bool:
    """Whether the text holds what is meant as a telephone number, right or not."""
    flat = _as_digits(text)
    return any(sum(character.isdigit() for character in match.group()) >= LEAST_OF_ATTEMPT for match in ATTEMPT.finditer(flat))


def _as_digits(text: str) -> str:
    flat = KANJI_RUN.sub(lambda match: match.group().translate(KANJI), normalise(text))
    flat = TRUNK_ZERO.sub("-", BETWEEN_DIGITS.sub("-", flat))
    return INTERNATIONAL_PREFIX.sub("+81", flat)


def _grouped(flat: str) -> Iterator[str]:
    for match in phonenumbers.PhoneNumberMatcher(flat, JAPAN, leniency=phonenumbers.Leniency.VALID):
        if match.number.country_code == JAPAN_CODE:
            yield phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.NATIONAL)


def _apart(flat: str) -> Iterator[str]:
    """Digits that stand alone, or in lines of their own, which libraries do not take for one number."""
    for match in DIGITS_APART.finditer(flat):
        written = re.sub(r"[^\d+]", "", match.group())
        if not written.startswith(("0", "+")):
            continue
        try:
            number = phonenumbers.parse(written, JAPAN)
        except phonenumbers.NumberParseException:
            continue
        if number.country_code == JAPAN_CODE and phonenumbers.is_valid_number(number):
            yield phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
