"""Prepared words for returning and refusing, in the language of whoever reads them."""

import pytest

from core.messages import Language
from procedures.reasons import Reasons, load_reasons

REASONS = load_reasons("shiomi")
PREPARED = [*(words for group in REASONS.returning.values() for words in group), *REASONS.refusing]


@pytest.mark.parametrize("language", [language for language in Language if language is not Language.JAPANESE])
def test_every_prepared_reason_is_written_in_every_language(language: Language) -> None:
    for words in PREPARED:
        said = REASONS.in_language(words, language)
        assert said != words
        assert said.strip()


def test_in_japanese_and_in_own_words_nothing_changes() -> None:
    assert REASONS.in_language(PREPARED[0], Language.JAPANESE) == PREPARED[0]
    assert REASONS.in_language("部屋番号が2つありました。", Language.ENGLISH) == "部屋番号が2つありました。"


def test_prepared_line_is_said_in_the_language_beside_own_words() -> None:
    said = REASONS.in_language(
        "電話番号：お電話がつながりませんでした。番号を確かめて、もう一度教えてください。\n昼にお願いします。", Language.ENGLISH
    )
    assert said == "電話番号：We could not reach you by phone. Please check the number and tell us again.\n昼にお願いします。"


def test_municipality_without_translations_says_its_words_in_japanese() -> None:
    assert Reasons(refusing=("だめです。",)).in_language("だめです。", Language.VIETNAMESE) == "だめです。"
