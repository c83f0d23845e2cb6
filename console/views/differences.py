"""What changed between two versions of a text, piece by piece. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

PIECE = re.compile(r"[^。、！？\n]*[。、！？\n]|[^。、！？\n]+")
"""A clause; Japanese has no spaces to cut at, and single characters make unreadable differences."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """`kind` is same, gone or new."""

    kind: str
    text: str


def differences(before: str, after: str) -> tuple[Piece, ...]:
    return tuple(_pieces(PIECE.findall(before), PIECE.findall(after)))


def _pieces(before: list[str], after: list[str]) -> Iterator[Piece]:
    for tag, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece(kind="same", text="".join(before[start:end]))
            continue
        if start < end:
            yield Piece(kind="gone", text="".join(before[start:end]))
        if new_start < new_end:
            yield Piece(kind="new", text="".join(after[new_start:new_end]))
