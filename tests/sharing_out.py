"""How tests are shared out: among workers, the slowest files first, and between `make test` and `make test-long`."""

from typing import Any

import pytest

SCENARIOS = "tests/test_scenarios.py"
SLOWEST = (
    "tests/test_crash.py",
    SCENARIOS,
    "tests/console/test_browser.py",
    "tests/console/test_list_browser.py",
    "tests/console/test_case_browser.py",
    "tests/story/test_two_staff.py",
    "tests/console/test_reach.py",
    "tests/bot/promises/test_silence.py",
    "tests/handoff/test_concurrency.py",
    "tests/simulator/page/",
    "tests/bot/test_form_talk.py",
    "tests/console/application_api/test_consumer.py",
    "tests/acceptance/",
    "tests/simulator/test_demo_day.py",
    "tests/core/test_language_model.py",
)
"""Otherwise one of them could be the last, while the other processors have nothing left to do."""

PAGES = "tests/console/"
ON_BOTH = (
    "tests/console/application_api/",
    "tests/console/live/",
    "tests/console/test_applications.py",
    "tests/console/test_canned.py",
    "tests/console/test_case_bulk.py",
    "tests/console/test_cases.py",
    "tests/console/test_reach.py",
    "tests/console/test_start.py",
)
"""Of the pages, those that put together most SQL of their own: lists, boards, what is done with many, what is followed.

`test_reach.py` opens every page.
"""

LOADED_TOGETHER = {
    "client of language models": (
        "tests/core/test_language_model.py",
        "tests/console/test_commands.py",
        "tests/retrieval/test_model_choices.py",
        "tests/retrieval/test_model_steps.py",
    ),
    "large model of search": ("tests/retrieval/test_large_model.py", "tests/retrieval/test_vectors.py"),
}


def put_off_doubles(items: list[pytest.Item]) -> None:
    """Pages on PostgreSQL are for `make test-long`, but for the first row of each table of cases where their SQL might differ.

    What else they do there, the tests of the verbs and of the queries show, too.
    """
    seen: set[str] = set()
    for item in items:
        if not item.nodeid.startswith(PAGES) or "postgresql" not in _texts(item):
            continue
        function = item.nodeid.partition("[")[0]
        if function in seen or not function.startswith(ON_BOTH):
            item.add_marker(pytest.mark.long)
        seen.add(function)


def _texts(item: pytest.Item) -> list[str]:
    callspec = getattr(item, "callspec", None)
    return [value for value in callspec.params.values() if isinstance(value, str)] if callspec else []


def slowest_first(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _rank(item.nodeid))


def _rank(nodeid: str) -> int:
    return next((place for place, start in enumerate(SLOWEST) if nodeid.startswith(start)), len(SLOWEST))


def group_of(nodeid: str) -> str:
    """Tests with the same one run on one worker: those of a file, of one sheet of scenarios, or of what takes seconds to load.

    Scenarios on PostgreSQL share one town, so they make a sheet.
    """
    file, _, test = nodeid.partition("::")
    if file == SCENARIOS:
        return f"{file} {'postgresql' if test.endswith('postgresql]') else test.partition('[')[2].partition('-')[0]}"
    return next((what for what, files in LOADED_TOGETHER.items() if file in files), file)


def scheduler(config: pytest.Config, log: Any) -> Any:  # Any: xdist's, which not every machine has.
    """A group at a time, in the order above instead of xdist's own."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    config.option.loadscopereorder = False
    return ByGroup(config, log)
