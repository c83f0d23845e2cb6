"""Talk wants nothing; questions and matters that are told do."""

import pytest

from retrieval.utterance import is_talk

TALK = [
    "今日は寒いね",
    "ありがとう助かりました",
    "今日はいい天気ですね",
    "雨がすごいね",
    "暑いですね",
    "あなたって賢いね",
    "便利ですね",
    "もうすぐ年末ですね",
    "疲れたー",
    "おやすみなさい",
    "ありがとうございました。とても助かりました",
    "thank you so much, that was very helpful",
    "It's so cold today",
    "今天好冷啊",
]
MATTERS = [
    "引っ越しました",
    "子どもが生まれました",
    "父が亡くなりました",
    "寒いので手当はありますか",
    "雨の日のごみ収集",
    "ありがとうございます。あと印鑑登録は？",
    "台風",
    "犬を飼い始めました",
    "結婚します",
    "年末のごみ",
    "暑い日に涼める場所",
    "眠れません",
    "財布を落とした",
    "カードをなくした",
]


@pytest.mark.parametrize("text", TALK)
def test_talk_wants_nothing(text: str) -> None:
    assert is_talk(text)


@pytest.mark.parametrize("text", MATTERS)
def test_a_matter_is_no_talk(text: str) -> None:
    assert not is_talk(text)
