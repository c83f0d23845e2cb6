"""The login page."""

from dataclasses import dataclass

from console.views.choices import Choice


@dataclass(frozen=True, kw_only=True)
class LoginView:
    """What was typed stays, but for the password."""

    municipalities: tuple[Choice, ...]
    municipality: str
    login: str
    next: str
    csrf_token: str
    problem: str | None
    notice: str | None
