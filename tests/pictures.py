"""Takes the pictures of docs/operating/ from a running demo: python -m tests.pictures."""

import io
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from sqlalchemy import select

from core.database import Database
from handoff.models import Case, CaseState, Staff
from tests.benchmark.processes import ROOT, ServedProduct
from tests.browser import ARGUMENTS, CHROMIUM

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FOLDER = ROOT / "docs" / "operating" / "pictures"
LARGEST = 150_000
COLOURS = 64
WIDE, NARROW = {"width": 1360, "height": 860}, {"width": 390, "height": 780}
TALL = {"width": 1360, "height": 1400}
"""What is longer than the window would be cut off."""
WORDS = "サントスさん、しゃしんを ありがとうございます。これは きゅうしょくの おかねの おしらせです。"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="madoguchi-pictures-") as folder, demo(Path(folder)) as product, browser() as chromium:
        database = Database(f"sqlite:///{folder}/data/madoguchi.sqlite")
        number = wait_for(lambda: last_of_the_day(database), "the day has not been played")
        password = (Path(folder) / "data" / "demo_password").read_text(encoding="ascii").strip()
        take(chromium, product.url, password, number)
        take_applications(chromium, product.url, password)
        database.close()


def take(chromium: "Browser", url: str, password: str, number: int) -> None:
    page = logged_in(chromium, url, password, WIDE)
    page.click("#presence summary")
    keep(page, "presence", "#presence .presence-choices")
    page.goto(f"{url}/console/cases?tab=unassigned")
    page.wait_for_selector(".case-line")
    keep(page, "queue")
    page.goto(f"{url}/console/cases/{number}")
    page.wait_for_selector("#reply-form")
    keep(page, "case")
    page.set_viewport_size(TALL)  # type: ignore[arg-type]
    page.fill("#reply-text", WORDS)
    page.wait_for_selector("#reply-preview >> text=きゅうしょく", state="attached")
    page.evaluate("document.querySelectorAll('#reply-preview details').forEach(part => part.open = true)")
    keep(page, "reply", "#case-reply", until="#reply-preview")
    page.press("#reply-text", "Control+Enter")
    page.wait_for_selector(".said-pending")
    keep(page, "undo", "#case-talk")
    page.fill("#note-text", "@鈴木 誠 給食費の口座振替の紙です。次の対応をお願いできますか。")
    keep(page, "note", "#notes")
    for name in ("transfer", "close", "snooze"):
        page.click(f"#{name} summary")
        page.mouse.move(0, 0)
        keep(page, name, f"#{name}")
        page.click(f"#{name} summary")
    page.context.close()
    phone = logged_in(chromium, url, password, NARROW)
    phone.goto(f"{url}/console/cases/{number}")
    phone.wait_for_selector("#case-head")
    keep(phone, "phone")
    phone.context.close()


def take_applications(chromium: "Browser", url: str, password: str) -> None:
    page = logged_in(chromium, url, password, WIDE, "suzuki")
    page.goto(f"{url}/console/applications")
    page.wait_for_selector(".board")
    keep(page, "applications")
    page.goto(f"{url}/console/applications/map?shown=all")
    page.wait_for_selector(".town-link")
    keep(page, "map", ".map-figure")
    page.goto(f"{url}/console/applications?tab=new&procedure=oversized_waste")
    page.click(".application-line .case-link")
    page.wait_for_selector("#application-fields")
    keep(page, "application")
    for field in ("building", "phone"):
        page.click(f"#correct-{field} summary")
        page.select_option(f"#prepared-{field}", index=1)
        page.click(f"#correct-{field} button[value=fix]")
        page.wait_for_selector(f"#field-{field}.given-fix")
    page.click("#return summary")
    keep(page, "return", "#return")
    page.context.close()


def logged_in(chromium: "Browser", url: str, password: str, size: dict[str, int], login: str = "tanaka") -> "Page":
    looks = {"color_scheme": "light", "reduced_motion": "reduce", "locale": "ja-JP", "timezone_id": "Asia/Tokyo"}
    page = chromium.new_context(viewport=size, **looks).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(60_000)
    page.goto(f"{url}/console/login")
    page.fill("#login", login)
    page.fill("#password", password)
    page.click("button[type=submit]")
    page.wait_for_selector("h1:text('ホーム')")
    return page


def keep(page: "Page", name: str, part: str | None = None, until: str | None = None) -> None:
    """The window, or one part of it from its top, `until` the end of something in it. Few colours keep the file small."""
    page.wait_for_timeout(300)
    shot = page.locator(part).screenshot() if part else page.screenshot()
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    if part and until:
        whole, last = page.locator(part).bounding_box(), page.locator(until).bounding_box()
        assert whole is not None
        assert last is not None
        picture = picture.crop((0, 0, picture.width, int(last["y"] + last["height"] - whole["y"]) + 8))
    picture = picture.quantize(COLOURS)
    path = FOLDER / f"{name}.png"
    picture.save(path, optimize=True)
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} is {path.stat().st_size} bytes")


def last_of_the_day(database: Database) -> int | None:
    """The case that 田中 holds at its end, once her last step has been played."""
    with database.reading() as session:
        has_ended = session.scalar(select(Case.id).where(Case.channel == "telephone", Case.state == CaseState.WAITING))
        held = select(Case.id).join(Staff, Staff.id == Case.holder_id).where(Staff.login == "tanaka", Case.state == CaseState.HELD)
        return session.scalar(held) if has_ended is not None else None


def wait_for(found: Callable[[], int | None], problem: str, seconds: float = 180.0) -> int:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (value := found()) is not None:
            return value
        time.sleep(0.5)
    raise TimeoutError(problem)


@contextmanager
def demo(folder: Path) -> Iterator[ServedProduct]:
    with ServedProduct(folder, workers=4, command="demo", environment={"SEARCH_MODE": "light"}) as product:
        yield product


@contextmanager
def browser() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as session:
        chromium = session.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


if __name__ == "__main__":
    main()
