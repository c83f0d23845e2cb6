"""Every pack loads, and promises nothing that it does not hold."""

import csv
import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from itertools import combinations, pairwise
from typing import Any

import pytest
from PIL import Image

from bot.handlers.nearby import FIRST_KINDS, KINDS
from bot.line.limits import QUICK_REPLY_LABEL
from bot.line.rich_menu import TAPS
from core.clock import JAPAN, system_clock
from core.individual_number import mask_individual_numbers
from core.messages import Language
from core.pack_loading import COMMON, CONTENT, load_pack
from core.text import graphemes
from core.values import Values, placeholders
from core.yaml_text import read_yaml
from tests.packs import PACKS

MOMENTS = [system_clock(), datetime(2027, 4, 1, tzinfo=JAPAN)]
"""Today, and the day on which the sample's fees change."""
PHONE = re.compile(r"(?<![\d-])0\d{1,4}-\d{1,4}-\d{3,4}(?![\d-])")
UNDIALLED = re.compile(r"0490-00-\d{4}")
URL = re.compile(r"https?://[^\s)\]}」）、。\"'|]+")
OWN_URL = re.compile(r"https://([a-z0-9.-]+\.)?(example\.jp|myna\.go\.jp)(/|$)")


@cache
def entries_of(name: str) -> list[dict[str, Any]]:  # Any: YAML, read without the code that is tested.
    found = []
    for path in sorted((CONTENT / name / "entries").glob("*.yaml")):
        document = read_yaml(path.read_text(encoding="utf-8"))
        found += [{**entry, "category": entry.get("category", document["category"])} for entry in document["entries"]]
    return found


def texts_of(name: str) -> Iterator[tuple[str, str]]:
    """Every text file of a pack and of what all share, by its name."""
    for folder in (CONTENT / name, CONTENT / COMMON):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".yaml", ".md", ".csv", ".html"):
                yield f"{folder.name}/{path.relative_to(folder)}", path.read_text(encoding="utf-8")


def test_sample_is_among_the_packs() -> None:
    assert "shiomi" in PACKS


@pytest.mark.parametrize("name", PACKS)
def test_pack_loads(name: str) -> None:
    assert load_pack(name).id == name


# Lexicon


@pytest.mark.parametrize("name", PACKS)
def test_patterns_of_the_lexicon_compile_and_match_something(name: str) -> None:
    lexicon = load_pack(name).lexicon
    lists = [lexicon.staff, lexicon.menu, lexicon.thanks, lexicon.greetings, lexicon.corrections, lexicon.correction_forms]
    lists += [lexicon.rejections, lexicon.helpful, lexicon.cancel, lexicon.fragments, lexicon.people, *lexicon.languages.values()]
    lists += [patterns for kind in lexicon.crisis for patterns in (kind.patterns, kind.unless)]
    lists += [talk.patterns for talk in lexicon.small_talk]
    patterns = [pattern for found in lists for pattern in found]
    assert len(patterns) > 100
    for pattern in patterns:
        assert not re.compile(pattern).fullmatch(""), f"{pattern} matches nothing at all"
    for form in lexicon.correction_forms:
        assert set(re.compile(form).groupindex) == {"wrong", "right"}


# Places and menus


@pytest.mark.parametrize("name", PACKS)
def test_facilities_lie_in_districts_of_the_city_and_have_their_own_ids(name: str) -> None:
    pack = load_pack(name)
    assert {facility.district for facility in pack.facilities} <= set(pack.municipality.districts)
    ids = [facility.id for facility in pack.facilities]
    assert len(set(ids)) == len(ids)
    assert {facility.kind for facility in pack.facilities} >= set(FIRST_KINDS) & set(KINDS)


@pytest.mark.parametrize("name", PACKS)
def test_collection_areas_and_waste_items_are_whole(name: str) -> None:
    for file in ("collection_areas.csv", "waste_items.csv"):
        path = CONTENT / name / file
        rows = list(csv.DictReader(path.open(encoding="utf-8", newline=""))) if path.is_file() else []
        assert all(None not in row and None not in row.values() for row in rows), f"{file} has a row with too many or too few cells"
        if file == "collection_areas.csv":
            assert {row["district"] for row in rows} <= set(load_pack(name).municipality.districts)


