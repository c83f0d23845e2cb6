"""What a case is about, in one sentence for whoever takes it."""

import pytest

from bot.packets import summary_of
from handoff.packet import Tried

FOUND = Tried(entry="fees", question="手数料はいくらですか", status="answered_same_question")
OFFERED = Tried(entry="fees", question="手数料はいくらですか", status="clarified")
NOTHING = Tried(entry="", question="いくら", status="unanswerable_no_passage")


@pytest.mark.parametrize(
    ("question", "tried", "said"),
    [
        ("いくら", (FOUND,), "「手数料はいくらですか」を案内しました"),
        ("いくら", (FOUND, OFFERED), "「手数料はいくらですか」を案内しました"),
        ("いくら", (OFFERED, NOTHING), "候補を示しましたが、答えは決まっていません"),
        ("いくら", (NOTHING,), "答えを見つけていません"),
        # Who asks for a person at once was said to have been answered with nothing.
        ("人と話したいです", (), "ボットはまだ答えていません"),
        ("", (), "質問の内容は、まだ聞いていません"),
    ],
)
def test_summary_says_what_the_bot_did(question: str, tried: tuple[Tried, ...], said: str) -> None:
    assert said in summary_of(question, tried)
