"""What of a resident's words a language model sees."""

import pytest

from retrieval.masking import mask_person


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("山田太郎です。090-1234-5678に電話ください", "〔氏名〕〔氏名〕です。〔電話番号〕に電話ください"),
        ("髙橋と申します。taro@example.com", "〔氏名〕と申します。〔メール〕"),
        ("昭和30年3月3日生まれの佐々木です", "〔生年月日〕生まれの〔氏名〕です"),
        ("生年月日は1980/2/3です", "生年月日は〔生年月日〕です"),
        ("港町1丁目2番3号に住んでいます", "港町〔番地〕に住んでいます"),
        ("1-2-3の家のごみ", "〔番地〕の家のごみ"),
        ("〒506-0001です", "〔郵便番号〕です"),
        ("受付番号123456789の件", "受付番号〔番号〕の件"),
        ("マイナンバーは123456789018です", "マイナンバーは●●●●●●●●●●●●です"),
        ("https://example.jp/me?id=1 のこと", "〔リンク〕 のこと"),
    ],
)
def test_what_belongs_to_a_person_is_blanked(text: str, seen: str) -> None:
    assert mask_person(text) == seen


@pytest.mark.parametrize(
    "text",
    [
        "住民票はどこで取れますか",
        "3番窓口はどこ",
        "6月1日に生まれた子の手当",
        "手数料は300円ですか",
        "2026年4月1日から変わりますか",
        "さくら保育園に入りたい",
        "65歳以上は無料ですか",
    ],
)
def test_what_a_question_needs_stays(text: str) -> None:
    assert mask_person(text) == text


def test_a_name_that_is_published_is_nobodys_secret() -> None:
    assert mask_person("高橋川の河川敷は使えますか") == "〔氏名〕川の河川敷は使えますか"
    assert mask_person("高橋川の河川敷は使えますか", published="高橋川の河川敷は届け出れば使えます。") == "高橋川の河川敷は使えますか"
