"""A local server that speaks OpenAI's chat-completions protocol, and misbehaves as a test tells it to."""

import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
Behaviour = Callable[[BaseHTTPRequestHandler], None]


class OpenAIServer:
    """Takes one behaviour from the script per question, the last one again and again; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Json] = []
        self.other_paths: list[str] = []
        self.script: deque[Behaviour] = deque()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def will(self, *behaviours: Behaviour) -> None:
        self.script = deque(behaviours)

    @property
    def data(self) -> Json:
        """What stood in the last question's message of the user."""
        return json.loads(self.asked[-1]["messages"][-1]["content"])  # type: ignore[no-any-return]  # prompts are JSON objects

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.path != "/v1/chat/completions":
                    server.other_paths.append(self.path)
                    fails(404)(self)
                    return
                server.asked.append(json.loads(body) | {"authorization": self.headers["authorization"]})
                behaviour = server.script[0] if len(server.script) == 1 else server.script.popleft()
                try:
                    behaviour(self)
                except OSError:
                    self.close_connection = True  # The client has gone, as it should.

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler


@contextmanager
def openai_server() -> Iterator[OpenAIServer]:
    server = OpenAIServer()
    yield server
    server.stop()


def says(value: object, *, usage: tuple[int, int] | None = (100, 20), finish: str = "stop", refusal: str | None = None) -> Behaviour:
    """A proper completion whose content is the value as JSON, or the text as it is."""
    content = value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    message = {"role": "assistant", "content": content, "refusal": refusal}
    body: Json = {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": finish, "message": message}],
    }
    if usage is not None:
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return sends(200, json.dumps(body).encode())


def refuses() -> Behaviour:
    return says(None, refusal="I can't help with that.")


def fails(status: int) -> Behaviour:
    return sends(status, json.dumps({"error": {"message": "something of the server's", "type": "error", "code": None}}).encode())


def sends(status: int, body: bytes) -> Behaviour:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def waits(seconds: float, then: Behaviour) -> Behaviour:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        then(handler)

    return answer


def drips(seconds: float) -> Behaviour:
    """A byte now and then, so that no time-out between bytes ever strikes."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", "100000")
        handler.end_headers()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.02)
        handler.close_connection = True

    return answer


def breaks_off() -> Behaviour:
    """The half of a body, then nothing."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"choices": [{"index": 0, "message": {"content": "{')
        handler.close_connection = True

    return answer


def resets() -> Behaviour:
    """The connection is torn down without a word."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        handler.close_connection = True

    return answer


def answer_of(*sentences: tuple[str, list[int]], chosen: list[int] | None = None, cannot: bool = False) -> Json:
    """What a model answers that keeps to the form; the chosen passages are those that are cited, where nothing else is said."""
    cited = sorted({number for _, numbers in sentences for number in numbers})
    return {
        "cannot_answer": cannot,
        "chosen_passages": cited if chosen is None else chosen,
        "sentences": [{"text": text, "passage_numbers": numbers} for text, numbers in sentences],
    }
