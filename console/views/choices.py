"""An option of a selection."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A stored value and its words."""

    value: str
    label: str
