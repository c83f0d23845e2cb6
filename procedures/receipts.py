"""Receipt numbers: JU-2026-000123-K, where the last character shows a wrong or exchanged one. Pure."""

import re
import unicodedata

PREFIX = "JU"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FORM = re.compile(r"(?:JU)?[\s-]*(\d{4})[\s-]*(\d{6,})[\s-]*([0-9A-Z])")
DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－ｰー_・"), "-")


def receipt_number(year: int, sequence: int) -> str:
    body = f"{year:04d}{sequence:06d}"
    return f"{PREFIX}-{body[:4]}-{body[4:]}-{check_character(PREFIX + body)}"


def check_character(body: str) -> str:
    """ISO 7064, MOD 37,36: tells every single wrong character and every exchange of neighbours."""
    product = 36
    for character in body:
        total = (product + ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return ALPHABET[(37 - product) % 36]


def read_receipt_number(text: str) -> str | None:
    """The first right number in what a resident wrote: full-width, without hyphens, in small letters; None where none is right."""
    flat = unicodedata.normalize("NFKC", text).translate(DASHES).upper()
    for match in FORM.finditer(flat):
        body = match[1] + match[2]
        if check_character(PREFIX + body) == match[3]:
            return f"{PREFIX}-{match[1]}-{match[2]}-{match[3]}"
    return None


def is_attempt(text: str) -> bool:
    """Whether the text holds what is meant as a receipt number, right or not."""
    return FORM.search(unicodedata.normalize("NFKC", text).translate(DASHES).upper()) is not None
