"""HTML: the main part of a page with its headings and their ids, lists, tables and links; navigation and the like are left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from faq.documents.blocks import Block, Found, Heading, Item, Paragraph, Table, tidy_line
from faq.documents.limits import CELLS_LIMIT, refuse
from faq.texts import say

DROPPED = (
    "script, style, noscript, template, nav, footer, aside, form, button, iframe, object, svg, select, dialog, "
    "[role=navigation], [role=banner], [role=contentinfo], [role=search], [role=complementary], [hidden], [aria-hidden=true], "
    ".breadcrumb, .breadcrumbs, #breadcrumb, #breadcrumbs, .skip, .skip-link, .pagetop, .sns, rt, rp, del, s"
)
MAIN = "main, [role=main], article, #main, #contents, #content, #main-content, #maincontent, #tmp_contents, #main_body, #mainContents"
BLOCK_TAGS = """
p div section article main header figure figcaption blockquote center address details summary fieldset body caption
li dd dt td th ul ol dl table pre hr h1 h2 h3 h4 h5 h6
"""
BLOCKS = frozenset(BLOCK_TAGS.split())
HEADINGS = {f"h{level}": level for level in range(1, 7)}
TITLE_END = re.compile(r"\s*(?:[|｜]| - | – |／)\s*.*$", re.DOTALL)
LINK_LABEL = re.compile(r"[\[\]]")
NOT_IN_ADDRESS = re.compile(r"[\s()<>]")
LARGEST_SPAN = 200
DEEPEST = 200


@dataclass
class _Walk:
    """Where the walk through the page is, and what it has found."""

    source_url: str | None
    blocks: list[Block] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    anchor: str = ""
    """Of an empty element in front of the next heading."""
    cells: int = 0

    def say(self, text: str) -> None:
        self.words.append(text)

    def end_paragraph(self) -> None:
        text = _lines("".join(self.words))
        if text:
            self.blocks.append(Paragraph(text=text))
        self.words = []


def read_html(name: str, text: str, *, source_url: str | None) -> Found:
    """Links are resolved against `source_url`, or the address that the page states; without either only absolute ones are kept."""
    tree = LexborHTMLParser(text)
    canonical = tree.css_first("link[rel=canonical]")
    stated = (canonical.attributes.get("href") or "") if canonical else ""
    address = source_url or (stated if _is_web(stated) else None)
    head_title = tree.css_first("title")
    title = TITLE_END.sub("", _lines(head_title.text()) if head_title else "")
    for node in tree.css(DROPPED):
        node.decompose()
    body = tree.body
    if body is None:
        raise refuse("no_text", name=name)
    mains = [node for node in tree.css(MAIN) if node.text(strip=True)]
    root = max(mains, key=lambda node: len(node.text(strip=True)), default=body)
    if not mains:
        for node in body.css("body > header, #header, .header, #footer, .footer"):
            node.decompose()
    walk = _Walk(source_url=address)
    _walk(name, root, walk, 0)
    walk.end_paragraph()
    warnings = [] if mains else [say("document.warning.whole_page")]
    first = next((block for block in walk.blocks if isinstance(block, Heading) and block.level == 1), None)
    blocks = [
        replace(block, level=max(block.level, 2)) if isinstance(block, Heading) else block for block in walk.blocks if block is not first
    ]
    head = {"source_url": address} if address else {}
    return Found(title=first.text if first else title, blocks=blocks, warnings=warnings, head=head)


def _walk(name: str, node: LexborNode, walk: _Walk, depth: int) -> None:
    if depth > DEEPEST:
        raise refuse("deep", name=name)
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag == "-text":
            walk.say(re.sub(r"\s+", lambda gap: "\n" if "\n" in gap.group() else " ", child.text_content or ""))
        elif tag in HEADINGS:
            walk.end_paragraph()
            anchor = _anchor(child) or walk.anchor
            walk.anchor = ""
            words = _inline(child, walk.source_url, with_links=False)
            if words:
                walk.blocks.append(Heading(text=words, level=HEADINGS[tag], anchor=anchor))
        elif tag == "table":
            walk.end_paragraph()
            _table(name, child, walk, depth)
        elif tag in ("ul", "ol"):
            walk.end_paragraph()
            _list(name, child, walk, 0, depth)
        elif tag == "dl":
            walk.end_paragraph()
            walk.blocks += _definitions(child, walk.source_url)
        elif tag == "br":
            walk.say("\u2028")
        elif tag in BLOCKS:
            walk.end_paragraph()
            if tag in ("section", "article", "div") and child.attributes.get("id") and _begins_with_heading(child):
                walk.anchor = child.attributes.get("id") or ""
            _walk(name, child, walk, depth + 1)
            walk.end_paragraph()
        else:
            if tag == "a" and not child.text(strip=True):
                walk.anchor = child.attributes.get("id") or child.attributes.get("name") or ""
            if any((inner.tag or "") in BLOCKS for inner in child.traverse() if inner is not child):
                _walk(name, child, walk, depth + 1)
            else:
                walk.say(_raw(child, walk.source_url, with_links=True))


def _begins_with_heading(node: LexborNode) -> bool:
    first = next((child for child in node.iter(include_text=False)), None)
    return first is not None and first.tag in HEADINGS and not first.attributes.get("id")


def _anchor(heading: LexborNode) -> str:
    own = heading.attributes.get("id")
    if own:
        return own
    inner = heading.css_first("[id], a[name]")
    return (inner.attributes.get("id") or inner.attributes.get("name") or "") if inner else ""


def _raw(node: LexborNode, source_url: str | None, *, with_links: bool) -> str:
    """Words of an element without blocks, links as Markdown; line breaks as U+2028."""
    tag = node.tag or ""
    if tag == "-text":
        return re.sub(r"\s+", lambda gap: "\n" if "\n" in gap.group() else " ", node.text_content or "")
    if tag == "br":
        return "\u2028"
    if tag == "img":
        alt = (node.attributes.get("alt") or "").strip()
        return say("document.picture", text=alt) if alt else ""
    words = "".join(_raw(child, source_url, with_links=with_links) for child in node.iter(include_text=True))
    if tag == "a" and with_links and words.strip():
        address = _address(node.attributes.get("href") or "", source_url)
        label = LINK_LABEL.sub(" ", _lines(words).replace("\n", " "))
        return f"[{label}]({address})" if address else words
    return words


def _inline(node: LexborNode, source_url: str | None, *, with_links: bool = True) -> str:
    return _lines(_raw(node, source_url, with_links=with_links)).replace("\n", " ")


def _address(href: str, source_url: str | None) -> str | None:
    """An address that a resident can open: resolved where the page's own is known."""
    try:
        found = urljoin(source_url, href.strip()) if source_url else href.strip()
    except ValueError:
        return None
    if not _is_web(found) or (source_url and found.split("#")[0] == source_url.split("#")[0]):
        return None
    return NOT_IN_ADDRESS.sub(lambda match: f"%{ord(match.group()):02X}", found)


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _list(name: str, node: LexborNode, walk: _Walk, level: int, depth: int) -> None:
    if depth > DEEPEST:
        raise refuse("deep", name=name)
    number = 0
    for item in node.iter(include_text=False):
        if item.tag in ("ul", "ol"):
            _list(name, item, walk, level + 1, depth + 1)
            continue
        if item.tag != "li":
            continue
        number += 1
        label = f"{number}." if node.tag == "ol" else ""
        nested = [child for child in item.css("ul, ol, table") if _closest_item(child) == item]
        inner = _Walk(source_url=walk.source_url)
        words = _item_words(item, walk.source_url)
        if words:
            walk.blocks.append(Item(text=words, depth=min(level, 5), label=label))
        for child in nested:
            if child.tag == "table":
                _table(name, child, inner, depth + 1)
            else:
                _list(name, child, inner, level + 1, depth + 1)
        walk.blocks += inner.blocks


