"""Which words tell of danger, and how patterns are matched."""

import pytest

from bot.words import contains, crisis_in, is_whole, sticker_meanings
from tests.bot.turns import PACK

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
    ("我不想活了", "self_harm"),
    ("老公打我", "violence"),
    ("孩子被虐待了，虐待兒童", "child_abuse"),
    ("失火了，叫救護車", "emergency"),
    ("죽고 싶어요", "self_harm"),
    ("남편이 저를 때려요", "violence"),
    ("옆집 아이가 학대받는 것 같아요", "child_abuse"),
    ("집에 불이 났어요", "emergency"),
    ("quero morrer", "self_harm"),
    ("Não quero mais viver", "self_harm"),
    ("meu marido me bate", "violence"),
    ("maus-tratos contra a criança do vizinho", "child_abuse"),
    ("A casa está pegando fogo", "emergency"),
    ("gusto ko nang mamatay", "self_harm"),
    ("binubugbog ako ng asawa ko", "violence"),
    ("inaabuso ang bata sa kabilang bahay", "child_abuse"),
    ("May sunog!", "emergency"),
    ("मलाई मर्न मन लाग्यो", "self_harm"),
    ("श्रीमानले मलाई कुट्छ", "violence"),
    ("छिमेकीको बच्चालाई कुट्छन्", "child_abuse"),
    ("आगो लाग्यो", "emergency"),
    ("ngược đãi trẻ em", "child_abuse"),
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
    "火災",
    "화재보험",
    "seguro contra incêndio",
    "não tenho dinheiro, quero pagar depois",
    "tulungan ninyo po ako sa buwis",
    "बच्चाको खोप",
    "我想辦健康保險",
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
