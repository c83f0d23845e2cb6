"""Whether a text tries to give the counter other orders instead of asking it something. Pure; the patterns are data."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.text import normalise, squeeze
from core.yaml_text import read_yaml

PATTERNS = Path(__file__).parent / "data" / "injection.yaml"


@dataclass(frozen=True, kw_only=True)
class _Patterns:
    anywhere: re.Pattern[str]
    squeezed: re.Pattern[str]
    unless: re.Pattern[str]


def is_injection(text: str) -> bool:
    """Hidden characters, other widths and spaces between the letters change nothing."""
    patterns = _patterns()
    flat = normalise(text).replace("\n", " ")
    if patterns.unless.search(flat):
        flat = patterns.unless.sub(" ", flat)
    return bool(patterns.anywhere.search(flat) or patterns.squeezed.search(squeeze(flat)))


@cache
def _patterns() -> _Patterns:
    stored = read_yaml(PATTERNS.read_text(encoding="utf-8"))
    return _Patterns(
        **{name: re.compile("|".join(f"(?:{pattern})" for pattern in stored[name])) for name in ("anywhere", "squeezed", "unless")}
    )
