"""What is wrong with a definition's YAML is said in plain Japanese, with the line to look at."""

import pytest

from console.source_problems import problem_words
from procedures.examining import examine
from tests.procedures.talk import PACK, PROCEDURES

SOURCE = PROCEDURES.sources["oversized_waste"]


@pytest.mark.parametrize(
    ("before", "after", "said", "line_with"),
    [
        ("title: 粗大ごみの", "title: 粗大ごみ: の", "「: 」が入った言葉", "title:"),
        ("assurance: L1", "assurance: L1\n\tx: y", "タブ", "\tx: y"),
        (", 大型ごみ]", ", 大型ごみ", "「[」か「{」が閉じていない", "starts:"),
        ("  accepted: 粗大", "   accepted: 粗大", "字下げがそろっていない", "  returned:"),
        ("title: 粗大", "title: @粗大", "「@」", "title:"),
        ("title: 粗大", "title: \x01粗大", "YAMLとして読めません", ""),
        ("        type: items\n", "        typ: items\n", "種類（type）が要ります", "name: items"),
    ],
)  # fmt: skip
def test_mistake_of_yaml_is_said_without_english(before: str, after: str, said: str, line_with: str) -> None:
    """The parser's own words used to be shown: «mapping values are not allowed in this context»."""
    assert before in SOURCE
    broken = SOURCE.replace(before, after, 1)
    (problem,) = examine(broken, "oversized_waste", PACK, PROCEDURES.locality).problems
    assert said in problem_words(problem)
    assert "not" not in problem_words(problem)
    assert line_with in broken.splitlines()[problem.line - 1]
