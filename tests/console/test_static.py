"""Files for browsers: vendored ones are unchanged, everything that is referred to is there, and every stored value has a word."""

import hashlib
import json
import re
from pathlib import Path

import pytest

import console
from bot.arrivals import Sorting
from bot.jobs import Housekeeping, job_kinds
from bot.line.delivery import Delivery
from bot.models import CallState
from bot.routing import Route
from bot.taps import TAPS
from bot.turn import TurnRunner
from console.permissions import Permission
from core.messages import Language
from core.pack_loading import blank_pack
from core.yaml_text import read_yaml
from faq.lifecycle import VersionState
from faq.models import EntryKind
from handoff.models import Role
from retrieval.answering import AnswerStatus, Decision

HOME = Path(console.__file__).parent
STATIC = HOME / "static"
TEMPLATES = sorted((HOME / "templates").rglob("*.html"))
OURS = [path for path in STATIC.rglob("*") if path.is_file() and "vendor" not in path.parts]


VENDORED = [*(STATIC / "vendor").glob("*/vendor.json"), *(HOME.parent / "tests" / "vendor").glob("*/vendor.json")]


@pytest.mark.parametrize("manifest", sorted(VENDORED), ids=lambda path: path.parent.name)
def test_vendored_files_are_those_that_were_taken(manifest: Path) -> None:
    said = json.loads(manifest.read_text("utf-8"))
    assert {"name", "version", "licence", "integrity", "sha256"} == set(said)
    files = {path.name for path in manifest.parent.iterdir()} - {"vendor.json"}
    assert files == set(said["sha256"])
    assert "LICENSE" in files
    for name, digest in said["sha256"].items():
        assert hashlib.sha256((manifest.parent / name).read_bytes()).hexdigest() == digest, name


def test_templates_refer_only_to_files_that_are_there() -> None:
    icons = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    for path in TEMPLATES:
        source = path.read_text("utf-8")
        for name in re.findall(r"asset\('([^'~]+)'\)", source):
            assert (STATIC / name).is_file(), (path.name, name)
        assert set(re.findall(r"icon\('([^']+)'\)", source)) <= icons, path.name
        assert not re.search(r"""(?:src|href)=["']https?://""", source), path.name


def test_nothing_of_ours_is_inline_or_from_elsewhere() -> None:
    for path in TEMPLATES:
        source = path.read_text("utf-8")
        assert not re.search(r"\sstyle=|<style|\son\w+=|hx-on|<script>|\|\s*safe", source), path.name
    for path in OURS:
        assert not re.search(r"https?://(?!www\.w3\.org)|@import", path.read_text("utf-8")), path.name


@pytest.mark.parametrize(
    ("group", "values"),
    [
        ("role", Role),
        ("permission", Permission),
        ("decision", Decision),
        ("status", AnswerStatus),
        ("status", [f"crisis_{kind.id}" for kind in blank_pack("any").lexicon.crisis]),
        ("route", Route),
        ("call_state", CallState),
        ("entry_state", VersionState),
        ("entry_kind", EntryKind),
        ("language", Language),
        ("job", [kind.name for kind in job_kinds(TurnRunner, Delivery, Housekeeping, Sorting)]),  # type: ignore[arg-type]
        ("tap", [kind.__name__ for kind in TAPS.values()]),
    ],
)
def test_every_stored_value_has_a_word(group: str, values: list[str]) -> None:
    texts = read_yaml((HOME / "texts.yaml").read_text("utf-8"))
    assert {str(value) for value in values} <= set(texts[group])
