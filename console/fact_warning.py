"""Which figures of a reply stand in nothing that was published or said: pointed out to whoever writes, never blocked. Pure."""

from collections.abc import Iterable

from retrieval.facts import FactKind, facts_of, find_facts, readable

NAMES = frozenset({FactKind.OFFICE, FactKind.FORM, FactKind.RANGE})
"""Names are no figures, and both ends of a range are looked at by themselves."""
MOST = 8


def unsupported_figures(text: str, sources: Iterable[str]) -> tuple[str, ...]:
    """Figures, dates, times, numbers to call and addresses as they are written, each once, in their order."""
    known = {fact for source in sources for fact in facts_of(source)}
    written = readable(text)
    missing = (
        written[found.start : found.end].strip() for found in find_facts(text) if found.fact.kind not in NAMES and found.fact not in known
    )
    return tuple(dict.fromkeys(missing))[:MOST]
