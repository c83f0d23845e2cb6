"""Searches over collections with judged questions, and over drawn parts of them, for whoever fits a model."""

import random
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from core.database import Base, Database
from core.models import Municipality
from core.settings import SearchMode
from retrieval.index import ChromaPlace
from retrieval.judged import Judged
from retrieval.models import PassageKind
from retrieval.passages import NewPassage, replace_passages
from retrieval.search import Search
from retrieval.synonyms import pack_synonyms
from retrieval.vectors import import_vectors

MOMENT = datetime(2026, 1, 15, 3, tzinfo=UTC)
WHOLE = "whole"
PARTS = {"part-100-a": 100, "part-200-a": 200, "part-600": 600}
CONTENT = Path(__file__).parent.parent / "content"


@contextmanager
def search_over(judged: Judged, mode: SearchMode, collections: Mapping[str, set[str]], vectors: str | None) -> Iterator[Search]:
    """A warm search in which each collection is a municipality; `vectors` is a folder with a vectors.npz that spares the embedding."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/fit.sqlite")
        Base.metadata.create_all(database.engine)
        if vectors is not None:
            import_vectors(database, Path(vectors))
        for name, members in collections.items():
            with database.transaction() as session:
                session.add(Municipality(id=name, name=judged.name, created_at=MOMENT))
                session.flush()
                for entry_id in sorted(members):
                    question, answer = judged.entries[entry_id]
                    replace_passages(session, name, entry_id, [NewPassage(kind=PassageKind.FAQ, question=question, body=answer)])
        search = Search(database, mode=mode, chroma=ChromaPlace(), synonyms=pack_synonyms(CONTENT), fill=lambda _id, text, _moment: text)
        search.warm()
        yield search
        database.close()


def parts_of(judged: Judged) -> Iterator[tuple[str, set[str]]]:
    """Half of a part is what people ask for, as it would be in a small municipality."""
    draw = random.Random(5)
    for name, size in PARTS.items():
        asked = draw.sample(sorted(judged.questions), len(judged.questions) // 2)
        wanted = [entry_id for key in asked for entry_id in judged.judgements[key]]
        draw.shuffle(wanted)
        yield name, set(draw.sample(sorted(judged.entries), size // 2)) | set(wanted[: size // 2])
