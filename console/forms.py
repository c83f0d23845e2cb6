"""The base of forms: every field is text, so that what was typed can always be shown again."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, model_validator

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""PostgreSQL refuses the first of them, and nobody means the others."""


def clean(text: str) -> str:
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


async def posted_fields(request: Request) -> Mapping[str, str]:
    """Of a form whose fields are only known when it is read: names and texts; files are left out."""
    form = await request.form()
    return {name: clean(value) for name, value in form.items() if isinstance(value, str)}


Posted = Annotated[Mapping[str, str], Depends(posted_fields)]


class TextForm(BaseModel):
    """Fields that are missing are empty; unknown ones are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _as_text(cls, raw: Any) -> Any:  # Any: what pydantic gives and takes.
        return {name: clean(value) if isinstance(value, str) else "" for name, value in dict(raw).items()}
