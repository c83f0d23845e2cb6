"""What the language model is told, from retrieval/prompts/, and the data behind it as one JSON text that nothing can break out of."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

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
    return PromptFile.model_validate(yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))
