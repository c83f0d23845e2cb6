"""Who wants out of something is not told for certain how to get in."""

from collections.abc import Callable

import pytest

from core.database import Database
from retrieval.answering import Answerer
from retrieval.answers import Decision
from retrieval.search import Search
from retrieval.undoing import asks_to_undo
from tests.retrieval.conftest import faq, publish
from tests.retrieval.test_answering import ask


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("年金やめたい", True),
        ("国保を抜けたいです", True),
        ("印鑑登録をやめるには", True),
        ("口座振替の解約方法", True),
        ("転出届を取り消したい", True),
        ("予約をキャンセルしたいのですが", True),
        ("会社をやめたので年金はどうなりますか", False),
        ("仕事を辞めたら国保に入れますか", False),
        ("たばこをやめたい", False),
        ("印鑑登録をしたい", False),
        ("届け先をやめて別にする", False),
    ],
)
def test_wish_to_get_out_is_told_from_what_else_ends(text: str, expected: bool) -> None:
    assert asks_to_undo(text) is expected


def test_entry_that_speaks_of_no_end_is_never_certain(
    database: Database, following: Callable[..., Search], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(database, "midori", "debit", faq("口座振替にしたい。", "口座振替は、銀行の窓口か市のホームページで申し込めます。"))
    publish(database, "midori", "card", faq("図書館の利用登録をやめたい。", "利用カードを窓口に返してください。"))
    answerer = Answerer(search := following())
    wanted = ask(search, "口座振替をやめたい")
    assert answerer.answer(wanted).decision is Decision.CHOICES
    assert answerer.answer(ask(search, "図書館の利用登録をやめたいです")).decision is Decision.ANSWER
    monkeypatch.setattr("retrieval.deciding.asks_to_undo", lambda _text: False)
    assert answerer.answer(wanted).decision is Decision.ANSWER, "it would be certain anyhow, so the rule was not tried"
