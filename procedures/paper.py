"""An application as a sheet of A4: what stands on it, and the PDF that a screen reader can read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import orjson

from core.errors import SettingsError
from core.pack import Pack
from core.pack_loading import COMMON, CONTENT

TEMPLATE = "application_form.typ"
FONT_PACKAGE = "noto-cjk-sans-jp-regular"
STANDARD: Final = "ua-1"
"""PDF/UA-1: tagged, with title and language."""


@dataclass(frozen=True, kw_only=True)
class PaperRow:
    """A line of a table: what it is, and what was given."""

    label: str
    text: str


@dataclass(frozen=True, kw_only=True)
class PaperSection:
    """A heading of the form with its lines."""

    title: str
    rows: tuple[PaperRow, ...]


@dataclass(frozen=True, kw_only=True)
class PaperForm:
    """Everything on the sheet; the template only places it."""

    municipality: str
    title: str
    number: str
    submitted: str
    addressee: str
    description: str
    sections: tuple[PaperSection, ...]
    office: tuple[PaperRow, ...]
    """What the office adds: state, department, legal basis."""
    notes: tuple[str, ...]
    labels: Mapping[str, str]


def template_of(pack: Pack) -> Path:
    """The municipality's own form, or the one that all share."""
    own = Path(pack.folder) / TEMPLATE if pack.folder else None
    return own if own is not None and own.is_file() else CONTENT / COMMON / TEMPLATE


def font_folder() -> Path:
    """Of a package that is installed with the product, so that nothing is fetched. Raises SettingsError."""
    try:
        import noto_cjk_sans_jp_regular
    except ImportError:
        raise SettingsError(FONT_PACKAGE) from None
    return Path(str(noto_cjk_sans_jp_regular.__file__)).parent


def to_pdf(form: PaperForm, template: Path) -> bytes:
    """Raises SettingsError where the font is missing."""
    import typst  # Slow to load, and not needed by those who answer residents.

    return typst.compile(
        str(template),
        format="pdf",
        font_paths=[str(font_folder())],
        ignore_system_fonts=True,
        pdf_standards=[STANDARD],
        sys_inputs={"form": orjson.dumps(asdict(form)).decode()},
    )
