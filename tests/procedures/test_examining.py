"""What is wrong with a definition is found with its place and its line."""

import pytest

from procedures.examining import examine
from tests.procedures.talk import PACK, PROCEDURES

UNKNOWN_DEPARTMENT = "'enviroment' is not in departments.yaml (did you mean 'environment'?)"
SOURCE = PROCEDURES.sources["oversized_waste"]


def line_of(source: str, text: str) -> int:
    return next(number for number, line in enumerate(source.splitlines(), start=1) if text in line)


@pytest.mark.parametrize(
    ("before", "after", "where", "said"),
    [
        ("label: 品物\n", "labell: 品物\n", "field 'items'", "unknown key 'labell' (did you mean 'label'?)"),
        ("何を出しますか。品物", "何を出しますか。{itmes}", "fields.items.ask", "'{itmes}' is no answer (did you mean 'items'?)"),
        ("{{ waste.oversized_change_days }}日前まで", "{{ waste.nothing }}", "thanks", "no value 'waste.nothing' in values/"),
        ("field: place, is: apartment", "field: palce, is: apartment", "field 'building'", "no field 'palce' (did you mean 'place'?)"),
        ("id: oversized_waste\n", "id: something_else\n", "id", "'something_else': 'oversized_waste' is needed"),
        ("department: environment", "department: enviroment", "department", UNKNOWN_DEPARTMENT),
    ],
)  # fmt: skip
def test_problem_names_place_and_line(before: str, after: str, where: str, said: str) -> None:
    assert not examine(SOURCE, "oversized_waste", PACK, PROCEDURES.locality).problems
    assert before in SOURCE
    broken = SOURCE.replace(before, after, 1)
    problem = examine(broken, "oversized_waste", PACK, PROCEDURES.locality).problems[0]
    assert (problem.where, problem.said) == (where, said)
    marks = {"thanks": "thanks: |-", "field 'building'": "name: building"}
    assert problem.line == line_of(broken, marks.get(where, after.strip().splitlines()[0]))
    assert problem.place == (where if where in ("fields.items.ask", "thanks") else "")


@pytest.mark.parametrize(
    ("source", "said", "line"),
    [
        ("id: a\n  b: c", "not valid YAML", 2),
        ("- a", "names with values are needed", 1),
        ("id: &x a\ntitle: *x\n", "aliases can't be used", 2),
        ("id: " + "[" * 50 + "]" * 50, "nested too deeply", 1),
    ],
)
def test_text_that_is_no_definition_is_refused(source: str, said: str, line: int) -> None:
    found = examine(source, "a", PACK, PROCEDURES.locality)
    assert found.definition is None
    assert found.problems[0].said.startswith(said)
    assert found.problems[0].line == line