@pytest.mark.parametrize("name", PACKS)
def test_rich_menu_lies_on_its_image_without_overlaps_and_its_taps_are_known(name: str) -> None:
    menu = load_pack(name).rich_menu
    assert menu is not None
    path = CONTENT / name / menu.image
    with Image.open(path) as image:
        assert image.size == (menu.width, menu.height)
    assert path.stat().st_size <= 1_000_000, "LINE takes at most 1 MB"
    assert menu.areas
    for area in menu.areas:
        assert area.x + area.width <= menu.width
        assert area.y + area.height <= menu.height
        assert area.tap in TAPS or re.fullmatch(r"ask:.+", area.tap)
    for one, other in combinations(menu.areas, 2):
        is_apart = (
            one.x + one.width <= other.x
            or other.x + other.width <= one.x
            or one.y + one.height <= other.y
            or other.y + other.height <= one.y
        )
        assert is_apart, f"{one.label} and {other.label} overlap"


# Entries and guides


def test_sample_is_as_large_as_promised() -> None:
    entries = entries_of("shiomi")
    assert len(entries) >= 200
    assert len({entry["category"] for entry in entries}) >= 15
    assert len(list((CONTENT / "shiomi" / "guides").glob("*.md"))) >= 20
    translated = [set(entry.get("translations", {})) for entry in entries]
    assert sum(languages >= {"easy", "en", "zh-Hans", "vi"} for languages in translated) >= 30
    assert sum(languages >= {language.value for language in Language} - {"ja"} for languages in translated) >= 15
    assert len(load_pack("shiomi").departments) >= 8


@pytest.mark.parametrize("name", PACKS)
def test_cases_and_skills_of_the_demonstration_name_categories_as_entries_do(name: str) -> None:
    titles = {read_yaml(path.read_text(encoding="utf-8"))["title"] for path in (CONTENT / name / "entries").glob("*.yaml")}
    skills = {skill for member in load_pack(name).demo.staff for skill in member.skills}
    day = CONTENT / name / "demo_day.yaml"
    opened = re.findall(r"does: open,.*?\bcategory: ([^,}]+)", day.read_text(encoding="utf-8")) if day.is_file() else []
    assert (skills | {category.strip() for category in opened}) <= titles


@pytest.mark.parametrize("name", PACKS)
def test_entries_have_their_own_ids_departments_and_neighbours(name: str) -> None:
    entries, pack = entries_of(name), load_pack(name)
    ids = [entry["id"] for entry in entries]
    assert sorted({one for one in ids if ids.count(one) > 1}) == []
    guides = {path.stem for path in (CONTENT / name / "guides").glob("*.md")}
    for entry in entries:
        assert entry["department"] in pack.departments, entry["id"]
        assert set(entry.get("related", ())) <= {*ids, *guides}, entry["id"]
        assert entry["question"].strip(), entry["id"]
        assert entry["answer"].strip(), entry["id"]
        assert set(entry.get("translations", {})) <= set(Language), entry["id"]


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: f"{moment:%Y-%m-%d}")
@pytest.mark.parametrize("name", PACKS)
def test_every_placeholder_has_a_value(name: str, moment: datetime) -> None:
    values: Values = load_pack(name).values
    used = 0
    for file, text in texts_of(name):
        # What staff have prepared has gaps of its own, which are filled for a case.
        if file.startswith(f"{name}/values/") or file == f"{name}/demo_day.yaml":
            continue
        used += len(placeholders(text))
        filled = values.fill(text, moment)
        assert "{{" not in filled, f"{file}: a placeholder that is not understood"
    assert used > 100


@pytest.mark.parametrize("name", PACKS)
def test_every_value_is_used_or_known_to_python_and_has_no_gap_between_its_days(name: str) -> None:
    for path in sorted((CONTENT / name / "values").glob("*.yaml")):
        for key, rows in read_yaml(path.read_text(encoding="utf-8")).items():
            days = [(row.get("from"), row.get("until")) for row in rows]
            for (_, until), (start, _) in pairwise(days):
                assert until is not None, key
                assert start is not None, key
                assert (start - until).days == 1, f"{key} has days without a value, or with two"


