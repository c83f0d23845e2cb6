"""Every individual number is found and masked, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core.individual_number
from core.individual_number import MASK, has_right_check_digit, mask_individual_numbers

WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
"""Of the first digit to the eleventh, as the ordinance of the ministry (平成26年総務省令第85号) has them."""
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
KANJI = str.maketrans("0123456789", "〇一二三四五六七八九")


def number(eleven: str) -> str:
    """The individual number that begins with these eleven digits."""
    remainder = sum(int(digit) * weight for digit, weight in zip(eleven, WEIGHTS, strict=True)) % 11
    return eleven + str(0 if remainder <= 1 else 11 - remainder)


def wrong(eleven: str) -> str:
    right = number(eleven)
    return right[:11] + str((int(right[11]) + 1) % 10)


def grouped(digits: str, separator: str, sizes: tuple[int, ...] = (4, 4, 4)) -> str:
    groups, start = [], 0
    for size in sizes:
        groups.append(digits[start : start + size])
        start += size
    return separator.join(groups)


N = number("12345678901")
OTHER = number("98765432109")
WITH_ZERO = number("09012345678")


def test_example_of_the_ordinance_has_the_right_check_digit() -> None:
    assert N == "123456789018"
    assert has_right_check_digit("123456789018")


@pytest.mark.parametrize("digits", ["123456789010", "12345678901", "1234567890180", "", "223456789018"])
def test_other_digits_are_no_individual_number(digits: str) -> None:
    assert not has_right_check_digit(digits)


@given(st.text("0123456789", min_size=11, max_size=11))
def test_exactly_one_check_digit_is_right(eleven: str) -> None:
    assert [digit for digit in "0123456789" if has_right_check_digit(eleven + digit)] == [number(eleven)[11]]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (N, MASK),
        (f"番号は{N}です", f"番号は{MASK}です"),
        (N.translate(FULL_WIDTH), MASK),
        (grouped(N, " "), MASK),
        (grouped(N, "-"), MASK),
        (grouped(N, "ー"), MASK),
        (grouped(N.translate(FULL_WIDTH), "－"), MASK),
        (grouped(N, "\u3000"), MASK),
        (grouped(N, "・"), MASK),
        (grouped(N, "."), MASK),
        (grouped(N, "\n"), MASK),
        (grouped(N, "\r\n"), MASK),
        (grouped(N, " ", (3, 3, 3, 3)), MASK),
        (grouped(N, " - "), MASK),
        (" ".join(N), MASK),
        ("\n".join(N), MASK),
        (" ".join(WITH_ZERO), MASK),
        (N[:6] + N[6:].translate(FULL_WIDTH), MASK),
        (f"{N} {OTHER}", f"{MASK} {MASK}"),
        (f"{N}\n{OTHER}", f"{MASK}\n{MASK}"),
        (f"{N}と{OTHER}", f"{MASK}と{MASK}"),
        (f"妻 {grouped(N, ' ')} 夫 {grouped(OTHER, '-')}", f"妻 {MASK} 夫 {MASK}"),
        (f"A{N}B", f"A{MASK}B"),
        (f"5 {N}", f"5 {MASK}"),
        (f"{N} 5", f"{MASK} 5"),
        (f"令和8年11月22日 {N}", f"令和8年11月22日 {MASK}"),
        (f"+{WITH_ZERO}", f"+{MASK}"),
        (f"{grouped(N, chr(0x200B))}", MASK),
        (f"{grouped(N, chr(0xFE0F))}", MASK),
        ("".join(chr(0x1D7D8 + int(digit)) for digit in N), MASK),
        (N.translate(KANJI), MASK),
        ("一二三四五六七八九〇一八", MASK),
        ("一二三四五六七八九零一八", MASK),
        ("一二三四五六七八九○一八", MASK),
        (f"番号は{N.translate(KANJI)}です", f"番号は{MASK}です"),
        (grouped(N, " ").translate(KANJI), MASK),
        (grouped(N, "-").translate(KANJI), MASK),
        (grouped(N, "・").translate(KANJI), MASK),
        (grouped(N, "\n").translate(KANJI), MASK),
        (" ".join(N).translate(KANJI), MASK),
        (N[:4] + N[4:8].translate(KANJI) + N[8:].translate(FULL_WIDTH), MASK),
        (f"{N[:4]}-{N[4:8].translate(KANJI)}-{N[8:]}", MASK),
        (f"{N[:11]}{N[11].translate(KANJI)}", MASK),
        (f"{N.translate(KANJI)} {OTHER}", f"{MASK} {MASK}"),
        (f"{N.translate(KANJI)} {OTHER.translate(KANJI)}", f"{MASK} {MASK}"),
        (f"その一{N}", f"その一{MASK}"),
        (f"その1{N.translate(KANJI)}", f"その1{MASK}"),
        (f"第一 {N}", f"第一 {MASK}"),
    ],
)
def test_individual_number_is_masked(text: str, masked: str) -> None:
    assert mask_individual_numbers(text) == (masked, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "粗大ごみを出したい",
        wrong("12345678901"),
        grouped(wrong("12345678901"), " "),
        N + "1",
        "1" + N,
        f"注文番号 7{N}3 です",
        "+81 90 1234 5678",
        "+819012345678",
        "＋81-3-3580-3311",
        "0120-279-338",
        "0120-279-338 と 110",
        "090-1234-5678",
        "090-1234-5678 8",
        "03-3580-3311 12",
        "0490-00-1100",
        "2026-10-14 12:30",
        "12345678901",
        N[:11],
        f"{N[:6]}と{N[6:]}",
        f"{N[:6]}a{N[6:]}",
        "U4af4980629b1234",
        "468789577898262530",
        wrong("12345678901").translate(KANJI),
        (N + "1").translate(KANJI),
        N[:11].translate(KANJI),
        f"{N[:6]}と{N[6:]}".translate(KANJI),
        "一人で二人分、三丁目の四番地",
        "一二三四五六七八九十一八",
        "二〇二六年一一月二二日一〇時三〇分",
        "中央三丁目四番一号、昭和六〇年一二月三一日生まれ",
        "〇九〇ー一二三四ー五六七八",
        "一一一一一一一一一一一一",
        "〇〇〇〇〇〇〇〇〇〇〇〇",
        "○○○○ ○○○○ ○○○○",
    ],
)
def test_other_text_is_left_alone(text: str) -> None:
    assert mask_individual_numbers(text) == (text, False)


def test_telephone_number_is_left_alone_even_where_its_digits_pass_the_check() -> None:
    """Of the numbers that begin with 81 90, one in eleven has the right check digit; the same digits without a plus are masked."""
    digits = next(text for text in (f"8190{number:08d}" for number in range(12_345_670, 12_345_700)) if has_right_check_digit(text))
    for written in (f"+{digits}", f"+ {digits}", f"＋{digits}", f"+{digits[:2]} {digits[2:4]} {digits[4:8]} {digits[8:]}"):
        assert mask_individual_numbers(f"電話は{written}です") == (f"電話は{written}です", False)
    assert mask_individual_numbers(digits) == (MASK, True)


def test_mobile_number_followed_by_another_digit_is_left_alone_where_it_stands_as_a_group() -> None:
    assert has_right_check_digit(WITH_ZERO)
    for written in (f"{WITH_ZERO[:3]}-{WITH_ZERO[3:7]}-{WITH_ZERO[7:11]} {WITH_ZERO[11]}", f"{WITH_ZERO[:11]} {WITH_ZERO[11]}"):
        assert mask_individual_numbers(written) == (written, False)
    assert mask_individual_numbers(WITH_ZERO) == (MASK, True)


def test_house_number_and_telephone_number_in_kanji_are_left_alone_even_where_their_digits_pass_the_check() -> None:
    houses = (f"{house:02d}" for house in range(1, 100))
    house = next(house for house in houses if has_right_check_digit(f"{house}0335803311"))
    address = f"中央{house[0]}ー{house[1]} 03ー3580ー3311".translate(KANJI)
    assert mask_individual_numbers(address) == (address, False)
    assert mask_individual_numbers(f"{house}0335803311".translate(KANJI)) == (MASK, True)


@pytest.mark.parametrize(
    ("text", "costs"),
    [
        ("", ["search"]),
        ("粗大ごみを出したい" * 50, ["search"]),
        ("一人で二つ、三丁目の四番地", ["search", "findall"]),
        ("電話は090-1234-5678です", ["search", "findall"]),
    ],
)
def test_text_without_digits_costs_one_search(text: str, costs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    searches: list[str] = []

    class Counting:
        def __init__(self, name: str) -> None:
            self._pattern = getattr(core.individual_number, name)

        def __getattr__(self, method: str) -> object:
            searches.append(method)
            return getattr(self._pattern, method)

    for name in ("RUN", "MIXED_RUN", "DIGIT", "WRITTEN_OUT"):
        monkeypatch.setattr(core.individual_number, name, Counting(name))
    assert mask_individual_numbers(text) == (text, False)
    assert searches == costs


def test_text_full_of_individual_numbers_is_masked() -> None:
    """More than some three hundred used to end in a RecursionError, and LINE's delivery in a 503 for ever."""
    assert mask_individual_numbers(f"{N} " * 2000) == (f"{MASK} " * 2000, True)


