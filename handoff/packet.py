"""The context packet: everything that is known when a case is opened, so that nothing is asked twice. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

TITLE_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One answer that the bot gave or offered."""

    entry: str
    """Id of the entry; empty where nothing was found."""
    question: str
    status: str
    score: float | None = None
    source: str = ""
    """Address or name of what it stands on."""


@dataclass(frozen=True, kw_only=True)
class Packet:
    """What whoever takes the case sees at once. Words of the resident are masked by whoever fills it."""

    summary: str = ""
    question: str = ""
    """The last question, as it was understood."""
    tried: tuple[Tried, ...] = ()
    slots: Mapping[str, str] = field(default_factory=dict)
    """Answers of a procedure so far, by the label of the field."""
    media: tuple[int, ...] = ()
    language: str = "ja"
    """A tag as the web knows it."""
    is_easy: bool = False
    """The resident reads やさしい日本語."""
    risks: tuple[str, ...] = ()
    """Ids of crisis kinds and sensitive topics, `deadline`, `vulnerable`."""
    earlier_cases: tuple[int, ...] = ()

    def dump(self) -> dict[str, Any]:  # Any: JSON.
        return asdict(self)


def load(stored: Mapping[str, Any]) -> Packet:  # Any: JSON.
    """Of a row; keys of another version of the program are left out."""
    tried = tuple(Tried(**_known(Tried, row)) for row in stored.get("tried") or ())
    rest: dict[str, Any] = {  # Any: JSON.
        name: tuple(value) if isinstance(value, list) else value
        for name, value in _known(Packet, stored).items()
        if name != "tried" and value is not None
    }
    if rest.get("language") == "easy":
        rest |= {"language": "ja", "is_easy": True}
    return Packet(tried=tried, **rest)


def risks_of(stored: Mapping[str, Any]) -> tuple[str, ...]:  # Any: JSON.
    """For lists, which need nothing else of it."""
    return tuple(stored.get("risks") or ())


def _known(kind: type[Packet | Tried], stored: Mapping[str, Any]) -> dict[str, Any]:  # Any: JSON.
    return {name: value for name, value in stored.items() if name in kind.__dataclass_fields__}
