"""What the counter says about a case, in a resident's language. Pure."""

from collections.abc import Mapping
from datetime import datetime

from bot.office import moment_in
from core.messages import Action, Choice, Language, Tap, TapValue
from core.pack import Pack
from handoff.notices import Notice

VARIANTS = {"staff": "somebody", "promised_at": "open"}
"""Which value, where it is missing, is said otherwise."""


def notice_in_words(pack: Pack, language: Language, notice: Notice) -> str:
    """Some sentences have a variant: `…_somebody` where nobody is to be named, `…_open` where no time is known."""
    known = pack.sentences.keys(Language.JAPANESE)
    variants = [f"{notice.key}_{variant}" for value, variant in VARIANTS.items() if value in notice.values and not notice.values[value]]
    key = next((variant for variant in variants if variant in known), str(notice.key))
    return pack.sentences.say(key, language, **values_in_words(pack, language, notice.values))


def values_in_words(pack: Pack, language: Language, values: Mapping[str, object]) -> dict[str, str]:
    """Departments by their name, moments as people say them."""
    return {name: _in_words(pack, language, name, value) for name, value in values.items()}


def _in_words(pack: Pack, language: Language, name: str, value: object) -> str:
    if name == "department":
        department = pack.department(value if isinstance(value, str) else None)
        return pack.office_name(department, language) if department is not None else pack.label(pack.municipality.name, language)
    if isinstance(value, datetime):
        return moment_in(pack, language, value)
    return "" if value is None else str(value)


def choice_in(pack: Pack, language: Language, key: str, value: TapValue) -> Choice:
    """A choice whose label is also what appears in the talk."""
    label = pack.sentences.say(f"choice.{key}", language)
    action: Action = Tap(value=value, shown=label)
    return Choice(label=label, action=action)


def language_of(tag: str | None) -> Language:
    """Japanese where a stored tag is unknown."""
    return Language(tag) if tag in set(Language) else Language.JAPANESE


def moment_or_none(pack: Pack, language: Language, moment: datetime | None, now: datetime) -> str | None:
    """A promise in words, while it lies ahead."""
    return moment_in(pack, language, moment) if moment is not None and moment > now else None
