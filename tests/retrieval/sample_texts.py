"""The sample city's published words as answers give them, read from its files without a database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from core.pack_loading import CONTENT, load_pack
from core.yaml_text import read_yaml
from retrieval.chunking import guide_sections, section_title
from retrieval.plain_text import plain

MOMENT = datetime(2026, 11, 24, 3, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An answer, and the passage that it was taken from."""

    entry_id: str
    answer: str
    source: str


@cache
def samples() -> tuple[Sample, ...]:
    """FAQ answers and sections of guides, values filled in."""
    return (*_entries(), *_guides())


@cache
def translations() -> tuple[tuple[str, str, str, str], ...]:
    """(entry, language, translation, original), values filled in."""
    fill = load_pack("shiomi").values.fill
    return tuple(
        (
            entry["id"],
            language,
            fill(f"{text['question']}\n{text['answer']}", MOMENT),
            fill(f"{entry['question']}\n{entry['answer']}", MOMENT),
        )
        for entry in _read_entries()
        for language, text in (entry.get("translations") or {}).items()
    )


def _entries() -> Iterator[Sample]:
    fill = load_pack("shiomi").values.fill
    for entry in _read_entries():
        link = f"\nくわしくは {entry['source_url']} をご覧ください。" if entry.get("source_url") else ""
        answer = fill(entry["answer"], MOMENT).strip() + link
        yield Sample(entry_id=entry["id"], answer=answer, source=f"{fill(entry['question'], MOMENT)}\n{answer}")


def _read_entries() -> Iterator[dict]:  # type: ignore[type-arg]
    for path in sorted((CONTENT / "shiomi" / "entries").glob("*.yaml")):
        yield from read_yaml(path.read_text(encoding="utf-8"))["entries"]


def _guides() -> Iterator[Sample]:
    fill = load_pack("shiomi").values.fill
    for path in sorted((CONTENT / "shiomi" / "guides").glob("*.md")):
        head, body = path.read_text(encoding="utf-8").split("---", 2)[1:]
        about = read_yaml(head)
        for section in guide_sections(body):
            text = fill(section.body, MOMENT)
            yield Sample(entry_id=about["id"], answer=plain(text), source=f"{section_title(about['title'], section)}\n{text}")
