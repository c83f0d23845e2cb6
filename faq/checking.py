"""What keeps a draft from being kept or published, as data for forms and for files; pure."""

import dataclasses
import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from urllib.parse import urlsplit

from core.individual_number import has_right_check_digit, mask_individual_numbers
from core.messages import Language
from core.pack import Pack
from core.text import normalise
from core.values import PLACEHOLDER, Values, placeholders
from faq.drafts import EntryDraft
from faq.models import EntryKind
from faq.texts import say
from retrieval.translated import unsupported_figures

ID_LIMIT = 64
ID_REFUSED = '/\\?#%&"<>|'
QUESTION_LIMIT = 300
ANSWER_LIMIT = 5_000
"""One bubble of LINE; what is longer is a guide."""
GUIDE_LIMIT = 30_000
"""A cell of Excel takes 32,767 characters."""
PHRASING_LIMIT = 200
PHRASINGS_LIMIT = 100
CATEGORY_LIMIT = 40
URL_LIMIT = 1_000
LINKS_LIMIT = 2
LABEL_LIMIT = 20
NOTE_LIMIT = 2_000
OPENING = re.compile(r"\{\{.{0,40}", re.DOTALL)
GROUPED_DIGITS = re.compile(r"(?<![0-9０-９])[0-9０-９]{4}[\s\-‐‑–—―−－ー・]?[0-9０-９]{4}[\s\-‐‑–—―−－ー・]?[0-9０-９]{4}(?![0-9０-９])")
HARMFUL = frozenset({"individual_number", "id_long", "id_characters", "question_long", "answer_long", "category_long", "note_long"})
"""Problems that even a draft must not have: what may not be stored, or can't be."""
LANGUAGES = tuple(language.value for language in Language if language is not Language.JAPANESE)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Problem:
    """`field` is a field of EntryDraft (translations.en for a translation), `key` names a sentence of texts.yaml under problem."""

    field: str
    key: str
    gaps: Mapping[str, object] = dataclasses.field(default_factory=dict)

    @property
    def text(self) -> str:
        return say(f"problem.{self.key}", **self.gaps)


def check(draft: EntryDraft, pack: Pack) -> tuple[Problem, ...]:
    """All problems of a tidied draft; none means that it may be published."""
    return tuple(_problems(draft, pack))


def check_draft(draft: EntryDraft, pack: Pack) -> tuple[Problem, ...]:
    """Only what keeps an unfinished draft from being kept."""
    return tuple(problem for problem in _problems(draft, pack) if problem.key in HARMFUL)


def resembles_individual_number(draft: EntryDraft) -> tuple[str, ...]:
    """Fields with digits that a resident's message would be masked for, and that here are more likely a list of codes."""
    return tuple(name for name, text in _texts(draft) if not _holds_individual_number(text) and mask_individual_numbers(text)[1])


def foreign_figures(draft: EntryDraft) -> Mapping[str, tuple[str, ...]]:
    """By language, the figures of a translation that the Japanese has not; residents would get the Japanese instead."""
    original = PLACEHOLDER.sub(" ", f"{draft.question}\n{draft.answer}")
    found = {
        language: unsupported_figures(PLACEHOLDER.sub(" ", f"{text.question}\n{text.answer}"), original)
        for language, text in draft.translations.items()
    }
    return {language: figures for language, figures in found.items() if figures}


def nearest(word: str, known: Collection[str]) -> str:
    """A hint at what was probably meant, or nothing."""
    found = difflib.get_close_matches(word, known, n=1)
    return say("hint.near", near=found[0]) if found else ""


def _problems(draft: EntryDraft, pack: Pack) -> Iterator[Problem]:
    yield from _of_id(draft.id)
    yield from _of_words(draft)
    # A pack without departments is one for measuring only.
    if draft.department_id is not None and pack.departments and draft.department_id not in pack.departments:
        yield Problem(field="department_id", key="department_unknown", gaps={"id": draft.department_id, "hint": _departments(draft, pack)})
    yield from _of_links(draft)
    if draft.valid_from and draft.valid_until and draft.valid_until < draft.valid_from:
        yield Problem(field="valid_until", key="valid_until_early")
    yield from _of_translations(draft)
    for name, text in _texts(draft):
        yield from _of_placeholders(name, text, pack.values)
        if _holds_individual_number(text):
            yield Problem(field=name, key="individual_number")


def _of_id(key: str | None) -> Iterator[Problem]:
    if key is None:
        return
    if not key:
        yield Problem(field="id", key="id_empty")
    if len(key) > ID_LIMIT:
        yield Problem(field="id", key="id_long", gaps={"count": len(key), "limit": ID_LIMIT})
    if any(letter in ID_REFUSED or letter.isspace() or not letter.isprintable() for letter in key):
        yield Problem(field="id", key="id_characters", gaps={"characters": " ".join(ID_REFUSED)})


