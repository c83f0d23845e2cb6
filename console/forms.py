"""The base of forms: every field is text, so that what was typed can always be shown again."""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""PostgreSQL refuses the first of them, and nobody means the others."""


def clean(text: str) -> str:
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


class TextForm(BaseModel):
    """Fields that are missing are empty; unknown ones are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _as_text(cls, raw: Any) -> Any:  # Any: what pydantic gives and takes.
        return {name: clean(value) if isinstance(value, str) else "" for name, value in dict(raw).items()}