def _closest_item(node: LexborNode) -> LexborNode | None:
    parent = node.parent
    while parent is not None and parent.tag != "li":
        parent = parent.parent
    return parent


def _item_words(item: LexborNode, source_url: str | None) -> str:
    """Without the lists and tables inside of it."""

    def words(node: LexborNode) -> str:
        if node.tag in ("ul", "ol", "table"):
            return ""
        if node.tag in ("p", "div"):
            return "\n" + "".join(map(words, node.iter(include_text=True))) + "\n"
        return _raw(node, source_url, with_links=True)

    return _lines("".join(words(child) for child in item.iter(include_text=True))).replace("\n", " ")


def _definitions(node: LexborNode, source_url: str | None) -> Iterator[Block]:
    term = ""
    for child in node.css("dt, dd"):
        words = _inline(child, source_url)
        if child.tag == "dt":
            if term:
                yield Item(text=term)
            term = words
        elif words:
            yield Item(text=f"{term}：{words}" if term else words)
            term = ""
    if term:
        yield Item(text=term)


def _table(name: str, node: LexborNode, walk: _Walk, depth: int) -> None:
    rows = [row for row in node.css("tr") if _table_of(row) == node]
    is_layout = bool(node.css("h1, h2, h3, h4, h5, h6")) or bool(node.css_first("table table"))
    if is_layout or node.attributes.get("role") == "presentation":
        _walk(name, node, walk, depth + 1)
        walk.end_paragraph()
        return
    caption = node.css_first("caption")
    if caption is not None and caption.text(strip=True):
        walk.blocks.append(Paragraph(text=_inline(caption, walk.source_url)))
    grid: dict[tuple[int, int], str] = {}
    for place, row in enumerate(rows):
        column = 0
        for cell in row.iter(include_text=False):
            if cell.tag not in ("td", "th"):
                continue
            while (place, column) in grid:
                column += 1
            words = _cell_words(cell, walk.source_url)
            across, down = _span(cell, "colspan"), min(_span(cell, "rowspan"), len(rows) - place)
            walk.cells += across * down
            if walk.cells > CELLS_LIMIT:
                raise refuse("cells_many", name=name, limit=CELLS_LIMIT)
            for below in range(down):
                for beside in range(across):
                    grid.setdefault((place + below, column + beside), words)
            column += across
    width = max((column for _, column in grid), default=-1) + 1
    heads = sum(1 for row in rows if row.parent is not None and row.parent.tag == "thead")
    table = Table(rows=[[grid.get((place, column), "") for column in range(width)] for place in range(len(rows))], heads=heads or None)
    walk.blocks.append(table)


def _cell_words(cell: LexborNode, source_url: str | None) -> str:
    pieces: list[str] = []
    for child in cell.iter(include_text=True):
        words = _raw(child, source_url, with_links=True)
        pieces.append(f"\u2028{words}\u2028" if (child.tag or "") in BLOCKS else words)
    return " ".join(_lines("".join(pieces)).split("\n"))


def _table_of(node: LexborNode) -> LexborNode | None:
    parent = node.parent
    while parent is not None and parent.tag != "table":
        parent = parent.parent
    return parent


def _span(cell: LexborNode, name: str) -> int:
    given = cell.attributes.get(name) or "1"
    return min(max(int(given), 1), LARGEST_SPAN) if given.isascii() and given.isdecimal() and len(given) < 6 else 1


def _lines(text: str) -> str:
    """Breaks of the source are spaces; those that the page asks for are lines."""
    return "\n".join(filter(None, (tidy_line(line) for line in text.split("\u2028"))))