CRISIS_FILES = tuple(f"{COMMON}/messages/{language.value}.yaml" for language in Language)


@pytest.mark.parametrize("name", PACKS)
def test_no_number_can_be_dialled_and_no_address_leaves_the_examples(name: str) -> None:
    """Only the help lines of the crisis messages are real; they stand in the common sentences."""
    wrong = []
    for file, text in texts_of(name):
        if file not in CRISIS_FILES:
            wrong += [f"{file}: {phone}" for phone in PHONE.findall(text) if not UNDIALLED.fullmatch(phone)]
        wrong += [f"{file}: {url}" for url in URL.findall(text) if not OWN_URL.match(url)]
    assert wrong == []


LATER_LANGUAGES = {"zh-Hant", "ko", "pt", "tl", "ne"}
"""Their translations repeat the figures of the Japanese one by one; the earlier ones spell some out or explain more."""


def numbers_in(text: str) -> set[str]:
    flat = unicodedata.normalize("NFKC", re.sub(r"\{\{.*?\}\}", "", text))
    return set(re.findall(r"\d+", re.sub(r"(?<=\d),(?=\d)", "", flat)))


@pytest.mark.parametrize("name", PACKS)
def test_translations_take_their_values_from_the_same_places(name: str) -> None:
    """A fee that is written out in a translation would stay when the fee changes."""
    for entry in entries_of(name):
        own = set(placeholders(entry["answer"]))
        for language, translation in entry.get("translations", {}).items():
            found = set(placeholders(translation["answer"]))
            assert own <= found, f"{entry['id']} ({language}) lacks {own - found}"
            assert all(key.startswith("department.") for key in found - own), f"{entry['id']} ({language}) adds {found - own}"


@pytest.mark.parametrize("name", PACKS)
def test_numbers_of_translations_are_those_of_the_japanese(name: str) -> None:
    """Months have names in other languages, and "one" is often not said."""
    seen = 0
    for entry in entries_of(name):
        japanese = unicodedata.normalize("NFKC", entry["question"] + entry["answer"])
        wanted = numbers_in(re.sub(r"\d+月", "", japanese)) - {"1"}
        for language in LATER_LANGUAGES & entry.get("translations", {}).keys():
            said = numbers_in(entry["translations"][language]["question"] + entry["translations"][language]["answer"])
            assert said <= numbers_in(japanese), f"{entry['id']} ({language}) invents {said - numbers_in(japanese)}"
            assert wanted <= said, f"{entry['id']} ({language}) lacks {wanted - said}"
            seen += 1
    assert seen >= 75


@pytest.mark.parametrize("language", [language for language in Language if language is not Language.JAPANESE])
@pytest.mark.parametrize("name", PACKS)
def test_names_that_residents_see_are_said_in_every_language(name: str, language: Language) -> None:
    pack = load_pack(name)
    categories = [read_yaml(path.read_text(encoding="utf-8"))["title"] for path in (CONTENT / name / "entries").glob("*.yaml")]
    topics = [topic.label for topic in (*pack.topics, *pack.photo_topics)]
    unsaid = [label for label in (pack.municipality.name, *categories, *topics) if language not in pack.names.labels.get(label, {})]
    unsaid += [department.name for department in pack.departments.values() if language not in pack.names.offices.get(department.name, {})]
    assert unsaid == []
    too_long = [pack.label(label, language) for label in topics if len(graphemes(pack.label(label, language))) > QUICK_REPLY_LABEL]
    assert too_long == []


@pytest.mark.parametrize("name", PACKS)
def test_no_text_of_a_pack_looks_like_an_individual_number(name: str) -> None:
    for entry in entries_of(name):
        for text in (entry["question"], entry["answer"]):
            assert not mask_individual_numbers(load_pack(name).values.fill(text, MOMENTS[0]))[1], entry["id"]
