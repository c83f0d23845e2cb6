"""粗大ごみの収集申込み, with every rule that the sample city has."""

import re
from datetime import date, datetime

import pytest

from core.clock import JAPAN
from procedures.said import Command
from procedures.steps import Ask, Completed, Confirm, Stopped
from tests.procedures.talk import Talk, sample_facts

ANSWERS = ("家庭", "布団2枚", "これで全部", "港町3丁目2番1号", "12月8日", "玄関前", "田中 太郎 タナカ タロウ", "090-1234-5678")


def filled(*, now: datetime | None = None, date_said: str = "12月8日", facts: object = None) -> Talk:
    talk = Talk("oversized_waste", now=now or datetime(2026, 11, 29, 10, 0, tzinfo=JAPAN), facts=facts)  # type: ignore[arg-type]
    talk.say(*(date_said if answer == "12月8日" else answer for answer in ANSWERS))
    return talk


def at_items() -> Talk:
    talk = Talk("oversized_waste")
    talk.say("家庭")
    return talk


def test_everything_is_asked_once_and_shown_before_it_is_submitted() -> None:
    talk = filled()
    assert isinstance(talk.step, Confirm)
    assert talk.summary == {
        "家庭から出た物": "家庭",
        "品物": "布団×2",
        "収集場所の住所": "港町3丁目2番1号",
        "収集日": "2026年（令和8年）12月8日（火）",
        "出す場所": "一戸建ての玄関前",
        "お名前": "田中 太郎（タナカ タロウ）",
        "電話番号": "090-1234-5678",
        "料金": "600円",
        "処理券": "処理券2枚",
    }
    assert isinstance(talk.confirm(), Completed)


def test_waste_of_a_business_is_not_taken() -> None:
    talk = Talk("oversized_waste")
    step = talk.say("会社です")
    assert isinstance(step, Stopped)
    assert "市では収集できません" in talk.wording().text(f"fields.{step.field}.stops.{step.stop}.say")
    assert talk.wording().text(f"fields.{step.field}.stops.{step.stop}.calls.0.number") == "0490-00-2201"


@pytest.mark.parametrize(
    ("said", "route"),
    [
        ("冷蔵庫", "家電リサイクル法の対象"),
        ("テレビ", "家電リサイクル法の対象"),
        ("ノートパソコン", "宅配回収"),
        ("ピアノ", "専門業者"),
        ("消火器2本", "特定窓口"),
        ("電池", "端子にテープ"),
    ],
)
def test_what_is_not_taken_is_told_its_way(said: str, route: str) -> None:
    talk = at_items()
    talk.say(said)
    assert talk.field == "items"
    assert route in talk.problem
    assert "items" not in talk.answers


def test_what_is_taken_stays_when_something_else_is_not() -> None:
    talk = at_items()
    talk.say("布団2枚と冷蔵庫")
    assert "家電リサイクル" in talk.notes
    assert [(one["name"], one["quantity"]) for one in talk.answers["items"]] == [("布団", 2)]  # type: ignore[attr-defined]


def test_each_thing_that_is_not_taken_is_told_where_it_goes() -> None:
    """Of two only the first was named, and what was taken beside them was not shown."""
    talk = at_items()
    talk.say("長いすと冷蔵庫とノートパソコン")
    assert {"冷蔵庫", "ノートパソコン"} <= set(re.findall("「(.+?)」は", talk.notes))
    talk.say("2人用")
    talk.say("テレビと洗濯機")
    assert "テレビ" in talk.notes
    assert "洗濯機" in talk.problem
    talk.say("布団1枚と冷蔵庫")
    assert "冷蔵庫" in talk.notes
    assert len(talk.answers["items"]) == 2


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("布団", {"W037": 1}),
        ("ふとん２個", {"W037": 2}),
        ("布団二枚と扇風機", {"W037": 2, "W055": 1}),
        ("座椅子1つ、布団2枚", {"W004": 1, "W037": 2}),
        ("高さ130cmの本棚", {"W021": 1}),
        ("本棚 80センチ", {"W020": 1}),
        ("110センチの机を1つ", {"W010": 1}),
        ("1.2mの机", {"W011": 1}),
        ("20インチの自転車2台", {"W107": 2}),
        ("ソファベッドと、シングルのベッドの枠", None),
    ],
)
def test_items_are_understood_with_quantity_and_size(said: str, expected: dict[str, int] | None) -> None:
    talk = at_items()
    talk.say(said)
    if expected is not None:
        assert {one["code"]: one["quantity"] for one in talk.answers["items"]} == expected  # type: ignore[attr-defined]


