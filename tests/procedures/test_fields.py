"""Types of fields: what is understood of what residents write, and what is not."""

from dataclasses import replace
from datetime import date

import pytest

from core.messages import Language
from core.pack_loading import load_pack
from procedures.conditions import Plain
from procedures.facts import Facts
from procedures.fields import FIELD_TYPES
from procedures.fields.base import Asking, Field, Problem, Reading, Taken, Unread
from procedures.fields.computed import fewest
from procedures.known import Answers
from procedures.progress import Progress
from procedures.said import Chose, FilledForm, Picked, Said, SentFile, Words
from procedures.state import Filling
from procedures.wording import Wording
from tests.procedures.talk import NOW, PACK, PROCEDURES, sample_facts

DEFINITION = PROCEDURES.definitions["oversized_waste"]


def field(kind: str, **keys: object) -> Field:
    return FIELD_TYPES[kind].model_validate({"type": kind, "name": "one", "label": "一", "ask": "何ですか。", **keys})


def asking(*, current: Plain = None, scratch: Plain = None, answers: dict[str, Plain] | None = None, facts: Facts | None = None) -> Asking:
    facts = facts or sample_facts()
    known = Answers(definition=DEFINITION, answers=answers or {}, facts=facts, now=NOW)
    return Asking(known=known, facts=facts, now=NOW, current=current, scratch=scratch)


def read(one: Field, said: str | Said, **more: Plain) -> Reading:
    reading = one.read(Words(text=said) if isinstance(said, str) else said, asking(**more))
    if isinstance(reading, Taken) and not reading.is_open:
        assert one.check(reading.value, asking()) is None, "what is taken must hold when it is judged again"
    return reading


def value(reading: Reading) -> Plain:
    return reading.value if isinstance(reading, Taken) else type(reading)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("田中 太郎 タナカ タロウ", {"name": "田中 太郎", "kana": "タナカ タロウ"}),
        ("田中　太郎（たなか　たろう）", {"name": "田中 太郎", "kana": "タナカ タロウ"}),
        ("山本 さくら ヤマモト サクラ", {"name": "山本 さくら", "kana": "ヤマモト サクラ"}),
        ("山本 さくら ヤマモトサクラ", {"name": "山本 さくら", "kana": "ヤマモトサクラ"}),
        ("山本 サクラ やまもと さくら", {"name": "山本 サクラ", "kana": "ヤマモト サクラ"}),
        ("佐藤 ミキコ 様 サトウ ミキコ", {"name": "佐藤 ミキコ 様", "kana": "サトウ ミキコ"}),
        ("田中太郎 タナカタロウです", {"name": "田中太郎", "kana": "タナカタロウ"}),
        ("髙橋 𠮷男 ﾀｶﾊｼ ﾖｼｵ", {"name": "髙橋 𠮷男", "kana": "タカハシ ヨシオ"}),
        ("ジョン スミス", {"name": "ジョン スミス", "kana": "ジョン スミス"}),
        ("グエン・ヴァン・アン", {"name": "グエン・ヴァン・アン", "kana": "グエン・ヴァン・アン"}),
        ("John Smith ジョン スミス", {"name": "John Smith", "kana": "ジョン スミス"}),
        ("田中太郎", Problem),
        ("12345", Problem),
        ("田中？", Problem),
        ("あ" * 61, Problem),
    ],
)
def test_name_with_its_reading(said: str, expected: Plain) -> None:
    assert value(read(field("name"), said)) == expected


