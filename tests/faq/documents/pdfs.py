"""PDFs made by hand, as Japanese office programs of many years write them: a CID font that is not embedded, rows of text, ruled lines."""

import io
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

WIDTH, HEIGHT = 595, 842


@dataclass
class Sheet:
    """One page. Coordinates are points from the lower left corner."""

    commands: list[str] = field(default_factory=list)
    rotation: int = 0

    def write(self, x: float, y: float, text: str, size: float = 10.5, *, matrix: str = "1 0 0 1") -> "Sheet":
        codes = text.encode("utf-16-be").hex()
        self.commands.append(f"BT /F1 {size} Tf {matrix} {x} {y} Tm <{codes}> Tj ET")
        return self

    def lines(self, x: float, y: float, texts: Sequence[str], size: float = 10.5, leading: float = 18) -> float:
        """Below each other; returns where the next line would stand."""
        for text in texts:
            self.write(x, y, text, size)
            y -= leading
        return y

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> "Sheet":
        self.commands.append(f"0.5 w {x0} {y0} m {x1} {y1} l S")
        return self

    def table(self, x: float, y: float, widths: Sequence[float], rows: Sequence[Sequence[str]], height: float = 20) -> float:
        """With lines around every cell; returns its lower end."""
        right, bottom = x + sum(widths), y - height * len(rows)
        for place in range(len(rows) + 1):
            self.rule(x, y - height * place, right, y - height * place)
        for place in range(len(widths) + 1):
            self.rule(x + sum(widths[:place]), bottom, x + sum(widths[:place]), y)
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                self.write(x + sum(widths[:place]) + 4, y - height * number - 14, text)
        return bottom


def pdf(sheets: Sequence[Sheet], *, title: str = "", extra: str = "") -> bytes:
    """A whole file; `extra` goes into the trailer."""
    pages = " ".join(f"{10 + 2 * number} 0 R" for number in range(len(sheets)))
    objects = {
        1: "<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{pages}] /Count {len(sheets)} >>",
        3: "<< /Type /Font /Subtype /Type0 /BaseFont /HeiseiKakuGo-W5 /Encoding /UniJIS-UCS2-H /DescendantFonts [4 0 R] >>",
        4: "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HeiseiKakuGo-W5 /DW 1000 /W [1 [500] 2 94 500 231 632 500]"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> /FontDescriptor 5 0 R >>",
        5: "<< /Type /FontDescriptor /FontName /HeiseiKakuGo-W5 /Flags 4 /FontBBox [-92 -250 1010 922] /ItalicAngle 0"
        " /Ascent 752 /Descent -221 /CapHeight 737 /StemV 114 >>",
        6: f"<< /Title <{('FEFF' + title.encode('utf-16-be').hex())}> >>",
    }
    for number, sheet in enumerate(sheets):
        content = "\n".join(sheet.commands)
        box = f"/MediaBox [0 0 {WIDTH} {HEIGHT}] /Rotate {sheet.rotation}"
        objects[10 + 2 * number] = (
            f"<< /Type /Page /Parent 2 0 R {box} /Resources << /Font << /F1 3 0 R >> >> /Contents {11 + 2 * number} 0 R >>"
        )
        objects[11 + 2 * number] = f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"
    out, places = b"%PDF-1.4\n", {}
    for number, text in objects.items():
        places[number] = len(out)
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    start = len(out)
    size = max(objects) + 1
    out += f"xref\n0 {size}\n".encode()
    for number in range(size):
        out += f"{places[number]:010d} 00000 n \n".encode() if number in places else b"0000000000 65535 f \n"
    return out + f"trailer\n<< /Size {size} /Root 1 0 R /Info 6 0 R {extra} >>\nstartxref\n{start}\n%%EOF\n".encode()


def encrypted_pdf() -> bytes:
    """It can't be opened without its password."""
    encrypt = "/Encrypt << /Filter /Standard /V 1 /R 2 /O <" + "41" * 32 + "> /U <" + "42" * 32 + "> /P -4 >> /ID [<00><00>]"
    return pdf([Sheet().write(60, 700, "秘密")], extra=encrypt)


def scanned_pdf(pages: int = 1) -> bytes:
    """Pages that are pictures."""
    content = io.BytesIO()
    pictures = [Image.new("L", (400, 560), 200 + number) for number in range(pages)]
    pictures[0].save(content, "PDF", save_all=True, append_images=pictures[1:])
    return content.getvalue()


def printed_by_chromium(chromium: Path, html: str, folder: Path) -> bytes:
    """What a browser prints of a page."""
    source, target = folder / "page.html", folder / "page.pdf"
    source.write_text(html, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}"]
    subprocess.run([str(chromium), *options, source.as_uri()], check=True, capture_output=True, timeout=120)
    return target.read_bytes()
