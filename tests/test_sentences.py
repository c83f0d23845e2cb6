"""Every sentence that a resident may read exists in every language, is said somewhere, and fits where it is shown."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from bot.closing import SCORES
from bot.handlers.callback import TIMES
from bot.handlers.nearby import KINDS
from bot.incoming import MediaKind
from bot.line.limits import QUICK_REPLY_LABEL
from core.messages import Language
from core.pack_loading import COMMON, CONTENT, load_pack
from core.sentences import flatten
from core.text import graphemes
from core.yaml_text import read_yaml
from handoff.notices import NoticeKey
from tests.packs import PACKS, ROOT

WITH_STAFF = (NoticeKey.ALREADY_HELD, NoticeKey.REOPENED, NoticeKey.CLAIMED, NoticeKey.TRANSFERRED)
"""Notices that name a person, and are said otherwise where nobody is to be named."""
SPEAKING = ("bot", "handoff", "procedures")
"""Packages that say sentences to residents."""


@cache
def japanese() -> dict[str, str]:
    return flatten(read_yaml((CONTENT / COMMON / "messages" / "ja.yaml").read_text(encoding="utf-8")))


def said_keys() -> Iterator[tuple[str, str, set[str] | None]]:
    """Place, pattern of the key, and the gaps that are given (None where they can't be told) of each sentence that Python says."""
    for path in sorted(path for package in SPEAKING for path in (ROOT / package).rglob("*.py")):
        if "simulator" in path.parts or path.name.endswith("models.py"):  # Names of columns look like keys.
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            # A bare `say` is that of a package's own texts, which tests/test_texts.py looks at.
            if not isinstance(node, ast.Call) or (isinstance(node.func, ast.Name) and node.func.id in ("say", "named")):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
            keywords = {keyword.arg for keyword in node.keywords if keyword.arg is not None}
            is_complete = all(keyword.arg is not None for keyword in node.keywords)
            place = f"{path.relative_to(ROOT)}:{node.lineno}"
            if name == "say":
                for argument in keys_in(node.args[0]):
                    yield place, argument, keywords if is_complete else None
            elif name == "ForeignKey":
                continue
            elif name == "tap" and len(node.args) == 3:
                for argument in keys_in(node.args[1]):
                    yield place, rf"(procedure\.)?choice\.{argument}", set()
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
    files = [path for package in SPEAKING for path in (ROOT / package).rglob("*.py") if "simulator" not in path.parts]
    source = "\n".join(path.read_text(encoding="utf-8") for path in files)
    lexicon = (CONTENT / COMMON / "lexicon.yaml").read_text(encoding="utf-8")
    offices = read_yaml((ROOT / "retrieval" / "data" / "elsewhere.yaml").read_text(encoding="utf-8"))
    referred = {f"elsewhere.{office}" for office in (*offices, "other_municipality")}
    assert referred <= set(japanese()), "an office of elsewhere.yaml has no name"
    noticed = {*NoticeKey, *(f"{key}_somebody" for key in WITH_STAFF), f"{NoticeKey.PAUSED}_open"}
    unsaid = [
        key
        for key in japanese()
        if not any(re.fullmatch(pattern, key) for pattern in patterns) and f'"{key}"' not in source and key not in lexicon
        if key not in noticed
        and key not in referred
        and not key.startswith("answer.refused.")  # Named by the status of an answer; the next test looks at them.
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
    sentences = load_pack(name).sentences
    keys = sentences.keys(Language.JAPANESE)
    assert sentences.keys(language) == keys
    wrong = {key for key in keys if sentences.gaps(key, language) != sentences.gaps(key, Language.JAPANESE)}
    assert wrong == set()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", PACKS)
def test_sentences_that_follow_from_data_exist(name: str, language: Language) -> None:
    pack = load_pack(name)
    wanted = [f"crisis.{kind.id}.{part}" for kind in pack.lexicon.crisis for part in ("title", "text", "numbers")]
    wanted += [f"crisis.general.{part}" for part in ("title", "text", "numbers")]
    wanted += [talk.sentence for talk in pack.lexicon.small_talk]
    wanted += [f"media.{kind.value}" for kind in MediaKind]
    wanted += [f"facility.{kind}" for kind in KINDS]
    wanted += [str(key) for key in NoticeKey]
    wanted += [f"{key}_somebody" for key in WITH_STAFF] + [f"{NoticeKey.PAUSED}_open"]
    wanted += [f"choice.score_{name}" for name in SCORES.values()]
    wanted += [key for time in TIMES for key in (f"choice.time_{time}", f"callback.time.{time}")]
    assert set(wanted) - pack.sentences.keys(language) == set()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", PACKS)
def test_labels_fit_on_a_quick_reply(name: str, language: Language) -> None:
    pack = load_pack(name)
    labels = {key: pack.sentences.say(key, language) for key in pack.sentences.keys(language) if key.startswith(("choice.", "facility."))}
    labels["language.name"] = pack.sentences.say("language.name", language)
    labels |= {topic.id: topic.label for topic in (*pack.topics, *pack.photo_topics)}
    too_long = {key: label for key, label in labels.items() if not 1 <= len(graphemes(label)) <= QUICK_REPLY_LABEL}
    assert too_long == {}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", PACKS)
def test_crisis_numbers_can_be_tapped_and_are_the_same_in_every_language(name: str, language: Language) -> None:
    sentences = load_pack(name).sentences

    def numbers(kind: str, of: Language) -> list[str]:
        lines = [line for line in sentences.say(f"crisis.{kind}.numbers", of).splitlines() if line.strip()]
        return [line.rsplit(" ", 1)[1] for line in lines]

    for kind in (*(kind.id for kind in load_pack(name).lexicon.crisis), "general"):
        found = numbers(kind, language)
        assert found
        assert all(re.fullmatch(r"[#0-9-]{3,}", number) for number in found)
        if kind in ("general", "emergency"):
            assert found == numbers(kind, Language.JAPANESE)
