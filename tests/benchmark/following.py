"""Live updates: from a change in one browser to its being seen in another, beside 48 open pages and 500 waiting cases."""

import os
import re
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import system_clock
from core.database import Database
from core.encryption import Keyring
from core.models import Change
from core.pack_loading import load_pack
from handoff.listing import topics_of
from handoff.models import Role, Staff
from tests.benchmark.counter import Worker, fill_counter, log_in
from tests.benchmark.open_pages import Account, Crowd
from tests.benchmark.processes import ServedProduct, processor_seconds
from tests.benchmark.table import Line, print_table
from tests.browser import ARGUMENTS, CHROMIUM

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CASES = 500
CLIENTS = 48
SAMPLES = 40
"""Fewer than a page of the list has lines."""
LIST = "tab=unassigned"
AUDIENCES = (("citizens", Role.STAFF), ("environment", Role.STAFF), ("children", Role.STAFF), ("general_affairs", Role.SUPERVISOR))
RENDERED = re.compile(r'madoguchi_live_renderings_total\{part="case_list"\} (\S+)')
LINES = re.compile(r'name="case" value="([^"]+)"')
CHANGE = """async ({ id, priority }) => {
  const token = document.querySelector('input[name=csrf_token]').value;
  const began = performance.timeOrigin + performance.now();
  const answer = await fetch(`/console/cases/${id}/priority`, {
    method: 'POST', body: new URLSearchParams({ csrf_token: token, priority }), redirect: 'manual' });
  return { began, answered: performance.timeOrigin + performance.now(), type: answer.type, status: answer.status };
}"""
WATCH = """id => {
  const root = document.documentElement;
  delete root.dataset.seenAt;
  const look = () => {
    if (root.dataset.seenAt || !document.querySelector(`#case-${id} .marks`)) return;
    root.dataset.seenAt = performance.timeOrigin + performance.now();
    watcher.disconnect();
  };
  const watcher = new MutationObserver(look);
  watcher.observe(document.querySelector('main'), { subtree: true, childList: true, characterData: true, attributes: true });
}"""


@dataclass
class Following:
    """Milliseconds from sending the change (its commit comes later) to its being in the other page."""

    seen: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    changes: int = 0
    renderings: float = 0.0
    processor: float = 0.0
    """Seconds of the server, heartbeats and all."""
    behind: int = 0
    different: int = 0
    missed: int = 0
    reloads: int = 0

    def lines(self) -> list[Line]:
        p95 = quantile(self.seen, 0.95)
        per_change = self.renderings / max(1, self.changes)
        return [
            Line(
                name=f"change → seen in another browser, p50 ({CASES} cases, {CLIENTS} open pages)",
                value=quantile(self.seen, 0.5),
                unit="ms",
                target="",
            ),
            Line(name="    p95", value=p95, unit="ms", target="≤ 1,000", is_met=p95 <= 1000),
            Line(
                name="    processor time of the server per change (steady under load)",
                value=1000 * self.processor / max(1, self.changes),
                unit="ms",
                target="",
            ),
            Line(name="    longest", value=max(self.seen), unit="ms", target=""),
            Line(name="    of it until the change was answered, p50", value=quantile(self.answered, 0.5), unit="ms", target=""),
            Line(
                name=f"    renderings of the list per change ({len(AUDIENCES)} audiences)",
                value=per_change,
                unit="",
                target=f"≤ {len(AUDIENCES)}",
                is_met=0 < per_change <= len(AUDIENCES),
            ),
            Line(name="    open pages that did not get the last change", value=self.behind, unit="", target="0", is_met=self.behind == 0),
            Line(name="after a cut: pages that missed a change", value=self.missed, unit="", target="0", is_met=self.missed == 0),
            Line(
                name="    that show something else than the others", value=self.different, unit="", target="0", is_met=self.different == 0
            ),
            Line(name="    that had to be read anew", value=self.reloads, unit="", target="0", is_met=self.reloads == 0),
        ]


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure_following(folder: Path, environment: dict[str, str] | None = None) -> Following:
    pack = load_pack("shiomi")
    with ServedProduct(folder, workers=1, environment={"SEARCH_MODE": "light", **(environment or {})}) as product, _browser() as chromium:
        database = Database(product.environment.get("DATABASE_URL") or f"sqlite:///{folder / 'data' / 'madoguchi.sqlite'}")
        keyring = Keyring(product.environment["SECRET_KEY"])
        now = system_clock()
        with database.transaction() as session:
            fill_counter(session, pack, CASES, now)
        workers = [
            log_in(database, pack, keyring, f"bench{number}", role, department_id, now)
            for number in range(CLIENTS + 2)
            for department_id, role in (AUDIENCES[number % len(AUDIENCES)],)
        ]
        supervisors = [worker for worker in workers if worker.role is Role.SUPERVISOR][-2:]
        number = _newest(database)
        query = f"part=case_list%3F{LIST.replace('=', '%3D')}&part=case_tabs%3F{LIST.replace('=', '%3D')}&part=case_offers&after={number}"
        others = [worker for worker in workers if worker not in supervisors]
        crowd = Crowd(product.port, [Account(cookie=worker.cookie, path=f"/console/live?{query}") for worker in others])
        try:
            crowd.ask("connect")
            pages = [_page(chromium, product.url, worker) for worker in supervisors]
            assert product.process is not None
            return _measured(product.url, product.process.pid, database, crowd, pages, others)
        finally:
            crowd.stop()
            database.close()


