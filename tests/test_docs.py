"""What is named in code is described where a reader looks for it; commands, paths and links in the documentation are real."""

import importlib
import re
import shlex
import tomllib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from prometheus_client.metrics import MetricWrapperBase
from pydantic import BaseModel
from typer.main import get_command

import core.metrics
import main
from bot.arrivals import Sorting
from bot.counter_jobs import CounterJobs
from bot.jobs import PERIODIC, Housekeeping, counter_kinds, job_kinds
from bot.line.delivery import Delivery
from bot.line.rich_menu import TAPS
from bot.media_jobs import MediaFetcher
from bot.models import CallState, EventState
from bot.procedure_reminders import Reminders, reminder_kinds
from bot.routing import Route
from bot.telling import TellingJobs, telling_kinds
from bot.turn import TurnRunner
from console.app import ROUTERS
from core.pack import PackModel
from core.pack_loading import blank_pack
from core.settings import Settings
from faq.columns import column_names
from faq.lifecycle import VersionState
from handoff.events import EventKind
from handoff.jobs import Tending
from handoff.models import Role
from procedures.outside.jobs import SYSTEM_PERIODS, SystemJobs, system_kinds
from retrieval.answering import STEPS, AnswerStatus
from retrieval.checking import Reason
from retrieval.synonyms import StopWordFile, SynonymFile
from tests.all_models import METADATA
from tests.scenario_format import Act, Exchange, Expected, Scenario

importlib.import_module("faq.pack_files")  # Its models count among PackModel's subclasses.

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
READMES = (ROOT / "README.md", ROOT / "README.en.md")
PAGES = (*READMES, *sorted(DOCS.rglob("*.md")))
FIRST_SCREEN = 40
ARCHITECTURE, OPERATING, EDITING, DEVELOPMENT = (DOCS / f"{name}.md" for name in ("architecture", "operating", "editing", "development"))
ANSWERS = DOCS / "answers.md"
MACHINE_PATH = re.compile(r"(?<![\w.:/-])(?:/(?:root|home|Users|work|tmp|mnt)/|[A-Z]:\\)")
PACKAGE_INDEX = re.compile(
    r"(?:extra-)?index-url|trusted-host|find-links|(?:https?|file)://\S*/simple\b|\b(?:artifactory|devpi|nexus|pypiserver)\b", re.I
)
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.M | re.S)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
LARGEST_PICTURE = 150_000
CODE_PATH = re.compile(r"`((?:bot|console|content|core|docs|faq|handoff|procedures|retrieval|tests|\.ci)/[\w./-]*)`")


@lru_cache(maxsize=64)
def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def missing(names: Sequence[str], page: Path) -> list[str]:
    """Names that the page does not hold as code, alone or as the beginning of more."""
    return [name for name in names if not re.search(rf"`[^`\n]*(?<![\w-]){re.escape(name)}(?![\w-])[^`\n]*`", text_of(page))]


def without_row(names: Sequence[str], page: Path) -> list[str]:
    """Names that begin no row of a table."""
    cells = " ".join(line.split("|")[1] for line in text_of(page).splitlines() if line.startswith("| `"))
    return [name for name in names if f"`{name}`" not in cells]


def require(names: Sequence[str], *pages: Path, in_rows: bool = False) -> None:
    assert names, "nothing was read from the code"
    for page in pages:
        absent = without_row(names, page) if in_rows else missing(names, page)
        assert not absent, f"{page.relative_to(ROOT)} does not describe: {', '.join(absent)}"


def kinds_of_jobs() -> list[str]:
    """The classes stand in for their objects: only their methods are looked up."""
    kinds = (
        *job_kinds(TurnRunner, Delivery, Housekeeping, Sorting),
        *counter_kinds(CounterJobs, MediaFetcher, Tending),
        *telling_kinds(TellingJobs),
        *system_kinds(SystemJobs),
        *telling_kinds(TellingJobs),
        *reminder_kinds(Reminders),
    )  # type: ignore[arg-type]
    return [kind.name for kind in kinds]


def models_below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for child in model.__subclasses__():
        yield child
        yield from models_below(child)


