"""Word: headings by their styles, or by their looks where no style is used; lists with their numbers, tables, text boxes."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from faq.documents.blocks import Block, Found, Heading, Item, Paragraph, Table, tidy_line
from faq.documents.limits import CELLS_LIMIT, refuse
from faq.documents.word_numbering import Numbering
from faq.texts import say

STYLE_LEVEL = re.compile(r"^(?:heading|見出し)\s*([1-9])$", re.IGNORECASE)
TITLE_STYLES = ("title", "表題")
LOOKS_LONGEST = 40
DEEPEST = 30
BULLETS = re.compile(r"^[・･•●○◯■□◆◇▶✓]\s*")
OUTLINE_BODY = 9
SKIPPED = frozenset(map(qn, ("w:del", "w:moveFrom", "w:txbxContent", "w:rt", "w:instrText", "w:pPr", "w:rPr")))
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


@dataclass
class _Walk:
    document: WordDocument
    numbering: Numbering
    blocks: list[Block] = field(default_factory=list)
    looks: dict[int, bool] = field(default_factory=dict)
    """Places of paragraphs that look like headings: bold or large, short, alone."""
    cells: int = 0


def read_word(name: str, content: bytes) -> Found:
    """Raises ImportRefusedError."""
    try:
        document = Document(io.BytesIO(content))
    except (KeyError, ValueError, SyntaxError, AttributeError) as error:
        # lxml's errors are SyntaxErrors; a missing part is a KeyError.
        raise refuse("broken", name=name) from error
    walk = _Walk(document=document, numbering=Numbering(document))
    _walk(name, document.element.body, walk, 0)
    blocks = _with_looks(walk)
    title, blocks = _title(blocks, str(document.core_properties.title or ""))
    body = document.element.body
    pictures = len(body.findall(f".//{qn('w:drawing')}")) + len(body.findall(f".//{qn('w:pict')}"))
    boxes = len(body.findall(f".//{qn('w:txbxContent')}"))
    warnings = [say("document.warning.pictures", count=pictures)] if pictures > boxes else []
    if body.findall(f".//{qn('w:footnoteReference')}"):
        warnings.append(say("document.warning.footnotes"))
    return Found(title=title, blocks=blocks, warnings=warnings)


def _walk(name: str, parent: BaseOxmlElement, walk: _Walk, depth: int) -> None:
    if depth > DEEPEST:
        raise refuse("deep", name=name)
    for child in parent.iterchildren():
        if child.tag == qn("w:p"):
            _paragraph(child, walk)
            for box in _boxes(child):
                _walk(name, box, walk, depth + 1)
        elif child.tag == qn("w:tbl"):
            _table(name, child, walk)
        elif child.tag == qn("w:sdt"):
            for inner in child.findall(qn("w:sdtContent")):
                _walk(name, inner, walk, depth + 1)
        elif child.tag in (qn("w:ins"), qn("w:moveTo"), qn("w:customXml"), qn("w:smartTag")):
            _walk(name, child, walk, depth + 1)


def _paragraph(paragraph: BaseOxmlElement, walk: _Walk) -> None:
    text = text_of(paragraph)
    if not text.strip():
        return
    style = _style(paragraph, walk.document)
    level = _level(paragraph, style)
    number = walk.numbering.label(paragraph, style)
    if level is not None:
        label = f"{number.label} " if number is not None and number.label else ""
        walk.blocks.append(Heading(text=f"{label}{text}".replace("\n", " "), level=level))
    elif number is not None:
        walk.blocks.append(Item(text=text.replace("\n", " "), depth=number.depth, label=number.label))
    elif BULLETS.match(text):
        walk.blocks.append(Item(text=BULLETS.sub("", text).replace("\n", " ")))
    else:
        walk.looks[len(walk.blocks)] = _looks_like_heading(paragraph, text)
        walk.blocks.append(Paragraph(text=text))


def text_of(element: BaseOxmlElement) -> str:
    """What is printed: insertions but not deletions, base text but not its furigana."""
    parts: list[str] = []

    def walk(node: BaseOxmlElement) -> None:
        for child in node.iterchildren():
            if child.tag in SKIPPED or child.tag == FALLBACK:
                continue
            if child.tag == qn("w:t"):
                parts.append(child.text or "")
            elif child.tag == qn("w:tab"):
                parts.append(" ")
            elif child.tag in (qn("w:br"), qn("w:cr")):
                parts.append("\n")
            elif child.tag == qn("w:noBreakHyphen"):
                parts.append("-")
            else:
                walk(child)

    walk(element)
    return "\n".join(filter(None, (tidy_line(line) for line in "".join(parts).split("\n"))))


def _boxes(paragraph: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
    """Text boxes; each is there twice, for new and for old programs."""
    for box in paragraph.iter(qn("w:txbxContent")):
        if not any(above.tag == FALLBACK for above in box.iterancestors()):
            yield box


def _style(paragraph: BaseOxmlElement, document: WordDocument) -> BaseOxmlElement | None:
    properties = paragraph.find(qn("w:pPr"))
    named = properties.find(qn("w:pStyle")) if properties is not None else None
    wanted = named.get(qn("w:val")) if named is not None else None
    if wanted is None:
        return None
    return next((style for style in document.styles.element.findall(qn("w:style")) if style.get(qn("w:styleId")) == wanted), None)


def _level(paragraph: BaseOxmlElement, style: BaseOxmlElement | None) -> int | None:
    """1 for the title of the whole, headings from 2 on; None for other paragraphs."""
    for owner in (paragraph, style):
        outline = owner.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}") if owner is not None else None
        if outline is not None and int(outline.get(qn("w:val")) or OUTLINE_BODY) < OUTLINE_BODY:
            return min(int(outline.get(qn("w:val"))) + 2, 6)
    named = style.find(qn("w:name")) if style is not None else None
    name = str(named.get(qn("w:val")) or "") if named is not None else ""
    if name.lower() in TITLE_STYLES:
        return 1
    match = STYLE_LEVEL.match(name)
    return min(int(match[1]) + 1, 6) if match else None


def _looks_like_heading(paragraph: BaseOxmlElement, text: str) -> bool:
    runs = [run for run in paragraph.iter(qn("w:r")) if any((node.text or "").strip() for node in run.findall(qn("w:t")))]
    if not runs or len(text) > LOOKS_LONGEST or text[-1] in "。、，" or "\n" in text:
        return False

    def is_bold(run: BaseOxmlElement) -> bool:
        bold = run.find(f"{qn('w:rPr')}/{qn('w:b')}")
        return bold is not None and bold.get(qn("w:val")) not in ("0", "false")

    return all(map(is_bold, runs))


def _with_looks(walk: _Walk) -> list[Block]:
    """Bold short paragraphs are headings where the document uses no styles for them."""
    if any(isinstance(block, Heading) and block.level > 1 for block in walk.blocks):
        return walk.blocks
    marked = [place for place, looks in walk.looks.items() if looks]
    if len(marked) > 0.4 * max(len(walk.blocks), 1):
        return walk.blocks
    found = list(walk.blocks)
    for place in marked:
        block = found[place]
        assert isinstance(block, Paragraph)
        found[place] = Heading(text=block.text, level=2)
    return found


def _title(blocks: list[Block], stated: str) -> tuple[str, list[Block]]:
    """The first paragraph with the title's style, or the only heading of the highest level where it comes first."""
    for place, block in enumerate(blocks[:3]):
        if isinstance(block, Heading) and block.level == 1:
            rest = blocks[:place] + blocks[place + 1 :]
            return block.text, [Heading(text=own.text, level=2) if isinstance(own, Heading) and own.level == 1 else own for own in rest]
    headings = [block for block in blocks if isinstance(block, Heading)]
    if headings and blocks[0] is headings[0] and sum(own.level == headings[0].level for own in headings) == 1:
        return headings[0].text, blocks[1:]
    return stated.strip(), [Heading(text=own.text, level=max(own.level, 2)) if isinstance(own, Heading) else own for own in blocks]