def test_reading_of_a_name_in_a_second_message() -> None:
    first = read(field("name"), "田中太郎")
    assert isinstance(first, Problem)
    assert first.is_step
    assert value(read(field("name"), "たなか たろう", scratch=first.scratch)) == {"name": "田中太郎", "kana": "タナカ タロウ"}
    again = read(field("name"), "太郎です", scratch=first.scratch)
    assert isinstance(again, Problem)
    assert again.scratch == "田中太郎"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("090-1234-5678", {"number": "090-1234-5678", "hours": ""}),
        ("０９０１２３４５６７８", {"number": "090-1234-5678", "hours": ""}),
        ("+81 90 1234 5678", {"number": "090-1234-5678", "hours": ""}),
        ("03-1234-5678 平日の午後", {"number": "03-1234-5678", "hours": "平日の午後"}),
        ("090-1234-5678、18時以降にお願いします", {"number": "090-1234-5678", "hours": "18時以降"}),
        ("090-1234-567", Problem),
        ("12345", Problem),
        ("ないです", Unread),
    ],
)
def test_telephone_number_with_hours(said: str, expected: Plain) -> None:
    assert value(read(field("telephone"), said)) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [("Tanaka@Example.JP", "tanaka@example.jp"), ("メールは ｔ＠example.jp です", "t@example.jp"), ("tanaka@", Problem), ("ない", Unread)],
)
def test_address_of_mail(said: str, expected: Plain) -> None:
    assert value(read(field("email"), said)) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [("２", 2), ("三人", 3), ("10", 10), ("1,000", Problem), ("0", Problem), ("2か3", Problem), ("2.5", Problem), ("たくさん", Unread)],
)
def test_number_between_bounds(said: str, expected: Plain) -> None:
    assert value(read(field("number", least=1, most=10), said)) == expected


@pytest.mark.parametrize(("said", "expected"), [("1,500円", 1500), ("１万２千円", 12000), ("三千円", 3000), ("-5", 5)])
def test_money(said: str, expected: Plain) -> None:
    assert value(read(field("money"), said)) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("100-0001", "1000001"),
        ("〒１０００００１", "1000001"),
        ("1000001です", "1000001"),
        ("100-001", Problem),
        ("090-1234-5678", Problem),
    ],
)
def test_postal_code(said: str, expected: Plain) -> None:
    assert value(read(field("postal"), said)) == expected


def test_postal_code_of_the_city() -> None:
    inside = field("postal", in_city=True)
    assert value(read(inside, "000-0012")) == "0000012"
    assert inside.parts("0000012", sample_facts()) == {"town": "港町"}
    assert isinstance(read(inside, "100-0001"), Problem)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("12月1日から12月5日まで", {"first": "2026-12-01", "last": "2026-12-05"}),
        ("あさってから3日後", {"first": "2026-12-01", "last": "2026-12-02"}),
        ("12月28日から1月4日", {"first": "2026-12-28", "last": "2027-01-04"}),
        ("12月5日から12月1日", Problem),
        ("12月1日から1月30日", Problem),
        ("そのうち", Unread),
    ],
)
def test_period(said: str, expected: Plain) -> None:
    assert value(read(field("period", longest=31), said)) == expected


def test_period_in_two_messages() -> None:
    first = read(field("period"), Picked(field="one", day="2026-12-01"))
    assert isinstance(first, Problem)
    assert first.is_step
    second = read(field("period"), Picked(field="one", day="2026-12-03"), scratch=first.scratch)
    assert value(second) == {"first": "2026-12-01", "last": "2026-12-03"}


def test_date_rules_of_the_picker_are_those_of_words() -> None:
    one = field("date", after="1 day", until="2 weeks", only_open_days=True)
    picker = one.options(asking())[-1]
    assert (picker.earliest, picker.latest) == (date(2026, 11, 30), date(2026, 12, 13))
    assert value(read(one, Picked(field="one", day="2026-12-13"))) is Problem, "a Sunday"
    assert value(read(one, Picked(field="one", day="2026-12-14"))) is Problem
    assert value(read(one, Picked(field="one", day="nonsense"))) is Unread
    assert value(read(one, "R8.12.1")) == "2026-12-01"


SLOT = {"capacity": 2, "after": "1 day", "until": "7 days", "times": ["午前", "午後"], "cut_off": "16:30", "except_holidays": True}


