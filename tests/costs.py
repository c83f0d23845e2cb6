"""What the suite costs: processor seconds of each file of tests and of each fixture, so that one sees where they go.

    COSTS=FOLDER .venv/bin/python -m pytest -p tests.costs -n 3 --dist loadfile -m "not long"
    .venv/bin/python -m tests.costs FOLDER

Other work on the machine moves these figures little. Processes that a test starts count with it; the server of PostgreSQL does not.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TICKS = os.sysconf("SC_CLK_TCK")


class Costs:
    """Of one process with its children."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}.json"
        self._file = ""
        self._began = 0.0
        self._began_wall = 0.0
        self._inner: list[float] = []
        self.files: Counter[str] = Counter()
        self.walls: Counter[str] = Counter()
        self.phases: Counter[str] = Counter()
        self.fixtures: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.tests: Counter[str] = Counter()
        self.first = own()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        file = item.nodeid.partition("::")[0]
        if file != self._file:
            self._turn_to(file)
        began = own()
        result = yield
        self.tests[item.nodeid] += own() - began
        return result

    def _turn_to(self, file: str) -> None:
        now, wall = own() + of_descendants(), time.monotonic()
        if self._file:
            self.files[self._file] += now - self._began
            self.walls[self._file] += wall - self._began_wall
        self._file, self._began, self._began_wall = file, now, wall

    def _phase(self, name: str) -> Iterator[None]:
        began = own()
        result = yield
        self.phases[name] += own() - began
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Iterator[None]:
        return (yield from self._phase("setup"))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Iterator[None]:
        return (yield from self._phase("call"))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Iterator[None]:
        return (yield from self._phase("teardown"))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[Any]:  # Any: pytest's own.
        self._inner.append(0.0)
        began = own()
        result = yield
        spent = own() - began
        inner = self._inner.pop()
        if self._inner:
            self._inner[-1] += spent
        name = f"{fixturedef.baseid}::{fixturedef.argname}"
        self.fixtures[name] += spent - inner
        self.calls[name] += 1
        return result

    def pytest_sessionfinish(self) -> None:
        self._turn_to("")
        found = {key: dict(getattr(self, key)) for key in ("files", "walls", "phases", "fixtures", "calls", "tests")}
        found["whole"] = {"before the first test": self.first, "all": own() + of_descendants()}
        self._path.write_text(json.dumps(found))


def own() -> float:
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def of_descendants() -> float:
    """Of those that still run, and of theirs that have ended."""
    parents, spent = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
        spent[int(folder.name)] = sum(map(int, fields[11:15])) / TICKS
    me = os.getpid()

    def is_mine(process: int) -> bool:
        while process in parents:
            process = parents[process]
            if process == me:
                return True
        return False

    return sum(seconds for process, seconds in spent.items() if is_mine(process))


def pytest_configure(config: pytest.Config) -> None:
    if "COSTS" in os.environ:
        config.pluginmanager.register(Costs(Path(os.environ["COSTS"])), "costs")


def report(folder: Path, most: int = 45) -> str:
    sums: dict[str, Counter[str]] = {}
    for path in sorted(folder.glob("*.json")):
        for key, found in json.loads(path.read_text()).items():
            sums.setdefault(key, Counter()).update(found)
    lines = [f"{name:60} {seconds:8.1f} s" for name, seconds in (sums["whole"] + sums["phases"]).most_common()]
    lines += ["", "Files: processor seconds, seconds"]
    lines += [f"{seconds:8.1f} {sums['walls'][name]:8.1f}  {name}" for name, seconds in sums["files"].most_common(2 * most)]
    lines += ["", "Fixtures: processor seconds, how often"]
    lines += [f"{seconds:8.1f} {sums['calls'][name]:8}  {name}" for name, seconds in sums["fixtures"].most_common(most)]
    lines += ["", "Tests: processor seconds without processes that still run"]
    lines += [f"{seconds:8.1f}  {name}" for name, seconds in sums["tests"].most_common(2 * most)]
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(Path(sys.argv[1])))  # noqa: T201
