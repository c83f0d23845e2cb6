"""Which words tell of danger, and how patterns are matched."""

import pytest

from bot.words import contains, crisis_in, is_whole, reason_in, sticker_meanings
from core.messages import Language
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


@pytest.mark.parametrize("language", [language for language in Language if language is not Language.EASY])
@pytest.mark.parametrize("reason", ["other_question", "wrong", "unclear"])
def test_reason_typed_as_its_button_reads_is_understood(reason: str, language: Language) -> None:
    assert reason_in(PACK.lexicon, PACK.sentences.say(f"choice.reason_{reason}", language)) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("我問的不是這個", "other_question"),
        ("電話號碼錯了", "wrong"),
        ("看不太懂", "unclear"),
        ("이걸 물어본 게 아니에요", "other_question"),
        ("전화번호가 틀렸어요", "wrong"),
        ("설명이 너무 어려워요", "unclear"),
        ("Não foi isso que eu perguntei.", "other_question"),
        ("A informação está desatualizada", "wrong"),
        ("Não entendi a resposta", "unclear"),
        ("Hindi po ito ang tanong ko", "other_question"),
        ("Mali po ang impormasyon", "wrong"),
        ("Hindi ko po maintindihan", "unclear"),
        ("मैले त्यो सोधेको होइन।", "other_question"),
        ("नम्बर गलत छ", "wrong"),
        ("बुझ्न गाह्रो भयो।", "unclear"),
        ("쓰레기", None),
        ("resposta", None),
        ("impormasyon", None),
        ("जवाफ", None),
        ("內容", None),
    ],
)
def test_reason_in_own_words(text: str, reason: str | None) -> None:
    assert reason_in(PACK.lexicon, text) == reason


@pytest.mark.parametrize("text", ["號碼打錯了", "번호를 잘못 입력했어요", "O número está errado", "mali po ang numero", "नम्बर गलत भयो"])
def test_number_that_was_wrong(text: str) -> None:
    assert contains(PACK.lexicon.phone_corrections, text)


@pytest.mark.parametrize("text", ["明天上午", "오전에 전화해 주세요", "De manhã", "Kahit anong oras", "बिहान फोन गर्नुहोस्"])
def test_time_is_no_word_about_the_number(text: str) -> None:
    assert not contains(PACK.lexicon.phone_corrections, text)


@pytest.mark.parametrize("text", ["回上一步", "뒤로 가기", "Voltar", "bumalik po", "पछाडि जाने"])
def test_step_back(text: str) -> None:
    assert is_whole(PACK.lexicon.back, text)
