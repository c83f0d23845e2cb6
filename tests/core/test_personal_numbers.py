"""Numbers of cards, accounts and persons are masked, others are left alone."""

import pytest

from core.individual_number import MASK
from core.personal_numbers import ACCOUNT_MASK, CARD_MASK, PersonalNumber, is_card_number, mask_personal_numbers, masks_in


@pytest.mark.parametrize(
    ("text", "masked", "kind"),
    [
        ("カードは4111 1111 1111 1111です", f"カードは{CARD_MASK}です", PersonalNumber.CARD),
        ("4111-1111-1111-1111", CARD_MASK, PersonalNumber.CARD),
        ("４１１１１１１１１１１１１１１１", CARD_MASK, PersonalNumber.CARD),
        ("4111\n1111\n1111\n1111", CARD_MASK, PersonalNumber.CARD),
        ("378282246310005", CARD_MASK, PersonalNumber.CARD),
        ("口座番号は1234567です", f"口座番号は{ACCOUNT_MASK}です", PersonalNumber.ACCOUNT),
        ("みなと銀行 汐見支店 普通 １２３４５６７", f"みなと銀行 汐見支店 普通 {ACCOUNT_MASK}", PersonalNumber.ACCOUNT),
        ("ゆうちょ 記号12345 番号1234567", f"ゆうちょ 記号{ACCOUNT_MASK}", PersonalNumber.ACCOUNT),
        ("マイナンバーは123456789018", f"マイナンバーは{MASK}", PersonalNumber.INDIVIDUAL),
    ],
)
def test_a_number_that_nobody_should_send_is_masked(text: str, masked: str, kind: PersonalNumber) -> None:
    assert mask_personal_numbers(text) == (masked, frozenset({kind}))
    assert masks_in(masked) == {kind}
    assert mask_personal_numbers(masked) == (masked, frozenset())


@pytest.mark.parametrize(
    "text",
    [
        "電話は090-1234-5678です",
        "お客様番号 1234567890123456",
        "口座を変えたい",
        "普通ごみ 3袋",
        "2026年11月24日 10時30分",
        "受付番号 12345678",
        "0490-00-1101",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask_personal_numbers(text) == (text, frozenset())


def test_a_wrong_check_digit_is_no_card() -> None:
    assert is_card_number("4111111111111111")
    assert not is_card_number("4111111111111112")
    assert not is_card_number("0000000000000000")