def keys_of(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def row_of(name: str, page: Path) -> str:
    return next(line for line in text_of(page).splitlines() if line.startswith(f"| `{name}` |"))


def test_every_setting_is_described() -> None:
    settings = [name.upper() for name in Settings.model_fields] + ["LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN"]
    require(settings, OPERATING, *READMES, in_rows=True)


def test_every_kind_of_job_is_described_with_its_period_and_its_remedy() -> None:
    require(kinds_of_jobs(), ARCHITECTURE, OPERATING, in_rows=True)
    for periodic in (*PERIODIC, *SYSTEM_PERIODS):
        seconds = int(periodic.every.total_seconds())
        size, unit = next((size, unit) for size, unit in ((3600, "hours"), (60, "minutes"), (1, "seconds")) if seconds % size == 0)
        count = seconds // size
        assert f"{count} {unit if count > 1 else unit.removesuffix('s')}" in row_of(periodic.kind, ARCHITECTURE), (
            f"the period of {periodic.kind} is another"
        )


def test_every_route_and_way_to_end_is_described() -> None:
    require([route.value for route in Route], ARCHITECTURE, in_rows=True)
    require([status.value for status in AnswerStatus], ANSWERS, in_rows=True)
    require([step.__name__ for step in STEPS], ANSWERS, in_rows=True)
    require([reason.value for reason in Reason], ANSWERS)


def test_every_status_of_a_handler_is_described() -> None:
    found: set[str] = set()
    for path in sorted((ROOT / "bot").rglob("*.py")):
        found |= set(re.findall(r'status="([a-z_]+)"', path.read_text(encoding="utf-8")))
        found |= set(re.findall(r'_say\([^)]*"((?:refused|unanswerable|small)_[a-z_]+)"', path.read_text(encoding="utf-8")))
    found |= {f"crisis_{kind.id}" for kind in blank_pack("any").lexicon.crisis}
    require(sorted(found), ARCHITECTURE, in_rows=True)


def test_every_state_is_described() -> None:
    require([state.value for state in CallState], ARCHITECTURE, in_rows=True)
    require([state.value for state in EventState], ARCHITECTURE)
    require([state.value for state in VersionState], EDITING, in_rows=True)
    require([role.value for role in Role], OPERATING, in_rows=True)


def test_every_table_is_described() -> None:
    require([table.name for table in METADATA.sorted_tables], ARCHITECTURE, in_rows=True)


def test_every_page_of_the_console_is_described() -> None:
    require([f"/console{route.path}" for router in ROUTERS for route in router.routes], ARCHITECTURE)


def test_every_metric_is_described() -> None:
    families = [family for value in vars(core.metrics).values() if isinstance(value, MetricWrapperBase) for family in value.describe()]
    # A counter's samples end in _total; its family does not.
    require([f"{family.name}_total" if family.type == "counter" else family.name for family in families], OPERATING, in_rows=True)


def test_every_command_is_described() -> None:
    group = get_command(main.app)
    names = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        names += [f"{name} {child}" for child in below] if below else [name]
    require(names, *READMES)


def test_every_column_of_an_import_is_described() -> None:
    require(list(column_names()), *READMES, in_rows=True)


def test_every_key_and_file_of_a_pack_is_described() -> None:
    for model in (*models_below(PackModel), SynonymFile, StopWordFile):
        absent = missing(keys_of(model), EDITING)
        assert not absent, f"docs/editing.md does not describe {model.__name__}: {', '.join(absent)}"
    files = {path.name for folder in ("common", "shiomi") for path in (ROOT / "content" / folder).iterdir() if path.is_file()}
    require(sorted(files | {"vectors.npz"}), EDITING)
    require(list(TAPS), EDITING)


def test_every_key_of_a_scenario_is_described() -> None:
    for model in (Scenario, Exchange, Act, Expected):
        require(keys_of(model), DEVELOPMENT)


def test_every_behaviour_of_the_counter_names_tests_that_exist() -> None:
    named = re.findall(r"`(tests/[\w/.-]+)::(\w+)`", text_of(DOCS / "handoff.md"))
    assert named
    absent = [f"{path}::{name}" for path, name in named if not re.search(rf"^\s*def {name}\(", text_of(ROOT / path), re.M)]
    assert absent == []


def test_every_event_of_a_case_is_described() -> None:
    require([kind.value for kind in EventKind], ARCHITECTURE)


def test_every_dependency_is_argued_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.split(r"[\[<>=~!; ]", requirement)[0] for requirement in project["dependencies"]]
    require(names, DOCS / "decisions" / "0010-dependencies.md")


