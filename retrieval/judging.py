"""Judged questions: writing them with personal data masked, forgetting them, and what a municipality wrote down as golden."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import regex
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.errors import PackError
from core.individual_number import mask_individual_numbers
from core.text import normalise
from core.yaml_text import read_yaml
from retrieval.models import JudgedQuestion

LONGEST = 500
MASK = "●"
PERSONAL = regex.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # Addresses of e-mail,
    r"|\+?\d[\d\s()-]{7,}\d"  # numbers of telephones, accounts and cards,
    r"|(?:\d+|[一二三四五六七八九十]+)(?:丁目|番地?|号)(?:[\d-]+(?:番地?|号)?)*"  # addresses of homes,
    r"|\p{Han}{1,4}(?=と申します|といいます|と言います)"  # and names with which people begin.
)
FILE = "golden.yaml"


class Origin(StrEnum):
    """Who judged."""

    FEEDBACK = "feedback"
    """A resident tapped 役に立った or 違う."""
    CORRECTION = "correction"
    """A resident said what was meant instead."""
    EDITOR = "editor"
    GOLDEN = "golden"
    """Stands in the pack, never in the table."""


class GoldenQuestion(BaseModel):
    """A question that must lead to one of these entries."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str
    entries: tuple[str, ...]


class GoldenFile(BaseModel):
    """golden.yaml of a pack."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    questions: tuple[GoldenQuestion, ...]


def masked(question: str) -> str:
    """In one form for comparing, without what tells who asked, and not longer than is kept."""
    return str(PERSONAL.sub(MASK, normalise(mask_individual_numbers(question)[0])))[:LONGEST]


def judge_entry(
    session: Session,
    municipality_id: str,
    question: str,
    entry_id: str,
    *,
    is_right: bool,
    origin: Origin,
    at: datetime,
    turn_uid: str | None = None,
    conversation_id: int | None = None,
) -> None:
    """Writes a verdict; an earlier one on the same turn and entry is replaced. A question without words is left out."""
    text = masked(question)
    if not any(character.isalnum() for character in text):
        return
    if turn_uid is not None:
        session.execute(
            delete(JudgedQuestion).where(
                JudgedQuestion.municipality_id == municipality_id,
                JudgedQuestion.turn_uid == turn_uid,
                JudgedQuestion.entry_id == entry_id,
            )
        )
    session.add(
        JudgedQuestion(
            municipality_id=municipality_id,
            question=text,
            entry_id=entry_id,
            is_right=is_right,
            origin=origin.value,
            turn_uid=turn_uid,
            conversation_id=conversation_id,
            at=at,
        )
    )


def forget_judged(session: Session, conversation_id: int, words: str) -> None:
    """Takes what a resident took back out of what was judged in that conversation."""
    text = masked(words)
    if text:
        session.execute(
            delete(JudgedQuestion).where(
                JudgedQuestion.conversation_id == conversation_id, JudgedQuestion.question.contains(text, autoescape=True)
            )
        )


def drop_judged(session: Session, municipality_id: str, *, before: datetime) -> None:
    """Of what residents judged; an editor's verdict is no resident's data."""
    session.execute(
        delete(JudgedQuestion).where(
            JudgedQuestion.municipality_id == municipality_id,
            JudgedQuestion.at < before,
            JudgedQuestion.origin != Origin.EDITOR,
        )
    )


def read_golden(folder: Path) -> Mapping[str, frozenset[str]]:
    """Question → right entries; empty without the file. Raises PackError for one that can't be read."""
    path = folder / FILE
    if not path.is_file():
        return {}
    try:
        loaded = GoldenFile.model_validate(read_yaml(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise PackError(f"{path}: {error}") from None
    return {golden.question: frozenset(golden.entries) for golden in loaded.questions}
