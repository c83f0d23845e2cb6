"""What is shown when something is refused."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ErrorView:
    """A title, a sentence that says what to do, and whom to ask where a role is missing."""

    title: str
    text: str
    roles: tuple[str, ...] = ()
    administrators: tuple[str, ...] = ()
