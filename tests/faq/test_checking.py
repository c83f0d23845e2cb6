"""Problems of drafts, as forms show them."""

from dataclasses import replace
from datetime import date

import pytest

from core.pack import Pack
from core.pack_loading import blank_pack
from faq.checking import check, check_draft, is_web_address, resembles_individual_number
from faq.drafts import EntryDraft, tidied
from retrieval.passages import Link, Translation

GOOD = EntryDraft(id="a-1", question="質問", answer="手数料は{{ fee.certificate }}です。", category="証明書", department_id="citizens")


def problems(draft: EntryDraft, pack: Pack) -> list[tuple[str, str]]:
    return [(problem.field, problem.key) for problem in check(tidied(draft), pack)]


def test_a_good_draft_has_no_problem(pack: Pack) -> None:
    assert problems(GOOD, pack) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"question": " 　"}, ("question", "question_empty")),
        ({"question": "あ" * 301}, ("question", "question_long")),
        ({"answer": "\u200b"}, ("answer", "answer_empty")),
        ({"answer": "あ" * 5001}, ("answer", "answer_long")),
        ({"id": ""}, ("id", "id_empty")),
        ({"id": "a/b"}, ("id", "id_characters")),
        ({"id": "x" * 65}, ("id", "id_long")),
        ({"phrasings": ("あ" * 201,)}, ("phrasings", "phrasing_long")),
        ({"phrasings": tuple(map(str, range(101)))}, ("phrasings", "phrasings_many")),
        ({"category": "あ" * 41}, ("category", "category_long")),
        ({"department_id": "citizen"}, ("department_id", "department_unknown")),
        ({"source_url": "www.city.midori.example.jp"}, ("source_url", "url_bad")),
        ({"source_url": "javascript:alert(1)"}, ("source_url", "url_bad")),
        ({"links": (Link(label="申請", url="https://localhost/"),)}, ("links", "url_bad")),
        ({"links": (Link(label="", url="https://a.example.jp/"),)}, ("links", "link_label_empty")),
        ({"links": (Link(label="あ" * 21, url="https://a.example.jp/"),)}, ("links", "link_label_long")),
        ({"links": (Link(label="あ", url="https://a.example.jp/"),) * 3}, ("links", "links_many")),
        ({"valid_from": date(2027, 4, 1), "valid_until": date(2027, 3, 31)}, ("valid_until", "valid_until_early")),
        ({"answer": "{{ fee.none }}です。"}, ("answer", "value_unknown")),
        ({"answer": "{{ 手数料 }}です。"}, ("answer", "placeholder_bad")),
        ({"answer": "{{fee.certificate"}, ("answer", "placeholder_bad")),
        ({"answer": "番号は 1234-5678-9018 です。"}, ("answer", "individual_number")),
        ({"question": "１２３４５６７８９０１８は？"}, ("question", "individual_number")),
        ({"translations": {"fr": Translation(question="q", answer="a")}}, ("translations.fr", "language_unknown")),
        ({"translations": {"en": Translation(question="q", answer="")}}, ("translations.en", "translation_half")),
        ({"translations": {"en": Translation(question="q", answer="{{ x }}")}}, ("translations.en", "value_unknown")),
    ],
)
def test_a_problem_names_its_field(change: dict[str, object], expected: tuple[str, str], pack: Pack) -> None:
    assert problems(replace(GOOD, **change), pack) == [expected]


@pytest.mark.parametrize("place", range(5))
def test_every_problem_has_words(place: int, pack: Pack) -> None:
    bad = EntryDraft(id="a b/c", question="", answer="{{ x", department_id="none", source_url="x", note="あ" * 2001)
    texts = [problem.text for problem in check(bad, pack)]
    assert len(texts) >= 5
    assert "{" not in texts[place].replace("{{ ", "")


def test_an_unknown_department_gets_a_suggestion(pack: Pack) -> None:
    assert "citizens" in check(replace(GOOD, department_id="citizen"), pack)[0].text


def test_without_departments_any_is_taken() -> None:
    assert problems(replace(GOOD, answer="はい。", department_id="any"), blank_pack("x")) == []


def test_a_list_of_codes_is_no_individual_number_but_worth_a_look(pack: Pack) -> None:
    draft = replace(GOOD, answer="離職理由コード12・34・56・78・90・18の人")
    assert problems(draft, pack) == []
    assert resembles_individual_number(draft) == ("answer",)


def test_an_unfinished_draft_may_be_kept_but_no_individual_number(pack: Pack) -> None:
    assert check_draft(EntryDraft(question="", answer=""), pack) == ()
    assert [problem.key for problem in check_draft(EntryDraft(answer="123456789018"), pack)] == ["individual_number"]


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://www.city.midori.example.jp/a?b=c#d", True),
        ("http://example.jp", True),
        ("https://例え.jp/案内", True),
        ("https://example.jp:99999/", False),
        ("https://user@example.jp/", False),
        ("https://example.jp/a b", False),
        ("ftp://example.jp/", False),
        ("https://[::1", False),
        ("https://example.jp/" + "a" * 1000, False),
    ],
)
def test_web_addresses(url: str, *, good: bool) -> None:
    assert is_web_address(url) is good


def test_tidying_removes_what_nobody_sees() -> None:
    draft = tidied(
        EntryDraft(question=" 質\u200b問\r\n続き ", answer="一\r二 \n", phrasings=("ごみ", "ゴミ", "ごみ。", "", "a|b"), category=" ")
    )
    assert (draft.question, draft.answer, draft.phrasings, draft.category) == ("質問 続き", "一\n二", ("ごみ", "ゴミ", "a", "b"), "その他")
