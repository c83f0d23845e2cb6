"""Definitions: what is refused and how it is said, a new procedure by YAML alone, and that the manual names everything."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from core.errors import PackError
from core.messages import Language
from core.yaml_text import read_yaml
from procedures.conditions import DefinitionModel
from procedures.definition import Assurance, Definition
from procedures.fields import FIELD_TYPES
from procedures.fields.base import Field
from procedures.lifecycle import WAYS
from procedures.loading import read_definition
from procedures.models import ApplicationState
from procedures.rehearsing import Rehearsals
from procedures.steps import Ask, Completed, Confirm
from tests.procedures.talk import PACK, PROCEDURES, Talk

ROOT = Path(__file__).resolve().parents[2]
MANUAL = (ROOT / "docs" / "procedures.md").read_text(encoding="utf-8")
FOLDER = ROOT / "content" / "shiomi" / "procedures"
SAMPLE = re.search(r"^```yaml\n(id: .*?)^```", MANUAL, re.M | re.S)
assert SAMPLE is not None
UMBRELLA = SAMPLE[1]


def read(source: str) -> Definition:
    return read_definition(source, "procedures/umbrella_loan.yaml", PACK, PROCEDURES.locality)


def changed(old: str, new: str) -> str:
    assert old in UMBRELLA
    return UMBRELLA.replace(old, new, 1)


def test_procedure_of_the_manual_works_by_yaml_alone() -> None:
    talk = Talk(read(UMBRELLA), "傘の貸し出しを申し込みたい")
    assert isinstance(talk.step, Ask)
    talk.say("来週の土曜")
    assert "休みです" in talk.problem
    talk.say("来週の火曜", "4本")
    assert "1から3まで" in talk.problem
    talk.say("２本", "田中 太郎 たなか たろう")
    assert isinstance(talk.step, Confirm)
    assert talk.summary == {"受け取る日": "2026年（令和8年）12月1日（火）", "本数": "2本", "お名前": "田中 太郎（タナカ タロウ）"}
    assert isinstance(talk.confirm(), Completed)
    said = talk.wording().text("thanks", number="JU-2026-000001-X")
    assert said == "受け付けました。受付番号は JU-2026-000001-X です。2026年（令和8年）12月1日（火）に窓口へお越しください。"


def test_message_of_the_manual_is_what_is_said() -> None:
    with pytest.raises(PackError) as error:
        read(changed("after: 1 day", "afterr: 1 day"))
    line = next(number for number, text in enumerate(UMBRELLA.splitlines(), start=1) if "name: day" in text)
    assert str(error.value) == f"procedures/umbrella_loan.yaml: field 'day': unknown key 'afterr' (did you mean 'after'?) (line {line})"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("thanks:", "thanx:", "unknown key 'thanx' (did you mean 'thanks'?) (line 8)"),
        ("type: date", "type: dates", "field 'day': unknown type 'dates' (did you mean 'date'?)"),
        ("after: 1 day", "after: soon", "field 'day': 'after': 'soon' is no day"),
        ("department: general_affairs", "department: general_affair", "department: 'general_affair' is not in departments.yaml"),
        ("until: 14 days", "until: loan.days days", "field 'day': no value 'loan.days' in values/"),
        ("{day}に窓口", "{dya}に窓口", "thanks: '{dya}' is no answer (did you mean 'day'?)"),
        ("{day}に窓口", "{{ fee.nothing }}に窓口", "thanks: no value 'fee.nothing' in values/"),
        ("  done:", "  withdrawn:", "tells: 'done' is missing"),
        ("name: count", "name: day", "field 'day': there are two of this name"),
        ("label: 本数, ask: 何本いりますか。", "label: 本数", "field 'count': ask is missing"),
        ("unit: 本", "when: {field: name, filled: true}, unit: 本", "field 'count': 'name' is asked later"),
        ("unit: 本", "when: {field: dya, filled: true}, unit: 本", "field 'count': no field 'dya' (did you mean 'day'?)"),
        ("unit: 本", "when: {field: day.month, is: 1}, unit: 本", "field 'count': 'day' has no part 'month'"),
        ("unit: 本", "when: {field: day, iss: x}, unit: 本", "field 'count': unknown key 'when.iss'"),
        ("unit: 本", "when: {field: day}, unit: 本", "needs is, is_not"),
        ("unit: 本", "checks: [{when: {field: count, more_than: 2}, sayy: x}], unit: 本", "(did you mean 'say'?)"),
        ("retention: {days: 365", "retention: {day: 365", "(did you mean 'days'?)"),
        ("assurance: L1", "assurance: L4", "'assurance':"),
        ("steps:", "fees: {loan: {valu: x}}\nsteps:", "(did you mean 'value'?)"),
        ("steps:", "window: {day: dy, until: -1 day}\nsteps:", "window: no field 'dy' (did you mean 'day'?)"),
        ("steps:", "translations: {en: {fields.day.askk: x}}\nsteps:", "translations.en: no text 'fields.day.askk'"),
        ("steps:", "  - [", "not valid YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_remedy(old: str, new: str, said: str) -> None:
    with pytest.raises(PackError) as error:
        read(changed(old, new))
    assert str(error.value).startswith("procedures/umbrella_loan.yaml")
    expected = said.replace("'when.iss'", "'iss'")
    assert expected in str(error.value), str(error.value)


def test_definitions_of_the_sample_city_are_complete() -> None:
    assert set(PROCEDURES.definitions) == {"oversized_waste", "road_damage", "dog_registration"}
    assert PROCEDURES.definitions["road_damage"].assurance is Assurance.ANONYMOUS
    for definition in PROCEDURES.definitions.values():
        assert definition.legal_basis
        assert definition.retention.days >= 365
        assert definition.translations[Language.ENGLISH]
        for field in definition.asked:
            assert f"fields.{field.name}.label" in definition.texts


def test_whoever_applies_in_english_hears_the_end_in_english_too() -> None:
    """Questions were translated, but not what was said of the result, what ends it early, and what is kept for what."""
    same_everywhere = re.compile(r"steps\..*|.*\.(?:example|number|link)")
    for definition in PROCEDURES.definitions.values():
        english = definition.translations[Language.ENGLISH]
        assert [
            place for place, text in definition.texts.items() if text and place not in english and not same_everywhere.fullmatch(place)
        ] == []


def test_no_definition_is_mistaken_for_another_version() -> None:
    assert len(set(PROCEDURES.digests.values())) == len(PROCEDURES.digests)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_quick_replies_find_room_beside_the_commands(path: Path) -> None:
    """Choices of the sample city fit on a quick reply's label; more than eight become a list."""
    from core.text import graphemes

    definition = PROCEDURES.definitions[path.stem]
    labels = [text for place, text in definition.texts.items() if ".options." in place or place.endswith(("yes_label", "no_label"))]
    assert labels
    assert [label for label in labels if len(graphemes(label)) > 20] == []


