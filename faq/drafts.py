"""What an editor, a file or a pack wants an entry to say, as a value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import regex

from core.text import squeeze, strip_invisible
from faq.models import EntryKind, EntryVersion
from faq.texts import say
from retrieval.passages import Link, Translation

SURROGATE = regex.compile(r"\p{Cs}")
LINE_BREAK = regex.compile(r"\r\n?|[\x85\u2028\u2029]")


@dataclass(frozen=True, kw_only=True)
class EntryDraft:
    """Everything that a version says. `id` is None for a new entry that should be given a number."""

    id: str | None = None
    kind: EntryKind = EntryKind.FAQ
    question: str = ""
    answer: str = ""
    phrasings: tuple[str, ...] = ()
    category: str = ""
    department_id: str | None = None
    source_url: str | None = None
    checked_on: date | None = None
    links: tuple[Link, ...] = ()
    related: tuple[str, ...] = ()
    translations: Mapping[str, Translation] = field(default_factory=dict)
    valid_from: date | None = None
    valid_until: date | None = None
    note: str = ""


def tidied(draft: EntryDraft) -> EntryDraft:
    """Without invisible characters, blank ends, and empty or repeated phrasings. A draft without a category gets the one for others."""
    return replace(
        draft,
        id=draft.id.strip() if draft.id is not None else None,
        question=_line(draft.question),
        answer=_text(draft.answer),
        phrasings=_distinct(_line(part) for phrasing in draft.phrasings for part in phrasing.split("|")),
        category=_line(draft.category) or say("none.category"),
        department_id=_line(draft.department_id or "") or None,
        source_url=_line(draft.source_url or "") or None,
        links=tuple(Link(label=_line(link.label), url=_line(link.url)) for link in draft.links),
        related=tuple(dict.fromkeys(key for key in map(_line, draft.related) if key)),
        translations=_written(draft.translations),
        note=_text(draft.note),
    )


def draft_of(kind: EntryKind, version: EntryVersion) -> EntryDraft:
    """What a version says, to be edited, restored or exported."""
    return EntryDraft(
        id=version.entry_id,
        kind=kind,
        question=version.question,
        answer=version.body,
        phrasings=tuple(version.phrasings),
        category=version.category,
        department_id=version.department_id,
        source_url=version.source_url,
        checked_on=version.checked_on,
        links=tuple(Link(label=link["label"], url=link["url"]) for link in version.links),
        related=tuple(version.related),
        translations={
            language: Translation(question=text["question"], answer=text["answer"]) for language, text in version.translations.items()
        },
        valid_from=version.valid_from,
        valid_until=version.valid_until,
        note=version.note,
    )


def _written(translations: Mapping[str, Translation]) -> Mapping[str, Translation]:
    tidy = {language: Translation(question=_line(text.question), answer=_text(text.answer)) for language, text in translations.items()}
    return {language: text for language, text in tidy.items() if text.question or text.answer}


def _text(text: str) -> str:
    visible = strip_invisible(LINE_BREAK.sub("\n", SURROGATE.sub("", text)))
    return "\n".join(line.rstrip() for line in visible.split("\n")).strip()


def _line(text: str) -> str:
    return " ".join(_text(text).split("\n")).replace("\t", " ").strip()


def _distinct(phrasings: Iterable[str]) -> tuple[str, ...]:
    """Those that differ in more than spaces, width and punctuation."""
    first: dict[str, str] = {}
    for phrasing in phrasings:
        if phrasing:
            first.setdefault(squeeze(phrasing) or phrasing, phrasing)
    return tuple(first.values())
