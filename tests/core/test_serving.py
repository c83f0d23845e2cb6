"""A server that stops does not wait for answers that would go on for ever."""

import asyncio
import socket
import threading

import httpx
import uvicorn

from core.doorway import Doorway, Receive, Scope, Send
from core.serving import server_for
from tests.patience import PATIENCE, soon


class Streaming:
    """Its answer ends when the product is told that the server stops."""

    def __init__(self) -> None:
        self.is_stopping = threading.Event()
        self.is_closed = False

    async def application(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not self.is_stopping.is_set():
            await send({"type": "http.response.body", "body": b": still here\n\n", "more_body": True})
            await asyncio.sleep(0.02)
        await send({"type": "http.response.body", "body": b"event: over\n\n"})

    def opened(self) -> None:
        pass

    def stopping(self) -> None:
        self.is_stopping.set()

    def close(self) -> None:
        self.is_closed = True


def test_open_streams_end_by_themselves_before_the_server_waits_for_them() -> None:
    product = Streaming()
    doorway = Doorway(lambda: product)
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = server_for(doorway, uvicorn.Config(doorway, log_config=None, lifespan="on", timeout_graceful_shutdown=30))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    soon(lambda: httpx.get(f"{url}/readyz", timeout=PATIENCE).status_code == 200)
    said = b""
    with httpx.stream("GET", f"{url}/stream", timeout=PATIENCE) as answer:
        for chunk in answer.iter_bytes():
            if not said:
                server.should_exit = True
            said += chunk
    assert said.endswith(b"event: over\n\n")
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert product.is_closed
