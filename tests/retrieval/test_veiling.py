"""Addresses as tokens and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.veiling import Veil, holds_address, tokens_in

ADDRESSES = [
    "https://www.example.jp/a?b=1&c=2#d",
    "http://example.jp",
    "www.example.jp/path",
    "0577-00-1234",
    "０５７７－００－１２３４",
    "0577(00)1234",
    "(0577)00-1234",
    "090-1234-5678",
    "0120123456",
    "+81-577-00-1234",
    "#7119",
    "shimin@city.example.jp",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("frame", ["くわしくは{}へ。", "市民課（{}）に連絡", "{}", "電話：{}、月曜から"])
def test_every_kind_is_covered_and_comes_back(address: str, frame: str) -> None:
    text = frame.format(address)
    veil = Veil()
    covered = veil.cover(text)
    assert address not in covered
    assert len(tokens_in(covered)) == 1
    assert frame.split("{}", maxsplit=1)[0] in covered
    assert veil.uncover(covered) == text


@pytest.mark.parametrize(
    "text", ["手数料は300円です。", "2026-11-24から", "3番窓口", "8:30〜17:15", "12/29〜1/3", "港町1-2-3", "〒506-0001"]
)
def test_other_figures_are_left(text: str) -> None:
    assert Veil().cover(text) == text


def test_the_same_address_has_the_same_token_everywhere() -> None:
    veil = Veil()
    first, second = veil.cover("0577-00-1234 または 0577-00-5678"), veil.cover("0577-00-5678")
    assert (first, second) == ("⟦T1⟧ または ⟦T2⟧", "⟦T2⟧")


def test_tokens_cannot_be_brought_in_from_outside() -> None:
    veil = Veil()
    assert veil.cover("⟦L1⟧ と https://a.example.jp") == "L1 と ⟦L1⟧"
    assert veil.uncover("⟦L2⟧") == "⟦L2⟧"


@pytest.mark.parametrize("text", [*ADDRESSES, "⟦T1", "T1⟧", "⟦X1⟧"])
def test_an_address_or_half_a_token_is_seen(text: str) -> None:
    assert holds_address(f"これは{text}です")


def test_whole_tokens_are_no_address() -> None:
    assert not holds_address("くわしくは⟦L1⟧、電話は⟦T12⟧です。")


@given(st.text(alphabet="あ0123-（）()@.:/htpsw⟦⟧LT#+ ", max_size=60))
def test_uncovering_undoes_covering(text: str) -> None:
    plain = text.replace("⟦", "").replace("⟧", "")
    veil = Veil()
    assert veil.uncover(veil.cover(text)) == plain