def _of_words(draft: EntryDraft) -> Iterator[Problem]:
    body_limit = GUIDE_LIMIT if draft.kind is EntryKind.GUIDE else ANSWER_LIMIT
    if not draft.question:
        yield Problem(field="question", key="question_empty")
    yield from _too_long("question", "question_long", draft.question, QUESTION_LIMIT)
    if not draft.answer:
        yield Problem(field="answer", key="answer_empty")
    yield from _too_long("answer", "answer_long", draft.answer, body_limit)
    for phrasing in draft.phrasings:
        yield from _too_long("phrasings", "phrasing_long", phrasing, PHRASING_LIMIT)
    if len(draft.phrasings) > PHRASINGS_LIMIT:
        yield Problem(field="phrasings", key="phrasings_many", gaps={"count": len(draft.phrasings), "limit": PHRASINGS_LIMIT})
    yield from _too_long("category", "category_long", draft.category, CATEGORY_LIMIT)
    yield from _too_long("note", "note_long", draft.note, NOTE_LIMIT)


def _too_long(name: str, key: str, text: str, limit: int) -> Iterator[Problem]:
    if len(text) > limit:
        yield Problem(field=name, key=key, gaps={"count": len(text), "limit": limit})


def _of_links(draft: EntryDraft) -> Iterator[Problem]:
    if draft.source_url is not None and not is_web_address(draft.source_url):
        yield Problem(field="source_url", key="url_bad", gaps={"url": draft.source_url[:80]})
    if len(draft.links) > LINKS_LIMIT:
        yield Problem(field="links", key="links_many", gaps={"count": len(draft.links), "limit": LINKS_LIMIT})
    for link in draft.links:
        if not link.label:
            yield Problem(field="links", key="link_label_empty")
        elif len(link.label) > LABEL_LIMIT:
            gaps = {"label": link.label, "count": len(link.label), "limit": LABEL_LIMIT}
            yield Problem(field="links", key="link_label_long", gaps=gaps)
        if not is_web_address(link.url):
            yield Problem(field="links", key="url_bad", gaps={"url": link.url[:80]})


def is_web_address(url: str) -> bool:
    """An http(s) address with a host that LINE can open."""
    if len(url) > URL_LIMIT or any(letter.isspace() or not letter.isprintable() or letter in '<>"{}|\\^`' for letter in url):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and "." in (parts.hostname or "") and parts.username is None


def _of_translations(draft: EntryDraft) -> Iterator[Problem]:
    limit = GUIDE_LIMIT if draft.kind is EntryKind.GUIDE else ANSWER_LIMIT
    for language, text in draft.translations.items():
        name = f"translations.{language}"
        if language not in LANGUAGES:
            yield Problem(field=name, key="language_unknown", gaps={"language": language, "known": "、".join(LANGUAGES)})
        if not (text.question and text.answer):
            yield Problem(field=name, key="translation_half", gaps={"language": language})
        yield from _too_long(name, "question_long", text.question, QUESTION_LIMIT)
        yield from _too_long(name, "answer_long", text.answer, limit)


def _of_placeholders(name: str, text: str, values: Values) -> Iterator[Problem]:
    for key in dict.fromkeys(placeholders(text)):
        if key not in values:
            yield Problem(field=name, key="value_unknown", gaps={"key": key})
    for match in OPENING.finditer(PLACEHOLDER.sub("", text)):
        yield Problem(field=name, key="placeholder_bad", gaps={"text": match.group().split("\n")[0]})


def _departments(draft: EntryDraft, pack: Pack) -> str:
    near = nearest(draft.department_id or "", pack.departments.keys())
    return near or say("hint.department", known="、".join(pack.departments))


def _texts(draft: EntryDraft) -> Iterator[tuple[str, str]]:
    """Everything that somebody wrote freely, with its field."""
    yield "question", draft.question
    yield "answer", draft.answer
    yield from (("phrasings", phrasing) for phrasing in draft.phrasings)
    yield from (("links", link.label) for link in draft.links)
    yield "note", draft.note
    for language, text in draft.translations.items():
        yield f"translations.{language}", text.question
        yield f"translations.{language}", text.answer


def _holds_individual_number(text: str) -> bool:
    """Twelve digits in one run or in three groups, as they stand on a card; other separators are more often lists of codes."""
    return any(has_right_check_digit("".join(filter(str.isdigit, normalise(match.group())))) for match in GROUPED_DIGITS.finditer(text))
