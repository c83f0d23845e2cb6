"""The Markdown of a guide as HTML that is safe to show: its parts with their ids, and where they stand in the source."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup, escape

from faq.texts import say
from retrieval.guide_format import guide_parts, section_id


@dataclass(frozen=True, kw_only=True)
class ShownRun:
    """Text of one page of the source; `place` is set where that page begins."""

    place: str
    html: Markup


@dataclass(frozen=True, kw_only=True)
class ShownPart:
    """A heading with its text. `level` is that of the page's headings: 2 and deeper."""

    id: str
    level: int
    title: str
    runs: tuple[ShownRun, ...]


def shown_parts(markdown: str) -> tuple[ShownPart, ...]:
    """In order; the beginning without a heading is left out where it is empty. `markdown` holds no placeholders any more."""
    parts: list[ShownPart] = []
    before = ""
    for part in guide_parts(markdown):
        runs: list[ShownRun] = []
        for run in part.runs:
            runs.append(ShownRun(place=run.place if run.place != before else "", html=to_html(run.text)))
            before = run.place
        if part.number or runs:
            parts.append(ShownPart(id=section_id(part.number), level=min(max(part.level, 2), 6), title=part.title, runs=tuple(runs)))
    return tuple(parts)


def to_html(markdown: str) -> Markup:
    """Whatever tags stand in it are shown as text; links to scripts are no links."""
    return Markup(_markdown().render(markdown))  # noqa: S704  # markdown-it escapes all text, and HTML in the source is off.


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("image")
    reader.add_render_rule("table_open", _open_table)
    reader.add_render_rule("table_close", _close_table)
    reader.add_render_rule("link_open", _open_link)
    return reader


# Any: the rest of what markdown-it hands to every rule.
def _open_table(_self: RendererHTML, _tokens: Sequence[Token], _place: int, _options: OptionsDict, _env: Any) -> str:
    return f'<div class="table" role="region" aria-label="{escape(say("guides.table"))}" tabindex="0"><table>\n'


def _close_table(_self: RendererHTML, _tokens: Sequence[Token], _place: int, _options: OptionsDict, _env: Any) -> str:
    return "</table></div>\n"


def _open_link(self: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: Any) -> str:
    tokens[place].attrSet("rel", "noopener noreferrer")
    return self.renderToken(tokens, place, options, env)
