"""Sentences by key and language, with gaps."""

import pytest

from core.errors import PackError
from core.messages import Language
from core.sentences import Sentences, flatten

SENTENCES = Sentences(
    {
        Language.JAPANESE: {"greeting": "こんにちは、{name}さん。", "bye": "さようなら"},
        Language.ENGLISH: {"greeting": "Hello, {name}."},
    }
)


@pytest.mark.parametrize(
    ("key", "language", "expected"),
    [
        ("greeting", Language.JAPANESE, "こんにちは、花さん。"),
        ("greeting", Language.ENGLISH, "Hello, 花."),
        ("greeting", Language.EASY, "こんにちは、花さん。"),
        ("greeting", Language.VIETNAMESE, "こんにちは、花さん。"),
        ("bye", Language.ENGLISH, "さようなら"),
    ],
)
def test_sentence_is_said_in_the_language_or_in_japanese(key: str, language: Language, expected: str) -> None:
    assert SENTENCES.say(key, language, name="花") == expected


def test_unknown_key_is_named_with_the_place_to_add_it() -> None:
    with pytest.raises(PackError, match=r"no sentence 'hello'.*messages/ja.yaml"):
        SENTENCES.say("hello")


def test_gap_that_nothing_fills_is_named() -> None:
    with pytest.raises(PackError, match="'greeting' has a gap 'name'"):
        SENTENCES.say("greeting", nme="花")


def test_what_fills_a_gap_is_not_read_as_a_gap_again() -> None:
    assert SENTENCES.say("greeting", name="{name}") == "こんにちは、{name}さん。"


def test_keys_and_gaps_are_told() -> None:
    assert SENTENCES.keys(Language.ENGLISH) == {"greeting"}
    assert SENTENCES.keys(Language.CHINESE) == frozenset()
    assert SENTENCES.gaps("greeting", Language.JAPANESE) == {"name"}


def test_tree_becomes_dotted_keys() -> None:
    assert flatten({"answer": {"refused": {"a": "いいえ"}}, "x": "y"}) == {"answer.refused.a": "いいえ", "x": "y"}


@pytest.mark.parametrize("leaf", [1, None, True, ["a"]])
def test_leaf_that_is_no_text_is_refused(leaf: object) -> None:
    with pytest.raises(PackError, match=r"'answer\.none' is \w+, a text is needed"):
        flatten({"answer": {"none": leaf}})
