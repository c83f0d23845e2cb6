"""The numbers of Word's lists, which stand in no text of the document: 1. (1) ① 第1条."""

from dataclasses import dataclass

from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

KANJI = "〇一二三四五六七八九"
AIUEO = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス"
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True, kw_only=True)
class ListPlace:
    """Where a paragraph stands in a list; `label` is empty for a dot."""

    depth: int
    label: str


class Numbering:
    """Counts as it is asked, so every paragraph must be asked for once, in order."""

    def __init__(self, document: WordDocument) -> None:
        self._counts: dict[str, list[int]] = {}
        self._levels: dict[str, dict[int, BaseOxmlElement]] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):
            return
        abstract = {found.get(qn("w:abstractNumId")): found for found in root.findall(qn("w:abstractNum"))}
        for number in root.findall(qn("w:num")):
            reference = number.find(qn("w:abstractNumId"))
            base = abstract.get(reference.get(qn("w:val"))) if reference is not None else None
            if base is not None:
                self._levels[number.get(qn("w:numId"))] = {_integer(level, "w:ilvl"): level for level in base.findall(qn("w:lvl"))}

    def label(self, paragraph: BaseOxmlElement, style: BaseOxmlElement | None) -> ListPlace | None:
        """None for a paragraph that is in no list."""
        for owner in (paragraph, style):
            properties = owner.find(f"{qn('w:pPr')}/{qn('w:numPr')}") if owner is not None else None
            number = properties.find(qn("w:numId")) if properties is not None else None
            if properties is None or number is None:
                continue
            depth = properties.find(qn("w:ilvl"))
            return self._next(str(number.get(qn("w:val"))), min(_integer(depth, "w:val"), 8) if depth is not None else 0)
        return None

    def _next(self, number: str, depth: int) -> ListPlace | None:
        levels = self._levels.get(number)
        if levels is None:
            return None
        counts = self._counts.setdefault(number, [0] * 9)
        level = levels.get(depth)
        start = level.find(qn("w:start")) if level is not None else None
        counts[depth] = counts[depth] + 1 if counts[depth] else (_integer(start, "w:val") if start is not None else 1)
        counts[depth + 1 :] = [0] * (8 - depth)
        pattern = level.find(qn("w:lvlText")) if level is not None else None
        text = str(pattern.get(qn("w:val")) or "") if pattern is not None else ""
        if "%" not in text:
            return ListPlace(depth=depth, label="")
        for above in range(depth + 1):
            text = text.replace(f"%{above + 1}", _written(max(counts[above], 1), _format(levels.get(above))))
        return ListPlace(depth=depth, label=text.strip())


def _format(level: BaseOxmlElement | None) -> str:
    found = level.find(qn("w:numFmt")) if level is not None else None
    return str(found.get(qn("w:val"))) if found is not None else "decimal"


def _written(number: int, kind: str) -> str:
    match kind:
        case "decimalEnclosedCircle" if number <= 20:
            return chr(0x2460 + number - 1)
        case "aiueo" | "aiueoFullWidth" if number <= len(AIUEO):
            return AIUEO[number - 1]
        case "iroha" | "irohaFullWidth" if number <= len(IROHA):
            return IROHA[number - 1]
        case "japaneseCounting" | "chineseCounting" | "ideographDigital" | "japaneseDigitalTenThousand" if number < 100:
            tens, ones = divmod(number, 10)
            return ("" if tens < 2 else KANJI[tens]) + ("十" if tens else "") + (KANJI[ones] if ones else "")
        case "decimalFullWidth" | "decimalFullWidth2":
            return str(number).translate(FULL_WIDTH)
        case "lowerLetter" if number <= 26:
            return chr(ord("a") + number - 1)
        case "upperLetter" if number <= 26:
            return chr(ord("A") + number - 1)
        case _:
            return str(number)


def _integer(element: BaseOxmlElement, name: str) -> int:
    given = str(element.get(qn(name)) or "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 0
