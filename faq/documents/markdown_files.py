"""Markdown and plain text: taken over as they are, with what their front matter says of the guide."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

import yaml

from core.yaml_text import read_yaml
from faq.documents.limits import refuse
from faq.texts import say
from retrieval.guide_format import FENCE, HEADING, PLACE

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
HEAD_LIMIT = 10_000
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
UNDERLINED = re.compile(r"^(?=\S)(?![#>|*\-+]|\d+\. )(.+)\n(=+|-{2,})[ \t]*$", re.MULTILINE)
KEYS = (
    "id", "title", "category", "department", "phrasings", "source_url", "checked_on", "related", "valid_from", "valid_until",
)  # fmt: skip
TITLE_LONGEST = 60


@dataclass(frozen=True, kw_only=True)
class FoundText:
    """Like `blocks.Found`, with the body as Markdown already."""

    title: str
    body: str
    warnings: tuple[str, ...]
    head: Mapping[str, str]


def read_markdown(name: str, text: str) -> FoundText:
    """Raises ImportRefusedError for front matter that is no YAML."""
    match = FRONT_MATTER.match(text)
    head, warnings = _head(name, match[1]) if match else ({}, ())
    body = text[match.end() :] if match else text
    body = _outside_code(body)
    title = head.pop("title", "")
    first = next((line for line in body.split("\n") if line.strip()), "")
    heading = HEADING.match(first)
    if heading and len(heading[1]) == 1:
        title, body = title or heading[2], body.replace(first, "", 1)
    elif not title and PurePath(name).suffix.lower() == ".txt" and len(first) <= TITLE_LONGEST and not first.rstrip().endswith("。"):
        title, body = first.strip(), body.replace(first, "", 1)
    return FoundText(title=title, body=body.strip(), warnings=warnings, head=head)


def _head(name: str, text: str) -> tuple[dict[str, str], tuple[str, ...]]:
    # Aliases can make a small file enormous; no guide needs them.
    if len(text) > HEAD_LIMIT or re.search(r"(?m)[:\-\[,]\s+[&*]\w", text):
        raise refuse("front_matter", name=name, line=1)
    try:
        raw = read_yaml(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise refuse("front_matter", name=name, line=mark.line + 2 if mark else 1) from None
    if not isinstance(raw, dict):
        raise refuse("front_matter", name=name, line=2)
    unknown = [str(key) for key in raw if key not in KEYS]
    warnings = (say("document.warning.keys", keys="、".join(unknown)),) if unknown else ()
    return {key: _as_text(raw[key]) for key in KEYS if raw.get(key) not in (None, "", [])}, warnings


def _as_text(value: object) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _outside_code(text: str) -> str:
    """Underlined headings get their marks, comments go; code keeps all."""
    parts: list[str] = []
    lines: list[str] = []
    is_code = False
    for line in text.split("\n"):
        if FENCE.match(line):
            if not is_code:
                parts.append(_tidy("\n".join(lines)))
                lines = [line]
            else:
                parts.append("\n".join([*lines, line]))
                lines = []
            is_code = not is_code
        else:
            lines.append(line)
    parts.append("\n".join(lines) if is_code else _tidy("\n".join(lines)))
    return "\n".join(part for part in parts if part)


def _tidy(text: str) -> str:
    kept = COMMENT.sub(lambda match: match.group() if PLACE.match(match.group()) else "", text)
    return UNDERLINED.sub(lambda match: f"{'#' if match[2].startswith('=') else '##'} {match[1].strip()}", kept)
