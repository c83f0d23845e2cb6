"""Whatever people read stands in data: every text that Python says exists, every one that exists is said, and none hides in Python."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from core.pack_loading import blank_pack
from core.sentences import GAP
from core.texts import Texts

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("bot", "console", "core", "faq", "handoff", "procedures", "retrieval")
SOURCES = (ROOT / "main.py", *(path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))))
TEXTS = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): Texts(path)
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("texts.yaml"))
}
"""By the module that says them, such as faq.texts."""
JAPANESE = re.compile(r"[ぁ-ゖァ-ヺ一-龠]")
LANGUAGE_KNOWLEDGE = {
    "bot/bubbles.py": "words in which an unfinished utterance ends",
    "bot/starting.py": "particles before a wish",
    "bot/waste.py": "words after a place, and numbers of blocks",
    "core/individual_number.py": "kanji numerals",
    "core/japanese_dates.py": "names of eras, of days seen from today, and parts of dates",
    "core/personal_numbers.py": "words before the number of an account",
    "core/recognising.py": "classes of characters",
    "core/text.py": "old forms of characters",
    "faq/documents/blocks.py": "radicals that PDF files write instead of characters",
    "faq/documents/pdf_files.py": "marks of headings",
    "faq/documents/pdf_lines.py": "classes of characters, and marks of page numbers",
    "faq/documents/word_files.py": "names of Word's styles",
    "faq/documents/word_numbering.py": "how Word counts in Japanese",
    "faq/documents/workbooks.py": "names of eras in formats of cells, and the mark of a remark",
    "core/telephone.py": "kanji numerals, and what stands between digits",
    "procedures/fields/addresses.py": "kanji numerals, and names of places and buildings",
    "procedures/fields/choosing.py": "polite endings",
    "procedures/fields/items.py": "polite endings",
    "procedures/fields/mentions.py": "sizes, quantities, and what stands beside names of things",
    "procedures/fields/numbers.py": "small and large kana",
    "procedures/fields/texts.py": "classes of characters, polite endings, and hours of a day",
    "procedures/schedules.py": "weekdays",
    "retrieval/asked_date.py": "how days are named",
    "retrieval/build_synonyms.py": "names of fields in Sudachi's dictionary",
    "retrieval/confidence.py": "a class of characters",
    "retrieval/deciding.py": "endings of names of places",
    "retrieval/everyday_words.py": "a class of characters",
    "retrieval/extracting.py": "how sentences hang together",
    "retrieval/facts.py": "forms of figures, dates, times and names",
    "retrieval/fields.py": "endings of a municipality's name, and readings in brackets",
    "retrieval/jurisdiction.py": "endings of names of places, and words beside them",
    "retrieval/lexicon.py": "classes of characters",
    "retrieval/follow_up.py": "how clauses begin, and particles",
    "retrieval/judging.py": "what masks personal data",
    "retrieval/numerals.py": "kanji numerals, and words for figures",
    "retrieval/polarity.py": "words that deny",
    "retrieval/premise.py": "forms of questions that take something for granted",
    "retrieval/published_dates.py": "names of years",
    "retrieval/search.py": "a question that warms search up",
    "retrieval/shelf.py": "a class of characters",
    "retrieval/synonyms.py": "classes of characters",
    "retrieval/tokens.py": "parts of speech of Sudachi",
    "retrieval/translated.py": "readings in brackets, and words for figures",
    "retrieval/waste_rows.py": "numbers of blocks in names of places",
    "retrieval/units.py": "where clauses begin and end",
}
"""Files in which Japanese is matched against, and shown to nobody."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """A key as a regular expression, and the values that are given (None where they can't be told)."""

    place: str
    texts: str
    pattern: str
    values: frozenset[str] | None


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def sayings_in(path: Path) -> Iterator[Said]:
    """What `say` and `named` are called with, wherever the file imports them from a texts module, and keys kept for later."""
    names: dict[str, tuple[str, str]] = {}
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and node.module in TEXTS:
            names |= {name.asname or name.name: (node.module, name.name) for name in node.names}
    for node in ast.walk(tree_of(path)) if names else ():
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        place = f"{path.relative_to(ROOT)}:{node.lineno}"
        if node.func.id in names:
            module, function = names[node.func.id]
            is_complete = all(keyword.arg is not None for keyword in node.keywords)
            values = frozenset(keyword.arg for keyword in node.keywords if keyword.arg is not None) if is_complete else None
            for key in keys_in(node.args[0]):
                yield Said(place=place, texts=module, pattern=key if function == "say" else rf"{key}\.[\w-]+", values=values)
        else:
            module = next(module for module, _ in names.values())
            kept = [keyword.value for keyword in node.keywords if keyword.arg == "key" and isinstance(keyword.value, ast.JoinedStr)]
            for key in (found for value in kept for found in keys_in(value)):
                yield Said(place=place, texts=module, pattern=key, values=None)


def keys_in(node: ast.expr) -> Iterator[str]:
    """As regular expressions: what an f-string fills in may be anything."""
    if isinstance(node, ast.Constant):
        yield re.escape(str(node.value))
    elif isinstance(node, ast.JoinedStr):
        yield "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[\w-]+" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from keys_in(node.body)
        yield from keys_in(node.orelse)


@cache
def sayings() -> tuple[Said, ...]:
    found = [said for path in SOURCES for said in sayings_in(path)]
    for path in sorted((ROOT / "console" / "templates").rglob("*.html")):
        for group in re.findall(r"\bnamed\(['\"](\w+)['\"]", path.read_text(encoding="utf-8")):
            found.append(Said(place=str(path.relative_to(ROOT)), texts="console.texts", pattern=rf"{group}\.[\w-]+", values=None))
    return tuple(found)


@cache
def strings_of(path: Path) -> frozenset[str]:
    return frozenset(node.value for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str))


