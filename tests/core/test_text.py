"""Normal forms, counting and cutting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import graphemes, normalise, pack_sentences, sentences, shorten, squeeze, strip_invisible, utf16_length

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("ｺﾞﾐ", "ゴミ"),
        ("  粗大　ごみ\u00a0 を\t出す ", "粗大 ごみ を 出す"),
        ("髙﨑さん", "高崎さん"),
        ("渡邊・渡邉", "渡辺・渡辺"),
        ("ご\u200bみ\ufeff", "ごみ"),
        ("が", "が"),
        ("㈱", "(株)"),
        ("①", "1"),
        ("Ệ", "ệ"),
        ("", ""),
    ],
)
def test_normal_form(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_normalising_what_is_in_its_normal_form_changes_nothing_but_rare_letters(text: str) -> None:
    once = normalise(normalise(text))
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("違う。", "違う"),
        ("ち が う！？", "ちがう"),
        ("thank you.", "thankyou"),
        ("メニュー…", "メニュー"),
        ("。、！", ""),
        ("にん〜", "にん"),
    ],
)
def test_squeezed_form(text: str, expected: str) -> None:
    assert squeeze(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ご\u200bみ", "ごみ"),
        ("a\u202eb", "ab"),
        ("a\x00b\x1fc", "abc"),
        ("一行\n二行\t。", "一行\n二行\t。"),
        (FAMILY, FAMILY),
        ("☀\ufe0f", "☀"),
        ("\ue000外字", "外字"),
    ],
)
def test_what_hides_is_removed(text: str, expected: str) -> None:
    assert strip_invisible(text) == expected


@pytest.mark.parametrize(("text", "units"), [("", 0), ("ごみ", 2), ("𠮷", 2), (FAMILY, 11), ("\ud800", 1)])
def test_utf16_units(text: str, units: int) -> None:
    assert utf16_length(text) == units


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [("ごみの日", 4, "ごみの日"), ("ごみの日は", 4, "ごみの…"), (FAMILY * 3, 2, FAMILY + "…"), ("e\u0301a", 2, "e\u0301a"), ("", 1, "")],
)
def test_shortened_by_what_a_reader_sees(text: str, limit: int, expected: str) -> None:
    assert shorten(text, limit) == expected
    assert len(graphemes(shorten(text, limit))) <= limit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("出します。持ちます。", ["出します。", "持ちます。"]),
        ("「はい。」と言う。", ["「はい。」と言う。"]),
        ("一行\n二行", ["一行\n", "二行"]),
        ("本当？はい！", ["本当？", "はい！"]),
        ("", []),
    ],
)
def test_sentences_end_at_their_marks_outside_of_brackets(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_pieces_are_cut_at_sentences() -> None:
    assert list(pack_sentences("ごみです。水です。木です。", 10)) == ["ごみです。水です。", "木です。"]


def test_sentence_that_is_too_long_is_cut_between_characters() -> None:
    assert list(pack_sentences(FAMILY * 3, 25)) == [FAMILY * 2, FAMILY]


def test_line_breaks_alone_make_no_piece() -> None:
    """A line break before a full piece used to make an empty message, which LINE refuses."""
    assert list(pack_sentences("\n" + "あ" * 10, 10)) == ["あ" * 10]
    assert list(pack_sentences("あ" * 10 + "\n\n" + "い" * 10, 10)) == ["あ" * 10, "い" * 10]


TEXTS = st.lists(
    st.one_of(
        st.sampled_from(["。", "\n", "あ", "！", "」", " ", FAMILY, "𠮷", "e\u0301", "\u0301" * 30]),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
).map("".join)


@given(TEXTS, st.integers(min_value=2, max_value=40))
def test_pieces_keep_to_the_limit_and_lose_nothing_but_space_at_their_ends(text: str, limit: int) -> None:
    pieces = list(pack_sentences(text, limit))
    assert all(0 < utf16_length(piece) <= limit and piece.strip() for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(TEXTS)
def test_sentences_joined_are_the_text(text: str) -> None:
    assert "".join(sentences(text)) == text
