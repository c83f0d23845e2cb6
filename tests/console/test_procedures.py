"""Procedures in the console: what residents are asked is changed there, safely, and holds within a second."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from bot.procedure_facts import calendar_facts
from console.procedure_editing import values_used
from core.edits import LOOKED_AT_AGAIN, Edited, Edits
from core.pack import Pack
from core.pack_loading import load_pack
from procedures.current import with_edits
from procedures.definition import Definition
from procedures.facts import Facts
from procedures.filling import begin, fill
from procedures.loading import load_procedures
from procedures.models import Application, FillingRow
from procedures.said import Chose, Words
from procedures.slots import slots_from
from procedures.steps import Ask, Confirm, Step, Stopped
from tests.console.conftest import Browser, House, actions, words_of

Visit = Callable[..., Browser]
PATH = "/console/procedures/midori_loan"
BEFORE, FROM = date(2026, 12, 3), date(2026, 12, 7)
"""Two days of collection, a Thursday and the Monday after it."""


def definition(house: House) -> Definition:
    return house.procedures("midori").definitions["midori_loan"]


def source(house: House) -> str:
    return house.procedures("midori").sources["midori_loan"]


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return html.unescape(found[1])


def facts(house: House, **changes: object) -> Facts:
    with house.database.reading() as session:
        taken, capacities = slots_from(session, "midori", "midori_loan", BEFORE)
    found = calendar_facts(house.procedures.packs("midori"), house.procedures("midori"), definition(house))
    return replace(found, taken=lambda key: taken.get(key, 0), capacities=capacities, **changes)  # type: ignore[arg-type]


def asked_for(house: House, day: date) -> Step:
    """A resident who wants two large benches on that day, in what is in force now."""
    step = begin(definition(house), "d", "uid", now=house.clock.now, facts=facts(house))
    for said in (Chose(field="kind", value="large"), Words(text="2"), Chose(field="day", value=day.isoformat())):
        step = fill(definition(house), step.state, said, now=house.clock.now, facts=facts(house))
    return step


def sums(house: House, day: date) -> tuple[object, object]:
    step = asked_for(house, day)
    assert isinstance(step, Confirm), step
    return step.state.answers["price"], step.state.answers["paper"]


def edit(browser: Browser, portion: str = "fields.count", **texts: str):  # type: ignore[no-untyped-def]
    page = browser.get(f"{PATH}/texts/{portion}").text
    places = {f"{portion}.{name}" if portion != "general" else name: text for name, text in texts.items()}
    return browser.submit(f"{PATH}/texts/{portion}", edited=hidden(page, "edited"), language="ja", **places)


def test_list_and_page_say_what_the_procedure_does(visit: Visit) -> None:
    assert "緑市のベンチの貸し出し 状態 受付中" in words_of(visit("viewer").get("/console/procedures").text)
    page = words_of(visit("viewer").get(PATH).text)
    for said in (
        "1 種類 ひとつ選ぶ",
        "小さいベンチ 大きいベンチ",
        "「本数」が3以上",
        "3本は車で来てください。",
        "聞かずに計算する",
        "確かめてください。",
    ):
        assert said in page
    assert "文を変える" not in page
    assert "文を変える" in visit("editor").get(PATH).text


def test_changed_question_is_asked_at_once_and_the_rest_of_the_file_stays(house: House, visit: Visit) -> None:
    before = source(house)
    answer = edit(visit("editor"), ask="ベンチは何本ですか。")
    assert answer.status_code == 303
    assert definition(house).by_name["count"].ask == "ベンチは何本ですか。"
    assert source(house) == before.replace("何本いりますか。", "ベンチは何本ですか。").replace(", fields.count.ask: How many?", "")
    assert actions(house) == ["procedure.publish procedure:midori_loan#1"]
    page = words_of(visit("viewer").get(PATH).text)
    assert "手続きの内容 第1版 文の変更" in page


def test_second_click_makes_no_second_version(house: House, visit: Visit) -> None:
    browser = visit("editor")
    stale = browser.get(f"{PATH}/texts/fields.count").text
    for _ in range(2):
        answer = browser.submit(
            f"{PATH}/texts/fields.count", edited=hidden(stale, "edited"), language="ja", **{"fields.count.ask": "何本？"}
        )
    assert answer.status_code == 303
    assert actions(house) == ["procedure.publish procedure:midori_loan#1"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{cuont}本で{count}", "「{cuont}」という答えはありません。「count」のことですか。"),
        ("{{ fee.nothing }}", "「fee.nothing」という値はありません。"),
        ("", "空にはできません。"),
    ],
)  # fmt: skip
def test_text_that_would_break_the_definition_is_refused_beside_its_field(house: House, visit: Visit, text: str, said: str) -> None:
    answer = edit(visit("editor"), ask=text)
    assert answer.status_code == 422
    problem = re.search(r'id="fields.count.ask-problem-1">.*?<span>(.*?)</span>', answer.text)
    assert problem is not None
    assert html.unescape(problem[1]).startswith(said)
    if text:
        line = next(number for number, one in enumerate(source(house).splitlines(), start=1) if "name: count" in one)
        assert f"（YAMLの{line}行目）" in problem[1]
        assert html.escape(text) in answer.text
    assert definition(house).by_name["count"].ask == "何本いりますか。"
    assert actions(house) == []
    assert edit(visit("editor"), ask="{kind}は何本ですか。").status_code == 303


def test_translations_of_what_is_no_longer_said_are_taken_out_unless_they_are_kept(house: House, visit: Visit) -> None:
    edit(visit("editor"), ask="何本ですか。")
    (language,) = definition(house).translations
    assert set(definition(house).translations[language]) == {"fields.kind.ask"}
    browser = visit("editor")
    page = browser.get(f"{PATH}/texts/fields.kind").text
    kept = {"fields.kind.ask": "どちらですか。", "keep_translations": "1"}
    browser.submit(f"{PATH}/texts/fields.kind", edited=hidden(page, "edited"), language="ja", **kept)
    assert definition(house).translations[language]["fields.kind.ask"].startswith("Which")
    page = browser.get(f"{PATH}/texts/fields.kind?language=vi").text
    browser.submit(f"{PATH}/texts/fields.kind", edited=hidden(page, "edited"), language="vi", **{"fields.kind.ask": "Loại nào?"})
    assert [one.value for one in definition(house).translations] == ["en", "vi"]


def test_two_editors_hear_of_each_other_and_both_changes_hold(house: House, visit: Visit) -> None:
    first, second = visit("editor"), visit("approver")
    page = second.get(f"{PATH}/texts/fields.count").text
    assert edit(first, ask="本数は？").status_code == 303
    typed = {"fields.count.ask": "何本いりますか。", "fields.count.label": "ベンチの数"}
    answer = second.submit(f"{PATH}/texts/fields.count", edited=hidden(page, "edited"), language="ja", **typed)
    assert answer.status_code == 409
    assert "editorさんさんがこの手続きを変えました" in words_of(answer.text)
    assert "何本いりますか。</del>" in answer.text
    assert "本数は？</ins>" in answer.text
    assert 'value="本数は？"' in answer.text
    assert 'value="ベンチの数"' in answer.text
    again = {"fields.count.ask": "本数は？", "fields.count.label": "ベンチの数"}
    assert second.submit(f"{PATH}/texts/fields.count", edited=hidden(answer.text, "edited"), language="ja", **again).status_code == 303
    field = definition(house).by_name["count"]
    assert (field.ask, field.label) == ("本数は？", "ベンチの数")


def rows(*given: tuple[str, str, str]) -> dict[str, str]:
    fields = {}
    for number, (key, first, text) in enumerate(given):
        fields |= {f"key-{number}": key, f"first-{number}": first, f"text-{number}": text}
    return fields


def change_fees(browser: Browser, kind: str, name: str, *given: tuple[str, str, str]):  # type: ignore[no-untyped-def]
    page = browser.get(f"{PATH}/fees").text
    form = page[page.index(f"{PATH}/{kind}/{name}") :]
    return browser.submit(f"{PATH}/{kind}/{name}", edited=hidden(form, "edited"), before=hidden(form, "before"), **rows(*given))


def test_fee_with_a_date_changes_the_sum_from_that_day_on_and_not_before(house: House, visit: Visit) -> None:
    assert sums(house, BEFORE) == sums(house, FROM) == (400, 300)
    answer = change_fees(visit("editor"), "fees", "loan", ("small", "", "100"), ("large", "", "200円"), ("large", "令和8年12月4日", "250"))
    assert answer.status_code == 303
    assert (sums(house, BEFORE), sums(house, FROM)) == ((400, 300), (500, 300))
    answer = change_fees(
        visit("editor"), "values", "fee.certificate", ("", "", "300円"), ("", "2026-12-07", "350円"), ("", "2027-04-01", "400円")
    )
    assert answer.status_code == 303
    assert (sums(house, BEFORE), sums(house, FROM)) == ((400, 300), (500, 350))
    assert actions(house) == ["procedure.publish procedure:midori_loan#1", "procedure.publish value:fee.certificate#1"]


def test_fees_and_values_of_the_sample_city_have_words_for_people() -> None:
    """The page used to show 「料金 sticker」 and names of files."""
    names = load_pack("shiomi").value_names
    for one in load_procedures("shiomi").definitions.values():
        assert [name for name in values_used(one) if name not in names] == []
        assert all(fee.label for fee in one.fees.values())


def test_fee_is_called_by_its_label(visit: Visit) -> None:
    page = visit("editor").get(f"{PATH}/fees").text
    assert "貸出料" in page
    assert "料金 loan" not in page


def test_answers_say_the_changed_value_too(house: House, visit: Visit) -> None:
    change_fees(visit("editor"), "values", "fee.certificate", ("", "", "320円"))
    assert house.procedures.packs("midori").values.fill("{{ fee.certificate }}です", house.clock.now) == "320円です"
    assert "320円です" in visit("viewer").get("/console/content/certificates-copy").text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([("", "", "いくつか")], "「いくつか」は数で始まっていません"),
        ([("", "来年のいつか", "400円")], "日付として読めません"),
        ([("", "2027-04-01", "400円")], "今日の値がありません"),
        ([("", "", "300円"), ("", "", "400円")], "日のない行"),
        ([("", "", "300円"), ("", "2027-04-01", "")], "値を入力してください"),
    ],
)
def test_fees_that_would_leave_a_day_without_a_sum_are_refused(
    house: House, visit: Visit, given: list[tuple[str, str, str]], said: str
) -> None:
    answer = change_fees(visit("editor"), "values", "fee.certificate", *given)
    assert answer.status_code == 422
    assert said in words_of(answer.text)
    assert sums(house, FROM) == (400, 300)
    assert change_fees(visit("editor"), "values", "fee.certificate", ("", "", "300円"), ("", "2026-12-07", "400円")).status_code == 303
    assert sums(house, FROM) == (400, 400)


def test_two_editors_of_one_fee_hear_of_each_other(house: House, visit: Visit) -> None:
    browser = visit("editor")
    page = browser.get(f"{PATH}/fees").text
    form = page[page.index(f"{PATH}/values/fee.certificate") :]
    change_fees(visit("approver"), "values", "fee.certificate", ("", "", "310円"))
    typed = {"edited": hidden(form, "edited"), "before": hidden(form, "before"), **rows(("", "", "330円"))}
    answer = browser.submit(f"{PATH}/values/fee.certificate", **typed)
    assert answer.status_code == 409
    assert "310円" in answer.text
    assert sums(house, FROM)[1] == 310
    form = answer.text[answer.text.index(f"{PATH}/values/fee.certificate") :]
    assert browser.submit(f"{PATH}/values/fee.certificate", **{**typed, "edited": hidden(form, "edited")}).status_code == 303
    assert sums(house, FROM)[1] == 330


def test_closed_day_and_changed_capacity_are_what_residents_get(house: House, visit: Visit) -> None:
    browser = visit("staff")

    def offered() -> list[str]:
        step = begin(definition(house), "d", "uid", now=house.clock.now, facts=facts(house))
        for said in (Chose(field="kind", value="large"), Words(text="2")):
            step = fill(definition(house), step.state, said, now=house.clock.now, facts=facts(house))
        assert isinstance(step, Ask)
        return [option.value for option in step.options if option.value]

    assert {"2026-12-03", "2026-12-07"} <= set(offered())
    assert browser.submit(f"{PATH}/slots/close", field="day", first="令和8年12月3日", last="").status_code == 303
    assert "2026-12-03" not in offered()
    assert browser.submit(f"{PATH}/slots/capacity", field="day", day="2026-12-07", capacity="0").status_code == 303
    assert "2026-12-07" not in offered()
    assert isinstance(asked_for(house, BEFORE), Ask)
    page = browser.get(f"{PATH}/slots").text
    for key in re.findall(r'name="key" value="([^"]+)"', page):
        assert browser.submit(f"{PATH}/slots/reset", key=html.unescape(key)).status_code == 303
    assert {"2026-12-03", "2026-12-07"} <= set(offered())
    assert browser.submit(f"{PATH}/slots/close", field="day", first="きのう").status_code == 422
    assert [action.split()[0] for action in actions(house)] == ["slots.close", "slots.capacity", "slots.capacity", "slots.capacity"]


def test_stopped_intake_says_why_and_starts_again(house: House, visit: Visit) -> None:
    browser = visit("staff")
    assert browser.submit(f"{PATH}/stop", notice=" ").status_code == 422
    assert house.procedures("midori").stopped == {}
    for _ in range(2):
        assert browser.submit(f"{PATH}/stop", notice="台風のため、12月1日まで休みます。").status_code == 303
    step = begin(definition(house), "d", "uid", now=house.clock.now, facts=facts(house))
    assert isinstance(step, Stopped)
    assert "停止中" in words_of(browser.get("/console/procedures").text)
    assert browser.submit(f"{PATH}/start").status_code == 303
    assert isinstance(begin(definition(house), "d", "uid", now=house.clock.now, facts=facts(house)), Ask)
    assert actions(house) == ["procedure.publish intake:midori_loan#1", "procedure.publish intake:midori_loan#2"]


def upload(browser: Browser, text: str | bytes):  # type: ignore[no-untyped-def]
    content = text.encode() if isinstance(text, str) else text
    return browser.post(f"{PATH}/yaml", data={"csrf_token": browser.token}, files={"file": ("midori_loan.yaml", content)})


def test_downloaded_yaml_comes_back_with_its_difference_before_it_takes_effect(house: House, visit: Visit) -> None:
    browser = visit("editor")
    text = browser.get(f"{PATH}/yaml/download").text
    assert text == source(house)
    edited = text.replace("most: 3", "most: 5")
    answer = upload(browser, "\ufeff" + edited.replace("\n", "\r\n"))
    assert answer.status_code == 200
    assert "most: 5" in words_of(answer.text)
    assert source(house) == text
    confirm = {"edited": hidden(answer.text, "edited"), "source": hidden(answer.text, "source")}
    for _ in range(2):
        assert browser.submit(f"{PATH}/yaml/confirm", **confirm).status_code == 303
    assert source(house) == edited
    assert actions(house) == ["procedure.publish procedure:midori_loan#1"]
    assert browser.submit(f"{PATH}/yaml/pack").status_code == 303
    assert source(house) == text


def test_broken_yaml_is_refused_with_its_line(house: House, visit: Visit) -> None:
    text = source(house)
    browser = visit("editor")
    broken = text.replace("most: 3, unit", "mosst: 3, unit")
    line = next(number for number, one in enumerate(broken.splitlines(), start=1) if "mosst" in one)
    answer = upload(browser, broken)
    assert answer.status_code == 422
    assert f"「mosst」というキーはありません。「most」のことですか。（YAMLの{line}行目）" in html.unescape(answer.text)
    assert upload(browser, "あ".encode("cp932")).status_code == 422
    assert browser.submit(f"{PATH}/yaml/confirm", edited="", source=broken).status_code == 409
    page = browser.get(f"{PATH}/texts/general").text
    assert browser.submit(f"{PATH}/yaml/confirm", edited=hidden(page, "edited"), source=broken).status_code == 422
    assert source(house) == text
    assert browser.submit(f"{PATH}/yaml/confirm", edited=hidden(page, "edited"), source=text + "\n").status_code == 303


def test_earlier_version_is_listed_and_put_back(house: House, visit: Visit) -> None:
    browser, first = visit("editor"), source(house)
    edit(browser, ask="一")
    edit(browser, ask="二")
    assert browser.submit(f"{PATH}/editions/procedure:midori_loan/1/restore").status_code == 303
    assert definition(house).by_name["count"].ask == "一"
    assert "第3版" in words_of(browser.get(PATH).text)
    page = browser.get(f"{PATH}/editions/procedure:midori_loan/2").text
    assert "二</ins>" in re.sub(r"<ins>.*?ask: ", "<ins>", page).replace(", least: 1, most: 3, unit: 本}", "")
    assert browser.submit(f"{PATH}/yaml/pack").status_code == 303
    assert source(house) == first


@pytest.fixture
def with_approval(house: House) -> House:
    """A municipality whose rules ask for approval."""
    own = house.packs

    def asking(municipality_id: str) -> Pack:
        pack = own(municipality_id)
        return replace(pack, municipality=pack.municipality.model_copy(update={"procedures_need_approval": True}))

    packs = {municipality_id: asking(municipality_id) for municipality_id in ("midori", "aoba")}
    house.packs = packs.__getitem__
    return house


def test_change_waits_for_somebody_else_where_the_rules_ask_for_it(with_approval: House, visit: Visit) -> None:
    house, approver = with_approval, visit("approver")
    assert edit(approver, ask="何本？").status_code == 303
    assert definition(house).by_name["count"].ask == "何本いりますか。"
    edition = f"{PATH}/editions/procedure:midori_loan/1"
    own = approver.submit(f"{edition}/approve")
    assert own.status_code == 409
    assert "自分の変更は、自分では承認できません" in words_of(own.text)
    assert visit("editor").submit(f"{edition}/approve").status_code == 403
    supervisor = visit("supervisor")
    page = supervisor.get(f"{PATH}/trial?version=waiting").text
    assert "何本？" in words_of(try_on(supervisor, page, do=pressed(page, "大きいベンチ")))
    assert visit("supervisor").submit(f"{edition}/approve").status_code == 303
    assert definition(house).by_name["count"].ask == "何本？"
    assert visit("supervisor").submit(f"{edition}/approve").status_code == 409
    assert actions(house) == ["procedure.propose procedure:midori_loan#1", "procedure.publish procedure:midori_loan#1"]


def test_refused_change_changes_nothing_and_says_why(with_approval: House, visit: Visit) -> None:
    edit(visit("editor"), ask="何本？")
    edition = f"{PATH}/editions/procedure:midori_loan/1"
    assert visit("supervisor").submit(f"{edition}/refuse", reason="短すぎます").status_code == 303
    assert definition(with_approval).by_name["count"].ask == "何本いりますか。"
    assert "短すぎます" in words_of(visit("editor").get(edition).text)
    assert visit("supervisor").submit(f"{edition}/approve").status_code == 409


def test_next_edit_builds_on_the_one_that_waits(with_approval: House, visit: Visit) -> None:
    edit(visit("editor"), ask="何本？")
    edit(visit("editor"), label="数")
    assert visit("approver").submit(f"{PATH}/editions/procedure:midori_loan/1/approve").status_code == 409
    assert visit("approver").submit(f"{PATH}/editions/procedure:midori_loan/2/approve").status_code == 303
    field = definition(with_approval).by_name["count"]
    assert (field.ask, field.label) == ("何本？", "数")


def try_on(browser: Browser, page: str, **fields: str) -> str:
    names = ("history", "language", "version", "day")
    return str(browser.submit(f"{PATH}/trial", **{name: hidden(page, name) for name in names}, **fields).text)  # type: ignore[attr-defined]


def pressed(page: str, label: str) -> str:
    """What the button with this label sends."""
    found = re.findall(r'name="do" value="([^"]*)">([^<]*)</button>', page)
    return next(html.unescape(value) for value, name in found if name == label)


def test_trial_goes_to_the_end_and_leaves_nothing(house: House, visit: Visit) -> None:
    browser = visit("viewer")
    page = browser.get(f"{PATH}/trial?day=2026-12-01").text
    page = try_on(browser, page, do=pressed(page, "大きいベンチ"))
    page = try_on(browser, page, words="私の番号は 1234 5678 9018 です")
    assert "9018" not in page
    page = try_on(browser, page, words="2本")
    page = try_on(browser, page, pick="day", **{"day-day": "2026-12-07"})
    assert "400円" in words_of(page)
    page = try_on(browser, page, do=pressed(page, "この内容で申し込む"))
    assert "これは試しなので、届いていません" in words_of(page)
    assert "受け付けました。" in words_of(page)
    with house.database.reading() as session:
        assert session.query(Application).count() == session.query(FillingRow).count() == 0
    assert actions(house) == []
    page = try_on(browser, page, again="1")
    assert hidden(page, "history") == "[]"
    assert browser.submit(f"{PATH}/trial", history='[{"as": "Nobody"}]').status_code == 404


def test_trial_shows_the_sum_of_another_day(house: House, visit: Visit) -> None:
    change_fees(visit("editor"), "fees", "loan", ("small", "", "100"), ("large", "", "200"), ("large", "2027-04-01", "900"))
    browser = visit("viewer")
    for day, wanted, total in (("2027-03-20", "2027-03-29", "400円"), ("2027-03-20", "2027-04-05", "1,800円")):
        page = browser.get(f"{PATH}/trial?day={day}").text
        page = try_on(browser, page, do=pressed(page, "大きいベンチ"))
        page = try_on(browser, page, words="2本")
        assert total in words_of(try_on(browser, page, pick="day", **{"day-day": wanted}))


def test_other_process_follows_an_edit_within_a_second(house: House, visit: Visit) -> None:
    ticks = [0.0]
    other = Edits(house.database, lambda: ticks[0])
    assert other.of("midori").texts == {}
    edit(visit("editor"), ask="何本？")
    assert other.of("midori").texts == {}
    ticks[0] += LOOKED_AT_AGAIN
    assert LOOKED_AT_AGAIN < 1
    assert "何本？" in other.of("midori").texts["procedure:midori_loan"]
    assert other.of("aoba").texts == {}


def test_edition_that_no_longer_fits_the_pack_gives_way_to_it_and_says_so(house: House, visit: Visit) -> None:
    edit(visit("editor"), ask="{{ fee.certificate }}で何本？")
    assert definition(house).by_name["count"].ask.startswith("{{")
    own = house.packs

    def without_fee(municipality_id: str) -> Pack:
        pack = own(municipality_id)
        kept = {name: pack.values.rows_of(name) for name in ("fee.old",)}
        return replace(pack, values=type(pack.values)({**kept, "fee.other": pack.values.rows_of("fee.certificate")}))

    text = source(house)
    base = house.procedures.original("midori")
    found = with_edits(base, without_fee("midori"), Edited(revision=1, texts={"procedure:midori_loan": text}))
    assert found.sources["midori_loan"] == base.sources["midori_loan"]
    assert "fee.certificate" in found.unfit["midori_loan"]
    assert with_edits(base, own("midori"), Edited(revision=1, texts={"procedure:midori_loan": text})).sources["midori_loan"] == text
