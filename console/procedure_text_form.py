"""Texts of a procedure as a form: which stand in it, what somebody changed of them, and the text of the definition that follows."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.messages import Language
from core.yaml_text import read_yaml
from procedures.conditions import Plain
from procedures.places import path_of, translation_path
from procedures.source_edits import Path, changed

Raw = dict[str, Any]
"""Any: what YAML holds; it was checked when it was written."""


def raw_of(source: str) -> Raw:
    found: Raw = read_yaml(source)
    return found


def written_texts(raw: Raw, places: Sequence[str], language: Language) -> Mapping[str, str]:
    """By place; empty where nobody has written one."""
    if language is Language.JAPANESE:
        return {place: _at(raw, place) for place in places}
    translated = raw.get("translations", {}).get(language.value, {})
    return {place: str(translated.get(place, "")) for place in places}


def changed_texts(before: Mapping[str, str], posted: Mapping[str, str]) -> Mapping[str, str]:
    """What somebody typed anew; places that the form lacked stay as they are."""
    typed = {place: posted[place].strip() for place in before if place in posted}
    return {place: text for place, text in typed.items() if text != before[place].strip()}


def with_texts(source: str, texts: Mapping[str, str], language: Language, *, keeps_translations: bool) -> str:
    """The definition's text with these; a translation of what the Japanese no longer says is taken out unless it is kept."""
    raw = raw_of(source)
    if language is not Language.JAPANESE:
        return changed(source, _translation_changes(raw, {language.value: {place: text or None for place, text in texts.items()}}))
    changes: list[tuple[Path, Plain]] = [(path_of(raw, place), text or None) for place, text in texts.items()]
    if not keeps_translations:
        gone = {name: {place: None for place in texts if place in kept} for name, kept in raw.get("translations", {}).items()}
        changes += _translation_changes(raw, gone)
    return changed(source, changes)


def translated_into(source: str, places: Sequence[str]) -> tuple[str, ...]:
    """Languages in which any of these texts is written."""
    return tuple(name for name, kept in raw_of(source).get("translations", {}).items() if any(place in kept for place in places))


def _translation_changes(raw: Raw, wanted: Mapping[str, Mapping[str, str | None]]) -> list[tuple[Path, Plain]]:
    """A language, or all of them, that would be left without texts goes as a whole."""
    translations = raw.get("translations", {})
    left = {name: {**translations.get(name, {}), **texts} for name, texts in wanted.items()}
    empty = {name for name, texts in left.items() if name in translations and not any(texts.values())}
    if empty and empty == set(translations):
        return [(("translations",), None)]
    changes: list[tuple[Path, Plain]] = [(("translations", name), None) for name in sorted(empty)]
    for name, texts in wanted.items():
        if name not in empty:
            kept = translations.get(name, {})
            changes += [(translation_path(name, place), text) for place, text in texts.items() if text is not None or place in kept]
    return changes


def _at(raw: Raw, place: str) -> str:
    here: Plain = raw
    for part in path_of(raw, place):
        here = here.get(part) if isinstance(here, dict) else here[part] if isinstance(part, int) and isinstance(here, list) else None
        if here is None:
            return ""
    return str(here)
