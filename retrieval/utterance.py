"""Whether words want anything of a municipality: a question and a matter that is told do, talk does not. Pure; the patterns are data."""

import re
from functools import cache
from pathlib import Path

from core.text import squeeze
from core.yaml_text import read_yaml

PATTERNS = Path(__file__).parent / "data" / "utterances.yaml"
LONGEST = 80
APOSTROPHES = str.maketrans("", "", "'’")


def is_talk(text: str) -> bool:
    """「今日は寒いね」 and 「ありがとう助かりました」, but neither 「引っ越しました」 nor 「寒いので手当はありますか」."""
    return len(text) <= LONGEST and _talk().fullmatch(squeeze(text).translate(APOSTROPHES)) is not None


@cache
def _talk() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in read_yaml(PATTERNS.read_text(encoding="utf-8"))["talk"]))
