"""Every pack loads, says everything in every language, and promises nothing that it does not hold."""

import ast
import csv
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from bot.handlers.callback import TIMES
from bot.handlers.nearby import FIRST_KINDS, KINDS
from bot.incoming import MediaKind
from bot.line.limits import QUICK_REPLY_LABEL
from bot.line.rich_menu import TAPS
from core.clock import JAPAN, system_clock
from core.individual_number import mask_individual_numbers
from core.messages import Language
from core.pack import Pack
from core.pack_loading import COMMON, CONTENT, load_pack
from core.sentences import flatten
from core.text import graphemes
from core.values import Values, placeholders

ROOT = Path(__file__).resolve().parents[1]
PACKS = sorted(path.parent.name for path in CONTENT.glob("*/municipality.yaml"))
MOMENTS = [system_clock(), datetime(2027, 4, 1, tzinfo=JAPAN)]
"""Today, and the day on which the sample's fees change."""
PHONE = re.compile(r"(?<![\d-])0\d{1,4}-\d{1,4}-\d{3,4}(?![\d-])")
UNDIALLED = re.compile(r"0490-00-\d{4}")
URL = re.compile(r"https?://[^\s)\]}」）、。\"'|]+")
OWN_URL = re.compile(r"https://([a-z0-9.-]+\.)?(example\.jp|myna\.go\.jp)(/|$)")


@cache
def japanese() -> dict[str, str]:
    return flatten(yaml.safe_load((CONTENT / COMMON / "messages" / "ja.yaml").read_text(encoding="utf-8")))


def pack_of(name: str) -> Pack:
    return load_pack(name)


@cache
def entries_of(name: str) -> list[dict[str, Any]]:  # Any: YAML, read without the code that is tested.
    found = []
    for path in sorted((CONTENT / name / "entries").glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
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


# Sentences


def said_keys() -> Iterator[tuple[str, str, set[str] | None]]:
    """Place, pattern of the key, and the gaps that are given (None where they can't be told) of each sentence that Python says."""
    for path in sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "handoff").rglob("*.py")]):
        if "simulator" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
            keywords = {keyword.arg for keyword in node.keywords if keyword.arg is not None}
            is_complete = all(keyword.arg is not None for keyword in node.keywords)
            place = f"{path.relative_to(ROOT)}:{node.lineno}"
            if name == "say":
                for argument in keys_in(node.args[0]):
                    yield place, argument, keywords if is_complete else None
            elif name == "tap" and len(node.args) == 3:
                for argument in keys_in(node.args[1]):
                    yield place, rf"choice\.{argument}", set()
            else:
                for argument in (found for node_argument in node.args for found in keys_in(node_argument)):
                    if re.fullmatch(r"[a-z_]+\\\.[a-z_\\.]+", argument) and argument.split("\\.")[0] in groups():
                        yield place, argument, None


