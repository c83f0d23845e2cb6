"""A closed loop of HTTP/1.1 connections over raw sockets, fast enough not to be what is measured."""

import asyncio
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from tests.benchmark.processes import processor_seconds


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a run of requests showed; times in milliseconds."""

    rate: float
    p50: float
    p99: float
    failures: int
    count: int
    processor: float = 0.0
    """Microseconds of the server's processor time per request."""


class _Client(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], deadline: float, times: list[float], failures: list[int]) -> None:
        self._requests = requests
        self._deadline = deadline
        self._times = times
        self._failures = failures
        self._buffer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's class is none of asyncio's.
        self._next()

    def _next(self) -> None:
        request = next(self._requests, None)
        self._started = time.perf_counter()
        if request is None or self._started >= self._deadline:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator or len(rest) < _length(head):
            return
        self._times.append(time.perf_counter() - self._started)
        if not head.startswith(b"HTTP/1.1 200"):
            self._failures.append(1)
        self._buffer = b""
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self._failures.append(1)
            self.done.set_result(None)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def _run(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Load:
    times: list[float] = []
    failures: list[int] = []
    source = iter(requests)
    started = time.perf_counter()
    deadline = started + seconds
    loop = asyncio.get_running_loop()
    clients = [
        (await loop.create_connection(lambda: _Client(source, deadline, times, failures), "127.0.0.1", port))[1] for _ in range(connections)
    ]
    await asyncio.gather(*(client.done for client in clients))
    taken = time.perf_counter() - started
    ordered = sorted(times)
    return Load(
        rate=len(times) / taken,
        p50=ordered[len(ordered) // 2] * 1000,
        p99=ordered[int(0.99 * (len(ordered) - 1))] * 1000,
        failures=len(failures),
        count=len(times),
    )


def apply_load(server: int, port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Load:
    """From a process of its own, so that client and server do not share an interpreter; `server` is the process that is measured."""
    before = processor_seconds(server)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        load = pool.apply(_measure, (port, requests, connections, seconds))
    return replace(load, processor=(processor_seconds(server) - before) * 1e6 / max(1, load.count))


def _measure(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Load:
    import uvloop

    return uvloop.run(_run(port, requests, connections, seconds))
