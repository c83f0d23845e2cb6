"""What a photo or file is by its bytes, whether it may be kept, and what is kept of it. Pure but for the decoding of pictures."""

import io
import re
import zipfile
from dataclasses import dataclass
from enum import StrEnum

from bot.texts import named
from core.text import strip_invisible

MEGABYTE = 1024 * 1024
LARGEST_DOWNLOAD = 50 * MEGABYTE
LARGEST_PIXELS = 60_000_000
PREVIEW_BYTES = 1 * MEGABYTE
PREVIEW_SIDE = 1024
NAME_LENGTH = 80
UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]+")
MP4_BRANDS = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"MSNV", b"dash", b"qt  ")


class Kind(StrEnum):
    """Kinds that are taken."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    GIF = "image/gif"
    WEBP = "image/webp"
    PDF = "application/pdf"
    MP4 = "video/mp4"
    M4A = "audio/mp4"
    WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


class Problem(StrEnum):
    """Why something is not kept; said by `media` of texts.yaml."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_KIND = "unknown_kind"
    MACRO = "macro"
    BROKEN = "broken"
    GONE = "gone"
    """The resident took it back, or LINE keeps it no longer."""
    UNAVAILABLE = "unavailable"
    """LINE did not hand it out."""
    INFECTED = "infected"
    """The operator's scanner found a virus."""
    UNSCANNED = "unscanned"
    """The scanner could not be asked."""


class UnfitFileError(Exception):
    """A file is not taken; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


EXTENSIONS = {
    Kind.JPEG: "jpg",
    Kind.PNG: "png",
    Kind.GIF: "gif",
    Kind.WEBP: "webp",
    Kind.PDF: "pdf",
    Kind.MP4: "mp4",
    Kind.M4A: "m4a",
    Kind.WORD: "docx",
    Kind.EXCEL: "xlsx",
    Kind.SLIDES: "pptx",
}
PICTURES = (Kind.JPEG, Kind.PNG, Kind.GIF, Kind.WEBP)
LARGEST = dict.fromkeys(Kind, 20 * MEGABYTE) | dict.fromkeys(PICTURES, 10 * MEGABYTE) | {Kind.MP4: LARGEST_DOWNLOAD}
"""Bytes of each kind; LINE shows pictures of up to 10 MB."""
OFFICE = {"word/": Kind.WORD, "xl/": Kind.EXCEL, "ppt/": Kind.SLIDES}


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is stored of a file."""

    kind: Kind
    data: bytes
    preview: bytes | None
    """A small JPEG of a picture."""


def examined(data: bytes) -> Kept:
    """The file as it is kept: pictures are drawn anew, so that nothing but the picture is left of them. Raises UnfitFileError."""
    if not data:
        raise UnfitFileError(Problem.EMPTY)
    kind = sniff(data)
    if len(data) > LARGEST[kind]:
        raise UnfitFileError(Problem.TOO_LARGE)
    if kind in PICTURES:
        return _drawn_anew(data, kind)
    return Kept(kind=kind, data=data, preview=None)


def sniff(data: bytes) -> Kind:
    """By the first bytes, never by the name. Raises UnfitFileError."""
    if data.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if data.startswith((b"GIF87a", b"GIF89a")):
        return Kind.GIF
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    if data.startswith(b"%PDF-"):
        return Kind.PDF
    if data[4:8] == b"ftyp":
        return _of_brand(data[8:12])
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    raise UnfitFileError(Problem.UNKNOWN_KIND)


def _of_brand(brand: bytes) -> Kind:
    if brand in (b"M4A ", b"M4B "):
        return Kind.M4A
    if brand in MP4_BRANDS:
        return Kind.MP4
    raise UnfitFileError(Problem.UNKNOWN_KIND)


def _office(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UnfitFileError(Problem.BROKEN) from error
    if "[Content_Types].xml" not in names:
        raise UnfitFileError(Problem.UNKNOWN_KIND)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise UnfitFileError(Problem.MACRO)
    found = next((kind for folder, kind in OFFICE.items() if any(name.startswith(folder) for name in names)), None)
    if found is None:
        raise UnfitFileError(Problem.UNKNOWN_KIND)
    return found


def _drawn_anew(data: bytes, kind: Kind) -> Kept:
    from PIL import Image, ImageOps  # Slow to load.

    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "GIF", "WEBP")) as opened:
            if opened.width * opened.height > LARGEST_PIXELS:
                raise UnfitFileError(Problem.TOO_LARGE)
            opened.load()
            # The turn of the camera is in the data that is left behind.
            upright = ImageOps.exif_transpose(opened)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnfitFileError(Problem.BROKEN) from error
    is_flat = upright.mode in ("RGB", "L") or kind is Kind.JPEG
    plain = upright.convert("RGB" if is_flat else "RGBA")
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    written = io.BytesIO()
    if kind is Kind.JPEG:
        clean.save(written, "JPEG", quality=90, optimize=True)
    elif kind is Kind.PNG:
        clean.save(written, "PNG", optimize=False)
    elif kind is Kind.GIF:
        kind = Kind.PNG
        clean.save(written, "PNG", optimize=False)
    else:
        clean.save(written, "WEBP", quality=90)
    kept = written.getvalue()
    if len(kept) > LARGEST[kind]:
        raise UnfitFileError(Problem.TOO_LARGE)
    return Kept(kind=kind, data=kept, preview=_preview(clean))


def _preview(picture: "object") -> bytes:
    from PIL import Image

    assert isinstance(picture, Image.Image)
    for side, quality in ((PREVIEW_SIDE, 80), (PREVIEW_SIDE // 2, 75), (PREVIEW_SIDE // 4, 70)):
        small = Image.new("RGB", picture.size, "white")
        small.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
        small.thumbnail((side, side))
        written = io.BytesIO()
        small.save(written, "JPEG", quality=quality)
        if written.tell() <= PREVIEW_BYTES:
            break
    return written.getvalue()


def safe_name(name: str | None, kind: Kind) -> str:
    """No path, no control characters, not long, and with the ending that its bytes call for."""
    stem = UNSAFE.sub("_", strip_invisible(name or "")).strip(" ._")
    stem = stem.rpartition(".")[0] or stem if "." in stem else stem
    return f"{stem[:NAME_LENGTH].strip(' ._') or kind.name.lower()}.{EXTENSIONS[kind]}"


def problem_in_words(problem: str) -> str:
    """For staff."""
    return named("media", problem)
