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


def test_entry_that_speaks_of_no_end_is_never_certain(database: Database, following: Callable[..., Search]) -> None:
    publish(database, "midori", "seal", faq("印鑑登録をしたい。", "登録する印鑑と本人確認書類を窓口にお持ちください。"))
    publish(database, "midori", "card", faq("図書館の利用登録をやめたい。", "利用カードを窓口に返してください。"))
    answerer = Answerer(search := following())
    assert answerer.answer(ask(search, "印鑑登録をしたいです")).decision is Decision.ANSWER
    wanted = answerer.answer(ask(search, "印鑑登録をやめたい"))
    assert wanted.decision is not Decision.ANSWER
    assert answerer.answer(ask(search, "図書館の利用登録をやめたいです")).decision is Decision.ANSWER
