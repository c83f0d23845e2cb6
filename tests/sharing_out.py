"""How files of tests are shared out among workers: the slowest begin first, and what needs the same costly thing goes to one worker."""

from typing import Any

import pytest

SLOWEST = (
    "tests/test_scenarios.py",
    "tests/story/test_two_staff.py",
    "tests/test_crash.py",
    "tests/console/test_list_browser.py",
    "tests/console/test_case_browser.py",
    "tests/console/test_browser.py",
    "tests/handoff/test_concurrency.py",
    "tests/bot/promises/test_silence.py",
    "tests/simulator/page/",
)
"""Otherwise one of them could be the last, while the other processors have nothing left to do."""

PAGES = "tests/console/"
"""What their queries do on PostgreSQL, the tests of the verbs and of the queries show, too."""

TOGETHER = {
    "tests/bot/test_judging.py": "sample city",
    "tests/acceptance/": "sample city",
    "tests/simulator/test_demo_day.py": "sample city",
    "tests/story/": "sample city",
}
"""These need the searchable sample city, which takes longer to make than most of them."""


def put_off_doubles(items: list[pytest.Item]) -> None:
    """A test of a page runs once on PostgreSQL; the further rows of its table of cases run there in `make test-long`."""
    seen: set[str] = set()
    for item in items:
        if not item.nodeid.startswith(PAGES) or "postgresql" not in _texts(item):
            continue
        function = item.nodeid.partition("[")[0]
        if function in seen:
            item.add_marker(pytest.mark.long)
        seen.add(function)


def _texts(item: pytest.Item) -> list[str]:
    callspec = getattr(item, "callspec", None)
    return [value for value in callspec.params.values() if isinstance(value, str)] if callspec else []


def slowest_first(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _rank(item.nodeid))


def _rank(nodeid: str) -> int:
    return next((place for place, start in enumerate(SLOWEST) if nodeid.startswith(start)), len(SLOWEST))


def room_of(nodeid: str) -> str:
    """All tests with the same one run on one worker, one after the other."""
    return next((room for start, room in TOGETHER.items() if nodeid.startswith(start)), nodeid.partition("::")[0])


def scheduler(config: pytest.Config, log: Any) -> Any:  # Any: xdist's, which not every machine has.
    from xdist.scheduler import LoadScopeScheduling

    class ByRoom(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return room_of(nodeid)

    config.option.loadscopereorder = False
    return ByRoom(config, log)