@cache
def known_words() -> frozenset[str]:
    """Names and strings of Python, and ids of the lexicon, in lower case: what a value that completes a key may be called."""
    found = {f"crisis_{kind.id}" for kind in blank_pack("any").lexicon.crisis}
    for path in SOURCES:
        found |= strings_of(path)
        for node in ast.walk(tree_of(path)):
            match node:
                case ast.Name(id=name) | ast.ClassDef(name=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                    found.add(name)
    return frozenset(word.lower() for word in found)


def test_every_text_that_is_said_exists_and_its_gaps_are_filled() -> None:
    wrong = []
    for said in sayings():
        keys = [key for key in TEXTS[said.texts].all if re.fullmatch(said.pattern, key)]
        if not keys:
            wrong.append(f"{said.place}: no text {said.pattern}")
        for key in keys:
            missing = set(GAP.findall(TEXTS[said.texts].all[key])) - (said.values or set())
            if said.values is not None and missing and re.escape(key) == said.pattern:
                wrong.append(f"{said.place}: {key} needs {missing}")
    assert wrong == []
    assert len(sayings()) > 200, "the search itself must find something"


@pytest.mark.parametrize("module", TEXTS)
def test_every_text_is_said_somewhere(module: str) -> None:
    """Left over, or misspelt where it should be said."""
    own = {said.pattern for said in sayings() if said.texts == module}
    # Python remembers 512 of them, fewer than there are.
    patterns = [re.compile(pattern) for pattern in own]
    folder = TEXTS[module].path.parent
    strings = {string for path in SOURCES if folder in path.parents or path.name == "main.py" for string in strings_of(path)}
    unsaid = []
    for key in TEXTS[module].all:
        if key in strings or re.escape(key) in own:
            continue
        # A value completes the key: it must be a word that can come.
        is_known = any(part.lower() in known_words() for part in key.split(".")[1:])
        if not (is_known and any(pattern.fullmatch(key) for pattern in patterns)):
            unsaid.append(key)
    assert unsaid == []


@pytest.mark.parametrize("module", TEXTS)
def test_every_text_is_written_as_japanese_is(module: str) -> None:
    for key, text in TEXTS[module].all.items():
        assert text.strip(), key
        assert not re.search(r"[ｦ-ﾟ]|\{ *\}|!|\?$", re.sub(r"`[^`]*`", "", text)), f"{key}: {text}"


def japanese_in(path: Path) -> list[str]:
    """String literals with Japanese; docstrings, which only developers read, left out."""
    docstrings = {id(node.value) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Expr)}
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value[:40]}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings and JAPANESE.search(node.value)
    ]


def test_no_sentence_hides_in_python() -> None:
    holding = {str(path.relative_to(ROOT)): found for path in SOURCES if (found := japanese_in(path))}
    assert [line for name, found in holding.items() if name not in LANGUAGE_KNOWLEDGE for line in found] == []
    assert set(LANGUAGE_KNOWLEDGE) - set(holding) == set(), "these hold no Japanese: take them off the list"


def test_what_is_matched_against_is_no_sentence() -> None:
    """A pattern shows itself by its signs; what has none of them and ends like a sentence was written to be read."""
    for name in LANGUAGE_KNOWLEDGE:
        assert [
            line for line in japanese_in(ROOT / name) if not re.search(r"[\[|\\(]", line) and re.search(r"。|ください|です$|ました", line)
        ] == []
