"""The Japanese words of texts.yaml, by key."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from core.sentences import fill_gaps, flatten


def say(key: str, /, **gaps: object) -> str:
    """Raises KeyError for a key that texts.yaml lacks, PackError for a gap that is not given."""
    return fill_gaps(_texts()[key], key, gaps)


@lru_cache(maxsize=1)
def _texts() -> Mapping[str, str]:
    return flatten(yaml.safe_load((Path(__file__).parent / "texts.yaml").read_text(encoding="utf-8")))
