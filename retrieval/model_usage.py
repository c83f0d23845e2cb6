"""Counting what the language model costs a municipality in a month."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.bulk import bulk_insert
from core.clock import in_japan
from core.database import Base
from retrieval.models import ModelUsage


def month_of(moment: datetime) -> str:
    """The month in Japan, as 2026-11."""
    return in_japan(moment).strftime("%Y-%m")


def count_usage(session: Session, municipality_id: str, month: str, *, prompt_tokens: int, completion_tokens: int) -> None:
    """Adds one call. Two processes may count at once: the row is made where it is missing, and then added to in the database."""
    key = ("municipality_id", "month")
    row = (municipality_id, month, 0, 0, 0)
    table = Base.metadata.tables["model_usage"]
    bulk_insert(session, table, (*key, "calls", "prompt_tokens", "completion_tokens"), (row,), unique=key)
    session.execute(
        update(ModelUsage)
        .where(ModelUsage.municipality_id == municipality_id, ModelUsage.month == month)
        .values(
            calls=ModelUsage.calls + 1,
            prompt_tokens=ModelUsage.prompt_tokens + prompt_tokens,
            completion_tokens=ModelUsage.completion_tokens + completion_tokens,
        )
    )
