"""axe-core looks at a page: whatever it finds that a rule forbids."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


def look(page: "Page", *rules: str) -> list[str]:
    """A sentence for each violation, by the rules named or by all."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}  # JSON for axe.
    options["runOnly"] = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": list(TAGS)}
    if not page.evaluate("'axe' in window"):
        # Evaluated by the browser's own tools, so that the page's policy for scripts need not allow it.
        page.evaluate(source())
    return [f"{found['id']}: {found['help']}: {' | '.join(found['nodes'][:3])}" for found in page.evaluate(RUN, options)]


def look_everywhere(page: "Page") -> list[str]:
    """Narrow and wide by every rule; the colours of the other theme, which changes nothing else, by those for colours."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 780})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            rules = () if scheme == "light" else ("color-contrast", "link-in-text-block")
            found += [f"{width} px, {scheme}: {sentence}" for sentence in look(page, *rules)]
    return found


@cache
def source() -> str:
    return SCRIPT.read_text("utf-8")
