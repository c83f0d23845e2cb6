"""A pack that can't be used is refused with an error that names the file and what is wrong in it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import PackError
from core.messages import Language
from core.pack import Department, Pack
from core.pack_loading import CONTENT, blank_pack, load_pack

FILES = {
    "municipality.yaml": "id: midori\nname: 緑市\ngeneral_department: citizens\nlanguages: [ja, en]\n",
    "departments.yaml": (
        "departments:\n  - id: citizens\n    name: 市民課\n    phone: 0490-00-2001\n"
        "    hours: [{days: [mon], open: 08:30, close: '17:15'}]\n"
    ),
    "values/fees.yaml": "fee.copy:\n  - {value: 300円, until: 2027-03-31}\n  - {value: 400円, from: 2027-04-01}\n",
    "values/phones.yaml": "phone.waste:\n  - {value: 0490-00-2002}\n",
    "calendar.yaml": "closed_every_year:\n  - {from: '12-29', until: '01-03', reason: 年末年始}\n",
    "facilities.csv": "id,name,kind,address,latitude,longitude\nhall,市役所,city_office,緑市1-1,35.0,139.0\n",
    "messages/ja.yaml": "talk: {greeting: 緑市です。}\n",
}

Spoil = Callable[[dict[str, str | bytes]], Pack]


@pytest.fixture
def load(tmp_path: Path) -> Spoil:
    """Loads the sample with some files replaced."""

    def load(changed: dict[str, str | bytes]) -> Pack:
        content = tmp_path / "content"
        shutil.copytree(CONTENT / "common", content / "common")
        for name, text in {**FILES, **changed}.items():
            path = content / ("" if name.startswith("common/") else "midori") / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        return load_pack("midori", content)

    return load


def test_sound_pack_is_loaded(load: Spoil) -> None:
    pack = load({})
    assert (pack.id, pack.municipality.name, pack.general_department) == ("midori", "緑市", pack.departments["citizens"])
    assert f"{pack.departments['citizens'].hours[0].open:%H:%M}" == "08:30"
    assert pack.facilities[0].name == "市役所"
    assert pack.sentences.say("talk.greeting") == "緑市です。"
    assert "ありがとう" in pack.sentences.say("welcome.first", name="緑市")
    assert "fee.copy" in pack.values
    assert "department.citizens.phone" in pack.values
    assert "municipality.name" in pack.values


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        (
            "municipality.yaml",
            FILES["municipality.yaml"] + "websight: x\n",
            "midori/municipality.yaml: unknown key 'websight' (did you mean 'website'?)",
        ),
        ("municipality.yaml", FILES["municipality.yaml"] + "xyzzy: x\n", "midori/municipality.yaml: unknown key 'xyzzy'"),
        ("municipality.yaml", "id: midori\nname: [a]\ngeneral_department: citizens\n", "midori/municipality.yaml: 'name': "),
        ("municipality.yaml", "id: midori\ngeneral_department: citizens\n", "midori/municipality.yaml: 'name': Field required"),
        ("municipality.yaml", FILES["municipality.yaml"].replace("[ja, en]", "[ja, fr]"), "midori/municipality.yaml: 'languages.1': "),
        ("municipality.yaml", FILES["municipality.yaml"].replace("id: midori", "id: aoi"), "midori/municipality.yaml: id is 'aoi'"),
        ("municipality.yaml", FILES["municipality.yaml"].replace("citizens", "tax"), "general_department 'tax' is not in departments.yaml"),
        ("municipality.yaml", "id: midori\nname: 緑市\n  kana: [\n", "midori/municipality.yaml, line 3: not valid YAML"),
        ("value_names.yaml", "fee.copyy: コピー代\n", "midori/value_names.yaml: 'fee.copyy' is no value of values/*.yaml"),
        ("value_names.yaml", "fee.copy: [コピー代]\n", "midori/value_names.yaml: 'fee.copy': words are needed"),
        ("municipality.yaml", "- a\n- b\n", "midori/municipality.yaml: names with values are needed, not list"),
        ("municipality.yaml", "name: 緑市".encode("shift_jis"), "midori/municipality.yaml: not UTF-8"),
        ("departments.yaml", FILES["departments.yaml"].replace("phone:", "phoen:"), "midori/departments.yaml: "),
        ("departments.yaml", FILES["departments.yaml"].replace("08:30", "25:30"), "midori/departments.yaml: 'hours.0.open': "),
        ("departments.yaml", FILES["departments.yaml"].replace("[mon]", "[monday]"), "midori/departments.yaml: 'hours.0.days.0': "),
        ("departments.yaml", "departments: citizens\n", "midori/departments.yaml: 'departments': a list is needed, not str"),
        ("departments.yaml", "departments:\n", "general_department 'citizens' is not in departments.yaml"),
        ("values/fees.yaml", "fee.copy: 300円\n", "midori/values/fees.yaml: 'fee.copy': "),
        (
            "values/fees.yaml",
            "fee.copy: [{value: 300円, untill: 2027-03-31}]\n",
            "midori/values/fees.yaml: 'fee.copy': unknown key '0.untill'",
        ),
        ("values/fees.yaml", "fee.copy: [{value: 300円, until: 春}]\n", "midori/values/fees.yaml: 'fee.copy': '0.until': "),
        ("values/fees.yaml", "fee.copy: [{value: 300}]\n", "midori/values/fees.yaml: 'fee.copy': '0.value': "),
        ("values/phones.yaml", FILES["values/fees.yaml"], "midori/values/phones.yaml: 'fee.copy' stands in another file too"),
        (
            "calendar.yaml",
            "closed_every_year:\n  - {from: '1-3', until: '01-03', reason: x}\n",
            "midori/calendar.yaml: 'closed_every_year.0.from': ",
        ),
        ("calendar.yaml", "closed:\n  - {from: 2026-12-01, untill: 2026-12-02, reason: x}\n", "midori/calendar.yaml: "),
        ("facilities.csv", FILES["facilities.csv"].replace("35.0", "135.0"), "midori/facilities.csv, line 2: 'latitude': "),
        ("facilities.csv", FILES["facilities.csv"].replace("kind", "kid"), "midori/facilities.csv, line 2: "),
        ("facilities.csv", FILES["facilities.csv"].encode("shift_jis"), "midori/facilities.csv: not UTF-8"),
        ("rich_menu.yaml", "name: x\nchat_bar_text: " + "あ" * 15, "midori/rich_menu.yaml: 'chat_bar_text': "),
        ("demo.yaml", "residents: [{nam: x}]\n", "midori/demo.yaml: "),
        ("messages/ja.yaml", "talk: {greeting: 5}\n", "messages/ja.yaml: sentence 'talk.greeting' is int, a text is needed"),
        ("lexicon.yaml", "greetngs: [a]\n", "lexicon.yaml: unknown key 'greetngs' (did you mean 'greetings'?)"),
        ("menu.yaml", "topics: [{id: a}]\n", "menu.yaml: 'label': Field required"),
        (
            "messages/pt.yaml",
            "choice: {staff: Falar com um atendente}\n",
            "messages/pt.yaml: 'choice.staff': 'Falar com um atendente' is too long",
        ),
        (
            "names.yaml",
            "offices: {市民課: {en: Citizens Division}}\n",
            "'Citizens Division' (en) must hold '市民課'",
        ),
        ("names.yaml", "label: {}\n", "midori/names.yaml: unknown key 'label' (did you mean 'labels'?)"),
    ],
)
def test_error_names_the_file_and_what_is_wrong(load: Spoil, file: str, text: str | bytes, expected: str) -> None:
    with pytest.raises(PackError) as refused:
        load({file: text})
    assert expected in str(refused.value)


@pytest.mark.parametrize("name", ["nowhere", "common", ""])
def test_unknown_municipality_is_refused_with_those_that_are_known(name: str) -> None:
    with pytest.raises(PackError, match="MUNICIPALITIES には shiomi"):
        load_pack(name)


def test_own_sentences_go_before_the_common_ones_and_only_in_their_language(load: Spoil) -> None:
    pack = load({})
    assert pack.sentences.say("talk.greeting", Language.ENGLISH, name="緑市") != "緑市です。"


def test_own_lexicon_replaces_a_whole_list_of_the_common_one(load: Spoil) -> None:
    pack = load({"lexicon.yaml": "greetings: [まいど]\n"})
    assert pack.lexicon.greetings == ("まいど",)
    assert pack.lexicon.thanks == blank_pack("x").lexicon.thanks


def test_blank_pack_knows_what_all_share() -> None:
    pack = blank_pack("nobody")
    assert pack.lexicon.crisis
    assert pack.sentences.say("talk.thanks")
    assert (pack.facilities, pack.general_department, pack.folder) == ((), None, None)


def test_department_that_is_unknown_is_the_general_one(load: Spoil) -> None:
    pack = load({})
    assert pack.department("citizens") is pack.department(None) is pack.department("gone")


WASTE = {
    "waste.yaml": "department: citizens\ncategory: ごみ\nsticker_fee: fee.copy\n",
    "waste_items.csv": "code,name,collectable,fee_stickers\nW1,布団,oversized,1\n",
    "collection_areas.csv": "area,district,burnable\n緑1〜2丁目,緑,月・木\n",
}


def test_tables_of_waste_are_loaded(load: Spoil) -> None:
    waste = load(WASTE).waste
    assert [(item.code, item.name, item.collectable, item.fee_stickers) for item in waste.items] == [("W1", "布団", "oversized", 1)]
    assert [(area.area, area.district, area.burnable) for area in waste.areas] == [("緑1〜2丁目", "緑", "月・木")]
    assert waste.source is not None
    assert waste.source.department == "citizens"
    assert waste.words.item_shapes


def test_city_without_tables_of_waste_has_none(load: Spoil) -> None:
    waste = load({}).waste
    assert (waste.items, waste.areas, waste.source) == ((), (), None)


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("waste.yaml", "department: tax\ncategory: ごみ\n", "midori/waste.yaml: department 'tax' is not in departments.yaml"),
        ("waste.yaml", WASTE["waste.yaml"].replace("fee.copy", "fee.x"), "midori/waste.yaml: sticker_fee: no value 'fee.x' in values/"),
        ("waste.yaml", "department: citizens\ncategory: ごみ\nurl: x\n", "midori/waste.yaml: unknown key 'url'"),
        ("waste_items.csv", "code,name,collectable\nW1,布団,big\n", "midori/waste_items.csv, line 2: 'collectable': "),
        ("collection_areas.csv", f"area,district\n{'緑' * 31},緑\n", "midori/collection_areas.csv, line 2: 'area': "),
        ("common/waste_words.yaml", "shapes: []\n", "common/waste_words.yaml: unknown key 'shapes'"),
    ],
)
def test_tables_of_waste_that_cannot_be_used_are_refused(load: Spoil, file: str, text: str, expected: str) -> None:
    with pytest.raises(PackError) as error:
        load({**WASTE, file: text})
    assert expected in str(error.value)


def test_tables_of_waste_need_somebody_who_answers_for_them(load: Spoil) -> None:
    with pytest.raises(PackError, match=r"midori/waste\.yaml: missing"):
        load({"waste_items.csv": WASTE["waste_items.csv"]})


def test_names_are_said_in_a_language_or_stay_japanese(load: Spoil) -> None:
    pack = load({"names.yaml": "offices: {市民課: {en: Citizens Division (市民課)}}\nlabels: {ごみ: {en: Garbage}}\n"})
    citizens = department_named(pack, "市民課")
    assert pack.office_name(citizens, Language.ENGLISH) == "Citizens Division (市民課)"
    assert pack.office_name(citizens, Language.KOREAN) == "市民課"
    assert (pack.label("ごみ", Language.ENGLISH), pack.label("税金", Language.ENGLISH)) == ("Garbage", "税金")
    assert pack.label("粗大ごみの出し方", Language.ENGLISH) == "Oversized waste"


def department_named(pack: Pack, name: str) -> Department:
    return next(iter(pack.departments.values())).model_copy(update={"name": name})
