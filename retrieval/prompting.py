"""What the language model is told, from retrieval/prompts/, and the data behind it as one JSON text that nothing can break out of."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from core.yaml_text import read_yaml

FOLDER = Path(__file__).parent / "prompts"


class PromptFile(BaseModel):
    """One file of prompts/."""

    model_config = ConfigDict(extra="forbid")

    system: str


def prompt(name: str, data: Mapping[str, object]) -> tuple[str, str]:
    """(rules, data): the rules are the file's, the data stand apart from them."""
    return _file(name).system, json.dumps(data, ensure_ascii=False)


@cache
def _file(name: str) -> PromptFile:
    return PromptFile.model_validate(read_yaml((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))
