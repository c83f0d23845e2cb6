"""What typed words mean besides an answer: a command, a correction, a question. Pure."""

import re
import unicodedata

from procedures.facts import Facts
from procedures.fields.base import Field
from procedures.fields.choosing import is_among
from procedures.progress import Progress
from procedures.said import Chose, Command, Confirmed, Gave, Said, Words

LONGEST_QUESTION = 60
"""Characters: in a field of free words what is longer is the answer, not a question."""
KEEP = "keep"


def as_button(progress: Progress, said: Words) -> Said:
    """A command that was typed; labels of the question itself come first."""
    words = progress.facts.locality.words
    for command in Command:
        if is_among(getattr(words, command.value), said.text):
            return Gave(command=command)
    if progress.pending is None and is_among((*words.confirm, *words.confirm_and_keep, *progress.known.labels("send_label")), said.text):
        return Confirmed(fingerprint=progress.fingerprint(), keeps=is_among(words.confirm_and_keep, said.text))
    return said


def named_to_correct(progress: Progress, text: str) -> list[Field]:
    """Answers that the words name to be corrected, by the whole label or by a part of it: 「住所を変えたい」."""
    flat = unicodedata.normalize("NFKC", text)
    whole = [field for field in progress.editable() if field.label and field.label in flat]
    return whole or asked_to_correct(progress, text)


def asked_to_correct(progress: Progress, text: str) -> list[Field]:
    """Answers of whose labels the words name a part and say that they shall change."""
    flat = unicodedata.normalize("NFKC", text)
    shapes = (re.fullmatch(shape, flat) for shape in progress.facts.locality.words.edit_shapes)
    parts = [match["what"] for match in shapes if match is not None]
    return [field for field in progress.editable() if any(part in field.label for part in parts)]


def keeps_answer(progress: Progress, said: Said) -> bool:
    """Whether the answer that is asked anew shall stay as it is."""
    words = progress.facts.locality.words
    return (isinstance(said, Chose) and said.value == KEEP) or (isinstance(said, Words) and is_among(words.keep, said.text))


def asks_something(facts: Facts, text: str) -> bool:
    flat = unicodedata.normalize("NFKC", text).lower()
    return any(re.search(shape, flat) for shape in facts.locality.words.question_shapes)


def is_question(progress: Progress, field: Field, text: str) -> bool:
    """In a field of free words only what is short and asks; elsewhere whatever asks and is not simply the label of a choice."""
    if not asks_something(progress.facts, text):
        return False
    if field.is_free_text:
        return len(text) <= LONGEST_QUESTION
    return not field.is_exactly(text, progress.asking(field))