def test_slot_with_times_asks_for_the_time() -> None:
    one = field("slot", **SLOT)
    asked = read(one, "12月1日")
    assert isinstance(asked, Problem)
    assert asked.is_step
    assert [option.value for option in asked.options] == ["2026-12-01 午前", "2026-12-01 午後"]
    assert value(read(one, Chose(field="one", value="2026-12-01 午後"))) == {"day": "2026-12-01", "time": "午後"}
    assert value(read(one, "12月1日の午後")) == {"day": "2026-12-01", "time": "午後"}


@pytest.mark.parametrize(
    ("hour", "minute", "first"), [(16, 29, "2026-12-01"), (16, 30, "2026-12-02"), (23, 59, "2026-12-02"), (0, 0, "2026-12-01")]
)
def test_from_the_cut_off_on_today_counts_as_tomorrow(hour: int, minute: int, first: str) -> None:
    one = field("slot", **SLOT)
    moment = NOW.replace(month=11, day=30, hour=hour, minute=minute)
    known = Answers(definition=DEFINITION, answers={}, facts=sample_facts(), now=moment)
    at = replace(asking(), now=moment, known=known)
    assert one.options(at)[0].value == f"{first} 午前"


def test_holidays_and_closures_have_no_slots() -> None:
    one = field("slot", **{**SLOT, "times": [], "until": "60 days"})
    moment = NOW.replace(month=12, day=20)
    known = Answers(definition=DEFINITION, answers={}, facts=sample_facts(), now=moment)
    days = [free.day for free in one.free(replace(asking(), now=moment, known=known))]  # type: ignore[attr-defined]
    assert date(2026, 12, 28) in days
    assert not {date(2026, 12, 29), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 3), date(2027, 1, 11)} & set(days)
    assert date(2027, 1, 4) in days


OPTIONS = [{"value": "a", "label": "りんご"}, {"value": "b", "label": "みかん", "words": ["オレンジ"]}, {"value": "c", "label": "なし"}]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("りんご", "a"),
        ("リンゴです", "a"),
        ("2", "b"),
        ("２番", "b"),
        ("おれんじ", "b"),
        ("みかんをください", "b"),
        ("りんごとみかん", Unread),
        ("9", Unread),
    ],
)
def test_choice(said: str, expected: Plain) -> None:
    assert value(read(field("choice", options=OPTIONS), said)) == expected


def test_several_choices() -> None:
    one = field("choices", options=OPTIONS, most=2)
    assert value(read(one, "りんごとみかん")) == ["a", "b"]
    assert value(read(one, Chose(field="one", value="c"), current=["a", "b"])) is Problem
    assert value(read(one, Chose(field="one", value="done"), current=["a"])) == ["a"]
    assert value(read(one, Chose(field="one", value="done"))) is Problem
    assert [option.value for option in one.options(asking(current=["a"]))] == ["done", "b", "c"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [("はい", True), ("OK", True), ("yes", True), ("いいえ", False), ("không", False), ("네", True), ("たぶん", Unread)],
)
def test_yes_and_no_in_any_language(said: str, expected: Plain) -> None:
    assert value(read(field("yes_no"), said)) == expected


def test_consent_that_is_needed() -> None:
    assert value(read(field("consent", needed=True), "同意しない")) is Problem
    assert value(read(field("consent", needed=True), "同意します")) is True
    assert value(read(field("consent"), "いいえ")) is False


ACCOUNT = {"bank": "0001", "branch": "123", "kind": "ordinary", "number": "1234567", "holder": "タナカ タロウ"}


