"""What a file is, told by its bytes and never by its name; text of any encoding that Japanese offices use."""

import codecs
import re
from enum import StrEnum
from pathlib import PurePath

from core.errors import ImportRefusedError
from faq.documents.archives import Office, office_of
from faq.documents.limits import MEGABYTE, SIZE_LIMIT, refuse
from faq.texts import say

OLE = bytes.fromhex("D0CF11E0A1B11AE1")
OLE_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "old"),
    ("PowerPoint Document", "old"),
    ("Workbook", "old"),
    ("Book", "old"),
)
OTHERS = (
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"{\\rtf", "rtf"),
)
HTML = re.compile(
    r"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|main|article|section|div|h[1-6]|p|table|ul)\b",
    re.I | re.S,
)
CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
XML_ENCODING = re.compile(rb"\A\s*<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w-]+)", re.IGNORECASE)
KNOWN = ("utf-8", "cp932", "euc-jp")
ALIASES = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso-2022-jp",
}
ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)


class Format(StrEnum):
    """The formats that are read."""

    MARKDOWN = "markdown"
    HTML = "html"
    PDF = "pdf"
    WORD = "word"
    SLIDES = "slides"
    WORKBOOK = "workbook"


SUFFIXES = {
    Format.MARKDOWN: (".md", ".markdown", ".txt", ""),
    Format.HTML: (".html", ".htm", ".xhtml"),
    Format.PDF: (".pdf",),
    Format.WORD: (".docx", ".docm", ".dotx"),
    Format.SLIDES: (".pptx", ".pptm", ".ppsx"),
    Format.WORKBOOK: (".xlsx", ".xlsm"),
}


def format_of(name: str, content: bytes) -> Format:
    """Raises ImportRefusedError for what is no document, too large, empty, or of an old format."""
    if len(content) > SIZE_LIMIT:
        raise refuse("large", name=name, size=-(-len(content) // MEGABYTE), limit=SIZE_LIMIT // MEGABYTE)
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise refuse("empty", name=name)
    if b"%PDF-" in content[:1024]:
        return Format.PDF
    if content.startswith(b"PK\x03\x04"):
        return {Office.WORD: Format.WORD, Office.SLIDES: Format.SLIDES, Office.WORKBOOK: Format.WORKBOOK}[office_of(name, content)]
    if content.startswith(b"PK"):
        raise refuse("broken", name=name)
    if content.startswith(OLE):
        raise _of_container(name, content)
    for signature, kind in OTHERS:
        if content.startswith(signature):
            raise refuse("kind", name=name, kind=say(f"kind.{kind}"))
    text = text_of(name, content)
    if not HTML.match(text):
        return Format.MARKDOWN
    if ENTITY.search(text):
        raise refuse("entities", name=name, part=name)
    return Format.HTML


def has_other_suffix(name: str, found: Format) -> bool:
    return PurePath(name).suffix.lower() not in SUFFIXES[found]


def text_of(name: str, content: bytes) -> str:
    """UTF-8, UTF-16 with a mark, CP932, EUC-JP, or what a web page declares. Raises ImportRefusedError for anything else."""
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            return _plain(name, content, (encoding,))
    declared = XML_ENCODING.search(content[:2048]) or CHARSET.search(content[:2048])
    wanted = declared[1].decode("ascii").lower() if declared else ""
    wanted = ALIASES.get(wanted, wanted)
    # UTF-8 first: text of another encoding hardly ever passes for it, whatever a page says of itself.
    return _plain(name, content, ("utf-8", *([wanted] if _is_known(wanted) else []), *KNOWN[1:]))


def _plain(name: str, content: bytes, encodings: tuple[str, ...]) -> str:
    if b"\0" in content and not encodings[0].startswith("utf-16"):
        raise refuse("kind", name=name, kind=say("kind.binary"))
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        # Private and control characters tell that another encoding passed for this one.
        if not re.search(r"[\x00-\x08\x0e-\x1a\x80-\x84\x86-\x9f\ue000-\uf8ff]", text):
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise refuse("encoding", name=name)


def _is_known(encoding: str) -> bool:
    try:
        return bool(codecs.lookup(encoding)) and encoding in {*KNOWN, "iso-2022-jp", "utf-16"}
    except LookupError:
        return False


def _of_container(name: str, content: bytes) -> ImportRefusedError:
    """Old files of Office, and new ones with a password, come in one kind of container."""
    for stream, key in OLE_STREAMS:
        if stream.encode("utf-16-le") in content:
            return refuse(key, name=name)
    return refuse("kind", name=name, kind=say("kind.binary"))