def keys_in(node: ast.expr) -> Iterator[str]:
    """As regular expressions: what an f-string fills in may be anything."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield re.escape(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[a-z_]+" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from keys_in(node.body)
        yield from keys_in(node.orelse)


def groups() -> set[str]:
    return {key.split(".")[0] for key in japanese()}


def test_every_sentence_that_is_said_exists_and_its_gaps_are_filled() -> None:
    wrong, found = [], 0
    for place, pattern, given in said_keys():
        keys = [key for key in japanese() if re.fullmatch(pattern, key)]
        found += len(keys)
        if not keys and not pattern.endswith((r"\.yaml", r"\.csv", r"\.py")):
            wrong.append(f"{place}: no sentence {pattern}")
        for key in keys:
            needed = set(re.findall(r"\{([a-z_]+)\}", japanese()[key]))
            if given is not None and "[" not in pattern and not needed <= given:
                wrong.append(f"{place}: {key} needs {needed - given}")
    assert wrong == []
    assert found > 80, "the search itself must find something"


def test_every_sentence_is_said_somewhere() -> None:
    """What nobody says is left over, or its name was misspelt where it should be said."""
    patterns = [pattern for _, pattern, _ in said_keys()]
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py") if "simulator" not in path.parts)
    lexicon = (CONTENT / COMMON / "lexicon.yaml").read_text(encoding="utf-8")
    offices = yaml.safe_load((ROOT / "retrieval" / "data" / "elsewhere.yaml").read_text(encoding="utf-8"))
    referred = {f"elsewhere.{office}" for office in (*offices, "other_municipality")}
    assert referred <= set(japanese()), "an office of elsewhere.yaml has no name"
    unsaid = [
        key
        for key in japanese()
        if not any(re.fullmatch(pattern, key) for pattern in patterns) and f'"{key}"' not in source and key not in lexicon
        if key not in referred and not key.startswith("answer.refused.")  # Named by the status of an answer; the next test looks at them.
    ]
    assert unsaid == []


def test_refusals_are_named_by_statuses_of_answers() -> None:
    from retrieval.answering import AnswerStatus

    named = {key.removeprefix("answer.refused.") for key in japanese() if key.startswith("answer.refused.")}
    assert named
    assert named <= {status.value for status in AnswerStatus}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", PACKS)
def test_every_language_has_every_sentence_with_the_same_gaps(name: str, language: Language) -> None:
    sentences = pack_of(name).sentences
    keys = sentences.keys(Language.JAPANESE)
    assert sentences.keys(language) == keys
    wrong = {key for key in keys if sentences.gaps(key, language) != sentences.gaps(key, Language.JAPANESE)}
    assert wrong == set()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", PACKS)
def test_sentences_that_follow_from_data_exist(name: str, language: Language) -> None:
    pack = pack_of(name)
    wanted = [f"crisis.{kind.id}.{part}" for kind in pack.lexicon.crisis for part in ("title", "text", "numbers")]
    wanted += [f"crisis.general.{part}" for part in ("title", "text", "numbers")]
    wanted += [talk.sentence for talk in pack.lexicon.small_talk]
    wanted += [f"media.{kind.value}" for kind in MediaKind]
    wanted += [f"facility.{kind}" for kind in KINDS]
    wanted += [key for time in TIMES for key in (f"choice.time_{time}", f"callback.time.{time}")]
    assert set(wanted) - pack.sentences.keys(language) == set()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", PACKS)
def test_labels_fit_on_a_quick_reply(name: str, language: Language) -> None:
    pack = pack_of(name)
    labels = {key: pack.sentences.say(key, language) for key in pack.sentences.keys(language) if key.startswith(("choice.", "facility."))}
    labels["language.name"] = pack.sentences.say("language.name", language)
    labels |= {topic.id: topic.label for topic in (*pack.topics, *pack.photo_topics)}
    too_long = {key: label for key, label in labels.items() if not 1 <= len(graphemes(label)) <= QUICK_REPLY_LABEL}
    assert too_long == {}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", PACKS)
def test_crisis_numbers_can_be_tapped_and_are_the_same_in_every_language(name: str, language: Language) -> None:
    sentences = pack_of(name).sentences

    def numbers(kind: str, of: Language) -> list[str]:
        lines = [line for line in sentences.say(f"crisis.{kind}.numbers", of).splitlines() if line.strip()]
        return [line.rsplit(" ", 1)[1] for line in lines]

    for kind in (*(kind.id for kind in pack_of(name).lexicon.crisis), "general"):
        found = numbers(kind, language)
        assert found
        assert all(re.fullmatch(r"[#0-9-]{3,}", number) for number in found)
        if kind in ("general", "emergency"):
            assert found == numbers(kind, Language.JAPANESE)


# Lexicon


@pytest.mark.parametrize("name", PACKS)
def test_patterns_of_the_lexicon_compile_and_match_something(name: str) -> None:
    lexicon = pack_of(name).lexicon
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
    pack = pack_of(name)
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
            assert {row["district"] for row in rows} <= set(pack_of(name).municipality.districts)


@pytest.mark.parametrize("name", PACKS)
def test_rich_menu_lies_on_its_image_without_overlaps_and_its_taps_are_known(name: str) -> None:
    menu = pack_of(name).rich_menu
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
    languages = {language.value for language in Language} - {"ja"}
    assert sum(set(entry.get("translations", {})) >= languages for entry in entries) >= 30
    assert len(pack_of("shiomi").departments) >= 8


@pytest.mark.parametrize("name", PACKS)
def test_entries_have_their_own_ids_departments_and_neighbours(name: str) -> None:
    entries, pack = entries_of(name), pack_of(name)
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
    values: Values = pack_of(name).values
    used = 0
    for file, text in texts_of(name):
        if file.startswith(f"{name}/values/"):
            continue
        used += len(placeholders(text))
        filled = values.fill(text, moment)
        assert "{{" not in filled, f"{file}: a placeholder that is not understood"
    assert used > 100


@pytest.mark.parametrize("name", PACKS)
def test_every_value_is_used_or_known_to_python_and_has_no_gap_between_its_days(name: str) -> None:
    for path in sorted((CONTENT / name / "values").glob("*.yaml")):
        for key, rows in yaml.safe_load(path.read_text(encoding="utf-8")).items():
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


@pytest.mark.parametrize("name", PACKS)
def test_no_text_of_a_pack_looks_like_an_individual_number(name: str) -> None:
    for entry in entries_of(name):
        for text in (entry["question"], entry["answer"]):
            assert not mask_individual_numbers(pack_of(name).values.fill(text, MOMENTS[0]))[1], entry["id"]