def models() -> Iterator[type[BaseModel]]:
    def below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
        for child in model.__subclasses__():
            if child.__module__.startswith("procedures"):
                yield child
                yield from below(child)

    assert issubclass(Rehearsals, DefinitionModel)
    yield from below(DefinitionModel)


def test_every_key_is_described_in_the_manual() -> None:
    absent = {
        f"{model.__name__}.{field.alias or name}"
        for model in models()
        for name, field in model.model_fields.items()
        if not re.search(rf"`[^`\n]*(?<![\w-]){re.escape(field.alias or name)}(?![\w-])[^`\n]*`", MANUAL)
    }
    assert absent - {"RehearsedPlace.latitude", "RehearsedPlace.longitude"} == set()


def test_every_type_and_state_is_described_in_the_manual() -> None:
    rows = {line.split("`")[1] for line in MANUAL.splitlines() if line.startswith("| `")}
    assert set(FIELD_TYPES) <= rows
    assert {state.value for state in ApplicationState} <= rows
    assert len(list(models())) > 40, "the search itself must find something"


def test_types_are_registered_under_their_own_names() -> None:
    for name, field_type in FIELD_TYPES.items():
        assert issubclass(field_type, Field)
        assert field_type.model_fields["type"].annotation.__args__ == (name,)  # type: ignore[union-attr]


def test_files_of_the_sample_city_are_plain_yaml() -> None:
    for path in FOLDER.glob("*.yaml"):
        assert isinstance(read_yaml(path.read_text(encoding="utf-8")), dict)


def test_every_way_of_an_application_ends_in_a_state() -> None:
    assert all(starts for starts, _ in WAYS.values())
