"""A passage as the keyword index and the lexicon take it: cut into words once, kept in SQL."""

import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from sys import intern

import orjson
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.database import Database
from retrieval import queries
from retrieval.fields import keyword_weights, plain, questions_of
from retrieval.lexicon import names_in
from retrieval.models import StoredWords
from retrieval.passages import Passage
from retrieval.tokens import forms, tokens
from retrieval.vectors import text_hash

RULES = 1
"""To be raised with every change of what makes a document of a passage, so that what was kept before is not taken for it."""
PACKAGES = ("sudachipy", "sudachidict-core")
INSERT_BATCH = 200


@dataclass(frozen=True, kw_only=True)
class Document:
    """The words of a passage."""

    weights: Mapping[str, float]
    length: float
    """May differ from the sum of the weights."""
    wordings: Sequence[tuple[str, ...]]
    """Of its question and each of its phrasings, every word once."""
    names: Mapping[tuple[str, str], int]
    """How often a name stands in these, as (reading, spelling)."""


def documents_of(database: Database, passages: Sequence[Passage]) -> Mapping[int, Document]:
    """By the id of the passage. What was never cut into words before is stored, with no transaction open meanwhile."""
    keys = {passage.id: _key(passage) for passage in passages}
    with database.reading() as session:
        stored = queries.stored_words(session, list(keys.values()))
    found = {passage.id: _unpack(stored[keys[passage.id]]) for passage in passages if keys[passage.id] in stored}
    made = {passage.id: document_of(passage) for passage in passages if passage.id not in found}
    if made:
        with database.transaction() as session:
            _store(session, {keys[passage_id]: _pack(document) for passage_id, document in made.items()})
    return {**found, **made}


def document_of(passage: Passage) -> Document:
    asked = tokens(passage.question)
    own = {"question": Counter(token.form for token in asked), "body": Counter(forms(plain(passage.body)))}
    weights = keyword_weights(own)
    length = sum(weights.values())
    # Other wordings help to find a passage, and must not make it look longer than its neighbours.
    for text in questions_of(passage)[1:]:
        for form, weight in keyword_weights({"question": Counter(forms(text))}).items():
            weights[form] = max(weights.get(form, 0.0), weight)
    questions = [asked, *map(tokens, passage.phrasings)]
    wordings = tuple(tuple(dict.fromkeys(token.form for token in words)) for words in questions)
    return Document(weights=weights, length=length, wordings=wordings, names=names_in(questions))


def _key(passage: Passage) -> str:
    texts = [passage.question, passage.body, *passage.phrasings, "", *questions_of(passage)[1:]]
    return text_hash("\0".join([_rules(), *texts]))


@cache
def _rules() -> str:
    return " ".join([str(RULES), *map(version, PACKAGES)])


def _pack(document: Document) -> bytes:
    names = [[reading, spelling, count] for (reading, spelling), count in document.names.items()]
    return zlib.compress(orjson.dumps([document.weights, document.length, document.wordings, names]))


def _unpack(value: bytes) -> Document:
    weights, length, wordings, names = orjson.loads(zlib.decompress(value))
    return Document(
        weights=weights,
        length=length,
        wordings=tuple(tuple(map(intern, words)) for words in wordings),
        names={(reading, spelling): count for reading, spelling, count in names},
    )


def _store(session: Session, packed: Mapping[str, bytes]) -> None:
    """Those that another process stored meanwhile are left alone."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for rows in _batches([{"text_hash": key, "words": value} for key, value in packed.items()]):
        session.execute(insert(StoredWords).values(rows).on_conflict_do_nothing())


def _batches(rows: Sequence[Mapping[str, object]]) -> Iterator[Sequence[Mapping[str, object]]]:
    for start in range(0, len(rows), INSERT_BATCH):
        yield rows[start : start + INSERT_BATCH]