def _measured(url: str, server: int, database: Database, crowd: Crowd, pages: list["Page"], others: list[Worker]) -> Following:
    found = Following()
    first, second = pages
    wait_until(lambda: all(crowd.ask("numbers")))
    rendered, used = _rendered(url), processor_seconds(server)
    for _ in range(SAMPLES):
        _change(first, second, found)
    found.behind = _behind(database, crowd, others)
    found.changes, found.renderings, found.processor = SAMPLES, _rendered(url) - rendered, processor_seconds(server) - used
    crowd.ask("cut")
    for _ in range(5):
        _change(first, second, Following())
    crowd.ask("return")
    found.missed = _behind(database, crowd, others)
    found.reloads = crowd.ask("reloads")
    # Which cases and versions stand there, in order; how long each has waited depends on when the page was last told.
    looks = [LINES.findall(parts.get(f"case_list?{LIST}", "")) for parts in crowd.ask("looks")]
    audiences = [worker.department_id for worker in others]
    # Those at odd places were never cut.
    right = {audience: look for place, (audience, look) in enumerate(zip(audiences, looks, strict=True)) if place % 2}
    found.different = sum(1 for audience, look in zip(audiences, looks, strict=True) if not look or look != right[audience])
    return found


def _behind(database: Database, crowd: Crowd, others: list[Worker]) -> int:
    """Pages that were not told the last change of what they show, after a while."""
    with database.reading() as session:
        last = [newest_number_of(session, "shiomi", topics_of(session.get_one(Staff, worker.staff_id))) for worker in others]

    def count() -> int:
        return sum(told < number for told, number in zip(crowd.ask("numbers"), last, strict=True))

    wait_until(lambda: not count(), 5.0)
    return count()


def newest_number_of(session: Session, municipality_id: str, topics: Collection[str]) -> int:
    statement = select(func.max(Change.number)).where(Change.municipality_id == municipality_id, Change.topic.in_(topics))
    return session.scalar(statement) or 0


def _change(first: "Page", second: "Page", found: Following) -> None:
    """The last case of the page that is ordinary becomes one with a deadline, and rises."""
    case_id = second.evaluate(
        "[...document.querySelectorAll('.case-line')].filter(line => !line.querySelector('.marks')).at(-1)?.id.replace('case-', '')"
    )
    assert case_id, "no ordinary case is left on the page"
    second.evaluate(WATCH, case_id)
    sent = first.evaluate(CHANGE, {"id": case_id, "priority": "deadline"})
    assert sent["status"] in (0, 200, 303), sent
    second.wait_for_selector("html[data-seen-at]", state="attached", timeout=10_000)
    found.seen.append(float(second.evaluate("document.documentElement.dataset.seenAt")) - sent["began"])
    found.answered.append(sent["answered"] - sent["began"])


def _page(chromium: "Browser", url: str, worker: Worker) -> "Page":
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    name, _, value = worker.cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": f"{url}/console"}])
    page = context.new_page()
    page.goto(f"{url}/console/cases?{LIST}")
    page.wait_for_selector(".case-line")
    return page


def _newest(database: Database) -> int:
    from core.changes import newest_number

    with database.reading() as session:
        return newest_number(session, "shiomi")


def _rendered(url: str) -> float:
    found = RENDERED.search(httpx.get(f"{url}/metrics", timeout=10).text)
    return float(found[1]) if found else 0.0


def wait_until(is_so: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)


@contextmanager
def _browser() -> Iterator[Any]:  # Any: Playwright's browser.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as session:
        browser = session.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as folder:
        print_table(measure_following(Path(folder)).lines(), load=os.getloadavg())


if __name__ == "__main__":
    main()
