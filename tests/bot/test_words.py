"""Which language words show, and which words tell of danger."""

import pytest

from bot.words import contains, crisis_in, is_whole, language_of, sticker_meanings
from core.messages import Language
from tests.bot.turns import PACK


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("粗大ごみを出したい", Language.JAPANESE),
        ("ゴミ", Language.JAPANESE),
        ("ｺﾞﾐ", Language.JAPANESE),
        ("LINEで申請", Language.JAPANESE),
        ("マイナンバーカード application", Language.JAPANESE),
        ("住民票", None),
        ("粗大", None),
        ("请问怎么办理居住证明", Language.CHINESE),
        ("垃圾什么时候收？请告诉我", Language.CHINESE),
        ("How do I throw away a sofa?", Language.ENGLISH),
        ("garbage", Language.ENGLISH),
        ("HELLO THERE", Language.ENGLISH),
        ("Xin chào, tôi muốn hỏi về rác", Language.VIETNAMESE),
        ("đăng ký", Language.VIETNAMESE),
        ("ok", None),
        ("TEL", None),
        ("123", None),
        ("", None),
        ("👍", None),
        ("佐藤 花", None),
    ],
)
def test_language_that_the_script_shows(text: str, expected: Language | None) -> None:
    assert language_of(text) is expected


CRISES = [
    ("死にたい", "self_harm"),
    ("しにたい", "self_harm"),
    ("もう消えてしまいたい", "self_harm"),
    ("自殺しそうです", "self_harm"),
    ("リスカしてしまった", "self_harm"),
    ("i want to kill myself", "self_harm"),
    ("不想活了", "self_harm"),
    ("tôi muốn chết", "self_harm"),
    ("夫に殴られました", "violence"),
    ("ＤＶを受けています", "violence"),
    ("助けてください！", "violence"),
    ("my husband hits me", "violence"),
    ("隣の家の子どもが虐待されているかも", "child_abuse"),
    ("子どもに手をあげてしまう", "child_abuse"),
    ("家が燃えています", "emergency"),
    ("父が倒れた、意識がない", "emergency"),
    ("ガスくさい", "emergency"),
    ("there is a fire", "emergency"),
    ("着火了", "emergency"),
]
ORDINARY = [
    "自殺対策の計画を見たい",
    "いのちの電話の番号",
    "スマホが死にたい",
    "動物虐待を見た",
    "児童虐待防止月間の講演",
    "火災保険の罹災証明",
    "救急車の適正利用",
    "交通事故証明",
    "倒れた木を片付けてほしい",
    "津波ハザードマップ",
    "燃えるごみの日",
    "犬が倒れている",
    "粗大ごみを出したい",
    "ハチに刺されそう",
    "",
]


@pytest.mark.parametrize(("text", "kind"), CRISES)
def test_words_of_danger_are_recognised(text: str, kind: str) -> None:
    found = crisis_in(PACK.lexicon, text)
    assert found is not None
    assert found.id == kind


@pytest.mark.parametrize("text", ORDINARY)
def test_words_that_only_sound_like_danger_are_not(text: str) -> None:
    assert crisis_in(PACK.lexicon, text) is None


@pytest.mark.parametrize(
    ("patterns", "text", "whole", "inside"),
    [
        (("やめる",), "やめる", True, True),
        (("やめる",), "や め る。", True, False),
        (("やめる",), "登録をやめる", False, True),
        (("ok",), "ＯＫ！", True, True),
        (("a|b", "c"), "c", True, True),
        (("a|b",), "ab", False, True),
        ((), "x", False, False),
    ],
)
def test_pattern_is_searched_or_matched_as_a_whole(patterns: tuple[str, ...], text: str, whole: bool, inside: bool) -> None:
    assert is_whole(patterns, text) is whole
    assert contains(patterns, text) is inside


def test_each_keyword_of_a_sticker_has_its_meaning() -> None:
    assert sticker_meanings([(("a", "b"), "x"), (("c",), "y")]) == {"a": "x", "b": "x", "c": "y"}
