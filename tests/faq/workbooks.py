"""Files of Excel, made by hand where no library of the project writes them."""

import io
import struct
import zipfile
from collections.abc import Sequence

from openpyxl import Workbook

SECTOR = 512
END = 0xFFFFFFFE
FREE = 0xFFFFFFFF


def xlsx(rows: Sequence[Sequence[object]], *, more: Sequence[tuple[str, Sequence[Sequence[object]]]] = (), hidden: bool = False) -> bytes:
    """A workbook with `rows` in its first sheet."""
    workbook = Workbook()
    sheets = [("一覧", rows), *more]
    for place, (title, content) in enumerate(sheets):
        sheet = workbook.worksheets[0] if place == 0 else workbook.create_sheet()
        sheet.title = title
        for row in content:
            sheet.append(list(row))
    if hidden:
        workbook.worksheets[0].sheet_state = "hidden"
        workbook.active = 1
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def archive_of(name: str) -> bytes:
    """A ZIP archive that holds one file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, "x")
    return content.getvalue()


def xls(rows: Sequence[Sequence[str | float]]) -> bytes:
    """A workbook of Excel 97: records of BIFF8 in a compound file."""
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 6))
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if isinstance(value, str):
                text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
                sheet += _record(0x0204, struct.pack("<HHH", row, column, 0) + text)
            else:
                sheet += _record(0x0203, struct.pack("<HHHd", row, column, 0, value))
    sheet += _record(0x000A, b"")
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 6)) + _record(0x0042, struct.pack("<H", 1200))
    name = "一覧".encode("utf-16-le")
    length = len(begin) + 4 + 8 + len(name) + 4
    place = _record(0x0085, struct.pack("<IBBBB", length, 0, 0, len(name) // 2, 1) + name)
    return _compound(begin + place + _record(0x000A, b"") + sheet)


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _compound(stream: bytes) -> bytes:
    """A compound file with one stream named Workbook, long enough not to be a short one."""
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    count = len(stream) // SECTOR
    # Sector 0 is the allocation table, 1 the directory, the rest the stream.
    table = [0xFFFFFFFD, END, *range(3, 2 + count), END]
    header = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 16
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", FREE) * 108
    directory = _directory("Root Entry", 5, END, 0, child=1) + _directory("Workbook", 2, 2, len(stream)) + b"\0" * 256
    return header + b"".join(struct.pack("<I", entry) for entry in table).ljust(SECTOR, b"\xff") + directory + stream


def _directory(name: str, kind: int, start: int, size: int, child: int = FREE) -> bytes:
    raw = name.encode("utf-16-le")
    return raw.ljust(64, b"\0") + struct.pack("<HBBIII36xIQ", len(raw) + 2, kind, 1, FREE, FREE, child, start, size)
