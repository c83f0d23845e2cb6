"""Profiles of staff: what somebody can do, and how much at once."""

from dataclasses import dataclass

from console.texts import named
from console.views.cases import department_name
from console.views.choices import Choice
from core.messages import Language
from core.pack import Pack
from handoff.models import Staff

MOST = 30
OWN_LANGUAGES = ("ja", "easy")
"""What everybody at the counter speaks."""


@dataclass(frozen=True, kw_only=True)
class ProfileView:
    """One member of staff, and the form of their profile."""

    id: int
    name: str
    login: str
    role: str
    department: str | None
    capacity: str
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    language_names: tuple[str, ...]
    seen: str
    """The profile as it is stored, in one line."""
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class StaffListView:
    """Everybody who takes cases."""

    profiles: tuple[ProfileView, ...]
    languages: tuple[Choice, ...]
    categories: tuple[str, ...]


def fingerprint(staff: Staff) -> str:
    """Tells whether a profile changed since a form was made."""
    return "|".join((str(staff.capacity), ",".join(sorted(staff.languages)), ",".join(sorted(staff.skills))))


def profile_view(staff: Staff, pack: Pack, problem: str | None = None, typed: str | None = None) -> ProfileView:
    return ProfileView(
        id=staff.id,
        name=staff.name,
        login=staff.login,
        role=named("role", staff.role),
        department=department_name(pack, staff.department_id),
        capacity=typed if typed is not None else str(staff.capacity),
        languages=tuple(staff.languages),
        skills=tuple(staff.skills),
        language_names=tuple(named("language", language) for language in staff.languages),
        seen=fingerprint(staff),
        problem=problem,
    )


def language_choices() -> tuple[Choice, ...]:
    return tuple(Choice(value=tag.value, label=named("language", tag.value)) for tag in Language if tag.value not in OWN_LANGUAGES)
