"""Finding and masking numbers that nobody should send: individual numbers, payment cards, bank accounts."""

from enum import StrEnum

import regex

from core.individual_number import DIGIT, INVISIBLE, MASK, mask_individual_numbers

CARD_MASK = "■" * 16
ACCOUNT_MASK = "■" * 7
GAP = rf"[\s\-‐‑‒–—―−－ｰー・.,{INVISIBLE}]{{0,2}}"
CARD = regex.compile(rf"(?<![\d０-９])\d(?:{GAP}\d){{12,18}}(?![\d０-９])")
BEGINNINGS = regex.compile(r"4|5[1-5]|2[2-7]|35|3[04678]|6(?:011|4|5|2)")
"""Of the numbers of payment cards, so that other long numbers seldom look like one."""
LENGTHS = frozenset({13, 14, 15, 16, 19})
ACCOUNT = regex.compile(
    r"(?:口座(?:番号)?|(?:普通|当座|貯蓄)(?:預金|口座)?|記号番号|account (?:number|no\.?)|账号|số tài khoản)[^\d。\n]{0,12}"
    rf"(?P<number>\d(?:{GAP}\d){{6,7}})(?!{GAP}\d)",
    regex.IGNORECASE,
)
POSTAL = regex.compile(
    r"(?:ゆうちょ|郵便貯金|通帳)[^\d。\n]{0,12}(?:記号)?[^\d。\n]{0,4}(?P<number>1\d{4}[^\d。\n]{1,8}\d{6,8})(?!\d)",
    regex.IGNORECASE,
)


class PersonalNumber(StrEnum):
    """What was masked; the values are keys of the notices."""

    INDIVIDUAL = "individual_number"
    CARD = "card_number"
    ACCOUNT = "account_number"


def mask_personal_numbers(text: str) -> tuple[str, frozenset[PersonalNumber]]:
    """The text with these numbers blanked, and which kinds there were; masked once, a text stays as it is."""
    if DIGIT.search(text) is None:
        return text, frozenset()
    found: set[PersonalNumber] = set()

    def blank_card(match: "regex.Match[str]") -> str:
        if not is_card_number("".join(str(int(letter)) for letter in match[0] if letter.isdigit())):
            return str(match[0])
        found.add(PersonalNumber.CARD)
        return CARD_MASK

    def blank_account(match: "regex.Match[str]") -> str:
        found.add(PersonalNumber.ACCOUNT)
        start, end = match.span("number")
        return str(match[0][: start - match.start()]) + ACCOUNT_MASK + str(match[0][end - match.start() :])

    # Twelve digits of a card may look like an individual number, but not the other way round.
    masked, has_individual = mask_individual_numbers(CARD.sub(blank_card, text))
    if has_individual:
        found.add(PersonalNumber.INDIVIDUAL)
    masked = POSTAL.sub(blank_account, ACCOUNT.sub(blank_account, masked))
    return masked, frozenset(found)


def masks_in(text: str) -> frozenset[PersonalNumber]:
    """What was masked in a text before."""
    runs = [len(run) for run in regex.findall("■+", text)]
    found = {PersonalNumber.INDIVIDUAL} if MASK in text else set()
    found |= {PersonalNumber.CARD} if any(run >= len(CARD_MASK) for run in runs) else set()
    return frozenset(found | ({PersonalNumber.ACCOUNT} if len(ACCOUNT_MASK) in runs else set()))


def masked_letters(text: str) -> int:
    """How many letters of a text stand for masked digits."""
    return text.count("■") + text.count(MASK[0])


def is_card_number(digits: str) -> bool:
    """A length and a beginning that cards have, and Luhn's check digit."""
    if len(digits) not in LENGTHS or not BEGINNINGS.match(digits) or len(set(digits)) == 1:
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
