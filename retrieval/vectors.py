"""Vectors of texts: computed once, kept in SQL, and shipped with a pack."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.database import Database
from retrieval import queries
from retrieval.models import StoredVector

if TYPE_CHECKING:
    from retrieval.embedding import Embedder

Vectors = NDArray[np.float32]
FILE = "vectors.npz"
BATCH = 64
INSERT_BATCH = 200


def text_hash(text: str) -> str:
    """Names a text that was or will be embedded."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def known_vectors(database: Database, model: str, texts: Sequence[str]) -> Mapping[str, Vectors]:
    """Those that are stored, by the hash of their text; nothing is computed."""
    with database.reading() as session:
        return {key: unpack(value) for key, value in queries.stored_vectors(session, model, list(map(text_hash, texts))).items()}


def vectors_of(database: Database, embedder: "Embedder", texts: Sequence[str]) -> Mapping[str, Vectors]:
    """Vector of each text by its hash. What is missing is computed in batches, with no transaction open, and stored."""
    by_hash = {text_hash(text): text for text in texts}
    found = dict(known_vectors(database, embedder.name, list(by_hash.values())))
    # Shorter texts first: a batch costs as much as its longest text.
    missing = sorted((key for key in by_hash if key not in found), key=lambda key: len(by_hash[key]))
    for start in range(0, len(missing), BATCH):
        keys = missing[start : start + BATCH]
        packed = {key: pack(vector) for key, vector in zip(keys, embedder.passages([by_hash[key] for key in keys]), strict=True)}
        with database.transaction() as session:
            store(session, embedder.name, packed)
        found.update({key: unpack(value) for key, value in packed.items()})
    return found


def pack(vector: Vectors) -> bytes:
    """Half precision is enough: it moves a similarity by less than a thousandth."""
    return vector.astype("<f2").tobytes()


def unpack(value: bytes) -> Vectors:
    return np.frombuffer(value, dtype="<f2").astype(np.float32)


def store(session: Session, model: str, packed: Mapping[str, bytes]) -> None:
    """Those that another process stored meanwhile are left alone."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [{"model": model, "text_hash": key, "vector": value} for key, value in packed.items()]
    for start in range(0, len(rows), INSERT_BATCH):
        session.execute(insert(StoredVector).values(rows[start : start + INSERT_BATCH]).on_conflict_do_nothing())


def export_vectors(database: Database, folder: Path) -> int:
    """Writes all stored vectors to `vectors.npz` in the folder and returns how many."""
    with database.reading() as session:
        rows = queries.all_stored_vectors(session)
    arrays: dict[str, NDArray[np.generic]] = {}
    for model in sorted({row.model for row in rows}):
        own = sorted((row for row in rows if row.model == model), key=lambda row: row.text_hash)
        arrays[f"{model}/hashes"] = np.array([bytes.fromhex(row.text_hash) for row in own], dtype="S16")
        arrays[f"{model}/vectors"] = np.stack([np.frombuffer(row.vector, dtype="<f2") for row in own])
    with (folder / FILE).open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # its stub takes a flag among the names
    return len(rows)


def import_vectors(database: Database, folder: Path) -> int:
    """Stores what `vectors.npz` of this folder holds and is not stored yet; returns how many the file holds."""
    path = folder / FILE
    if not path.exists():
        return 0
    count = 0
    with np.load(path, allow_pickle=False) as arrays:
        for name in (name for name in arrays.files if name.endswith("/vectors")):
            model = name.removesuffix("/vectors")
            vectors = arrays[name]
            hashes = [bytes(key).ljust(16, b"\0").hex() for key in arrays[f"{model}/hashes"]]
            with database.transaction() as session:
                store(session, model, {key: vector.tobytes() for key, vector in zip(hashes, vectors, strict=True)})
            count += len(hashes)
    return count
