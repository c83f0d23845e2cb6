"""A model on an OpenAI-compatible server, over real HTTP, with all that such a server may do wrong."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from core.database import Database
from core.errors import ModelUnavailableError, SettingsError
from core.settings import SearchMode, Settings, read_settings
from retrieval import embedding
from retrieval.embedding import RemoteEmbedder, models_of
from retrieval.index import ChromaPlace
from retrieval.modes import missing_package, mode_of
from retrieval.search import Search, load_models
from retrieval.synonyms import Synonyms
from tests.retrieval.conftest import ENTRIES, NOON, faq, fill, publish
from tests.retrieval.fake_models import FakeEmbedder


class EmbeddingServer(ThreadingHTTPServer):
    """Answers `POST /v1/embeddings`; `behaviour` says how."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviour = "well"
        self.requests: list[tuple[str, dict[str, object]]] = []
        self.stop_waiting = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: EmbeddingServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.headers["Authorization"], body))
        model = FakeEmbedder()
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        rows = [model._vector(text).tolist() for text in texts]
        answer: object = {"object": "list", "model": body["model"], "usage": {"prompt_tokens": 1, "total_tokens": 1}}
        match self.server.behaviour:
            case "slow":
                self.server.stop_waiting.wait(10)
            case "few":
                rows = rows[1:]
            case "uneven":
                rows = [row[: 10 + place] for place, row in enumerate([*rows, rows[0]])]
            case "other":
                answer = {"error": "what?"}
        if self.server.behaviour != "other":
            answer = {**answer, "data": [{"object": "embedding", "index": place, "embedding": row} for place, row in enumerate(rows)]}  # type: ignore[dict-item]
        content = b"<html>" if self.server.behaviour == "page" else json.dumps(answer).encode()
        self.send_response(500 if self.server.behaviour == "broken" else 401 if self.server.behaviour == "refused" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    found = EmbeddingServer()
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield found
    found.stop_waiting.set()
    found.shutdown()
    thread.join()
    found.server_close()


def settings_for(server: EmbeddingServer, **others: object) -> Settings:
    return Settings(embedding_model="maker/model_1", embedding_url=server.url, embedding_key="secret", **others)  # type: ignore[arg-type]


def test_texts_become_vectors_of_unit_length(server: EmbeddingServer) -> None:
    embedder = RemoteEmbedder("maker/model_1", server.url, "secret")
    passages = embedder.passages(["犬の登録", "水道の使用"] * 10)
    np.testing.assert_allclose(np.linalg.norm(passages, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(embedder.query("犬の登録"), passages[0], atol=1e-6)
    assert len(passages) == 20
    assert embedder.name == "api:maker/model_1"
    assert {key for key, _ in server.requests} == {"Bearer secret"}
    assert {body["model"] for _, body in server.requests} == {"maker/model_1"}
    assert embedder.embed_query("犬") == pytest.approx(embedder.embed_documents(["犬"])[0])


@pytest.mark.parametrize("behaviour", ["slow", "few", "uneven", "other", "page", "broken", "refused"])
def test_whatever_the_server_does_wrong_is_one_error(server: EmbeddingServer, behaviour: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "QUERY_SECONDS", 0.2)
    embedder = RemoteEmbedder("m", server.url, None)
    assert len(embedder.query("犬")) > 0
    server.behaviour = behaviour
    ask = partial(embedder.passages, ["だれにも", "見せない"]) if behaviour == "uneven" else partial(embedder.query, "だれにも見せない")
    with pytest.raises(ModelUnavailableError) as raised:
        ask()
    assert "だれ" not in str(raised.value)


def test_a_server_that_is_not_there_is_the_same_error() -> None:
    with pytest.raises(ModelUnavailableError):
        RemoteEmbedder("m", "http://127.0.0.1:9/v1", None).query("犬")


def test_a_search_uses_the_model_of_the_settings_and_goes_on_without_it(database: Database, server: EmbeddingServer) -> None:
    for entry_id, entry in ENTRIES.items():
        publish(database, "midori", entry_id, faq(*entry))
    settings = settings_for(server)
    mode = mode_of(settings)
    search = Search(
        database,
        mode=mode,
        chroma=ChromaPlace(),
        synonyms=lambda _: Synonyms(),
        fill=fill,
        models=lambda: load_models(settings, mode),
    )
    server.behaviour = "broken"
    search.warm(is_complete=False)
    assert search.search("midori", "犬の登録", moment=NOON).mode is SearchMode.LIGHT
    server.behaviour = "well"
    search.settle()
    found = search.search("midori", "犬の登録", moment=NOON)
    assert (found.mode, found.hits[0].entry_id) == (SearchMode.FULL, "dog")
    assert {name for name in search._tools.index.names() if "api:" in name} == {
        "midori.api:maker/model_1.question",
        "midori.api:maker/model_1.answer",
    }
    server.behaviour = "refused"
    without = search.search("midori", "犬を登録したい", moment=NOON)
    assert (without.mode, without.hits[0].entry_id) == (SearchMode.LIGHT, "dog")


def test_the_settings_choose_mode_and_models(server: EmbeddingServer) -> None:
    assert mode_of(settings_for(server)) is SearchMode.FULL
    assert mode_of(settings_for(server, search_mode=SearchMode.LIGHT)) is SearchMode.LIGHT
    assert missing_package(settings_for(server)) is None
    models = models_of(settings_for(server), SearchMode.FULL)
    assert models.large is not None
    assert models.large.name == "api:maker/model_1"
    former = models.former("api:maker/older")
    assert former is not None
    assert len(former.query("犬")) > 0
    assert server.requests[-1][1]["model"] == "maker/older"
    assert models.former("nobody-knows-it") is None
    assert models_of(settings_for(server), SearchMode.LIGHT).large is None


@pytest.mark.parametrize(("name", "value"), [("embedding_url", "example.jp/v1"), ("embedding_model", "m" * 61)])
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name.upper()):
        read_settings(**{name: value})