def _table(name: str, table: BaseOxmlElement, walk: _Walk) -> None:
    grid: dict[tuple[int, int], str] = {}
    heads = 0
    rows = list(table.findall(qn("w:tr")))
    for place, row in enumerate(rows):
        column = _number(row.find(f"{qn('w:trPr')}/{qn('w:gridBefore')}"))
        heads += place == heads and row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        for cell in row.iter(qn("w:tc")):
            if next(cell.iterancestors(qn("w:tr"))) is not row:
                continue
            across = max(_number(cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")), 1)
            merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
            goes_on = merge is not None and merge.get(qn("w:val")) != "restart"
            words = grid.get((place - 1, column), "") if goes_on else " ".join(filter(None, map(text_of, cell.iter(qn("w:p")))))
            walk.cells += min(across, CELLS_LIMIT)
            if walk.cells > CELLS_LIMIT:
                raise refuse("cells_many", name=name, limit=CELLS_LIMIT)
            for beside in range(across):
                grid[place, column + beside] = words
            column += across
    width = max((column for _, column in grid), default=-1) + 1
    walk.blocks.append(
        Table(rows=[[grid.get((place, column), "") for column in range(width)] for place in range(len(rows))], heads=heads or None)
    )


def _number(element: BaseOxmlElement | None) -> int:
    given = str(element.get(qn("w:val")) or "") if element is not None else ""
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 0
