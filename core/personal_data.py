"""Masking what may tell who somebody is in words that editors read: telephone numbers, addresses of mail, long numbers."""

import regex

from core.individual_number import mask_individual_numbers

MASK = "■■■"
MAIL = regex.compile(r"[\w.+-]+[@＠][\w-]+(?:[.．][\w-]+)+")
NUMBER = regex.compile(r"(?<![\d０-９])[+＋]?\d(?:[\s\-‐‑‒–—―−－ｰー()（）]{0,2}\d){6,}(?![\d０-９])")
"""Seven digits or more: telephone numbers, postal codes, numbers of cards and certificates."""
DATE = regex.compile(r"(?:19|20)\d\d[-/]?(?:0?[1-9]|1[0-2])[-/]?(?:0?[1-9]|[12]\d|3[01])")


def mask_personal_data(text: str) -> str:
    """The text with these blanked; dates stay. Masked once, a text stays as it is."""
    masked, _ = mask_individual_numbers(text)
    masked = MAIL.sub(MASK, masked)
    return str(NUMBER.sub(lambda found: found[0] if DATE.fullmatch(found[0].strip()) else MASK, masked))
