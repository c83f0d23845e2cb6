"""The parts of pages that follow changes: what each is rendered from, when it changes, and for whom it looks the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from console.visiting import NotHereError, Visit

Parameters = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A file that a page includes and that is sent again when one of its topics changes.

    The page marks its outermost element with an `id` and `data-live="NAME?PARAMETERS"`. Nothing in it is of one session: forms get
    their token from the page that they are put into. A part that `is_shared` shows nothing of one person either, and is rendered
    once for everybody of the same municipality, department and role: its view is asked for with a visitor without id and name.
    """

    template: str
    room: str
    topics: Callable[[Visit, Parameters], tuple[str, ...]]
    view: Callable[[Visit, Parameters], object]
    """Raises NotHereError for whoever may not see it."""
    is_shared: bool = False


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A part as one page shows it; `key` is what the page calls it."""

    key: str
    name: str
    part: Part
    parameters: Parameters


def wanted_parts(keys: list[str], parts: Mapping[str, Part]) -> tuple[Wanted, ...]:
    """Raises NotHereError for a name that is none."""
    found = []
    for key in dict.fromkeys(keys):
        name, _, query = key.partition("?")
        if name not in parts:
            raise NotHereError(f"no part {name!r}")
        found.append(Wanted(key=key, name=name, part=parts[name], parameters=dict(parse_qsl(query))))
    return tuple(found)