@pytest.mark.parametrize("prefix", ["+0", "+999", "+800", "+010", "010", "0100"])
def test_digits_that_no_telephone_can_have_are_masked(prefix: str) -> None:
    """After a plus, digits with an unknown country code used to end in an exception."""
    digits = number((prefix.lstrip("+") + "12345678901")[:11])
    text = ("+" if prefix.startswith("+") else "") + digits
    assert mask_individual_numbers(text)[0].lstrip("+") == MASK


SEPARATORS = ["", " ", "　", "-", "－", "ー", "‐", "−", "・", "･", ".", "．", ",", "、\u200b"[1:], "\n", "\r\n", " - ", "_", "/", "\u00ad"]
SIZES = [(12,), (4, 4, 4), (3, 3, 3, 3), (6, 6), (1,) * 12]


@st.composite
def written_numbers(draw: st.DrawFn) -> str:
    digits = number(draw(st.text("0123456789", min_size=11, max_size=11).filter(lambda eleven: eleven.strip("0"))))
    written = grouped(digits, draw(st.sampled_from(SEPARATORS)), draw(st.sampled_from(SIZES)))
    return written.translate(draw(st.sampled_from([FULL_WIDTH, KANJI, {}])))


SURROUNDINGS = st.text(st.characters(exclude_categories=["Nd", "Cs"], exclude_characters="+＋●〇零○◯一二三四五六七八九"), max_size=20)


@given(SURROUNDINGS, written_numbers(), SURROUNDINGS)
def test_every_number_in_any_form_is_masked_and_nothing_else_changes(before: str, written: str, after: str) -> None:
    assert mask_individual_numbers(before + written + after) == (before + MASK + after, True)


@given(st.text(st.one_of(st.sampled_from("0123456789０５〇一九 -－\n+あ"), st.characters(exclude_categories=["Cs"])), max_size=80))
def test_masking_twice_is_masking_once_and_touches_only_digits_and_what_joins_them(text: str) -> None:
    masked, found = mask_individual_numbers(text)
    assert found == (masked != text)
    again, _ = mask_individual_numbers(masked)
    assert again == masked
    kept = [[c for c in words if c.isalpha() and c not in "零一二三四五六七八九"] for words in (masked, text)]
    assert kept[0] == kept[1]