def test_where_sizes_differ_the_resident_chooses_and_the_quantity_is_kept() -> None:
    talk = at_items()
    talk.say("ソファを3つ")
    assert talk.labels == ["ソファ（1人用）", "ソファ（2人用以上）", "どれでもない"]
    talk.tap("W002")
    assert {one["code"]: one["quantity"] for one in talk.answers["items"]} == {"W002": 3}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("said", "code"), [("2人用以上", "W002"), ("1番", "W001"), ("2", "W002")])
def test_choice_between_sizes_can_be_typed(said: str, code: str) -> None:
    talk = at_items()
    talk.say("ソファ", said)
    assert [one["code"] for one in talk.answers["items"]] == [code]  # type: ignore[attr-defined]


def test_two_unclear_things_are_asked_one_after_the_other() -> None:
    talk = at_items()
    talk.say("ソファと本棚2つ")
    assert talk.labels == ["ソファ（1人用）", "ソファ（2人用以上）", "どれでもない"]
    talk.tap("W001")
    assert talk.labels == ["本棚（高さ120cm未満）", "本棚（高さ120cm以上）", "どれでもない"]
    talk.tap("W021")
    assert {one["code"]: one["quantity"] for one in talk.answers["items"]} == {"W001": 1, "W021": 2}  # type: ignore[attr-defined]


def test_what_is_not_taken_is_told_even_beside_something_unclear() -> None:
    """It used to be left out in silence."""
    talk = at_items()
    talk.say("ソファ1つと布団2枚、冷蔵庫も")
    assert "冷蔵庫" in talk.notes
    assert talk.labels[-1] == "どれでもない"
    talk.say("これで全部")
    assert talk.field == "items", "the sofa used to be lost without a word"
    talk.tap("none")
    assert [one["code"] for one in talk.answers["items"]] == ["W037"]  # type: ignore[attr-defined]


def test_none_of_these_leaves_the_others_waiting() -> None:
    talk = at_items()
    talk.say("ソファと本棚2つ")
    talk.tap("none")
    assert talk.labels[0].startswith("本棚")
    talk.tap("none")
    assert talk.field == "items"
    assert "items" not in talk.answers


def test_quantity_is_corrected_and_things_are_taken_out() -> None:
    talk = at_items()
    talk.say("布団2枚", "やっぱり3個")
    assert [one["quantity"] for one in talk.answers["items"]] == [3]  # type: ignore[attr-defined]
    talk.say("いす1つ", "布団はやめる")
    assert [one["code"] for one in talk.answers["items"]] == ["W005"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("布団は出しません", {"W005": 1}),
        ("布団はいりません", {"W005": 1}),
        ("布団は出さないことにしました", {"W005": 1}),
        ("布団をやめて、カラーボックス1つにします", {"W005": 1, "W024": 1}),
        ("布団の代わりにカラーボックス2つ", {"W005": 1, "W024": 2}),
        ("布団ではなくカラーボックス", {"W005": 1, "W024": 1}),
        ("いらなくなったカラーボックス1つ", {"W037": 2, "W005": 1, "W024": 1}),
    ],
)
def test_what_is_left_out_and_what_comes_instead(said: str, left: dict[str, int]) -> None:
    """「出しません」 used to put it in, and what came instead used to be lost."""
    talk = at_items()
    talk.say("布団2枚といす1つ", said)
    assert {one["code"]: one["quantity"] for one in talk.answers["items"]} == left  # type: ignore[attr-defined]


def test_at_most_five_pieces_at_once() -> None:
    talk = at_items()
    talk.say("布団5枚")
    talk.say("いす1つ")
    assert "5点まで" in talk.problem
    assert [one["quantity"] for one in talk.answers["items"]] == [5]  # type: ignore[attr-defined]
    talk = at_items()
    talk.say("布団6枚")
    assert "5点まで" in talk.problem


def test_at_most_four_mats_at_once() -> None:
    talk = at_items()
    talk.say("畳4枚")
    assert talk.problem == ""
    talk = at_items()
    talk.say("畳5枚")
    assert "4点まで" in talk.problem


@pytest.mark.parametrize(("said", "stickers"), [("釣りざお5本", 1), ("釣りざお6本", 2), ("物干しざお3本", 2), ("トタン板3枚", 1)])
def test_what_may_be_bundled_needs_the_stickers_of_one(said: str, stickers: int) -> None:
    talk = at_items()
    talk.say(said, "以上", "港町3-2-1", "12月8日")
    assert talk.answers["fee"] == stickers * 300


