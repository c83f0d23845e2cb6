"""The vector index: collections of Chroma, in process or on a server."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from core.errors import SettingsError
from retrieval.texts import say

Vectors = NDArray[np.float32]
WRITE_BATCH = 500
CONFIGURATION = {"hnsw": {"space": "ip", "ef_construction": 200, "ef_search": 150, "max_neighbors": 24}}
NOT_IN_NAME = re.compile(r"[^A-Za-z0-9.-]")
ESCAPED = re.compile(r"_([0-9a-f]+)_")
DEEPEST = 150
"""No query asks for more than Chroma's search breadth, `ef_search`."""


@dataclass(frozen=True, kw_only=True)
class ChromaPlace:
    """Where the vectors lie: on a server, in a folder, or, with neither, in memory."""

    url: str | None = None
    folder: Path | None = None

    @property
    def is_server(self) -> bool:
        """Several processes may ask it, so that its graph spares each of them the memory."""
        return self.url is not None


class VectorIndex:
    """A projection of SQL that may be thrown away at any time. Ids are chosen so that they name what is stored under them."""

    def __init__(self, place: ChromaPlace) -> None:
        self._client = _client(place)
        self.is_server = place.is_server
        # All in-memory clients of a process share one store.
        self._prefix = f"{uuid4().hex}." if place.url is None and place.folder is None else ""
        self._collections: dict[str, Any] = {}  # Any: Chroma's collection, imported late.

    def ids(self, name: str) -> set[str]:
        """All that a collection holds."""
        return set(self._ask(name, "get", include=[])["ids"])

    def put(self, name: str, vectors: Mapping[str, Vectors]) -> None:
        """Adds or replaces."""
        ids = list(vectors)
        for start in range(0, len(ids), WRITE_BATCH):
            part = ids[start : start + WRITE_BATCH]
            rows = np.stack([vectors[key] for key in part])
            self._ask(name, "upsert", ids=part, embeddings=rows)

    def delete(self, name: str, ids: Iterable[str]) -> None:
        """Ids that are not there are left alone."""
        wanted = list(ids)
        for start in range(0, len(wanted), WRITE_BATCH):
            self._ask(name, "delete", ids=wanted[start : start + WRITE_BATCH])

    def vectors(self, name: str, ids: Sequence[str]) -> dict[str, Vectors]:
        """Those of the ids that are there."""
        found: dict[str, Vectors] = {}
        for start in range(0, len(ids), WRITE_BATCH):
            answer = self._ask(name, "get", ids=list(ids[start : start + WRITE_BATCH]), include=["embeddings"])
            found.update(zip(answer["ids"], np.asarray(answer["embeddings"], dtype=np.float32), strict=True))
        return found

    def nearest(self, name: str, queries: Sequence[Vectors], count: int) -> list[list[tuple[str, float]]]:
        """For each query ids with their dot product, the greatest first."""
        answer = self._ask(name, "query", query_embeddings=list(queries), n_results=min(count, DEEPEST), include=["distances"])
        return [
            [(key, 1.0 - distance) for key, distance in zip(ids, distances, strict=True)]
            for ids, distances in zip(answer["ids"], answer["distances"], strict=True)
        ]

    def drop(self, name: str) -> None:
        """Forgets a collection with all it holds."""
        self._collections.pop(name, None)
        if name in self.names():
            self._client.delete_collection(self._prefix + escape(name))

    def empty(self, name: str) -> None:
        """Leaves a collection without anything in it."""
        self.drop(name)
        self._collection(name)

    def names(self) -> set[str]:
        """Of all collections, also of those that this version of the project would not make."""
        names = (collection.name for collection in self._client.list_collections())
        return {unescape(name.removeprefix(self._prefix)) for name in names if name.startswith(self._prefix)}

    def _ask(self, name: str, verb: str, **arguments: Any) -> Any:  # Any: Chroma's collection and answers, imported late.
        """Another process may rebuild an index on the server: a collection that is gone is looked up once more."""
        from chromadb.errors import NotFoundError

        try:
            return getattr(self._collection(name), verb)(**arguments)
        except NotFoundError:
            self._collections.pop(name, None)
            return getattr(self._collection(name), verb)(**arguments)

    def _collection(self, name: str) -> Any:  # Any: Chroma's collection, imported late.
        if name not in self._collections:
            self._collections[name] = self._client.get_or_create_collection(
                self._prefix + escape(name), embedding_function=None, configuration=CONFIGURATION
            )
        return self._collections[name]


def escape(name: str) -> str:
    """With nothing but the characters that Chroma takes in the name of a collection."""
    return NOT_IN_NAME.sub(lambda match: f"_{ord(match[0]):x}_", name)


def unescape(name: str) -> str:
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), name)


def _client(place: ChromaPlace) -> Any:  # Any: Chroma is imported late.
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if place.url is not None:
        address = urlsplit(place.url)
        try:
            return chromadb.HttpClient(
                host=address.hostname or "localhost",
                port=address.port or (443 if address.scheme == "https" else 80),
                ssl=address.scheme == "https",
                settings=settings,
            )
        except ValueError as error:
            raise SettingsError(say("index.no_server", url=place.url)) from error
    if place.folder is not None:
        place.folder.mkdir(parents=True, exist_ok=True)
        return chromadb.PersistentClient(str(place.folder), settings=settings)
    return chromadb.EphemeralClient(settings=settings)
