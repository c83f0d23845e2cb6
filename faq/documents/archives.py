"""The archives that Word, PowerPoint and Excel write: which of them it is, and whether it is safe to unpack."""

import io
import re
import struct
import zipfile
import zlib
from enum import StrEnum

from faq.documents.limits import FILES_LIMIT, MEGABYTE, UNPACKED_LIMIT, refuse
from faq.texts import say

MAIN_PARTS = (("word/", "word"), ("ppt/", "slides"), ("xl/", "workbook"))
DECLARATION = re.compile(rb"<\x00?!\x00?(?:D\x00?O\x00?C\x00?T\x00?Y\x00?P\x00?E|E\x00?N\x00?T\x00?I\x00?T\x00?Y)", re.IGNORECASE)
ENCRYPTED_FLAG = 0x1
TYPES = "[Content_Types].xml"
PLAIN_TYPES = (
    (b"application/vnd.ms-word.document.macroEnabled.main+xml", b"wordprocessingml.document.main+xml"),
    (b"application/vnd.ms-word.template.macroEnabledTemplate.main+xml", b"wordprocessingml.document.main+xml"),
    (b"application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml", b"wordprocessingml.document.main+xml"),
    (b"application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml", b"presentationml.presentation.main+xml"),
    (b"application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml", b"presentationml.presentation.main+xml"),
    (b"application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml", b"presentationml.presentation.main+xml"),
    (b"application/vnd.openxmlformats-officedocument.presentationml.template.main+xml", b"presentationml.presentation.main+xml"),
)
OPEN_DOCUMENT = "application/vnd.openxmlformats-officedocument."


class Office(StrEnum):
    """Which program wrote an archive."""

    WORD = "word"
    SLIDES = "slides"
    WORKBOOK = "workbook"


def office_of(name: str, content: bytes) -> Office:
    """Raises ImportRefusedError for another archive, a broken one, and one that unpacks to too much or declares entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            _refuse_bomb(name, infos)
            parts = {info.filename for info in infos}
            found = next((kind for folder, kind in MAIN_PARTS if TYPES in parts and any(part.startswith(folder) for part in parts)), None)
            if found is None:
                raise refuse("kind", name=name, kind=say("kind.zip"))
            for info in infos:
                if info.filename.endswith((".xml", ".rels")) and DECLARATION.search(archive.read(info)):
                    raise refuse("entities", name=name, part=info.filename)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise refuse("broken", name=name) from error
    return Office(found)


def without_macros(content: bytes) -> tuple[bytes, bool]:
    """The archive as an ordinary document, and whether it held macros; they are never looked at."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        has_macros = any(part.endswith("vbaProject.bin") for part in archive.namelist())
        types = archive.read(TYPES)
        plain = types
        for special, ordinary in PLAIN_TYPES:
            plain = plain.replace(special, OPEN_DOCUMENT.encode() + ordinary)
        if plain == types:
            return content, has_macros
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w") as changed:
            for info in archive.infolist():
                changed.writestr(info.filename, plain if info.filename == TYPES else archive.read(info))
    return copy.getvalue(), has_macros


def has_formulas(content: bytes) -> bool:
    """Whether any sheet of a workbook computes something."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = (part for part in archive.namelist() if part.startswith("xl/worksheets/") and part.endswith(".xml"))
        return any(re.search(rb"<(?:\w+:)?f[ >]", archive.read(part)) for part in sheets)


def _refuse_bomb(name: str, infos: list[zipfile.ZipInfo]) -> None:
    if any(info.flag_bits & ENCRYPTED_FLAG for info in infos):
        raise refuse("encrypted", name=name)
    unpacked = sum(info.file_size for info in infos)
    if unpacked > UNPACKED_LIMIT or len(infos) > FILES_LIMIT:
        raise refuse("unpacked", name=name, size=unpacked // MEGABYTE, limit=UNPACKED_LIMIT // MEGABYTE)