def test_size_below_the_least_is_no_oversized_waste() -> None:
    talk = at_items()
    talk.say("30センチの扇風機")
    assert "粗大ごみではありません" in talk.problem


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("港町3丁目2番1号", ["2026-12-08", "2026-12-22"]),
        ("〒000-0012 港町1-5-2", ["2026-12-08", "2026-12-22"]),
        ("みなと県汐見市中央四丁目1番", ["2026-12-11", "2026-12-25"]),
        ("東台2丁目5番3号", ["2026-12-14", "2026-12-28"]),
        ("東台4丁目2-1", ["2026-12-08", "2026-12-22"]),
        ("北山1-6-1", ["2026-12-07", "2026-12-21"]),
    ],
)
def test_days_are_those_of_the_area(said: str, days: list[str]) -> None:
    talk = at_items()
    talk.say("布団", "以上", said)
    assert talk.field == "date"
    assert isinstance(talk.step, Ask)
    assert [option.value for option in talk.step.options][:2] == days


@pytest.mark.parametrize("said", ["みなとみらい市1-2-3", "〒100-0001", "隣の市の3丁目", "東京都港区1-2-3"])
def test_address_outside_the_city_is_refused(said: str) -> None:
    talk = at_items()
    talk.say("布団", "以上", said)
    assert talk.field == "address"
    assert "汐見市の外" in talk.problem


def test_block_that_does_not_exist_is_refused() -> None:
    talk = at_items()
    talk.say("布団", "以上", "浜町9丁目1番")
    assert "9丁目はありません" in talk.problem


def test_address_in_two_messages() -> None:
    talk = at_items()
    talk.say("布団", "以上", "000-0021")
    assert "緑が丘ですね" in talk.problem
    talk.say("2丁目5番3号 汐見ハイツ201")
    assert talk.answers["address"] == {"town": "緑が丘", "rest": "2丁目5番3号 汐見ハイツ201"}


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (datetime(2026, 12, 5, 23, 59, tzinfo=JAPAN), "2026-12-08"),
        (datetime(2026, 12, 6, 0, 0, tzinfo=JAPAN), "2026-12-22"),
        (datetime(2026, 12, 18, 23, 59, tzinfo=JAPAN), "2026-12-22"),
        (datetime(2026, 12, 19, 0, 0, tzinfo=JAPAN), "2027-01-12"),
        (datetime(2027, 2, 6, 12, 0, tzinfo=JAPAN), "2027-02-09"),
        (datetime(2028, 2, 26, 12, 0, tzinfo=JAPAN), "2028-03-14"),
    ],
)
def test_first_day_is_three_days_away_and_the_last_of_a_year_must_be_applied_for_earlier(now: datetime, first: str) -> None:
    """In Japan's day: 23:59 of the third day before is in time, midnight is not."""
    talk = Talk("oversized_waste", now=now)
    talk.say("家庭", "布団", "以上", "港町3-2-1")
    assert isinstance(talk.step, Ask)
    assert talk.step.options[0].value == first


def test_waste_is_collected_on_holidays_too() -> None:
    talk = Talk("oversized_waste", now=datetime(2026, 10, 20, 10, 0, tzinfo=JAPAN))
    talk.say("家庭", "布団", "以上", "浜町2丁目1番", "11月3日")
    assert talk.answers["date"] == {"day": "2026-11-03", "time": ""}


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("12月1日", "選べません"),
        ("来年の12月8日", "までの日"),
        ("12月9日", "収集や受付のない日"),
        ("2月30日", "日付として読み取れませんでした"),
    ],
)
def test_other_days_are_refused(said: str, problem: str) -> None:
    talk = at_items()
    talk.say("布団", "以上", "港町3-2-1", said)
    assert talk.field == "date"
    assert problem in talk.problem


def test_full_day_is_not_offered_and_not_taken() -> None:
    key = "date|港町|2026-12-08|"
    facts = sample_facts(taken=lambda asked: 40 if asked == key else 0)
    talk = Talk("oversized_waste", facts=facts)
    talk.say("家庭", "布団", "以上", "港町3-2-1")
    assert isinstance(talk.step, Ask)
    assert talk.step.options[0].value == "2026-12-22"
    talk.say("12月8日")
    assert "いっぱいです" in talk.problem


def test_remaining_places_are_shown() -> None:
    facts = sample_facts(taken=lambda key: 37)
    talk = Talk("oversized_waste", facts=facts)
    talk.say("家庭", "布団", "以上", "港町3-2-1")
    assert talk.labels[0] == "12/8（火） 残り3"


def test_day_that_filled_up_meanwhile_is_asked_again_instead_of_submitted() -> None:
    talk = filled()
    talk.facts = sample_facts(taken=lambda key: 40 if "12-08" in key else 0)
    step = talk.confirm()
    assert isinstance(step, Ask)
    assert step.field == "date"
    assert "もう一度うかがいます" in talk.notes


