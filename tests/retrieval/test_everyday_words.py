"""Everyday words of other languages, read as Japanese."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.everyday_words import EverydayWords
from retrieval.search import Search
from retrieval.synonyms import read_synonyms
from tests.retrieval.conftest import COMMON, NOON

WORDS = read_synonyms(COMMON).everyday
LANGUAGES = {"en", "zh", "ko", "vi", "pt", "tl", "ne", "ja"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lixo", ("ごみ",)),
        ("Onde jogo o lixo grande?", ("粗大ごみ",)),
        ("rác cồng kềnh", ("粗大ごみ",)),
        ("toi muon vut rac cong kenh", ("粗大ごみ",)),
        ("esqueci a senha", ("暗証番号を忘れた",)),
        ("certidao de nascimento", ("出生届",)),
        ("garbage bags and taxes", ("ごみ袋", "税金")),
        ("쓰레기봉투는 어디서 사요?", ("ごみ袋",)),
        ("大型垃圾怎麼丟", ("粗大ごみ",)),
        ("护照怎么办", ("パスポート",)),
        ("ठूलो फोहोर फाल्ने", ("粗大ごみ",)),
        ("sodai gomi", ("粗大ごみ",)),
        ("basurero", ()),
        ("where can I put cans", ("びん・缶",)),
        ("Where can I get this?", ()),
        ("粗大ごみ", ()),
        ("避難所", ()),
        ("税", ()),
        ("ごみ garbage", ()),
        ("", ()),
    ],
)
def test_longest_words_of_the_language_are_read(text: str, expected: tuple[str, ...]) -> None:
    assert WORDS.read(text).words == expected


def test_share_tells_how_much_was_understood() -> None:
    assert WORDS.read("lixo grande").share == 1.0
    assert 0 < WORDS.read("quero falar sobre o lixo da minha casa").share < 0.3


def test_every_language_has_a_word_for_nearly_every_thing() -> None:
    assert set(WORDS.exact) == LANGUAGES
    assert all(len(set(WORDS.exact[language].japanese.values())) >= 60 for language in LANGUAGES - {"ja"})


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert 0 <= WORDS.read(text).share <= 1.0
    assert EverydayWords().read(text).words == ()


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("अस्पताल होइन, फोहोर ठूलो फोहोर", "oversized"),
        ("Saan kukuha ng residence certificate?", "resident-record"),
        ("Tôi có chó", "dog"),
        ("बच्चालाई नर्सरी", "nursery"),
        ("pensão", "pension"),
        ("kokuho", "health-insurance"),
    ],
)
def test_untranslated_entry_is_among_the_first(town: Search, text: str, entry: str) -> None:
    assert entry in [hit.entry_id for hit in town.search("midori", text, moment=NOON).hits[:5]]
