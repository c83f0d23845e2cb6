"""From the bytes of a document to the title and body of a guide, in this process; `apart` does it where a hostile file does no harm."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from faq.documents.archives import without_macros
from faq.documents.blocks import Found, tidy_line, to_markdown
from faq.documents.limits import refuse
from faq.documents.sniffing import Format, format_of, has_other_suffix, text_of
from faq.lengths import GUIDE_LIMIT, QUESTION_LIMIT
from faq.texts import say


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What is to be read, and how."""

    name: str
    """The file's name without folders; a sentence names it, and it stands in for a title."""
    source_url: str | None = None
    """The page on the web that the document is."""
    skip_scanned: bool = False


@dataclass(frozen=True, kw_only=True)
class ReadDocument:
    """A document as a guide says it. `head` is what it states of itself: keys of a guide's front matter, lists as lines."""

    name: str
    format: Format
    title: str
    body: str
    warnings: tuple[str, ...] = ()
    head: Mapping[str, str] = field(default_factory=dict)


def read_document(reading: Reading, content: bytes) -> ReadDocument:
    """Raises ImportRefusedError that says what to do, and names the page, sheet or slide."""
    name = reading.name
    found_format = format_of(name, content)
    warnings: tuple[str, ...] = ()
    if has_other_suffix(name, found_format):
        warnings += (say("document.warning.suffix", name=name, format=say(f"document.format.{found_format}")),)
    if found_format in (Format.WORD, Format.SLIDES, Format.WORKBOOK):
        content, has_macros = without_macros(content)
        warnings += (say("document.warning.macros"),) if has_macros else ()
    title, body, more, head = _read(found_format, reading, content)
    title = tidy_line(title)
    if not title:
        title = PurePath(name).stem
        more = (*more, say("document.warning.no_title", title=title))
    if len(title) > QUESTION_LIMIT:
        title = title[: QUESTION_LIMIT - 1] + "…"
    if not body.strip():
        raise refuse("no_text", name=name)
    if len(body) > GUIDE_LIMIT:
        raise refuse("text_long", name=name, count=f"{len(body):,}", limit=f"{GUIDE_LIMIT:,}")
    return ReadDocument(name=name, format=found_format, title=title, body=body, warnings=(*warnings, *more), head=head)


def _read(found_format: Format, reading: Reading, content: bytes) -> tuple[str, str, tuple[str, ...], Mapping[str, str]]:
    # Each reader is imported when it is needed: they are large.
    match found_format:
        case Format.MARKDOWN:
            from faq.documents.markdown_files import read_markdown

            text = read_markdown(reading.name, text_of(reading.name, content))
            return text.title, text.body, text.warnings, text.head
        case Format.HTML:
            from faq.documents.html_pages import read_html

            found = read_html(reading.name, text_of(reading.name, content), source_url=reading.source_url)
        case Format.PDF:
            from faq.documents.pdf_files import read_pdf

            found = read_pdf(reading.name, content, skip_scanned=reading.skip_scanned)
        case Format.WORD:
            from faq.documents.word_files import read_word

            found = read_word(reading.name, content)
        case Format.SLIDES:
            from faq.documents.slides import read_slides

            found = read_slides(reading.name, content, skip_scanned=reading.skip_scanned)
        case Format.WORKBOOK:
            from faq.documents.workbooks import read_workbook

            found = read_workbook(reading.name, content)
    return _written(found)


def _written(found: Found) -> tuple[str, str, tuple[str, ...], Mapping[str, str]]:
    return found.title, to_markdown(found.blocks), tuple(found.warnings), found.head
