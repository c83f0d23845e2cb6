"""Of a guide the part that answers, with what limits it."""

from retrieval.checking import check_text
from retrieval.extracting import SHORT, extract
from retrieval.plain_text import plain
from tests.retrieval.sample_texts import samples

FILLER = "この制度は、市内に住む人の暮らしを支えるために設けられたもので、多くの人が毎年利用しています。" * 6
GUIDE = f"""## 手数料

{FILLER}

窓口の手数料は300円です。ただし、生活保護を受けている人は無料です。

| 証明書 | 窓口 | コンビニ |
|---|---|---|
| 住民票の写し | 300円 | 200円 |
| 戸籍証明書 | 450円 | 450円 |

※手数料は変わることがあります。

- **郵送**：申請書を送ってください。
- 窓口：番号札を取ってください。
"""


def test_a_short_section_is_given_whole() -> None:
    found = extract("いくらですか", "窓口は300円です。\n\n- 現金だけです")
    assert (found.text, found.is_part) == ("窓口は300円です。\n\n・現金だけです", False)


def test_the_sentence_that_answers_comes_with_its_exception() -> None:
    found = extract("窓口の手数料はいくらですか", GUIDE)
    assert found.is_part
    assert "窓口の手数料は300円です。ただし、生活保護を受けている人は無料です。" in found.text
    assert FILLER not in found.text


def test_a_row_comes_with_its_headings_and_the_note_below() -> None:
    found = extract("戸籍証明書はいくらですか", GUIDE)
    assert "・戸籍証明書：窓口 450円、コンビニ 450円" in found.text
    assert "※手数料は変わることがあります。" in found.text
    assert "|" not in found.text


def test_a_question_without_a_word_of_the_section_gets_it_whole() -> None:
    found = extract("xyz", GUIDE)
    assert (found.text, found.is_part) == (plain(GUIDE).strip(), False)


def test_parts_of_the_sample_citys_guides_pass_the_fact_lock() -> None:
    questions = ("手数料はいくらですか", "どこで申し込めますか", "必要な物は何ですか", "いつまでですか")
    parts = 0
    for sample in samples():
        body = sample.source.partition("\n")[2]
        if len(body) > SHORT:
            for question in questions:
                found = extract(question, body)
                parts += found.is_part
                assert check_text(found.text, [sample.source]).is_whole, (sample.entry_id, question)
    assert parts
