"""Questions on a page: what is asked there, how each type is entered, and what comes of it."""

from collections.abc import Mapping, Sequence

import pytest

from core.pack_loading import load_pack
from procedures.definition import Definition
from procedures.entering import Entered, entered_in, fill_from_page, questions_of
from procedures.loading import read_definition
from procedures.progress import Progress
from procedures.said import Command, Gave
from procedures.state import Filling
from procedures.steps import Ask
from tests.procedures.sensitive import DEFINITION, SOURCE
from tests.procedures.talk import NOW, PACK, PROCEDURES, Talk, sample_facts

ACCOUNT = {"bank": ["0001"], "branch": ["002"], "kind": ["ordinary"], "number": ["1234567"], "holder": ["タナカ タロウ"]}
NAME = {"name": "田中 太郎", "kana": "タナカ タロウ"}
Page = Mapping[str, Mapping[str, Sequence[str]]]
FULL: Page = {"account": ACCOUNT, "disabled": {"": ["no"]}, "born": {"": ["令和8年4月1日"]}, "family": {"": [""]}}
INDIVIDUAL_NUMBER = "123456789018"


ANSWERED = {"name": NAME, "disabled": True, "grade": "first", "born": "2026-04-01"}


def progress(definition: Definition = DEFINITION, **state: object) -> Progress:
    filling = Filling(uid="uid", procedure_id=definition.id, digest="own", **{"answers": {"name": NAME}, **state})  # type: ignore[arg-type]
    return Progress(definition=definition, state=filling, facts=sample_facts("welfare"), now=NOW)


def enter(given: Page, **state: object) -> Entered:
    return entered_in(progress(**state), given)  # type: ignore[arg-type]


def wrong(entered: Entered) -> dict[str, list[str]]:
    return {question.field.name: sorted(question.misfits) for question in entered.questions if question.misfits}


def test_page_asks_everything_sensitive_that_applies_and_nothing_else() -> None:
    assert [question.field.name for question in questions_of(progress())] == ["account", "disabled", "born", "family"]
    answered = progress(answers={"name": NAME, "disabled": True, "born": "2026-04-01"}, skipped=("family",))
    assert [question.field.name for question in questions_of(answered)] == ["account", "grade"]


def test_everything_at_once_goes_into_the_filling_and_the_next_question_is_that_of_the_talk() -> None:
    entered = enter(FULL)
    assert entered.is_complete
    step = fill_from_page(progress(), entered)
    assert isinstance(step, Ask)
    assert step.field == "phone"
    assert step.state.answers["account"]["number"] == "1234567"
    assert step.state.answers["disabled"] is False
    assert step.state.answers["born"] == "2026-04-01"
    assert step.state.skipped == ("family",)


def test_answer_that_opens_another_question_asks_it_before_anything_is_taken() -> None:
    said = {**FULL, "disabled": {"": ["yes"]}}
    first = enter(said)
    assert not first.is_complete
    assert wrong(first) == {}
    assert [question.field.name for question in first.questions] == ["account", "disabled", "grade", "born", "family"]
    assert enter({**said, "grade": {"": ["second"]}}).values["grade"] == "second"


@pytest.mark.parametrize(
    ("field", "given", "parts"),
    [
        ("account", {**ACCOUNT, "number": ["123"]}, ["number"]),
        ("account", {**ACCOUNT, "bank": [""], "kind": [], "number": ["12"]}, ["bank", "kind", "number"]),
        ("account", {**ACCOUNT, "holder": ["サトウ ハナコ"]}, ["holder"]),
        ("account", {}, ["bank", "branch", "holder", "kind", "number"]),
        ("disabled", {}, [""]),
        ("disabled", {"": ["perhaps"]}, [""]),
        ("born", {"": ["2030-01-01"]}, [""]),
        ("born", {"": ["いつか"]}, [""]),
        ("born", {"": [""]}, [""]),
        ("family", {"": [f"番号は{INDIVIDUAL_NUMBER}です"]}, [""]),
        ("family", {"": ["あ" * 201]}, [""]),
        ("account", {**ACCOUNT, "number": [INDIVIDUAL_NUMBER]}, ["number"]),
    ],
)
def test_what_is_wrong_stands_beside_its_input(field: str, given: Mapping[str, Sequence[str]], parts: list[str]) -> None:
    entered = enter({**FULL, field: given})
    assert not entered.is_complete
    assert wrong(entered) == {field: parts}
    assert INDIVIDUAL_NUMBER not in repr(entered)


def test_account_is_taken_as_people_write_it() -> None:
    said = {"bank": ["００01"], "branch": ["0 02"], "kind": ["ordinary"], "number": ["123-4567"], "holder": ["ﾀﾅｶ　たろう"]}
    assert enter({**FULL, "account": said}).values["account"] == {part: texts[0] for part, texts in ACCOUNT.items()}


def test_answer_that_is_corrected_is_replaced() -> None:
    account = {part: texts[0] for part, texts in ACCOUNT.items()}
    again = progress(revisiting="disabled", answers={**ANSWERED, "account": account}, skipped=("family",))
    entered = entered_in(again, {"disabled": {"": ["no"]}})
    step = fill_from_page(again, entered)
    assert step.state.answers["disabled"] is False
    assert "grade" not in step.state.answers


