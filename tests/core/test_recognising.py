"""The language of a few words, over a table of what residents write."""

from pathlib import Path

import pytest

from core.messages import Language
from core.recognising import CHINESE, JAPANESE, evidence, is_japanese_sentence, is_kana_only, is_undecided_latin, recognise
from core.yaml_text import read_yaml

TABLE: dict[str, list[str]] = read_yaml((Path(__file__).parent / "recognised.yaml").read_text(encoding="utf-8"))
LEAST_RIGHT = 0.97
EXPECTED: dict[str, tuple[Language, ...]] = {"undecided": (), "chinese": CHINESE, "ja": JAPANESE}


def expected_of(group: str) -> tuple[Language, ...]:
    return EXPECTED[group] if group in EXPECTED else (Language(group),)


def test_few_words_of_ten_languages_are_recognised() -> None:
    rows = [(text, group) for group, texts in TABLE.items() for text in texts]
    assert len(rows) >= 150
    languages = {language for group in TABLE for language in expected_of(group)}
    assert languages == set(Language)
    wrong = {text: group for text, group in rows if recognise(text).languages != expected_of(group)}
    assert len(wrong) <= len(rows) * (1 - LEAST_RIGHT), wrong


@pytest.mark.parametrize("text", [*TABLE["ja"], *TABLE["undecided"]])
def test_nothing_that_may_be_japanese_is_taken_for_another_language(text: str) -> None:
    assert set(recognise(text).languages) <= set(JAPANESE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("粗大ごみを出したいです", True),
        ("住民票の写しがほしい", True),
        ("ごみはいつですか", True),
        ("犬の登録", False),
        ("ふるさと納税", False),
        ("こんにちは", False),
        ("住民票", False),
        ("gomi wa itsu desu ka", False),
        ("How do I get the 住民票の写し", False),
    ],
)
def test_sentence_of_somebody_who_writes_japanese(text: str, expected: bool) -> None:
    assert is_japanese_sentence(text) is expected


@pytest.mark.parametrize(
    ("text", "kana", "latin"),
    [
        ("ほいくえん はいりたい", True, False),
        ("ごみ", False, False),
        ("ごみの日はいつ", False, False),
        ("コンビニエンス", False, False),
        ("hi", False, True),
        ("garbage day", False, False),
        ("LINE で", False, False),
        ("123", False, False),
    ],
)
def test_what_learners_write_is_noticed(text: str, kana: bool, latin: bool) -> None:
    assert (is_kana_only(text), is_undecided_latin(text)) == (kana, latin)


def test_no_character_is_evidence_for_both_scripts() -> None:
    known = evidence()
    assert known.simplified & known.traditional == set()
    assert known.simplified & known.right == set()


@pytest.mark.parametrize("row", ["@", "a@", "@.", "https://", "1", "(", "「」"])
def test_long_row_of_anything_is_read_in_its_place(row: str) -> None:
    """5,000 times 「@」, as long as a message may be, used to stop the whole process for minutes."""
    assert recognise((row * 5000)[:5000]).languages == ()
    assert Language.JAPANESE in recognise("どこですか " + (row * 5000)[:4000]).languages


@pytest.mark.parametrize("text", ["ward.office+1@example.jp", "1@a.b", "https://example.jp/a@b.c", "100", "a@b.c 12 https://example.jp"])
def test_addresses_and_numbers_are_no_words(text: str) -> None:
    assert recognise(text).languages == ()
    assert Language.JAPANESE in recognise(f"{text} ゴミの日").languages