def test_every_decision_is_listed_and_short() -> None:
    decisions = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    numbers = [int(path.name[:4]) for path in decisions]
    assert numbers == list(range(1, len(numbers) + 1))
    index = text_of(DOCS / "decisions" / "README.md")
    for path in decisions:
        text = text_of(path)
        assert f"]({path.name})" in index, f"{path.name} is not in the list of decisions"
        assert 15 <= len(text.splitlines()) <= 45, f"{path.name} has {len(text.splitlines())} lines"
        assert [line for line in text.splitlines() if line.startswith("## ")] == ["## Context", "## Decision", "## Consequence"]


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_first_screen_names_the_two_commands(page: Path) -> None:
    first = "\n".join(text_of(page).splitlines()[:FIRST_SCREEN])
    for words in ("make run", "make test", "/simulator", "/console/login", "/api/v1/docs"):
        assert words in first


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(without_fences(text_of(page))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        found = (page.parent / unquote(name)).resolve() if name else page
        assert found.exists(), f"{page.relative_to(ROOT)}: {target} leads nowhere"
        assert not anchor or unquote(anchor) in anchors_of(found), f"{page.relative_to(ROOT)}: {target} names no heading"


def test_pictures_are_there_small_described_and_used() -> None:
    shown = [(page, *found) for page in PAGES for found in PICTURE.findall(text_of(page)) if not found[1].startswith("http")]
    for page, words, target in shown:
        is_told = len(words) >= (10 if target.endswith(".png") else 1)
        assert is_told, f"{page.relative_to(ROOT)}: {target} needs words for those who do not see it"
        assert (page.parent / target).stat().st_size <= LARGEST_PICTURE
    files = {path.resolve() for path in DOCS.rglob("*.png")}
    assert files <= {(page.parent / target).resolve() for page, _, target in shown}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_paths_in_code_exist(page: Path) -> None:
    for path in CODE_PATH.findall(text_of(page)):
        assert (ROOT / path).exists(), f"{page.relative_to(ROOT)}: there is no {path}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_exist_with_their_options(page: Path) -> None:
    for words in commands_in(text_of(page), "main.py "):
        command, names = get_command(main.app), words
        while names and hasattr(command, "commands") and names[0] in command.commands:
            command, names = command.commands[names[0]], names[1:]
        is_found = not hasattr(command, "commands")
        assert is_found, f"{page.relative_to(ROOT)}: main.py has no command {' '.join(words[:2])}"
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        unknown = [word for word in names if word.startswith("--") and word.partition("=")[0] not in known]
        assert not unknown, f"{page.relative_to(ROOT)}: main.py {words[0]} has no option {', '.join(unknown)}"
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for words in commands_in(text_of(page), "make "):
        assert words[0] in targets, f"{page.relative_to(ROOT)}: make has no target {words[0]}"


def test_every_make_target_for_people_is_described() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert phony is not None
    require([f"make {target}" for target in phony[1].split()], DEVELOPMENT)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_nothing_of_one_machine_is_named(page: Path) -> None:
    text = text_of(page)
    assert not (found := MACHINE_PATH.search(text)), f"{page.relative_to(ROOT)}: a path of one machine: {found[0]}"
    assert not (found := PACKAGE_INDEX.search(text)), f"{page.relative_to(ROOT)}: a package index: {found[0]}"


def test_licence_is_the_whole_apache_text() -> None:
    text = text_of(ROOT / "LICENSE")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert "Copyright [yyyy] [name of copyright owner]" in text


def without_fences(text: str) -> str:
    return FENCE.sub("", text)


def anchors_of(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#{1,6} +(.+)$", without_fences(text_of(page)), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands_in(text: str, beginning: str) -> Iterator[list[str]]:
    """Words after `beginning`, in shell blocks and in inline code that begins with it."""
    lines = [line for _, language, body in FENCE.findall(text) if language == "sh" for line in body.splitlines()]
    inline = [code for code in re.findall(r"`([^`\n]+)`", without_fences(text)) if code.startswith(beginning)]
    for line in (*lines, *inline):
        before, found, after = line.partition(beginning)
        if found and not (before and before[-1].isalnum()):
            words = shlex.split(after, comments=True)
            if words and words[0] != "…":
                yield words
