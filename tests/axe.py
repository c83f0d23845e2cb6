"""axe-core looks at a page: whatever it finds that a rule forbids."""

from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from tests.campaign import is_long

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN = """async options => {
  const found = await axe.run(document, options);
  const said = node => node.html + ' ' + (node.any[0]?.message ?? '');
  return found.violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(said) }));
}"""
WIDTHS = (1280, 360)
SCHEMES = ("light", "dark")


def look(page: "Page") -> list[str]:
    """A sentence for each violation."""
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": list(TAGS)}}
    if not page.evaluate("'axe' in window"):
        # Evaluated by the browser's own tools, so that the page's policy for scripts need not allow it.
        page.evaluate(source())
    return [f"{found['id']}: {found['help']}: {' | '.join(found['nodes'][:3])}" for found in page.evaluate(RUN, options)]


def look_everywhere(page: "Page") -> list[str]:
    """Wide and narrow, light and dark, by every rule; one of each with the other takes half the time, so that the rest is for long runs."""
    found = []
    for width, scheme in product(WIDTHS, SCHEMES) if is_long() else zip(WIDTHS, SCHEMES, strict=True):
        page.set_viewport_size({"width": width, "height": 780})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        found += [f"{width} px, {scheme}: {sentence}" for sentence in look(page)]
    return found


@cache
def source() -> str:
    return SCRIPT.read_text("utf-8")