@pytest.mark.parametrize(
    ("now", "date_said", "fee", "asks_old"),
    [
        (datetime(2027, 3, 1, 10, 0, tzinfo=JAPAN), "3月23日", 600, False),
        (datetime(2027, 3, 1, 10, 0, tzinfo=JAPAN), "4月13日", 800, True),
        (datetime(2027, 4, 1, 0, 0, tzinfo=JAPAN), "4月13日", 800, True),
    ],
)
def test_fee_is_that_of_the_day_of_collection(now: datetime, date_said: str, fee: int, asks_old: bool) -> None:
    talk = filled(now=now, date_said=date_said)
    assert talk.answers["fee"] == fee
    assert isinstance(talk.step, Ask) is asks_old
    if asks_old:
        assert talk.field == "has_old_stickers"
        talk.say("はい")
        assert talk.summary["差額券"] == "2枚（前の処理券1枚につき1枚）"
        talk.edit("has_old_stickers")
        talk.say("いいえ")
        assert "差額券" not in talk.summary


def test_new_price_is_told_when_the_day_is_chosen() -> None:
    talk = Talk("oversized_waste", now=datetime(2027, 3, 1, 10, 0, tzinfo=JAPAN))
    talk.say("家庭", "布団", "以上", "港町3-2-1", "4月13日")
    assert "300円から400円" in talk.notes
    talk = Talk("oversized_waste", now=datetime(2027, 4, 2, 10, 0, tzinfo=JAPAN))
    talk.say("家庭", "布団", "以上", "港町3-2-1", "4月13日")
    assert talk.notes == ""


def test_building_is_asked_only_where_it_is_missing() -> None:
    talk = at_items()
    talk.say("布団", "以上", "港町3丁目2番1号", "12月8日", "アパート")
    assert talk.field == "building"
    talk = at_items()
    talk.say("布団", "以上", "港町3丁目2番1号 汐見ハイツ201", "12月8日", "アパート")
    assert talk.field == "name"


def test_other_place_needs_a_short_description() -> None:
    talk = at_items()
    talk.say("布団", "以上", "港町3-2-1", "12月8日", "そのほか")
    assert talk.field == "place_note"
    talk.say("あ" * 61)
    assert "60文字以内" in talk.problem
    talk.say("あ" * 60)
    assert talk.field == "name"


def test_another_area_makes_the_day_to_be_chosen_anew() -> None:
    talk = filled()
    talk.edit("address")
    step = talk.say("緑が丘2丁目5番3号")
    assert isinstance(step, Ask)
    assert step.field == "date"
    assert "収集日" in talk.notes
    talk.say("12月10日")
    assert isinstance(talk.step, Confirm)


def test_same_address_and_day_again_is_warned_of_and_taken() -> None:
    facts = sample_facts(look_up=lambda name, answers: True if name == "repeated" and "date" in answers else None)
    talk = filled(facts=facts)
    assert isinstance(talk.step, Confirm)
    assert "同じ住所と収集日" in talk.notes
    assert isinstance(talk.confirm(), Completed)


def test_several_facts_in_one_message() -> None:
    talk = Talk("oversized_waste", "布団2枚を港町3-2-1から12月8日に出したい、電話は090-1234-5678")
    talk.say("家庭")
    assert talk.field == "items"
    talk.say("以上", "玄関前", "田中 太郎 タナカ タロウ")
    assert isinstance(talk.step, Confirm)
    assert talk.answers["phone"] == {"number": "090-1234-5678", "hours": ""}
    assert talk.answers["date"] == {"day": "2026-12-08", "time": ""}


def test_going_on_to_the_address_ends_the_list() -> None:
    talk = at_items()
    talk.say("布団2枚")
    talk.say("港町3-2-1です")
    assert talk.field == "date"


def test_later_keeps_everything() -> None:
    talk = at_items()
    talk.say("布団2枚")
    step = talk.command(Command.LATER)
    assert step.state.answers["items"][0]["quantity"] == 2
    talk.command(Command.RESUME)
    assert talk.field == "items"


def test_window_ends_two_days_before() -> None:
    from procedures.known import Answers

    talk = filled()
    known = Answers(definition=talk.definition, answers=talk.answers, facts=talk.facts, now=talk.now)
    assert talk.definition.window is not None
    assert known.day_from(talk.definition.window.until, date(2026, 12, 8)) == date(2026, 12, 6)


@pytest.mark.parametrize("said", ["ほかにない", "ほかに椅子もあります"])
def test_words_about_other_things_choose_no_other_place(said: str) -> None:
    talk = at_items()
    talk.say("布団2枚", said)
    assert "place" not in talk.answers
    filled_to_place = at_items()
    filled_to_place.say("布団2枚", "これで全部", "港町3丁目2番1号", "12月8日")
    assert filled_to_place.field == "place"
    filled_to_place.say("ほか")
    assert filled_to_place.answers["place"] == "other"
