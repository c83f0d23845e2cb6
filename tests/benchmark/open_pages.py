"""Event-stream clients as browsers are them, many in one process: what each was told, and when it came back after a cut."""

import asyncio
import contextlib
import json
import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any


@dataclass
class Client:
    """Keeps the newest look of each part, and the number up to which it was told."""

    port: int
    path: str
    cookie: str
    number: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    reloads: int = 0
    cuts: int = 0
    _task: "asyncio.Task[None] | None" = None

    def connect(self) -> None:
        self._task = asyncio.create_task(self._follow())

    async def cut(self) -> None:
        """The connection is lost, without a word."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self.cuts += 1

    async def _follow(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=4 * 1024 * 1024)
        told = f"last-event-id: {self.number}\r\n" if self.number else ""
        writer.write(f"GET {self.path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {self.cookie}\r\n{told}\r\n".encode())
        try:
            name, number = "", ""
            while line := await reader.readline():
                text = line.decode().rstrip("\r\n")
                if text.startswith("event: "):
                    name, number = text[7:], ""
                elif text.startswith("id: "):
                    number = text[4:]
                elif text.startswith("data: "):
                    self._take(name, number, json.loads(text[6:]))
        finally:
            writer.close()

    def _take(self, name: str, number: str, data: Any) -> None:  # Any: JSON.
        if name == "part":
            self.parts[data["part"]] = data["html"]
        elif name == "reload":
            self.reloads += 1
        self.number = number or self.number


@dataclass(frozen=True, kw_only=True)
class Account:
    """Somebody who is logged in."""

    cookie: str
    path: str


class Crowd:
    """The clients in a process of their own, so that they share no interpreter with the server or the browsers."""

    def __init__(self, port: int, accounts: Sequence[Account]) -> None:
        self._ours, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("fork").Process(target=_live, args=(theirs, port, accounts), daemon=True)
        self._process.start()

    def ask(self, what: str) -> Any:  # Any: see _live.
        self._ours.send(what)
        return self._ours.recv()

    def stop(self) -> None:
        self._ours.send("stop")
        self._process.join(10)


def _live(orders: Connection, port: int, accounts: Sequence[Account]) -> None:
    asyncio.run(_obey(orders, [Client(port=port, path=account.path, cookie=account.cookie) for account in accounts]))


async def _obey(orders: Connection, clients: list[Client]) -> None:
    """`connect`, `numbers`, `cut` (every second one), `return` (those that were cut), `looks` (parts of each), `reloads`, `stop`."""
    loop = asyncio.get_running_loop()
    while (order := await loop.run_in_executor(None, orders.recv)) != "stop":
        answer: object = None
        match order:
            case "connect":
                for client in clients:
                    client.connect()
            case "cut":
                for client in clients[::2]:
                    await client.cut()
            case "return":
                for client in clients[::2]:
                    client.connect()
            case "numbers":
                answer = [int(client.number or 0) for client in clients]
            case "looks":
                answer = [client.parts for client in clients]
            case "reloads":
                answer = sum(client.reloads for client in clients)
        orders.send(answer)
