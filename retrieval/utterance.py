"""Whether words want anything of a municipality: a question and a matter that is told do, talk does not. Pure; the patterns are data."""

import re
from functools import cache
from pathlib import Path

import yaml

from core.text import squeeze

PATTERNS = Path(__file__).parent / "data" / "utterances.yaml"
APOSTROPHES = str.maketrans("", "", "'’")


def is_talk(text: str) -> bool:
    """「今日は寒いね」 and 「ありがとう助かりました」, but neither 「引っ越しました」 nor 「寒いので手当はありますか」."""
    return _talk().fullmatch(squeeze(text).translate(APOSTROPHES)) is not None


@cache
def _talk() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in yaml.safe_load(PATTERNS.read_text(encoding="utf-8"))["talk"]))
