"""Telephone numbers in the ways in which people write them."""

import pytest

from core.telephone import is_attempt, phone_in, phones_in

MOBILE = "090-1234-5678"


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("090-1234-5678", MOBILE),
        ("09012345678", MOBILE),
        ("０９０−１２３４−５６７８", MOBILE),
        ("０９０ー１２３４ー５６７８", MOBILE),
        ("090 1234 5678 です", MOBILE),
        ("090.1234.5678", MOBILE),
        ("090/1234/5678", MOBILE),
        ("090・1234・5678", MOBILE),
        ("090〜1234〜5678", MOBILE),
        ("090_1234_5678", MOBILE),
        ("090の1234の5678です", MOBILE),
        ("090(1234)5678", MOBILE),
        ("（090）1234-5678", MOBILE),
        ("090 - 1234 - 5678", MOBILE),
        ("0 9 0 1 2 3 4 5 6 7 8", MOBILE),
        ("090\n1234\n5678", MOBILE),
        ("090-1234\n5678", MOBILE),
        ("〇九〇ー一二三四ー五六七八", MOBILE),
        ("〇九〇一二三四五六七八", MOBILE),
        ("tel:090-1234-5678", MOBILE),
        ("TEL 090-1234-5678（夫）", MOBILE),
        ("番号は０９０１２３４５６７８です。午前にお願いします", MOBILE),
        ("+81 90-1234-5678", MOBILE),
        ("+81(0)90-1234-5678", MOBILE),
        ("+819012345678", MOBILE),
        ("0081-90-1234-5678", MOBILE),
        ("010-81-90-1234-5678", MOBILE),
        ("03-3580-3311", "03-3580-3311"),
        ("(03) 3580-3311", "03-3580-3311"),
        ("０３の３５８０の３３１１", "03-3580-3311"),
        ("0335803311", "03-3580-3311"),
        ("0120-279-338", "0120-279-338"),
        ("050-3123-4567", "050-3123-4567"),
        ("03-3580-3311 か 090-1234-5678", "03-3580-3311"),
        ("自宅\n090-1234-5678", MOBILE),
        ("住所は中央2-3-4、電話は090-1234-5678", MOBILE),
        ("+1 650 253 0000 か 090-1234-5678", MOBILE),
    ],
)
def test_number_is_read(text: str, phone: str) -> None:
    assert phone_in(text) == phone


@pytest.mark.parametrize(
    "text",
    [
        "",
        "犬の登録",
        "119",
        "1234-5678",
        "3580-3311",
        "090-1234-567",
        "090-1234-56789",
        "+1 650 253 0000",
        "0490-00-1100",
        "令和8年11月22日",
        "2026-11-22 10:00",
        "11月22日の10時から12時",
        "中央2-3-4",
        "12345678901234",
        "一人で三回、四丁目",
        "●●●●●●●●●●●●",
        "〒100-0001",
    ],
)
def test_what_is_no_number_is_not_read(text: str) -> None:
    assert phone_in(text) is None


def test_all_numbers_are_told_once_and_in_their_order() -> None:
    assert phones_in("03-3580-3311 か 090-1234-5678、つまり09012345678") == ("03-3580-3311", MOBILE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("090-1234-567", True),
        ("090-1234-56789", True),
        ("0490-00-110", True),
        ("０９０ー１２３４ー５６", True),
        ("+81 90-1234", True),
        ("10:00〜12:00", False),
        ("11月25日 14時から16時", False),
        ("09時00分から10時30分", False),
        ("あしたの夕方", False),
        ("2026-11-25", False),
        ("午後", False),
        ("", False),
    ],
)
def test_what_is_meant_as_a_number_is_told_from_a_time(text: str, expected: bool) -> None:
    assert is_attempt(text) is expected