@pytest.mark.parametrize(
    ("changes", "is_taken"),
    [
        ({}, True),
        ({"number": "123456"}, False),
        ({"bank": "12"}, False),
        ({"kind": "savings"}, False),
        ({"holder": "田中"}, False),
        ({"holder": "タナカ ハナコ"}, False),
        ({"extra": "x"}, False),
    ],
)
def test_bank_account_only_by_form_and_only_ones_own(changes: dict[str, str], is_taken: bool) -> None:
    one = field("bank_account", holder="name")
    answers: dict[str, Plain] = {"name": {"name": "田中 太郎", "kana": "タナカ タロウ"}}
    given = FilledForm(field="one", value={**ACCOUNT, **changes})
    assert isinstance(one.read(given, asking(answers=answers)), Taken) is is_taken
    assert isinstance(one.read(Words(text="普通 1234567"), asking()), Problem)


def test_sensitive_answers_are_masked() -> None:
    wording = wording_in(Language.JAPANESE)
    shown = field("bank_account").mask(ACCOUNT, wording)
    assert "1234567" not in shown
    assert "タナカ" not in shown
    assert "567" in shown
    assert field("telephone").mask({"number": "090-1234-5678", "hours": "午後"}, wording) == "●●●●678"


def test_file_is_taken_by_its_kind() -> None:
    one = field("file")
    taken = read(one, SentFile(media=3, name="診断書.pdf", mime="application/pdf", size=10))
    assert value(taken) == {"media": 3, "name": "診断書.pdf", "mime": "application/pdf"}
    assert isinstance(read(one, SentFile(media=3, name="a.exe", mime="application/x-dosexec", size=10)), Problem)
    assert isinstance(read(one, SentFile(media=3, name="a.pdf", mime="application/pdf", size=99_000_000)), Problem)


@pytest.mark.parametrize(
    ("amount", "pieces", "expected"),
    [
        (600, [300], [2]),
        (700, [300], None),
        (1000, [200, 300], [2, 2]),
        (900, [200, 300], [0, 3]),
        (100, [200, 300], None),
        (0, [300], [0]),
        (3000, [200, 300, 500], [0, 0, 6]),
        (600, [100, 300, 400], [0, 2, 0]),
    ],
)
def test_fewest_stickers_that_make_the_sum(amount: int, pieces: list[int], expected: list[int] | None) -> None:
    assert fewest(amount, pieces) == expected


@pytest.mark.parametrize("kind", sorted(FIELD_TYPES))
def test_values_of_another_shape_are_a_problem_and_never_an_error(kind: str) -> None:
    keys: dict[str, dict[str, object]] = {
        "choice": {"options": OPTIONS},
        "choices": {"options": OPTIONS},
        "slot": SLOT,
        "items": {"max_count": 5},
        "computed": {"sum_of": ["x"]},
    }
    one = field(kind, **keys.get(kind, {}))
    for wrong in (
        None,
        3.5,
        "x",
        [],
        {},
        [{}],
        {"day": 3},
        {"name": 1, "kana": 2},
        [{"code": "W1"}],
        {"latitude": "x", "longitude": 0, "text": ""},
    ):
        if kind not in ("computed", "text", "number", "money"):
            assert one.check(wrong, asking()) is not None, wrong
        one.parts(wrong, sample_facts())


def wording_in(language: Language) -> Wording:
    state = Filling(uid="", procedure_id="", digest="")
    progress = Progress(definition=DEFINITION, state=state, facts=sample_facts(), now=NOW)
    return Wording(DEFINITION, PACK, language, progress)


@pytest.mark.parametrize("language", Language)
def test_days_and_sums_are_shown_in_every_language(language: Language) -> None:
    wording = wording_in(language)
    assert "2026" in wording.day(date(2026, 12, 8))
    assert "8" in wording.day_short(date(2026, 12, 8))
    assert "1,500" in wording.money(1500)


@pytest.mark.parametrize("language", Language)
def test_buttons_fit_in_every_language(language: Language) -> None:
    from core.text import graphemes

    sentences = load_pack("shiomi").sentences
    labels = [sentences.say(key, language) for key in sentences.keys(language) if key.startswith("procedure.choice.")]
    assert len(labels) > 20
    assert [label for label in labels if len(graphemes(label)) > 20] == []