FIELDS = """
      - {name: one, type: name, label: 名前, ask: 名前, sensitive: true}
      - {name: two, type: choices, label: 二つ, ask: 二つ, sensitive: true, most: 2,
         options: [{value: a, label: ア}, {value: b, label: イ}, {value: c, label: ウ}]}
      - {name: three, type: period, label: 期間, ask: 期間, sensitive: true}
      - {name: four, type: telephone, label: 電話, ask: 電話, sensitive: true}
      - {name: five, type: email, label: メール, ask: メール, sensitive: true}
      - {name: six, type: number, label: 人数, ask: 人数, sensitive: true, most: 9}
      - {name: seven, type: postal, label: 郵便番号, ask: 郵便番号, sensitive: true}
      - {name: eight, type: city_address, label: 住所, ask: 住所, sensitive: true}
      - {name: nine, type: consent, label: 同意, ask: 同意, sensitive: true, needed: true}
      - {name: ten, type: slot, label: 日, ask: 日, sensitive: true, schedule: 月・木, capacity: 3, after: 1 day, until: 14 days}
      - {name: eleven, type: money, label: 収入, ask: 収入, sensitive: true}
      - {name: twelve, type: location, label: 場所, ask: 場所, sensitive: true}
"""
GIVEN: Page = {
    "one": {"name": ["山田 花"], "kana": ["やまだ はな"]}, "two": {"": ["a", "c"]}, "three": {"first": ["12月1日"], "last": ["R8.12.3"]},
    "four": {"": ["090 1234 5678"]}, "five": {"": ["hana@example.jp"]}, "six": {"": ["３人"]}, "seven": {"": ["000-0011"]},
    "eight": {"": ["港町3-2-1"]}, "nine": {"": ["yes"]}, "ten": {"": ["2026-12-03"]}, "eleven": {"": ["1,200,000"]},
    "twelve": {"": ["汐見中央公園の前"]},
}  # fmt: skip


def every_type() -> Definition:
    start = SOURCE.index("      - {name: name,")
    source = SOURCE[:start] + FIELDS.lstrip("\n")
    return read_definition(source, "procedures/child_allowance.yaml", PACK, PROCEDURES.locality)


def test_every_type_can_be_entered() -> None:
    asked = progress(every_type(), answers={})
    entered = entered_in(asked, GIVEN)
    assert wrong(entered) == {}
    assert entered.is_complete
    values = entered.values
    assert values["one"] == {"name": "山田 花", "kana": "ヤマダ ハナ"}
    assert values["two"] == ["a", "c"]
    assert values["three"] == {"first": "2026-12-01", "last": "2026-12-03"}
    assert (values["six"], values["eleven"], values["nine"]) == (3, 1_200_000, True)
    assert values["eight"] == {"town": "港町", "rest": "3-2-1"}
    assert values["ten"]["day"] == "2026-12-03"


@pytest.mark.parametrize(
    ("field", "given", "parts"),
    [
        ("one", {"name": ["山田 花"], "kana": ["yamada"]}, ["kana"]),
        ("one", {"name": ["12345"], "kana": ["ヤマダ"]}, ["name"]),
        ("two", {}, [""]),
        ("two", {"": ["a", "b", "c"]}, [""]),
        ("three", {"first": ["12月3日"], "last": ["12月1日"]}, ["last"]),
        ("three", {"first": ["ほげ"], "last": ["12月1日"]}, ["first"]),
        ("nine", {"": ["no"]}, [""]),
        ("ten", {"": ["2026-12-04"]}, [""]),
        ("six", {"": ["10"]}, [""]),
        ("eight", {"": ["港町"]}, [""]),
        ("seven", {"": ["12"]}, [""]),
    ],
)
def test_each_type_refuses_on_a_page_what_it_refuses_in_the_talk(field: str, given: Mapping[str, Sequence[str]], parts: list[str]) -> None:
    assert wrong(entered_in(progress(every_type(), answers={}), {**GIVEN, field: given})) == {field: parts}


@pytest.mark.parametrize("kind", ["items, max_count: 3", "photos", "file"])
def test_sensitive_question_that_no_page_can_ask_is_refused_at_start(kind: str) -> None:
    asked = "      - {name: more, type: date, label: 日, ask: 日, sensitive: true}\n"
    known = SOURCE.replace("translations:", f"{asked}translations:")
    read_definition(known, "procedures/child_allowance.yaml", load_pack("shiomi"), PROCEDURES.locality)
    with pytest.raises(Exception, match="can't be entered on a page"):
        read_definition(known.replace("type: date, label: 日", f"type: {kind}, label: 日"), "x.yaml", PACK, PROCEDURES.locality)


def test_typed_into_the_talk_nothing_sensitive_is_taken() -> None:
    talk = Talk(DEFINITION, facts=sample_facts("welfare"))
    talk.say("田中 太郎 タナカ タロウ")
    assert isinstance(talk.step, Ask)
    assert talk.step.by_form
    talk.say("0001 002 1234567")
    assert "account" not in talk.answers
    assert isinstance(talk.do(Gave(command=Command.RESUME)), Ask)
