"""Tokens, readings and synonyms."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PackError
from retrieval.lexicon import Lexicon, names_in
from retrieval.query import read_query
from retrieval.synonyms import Synonyms, read_synonyms
from retrieval.tokens import forms, tokens
from tests.retrieval.conftest import COMMON


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ゴミ", "ごみ"),
        ("ｺﾞﾐ", "ごみ"),
        ("引越し", "引っ越し"),
        ("引越", "引っ越し"),
        ("ＬＩＮＥ", "line"),
        ("髙橋", "高橋"),
        ("手続", "手続き"),
    ],
)
def test_spellings_of_one_word_have_one_form(one: str, other: str) -> None:
    assert forms(one) == forms(other) != []


@given(st.text(max_size=60))
def test_any_text_gives_tokens_in_order_without_overlap(text: str) -> None:
    found = tokens(text)
    assert all(token.form and token.start < token.end for token in found)
    assert all(earlier.end <= later.start for earlier, later in pairwise(found))


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("こくほのてつづき", "国民健康保険の手続き"),
        ("マイナカードをなくした", "マイナンバーカードをなくした"),
        ("マイナンバーカード", "マイナンバーカード"),
        ("粗ごみと粗大ゴミ", "粗大ごみと粗大ごみ"),
        ("子育て", "子育て"),
        ("住基カード", "住民基本台帳カード"),
        ("", ""),
    ],
)
def test_names_are_read_in_their_usual_form(text: str, usual: str) -> None:
    assert read_synonyms(COMMON).usual_names(text) == usual


def test_the_common_list_is_large_and_names_are_unambiguous() -> None:
    synonyms = read_synonyms(COMMON)
    assert len(set(synonyms.names.values())) >= 150
    assert all(synonyms.names[spelling] for spelling in synonyms.names)


def test_a_municipality_adds_to_the_common_list_and_takes_from_it(tmp_path: Path) -> None:
    (tmp_path / "synonyms.yaml").write_text("names: {緑のカード: [グリカ]}\nrelated: [[川遊び, 水辺]]\nwithout: [国保]\n", encoding="utf-8")
    synonyms = read_synonyms(COMMON, tmp_path)
    assert synonyms.usual_names("グリカと国保とこくほ") == "緑のカードと国保と国民健康保険"
    assert "水辺" in synonyms.related(tokens("川遊び"))


def test_an_unknown_key_is_refused_with_the_name_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "synonyms.yaml").write_text("nmaes: {}\n", encoding="utf-8")
    with pytest.raises(PackError, match=r"synonyms\.yaml"):
        read_synonyms(tmp_path)


def lexicon_of(*questions: str) -> Lexicon:
    lexicon = Lexicon()
    for key, question in enumerate(questions):
        lexicon.put(key, names_in([tokens(question)]))
    return lexicon


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("めんじょのもうしこみ", "免除の申し込み"),
        ("建康診断の期現", "健康診断の期限"),
        ("固定資産勢", "固定資産税"),
        ("選挙のとうひょう", "選挙の投票"),
        ("ください", "ください"),
    ],
)
def test_words_are_read_by_their_sound(text: str, sentence: str) -> None:
    lexicon = lexicon_of("免除の申し込み", "健康診断の期限", "固定資産税", "選挙の投票")
    known = {form for question in ("免除の申し込み", "健康診断の期限", "固定資産税", "選挙の投票") for form in forms(question)}
    assert read_query(text, Synonyms(), lexicon, known.__contains__).sentence == sentence


def test_a_lexicon_forgets_what_was_removed() -> None:
    lexicon = lexicon_of("免除", "免除")
    lexicon.remove(0)
    assert lexicon.write_out("めんじょ", is_kana_only=True) == "免除"
    lexicon.remove(1)
    assert lexicon.write_out("めんじょ", is_kana_only=True) == "めんじょ"
