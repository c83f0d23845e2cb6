"""Asking an operator's virus scanner about a file: ClamAV's clamd, over TCP or a socket of this machine, by its INSTREAM command."""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from core.errors import TemporaryError

SECONDS = 20.0
"""For one file, from connecting to the answer, however slowly it comes."""
CHUNK = 64 * 1024
MOST_ANSWER = 4096


Result = TypeVar("Result")


class ScannerError(TemporaryError):
    """The virus scanner did not say anything useful about a file in time, so the file counts as not looked at."""


@dataclass(frozen=True, kw_only=True)
class Scanner:
    """`url` is tcp://HOST:PORT or unix:/PATH."""

    url: str
    seconds: float = SECONDS

    def virus_in(self, data: bytes) -> str | None:
        """Its name, or None where there is none. Raises ScannerError."""
        sent = [len(part).to_bytes(4, "big") + part for part in (data[start : start + CHUNK] for start in range(0, len(data), CHUNK))]
        answer = self._ask(b"zINSTREAM\0" + b"".join(sent) + bytes(4))
        if answer == "stream: OK":
            return None
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise ScannerError(f"the scanner said {answer[:80]!r}")

    def is_there(self) -> bool:
        """Whether it answers at all."""
        try:
            return self._ask(b"zPING\0") == "PONG"
        except ScannerError:
            return False

    def _ask(self, command: bytes) -> str:
        deadline = time.monotonic() + self.seconds
        try:
            with self._connected() as connection:
                _within(deadline, connection, lambda: connection.sendall(command))
                answer = b""
                while not answer.endswith(b"\0"):
                    received = _within(deadline, connection, lambda: connection.recv(MOST_ANSWER))
                    if not received or len(answer) > MOST_ANSWER:
                        raise ScannerError("the scanner hung up in the middle of its answer")
                    answer += received
        except OSError as error:
            raise ScannerError(f"the scanner can't be asked: {type(error).__name__}") from None
        return answer.rstrip(b"\0").decode("utf-8", "replace").strip()

    def _connected(self) -> socket.socket:
        place = urlsplit(self.url)
        if place.scheme == "tcp":
            return socket.create_connection((place.hostname or "", place.port or 3310), self.seconds)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(self.seconds)
        try:
            connection.connect(place.path)
        except OSError:
            connection.close()
            raise
        return connection


def _within(deadline: float, connection: socket.socket, act: Callable[[], Result]) -> Result:
    left = deadline - time.monotonic()
    if left <= 0:
        raise ScannerError("the scanner took too long")
    connection.settimeout(left)
    return act()
