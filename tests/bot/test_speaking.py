"""In which language a reply is given, and which one is kept."""

from dataclasses import replace

import pytest

from bot.speaking import Speech, speech_of
from core.messages import Language
from tests.bot.turns import PACK

JA, EASY, EN, VI, KO = Language.JAPANESE, Language.EASY, Language.ENGLISH, Language.VIETNAMESE, Language.KOREAN
HANS, HANT = Language.CHINESE, Language.TRADITIONAL_CHINESE


@pytest.mark.parametrize(
    ("text", "kept", "earlier", "language", "is_to_be_kept"),
    [
        ("粗大ごみを出したい", None, (), JA, False),
        ("How do I dispose of a sofa?", None, (), EN, False),
        ("And the fee?", None, ("How do I dispose of a sofa?",), EN, True),
        ("住民票", None, ("How do I dispose of a sofa?",), EN, False),
        ("", None, ("090-1234-5678", "How do I dispose of a sofa?"), EN, False),
        ("粗大ごみ の料金", None, ("How do I dispose of a sofa?",), JA, False),
        ("住民票", EN, (), EN, False),
        ("ok", VI, ("粗大ごみを出したい",), VI, False),
        ("犬の登録", EN, (), EN, False),
        ("犬の登録はどうすればいいですか", EN, (), JA, True),
        ("犬の登録はどうすればいいですか", EASY, (), EASY, False),
        ("garbage", VI, (), VI, False),
        ("쓰레기는 언제 버려요?", EN, (), KO, False),
        ("쓰레기는 언제 버려요?", EN, ("대형 쓰레기는요?",), KO, True),
        ("How do I dispose of a sofa?", JA, (), EN, False),
        ("How do I dispose of a sofa?", JA, ("When is garbage day?",), EN, True),
        ("你好", HANT, (), HANT, False),
        ("你好", None, (), HANS, False),
        ("垃圾", None, ("請問垃圾怎麼丟",), HANT, True),
        ("住民票の写しがほしい", EN, (), EN, False),
    ],
)
def test_language_of_a_reply(text: str, kept: Language | None, earlier: tuple[str, ...], language: Language, is_to_be_kept: bool) -> None:
    """The last row is a button of the rich menu, which sends Japanese words for everybody."""
    assert speech_of(text, PACK, kept=kept, earlier=earlier) == Speech(language=language, is_to_be_kept=is_to_be_kept)


def test_only_languages_of_the_municipality_are_spoken_and_chinese_in_the_script_that_it_has() -> None:
    info = PACK.municipality.model_copy(update={"languages": (JA, HANS)})
    pack = replace(PACK, municipality=info)
    assert speech_of("How do I dispose of a sofa?", pack).language is JA
    assert speech_of("請問垃圾怎麼丟", pack).language is HANS
    assert speech_of("", pack, kept=EN).language is JA
