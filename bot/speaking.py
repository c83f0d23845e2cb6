"""Which language a turn is answered in, and whether it is kept for the next ones. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.messages import OTHER_SCRIPT, Language
from core.pack import Pack
from core.recognising import Recognised, is_japanese_sentence, recognise
from procedures.assurance import read_code
from procedures.receipts import read_receipt_number

LONGEST_NUMBER = len("JU-2026-000123-K") + 2
"""Of an application, with a dash or space more than it needs."""
OWN_WORDS = "ask:"
"""What the rich menu sends as if the resident had typed it."""


@dataclass(frozen=True, kw_only=True)
class Speech:
    """The language of a reply."""

    language: Language = Language.JAPANESE
    is_to_be_kept: bool = False
    """For messages that show no language, from now on."""


def speech_of(text: str, pack: Pack, *, kept: Language | None = None, earlier: Sequence[str] = ()) -> Speech:
    """`kept` is what the resident chose or wrote twice, `earlier` what was written before, the newest first.

    A sentence is answered in its own language at once. A word or name that looks foreign changes nothing for whoever has a language.
    """
    offered = pack.municipality.languages
    before = _shown_before(earlier, pack)
    kept = kept if kept in offered else None
    base = kept or before or Language.JAPANESE
    shown = _offered(recognise(text), pack) if not _is_of_no_language(text, pack) else ()
    if not shown or (kept or before) in shown:
        return Speech(language=base, is_to_be_kept=kept is None and not base.is_japanese and before is not None and before in shown)
    language = shown[0]
    if kept is None:
        return Speech(language=language)
    if language.is_japanese:
        writes_japanese = is_japanese_sentence(text)
        return Speech(language=language if writes_japanese else kept, is_to_be_kept=writes_japanese)
    if not recognise(text).is_sentence:
        return Speech(language=kept)
    return Speech(language=language, is_to_be_kept=before in shown)


def _offered(recognised: Recognised, pack: Pack) -> tuple[Language, ...]:
    """Of the recognised languages those that the municipality offers; Chinese in the other script is better than Japanese."""
    offered = pack.municipality.languages
    own = tuple(language for language in recognised.languages if language in offered)
    other = (OTHER_SCRIPT[language] for language in recognised.languages if language in OTHER_SCRIPT)
    return own or tuple(language for language in other if language in offered)


def _shown_before(earlier: Sequence[str], pack: Pack) -> Language | None:
    """By the newest of the earlier messages that shows a language."""
    return next(_languages(earlier, pack), None)


def _languages(earlier: Sequence[str], pack: Pack) -> Iterator[Language]:
    for text in earlier:
        if not _is_of_no_language(text, pack):
            yield from _offered(recognise(text), pack)[:1]


def _is_of_no_language(text: str, pack: Pack) -> bool:
    """A button of ours, a code of the counter, or the number of an application."""
    if read_code(text) is not None or (len(text.strip()) <= LONGEST_NUMBER and read_receipt_number(text) is not None):
        return True
    areas = pack.rich_menu.areas if pack.rich_menu else ()
    return any(area.tap == f"{OWN_WORDS}{text.strip()}" for area in areas)
