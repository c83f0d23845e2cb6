"""Seeing at the counter who somebody is: codes for their account, drafts that become applications."""

from dataclasses import dataclass

from console.views.choices import Choice


@dataclass(frozen=True, kw_only=True)
class DraftView:
    """A draft as the counter sees it, before it becomes an application."""

    code: str
    title: str
    rows: tuple[tuple[str, str], ...]
    is_own: bool
    """Whether it is for the visitor's department."""


@dataclass(frozen=True, kw_only=True)
class IdentityView:
    """Both forms, and what came of one."""

    methods: tuple[Choice, ...]
    method: str
    code: str
    """Made just now; shown this once."""
    minutes: int
    method_problem: str
    looked_for: str
    draft: DraftView | None
    draft_problem: str
    application: str
    """Number of what was accepted just now."""
    application_address: str
