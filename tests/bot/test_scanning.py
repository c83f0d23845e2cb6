"""The operator's virus scanner, played by a server that speaks its protocol and misbehaves."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.incoming import MediaKind, SentMedia
from bot.line.client import Content, Fetched
from bot.media import MediaStore
from bot.media_kinds import Problem, UnfitFileError
from bot.received import PhotoReceiver
from bot.scanning import CHUNK, Scanner, ScannerError
from core.database import Database
from core.encryption import Keyring
from handoff.desk_models import Media
from tests.bot.turns import NOW, bubble

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
CLEAN = b"clean " * CHUNK

Speak = Callable[[socket.socket, bytes], None]


def read_exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        received = connection.recv(size - len(data))
        if not received:
            raise ConnectionError
        data += received
    return data


def read_command(connection: socket.socket) -> tuple[bytes, bytes]:
    name = b""
    while not name.endswith(b"\0"):
        name += read_exactly(connection, 1)
    data = b""
    if name == b"zINSTREAM\0":
        while size := int.from_bytes(read_exactly(connection, 4), "big"):
            assert size <= CHUNK
            data += read_exactly(connection, size)
    return name, data


class Clamd:
    """Answers each connection as it is told to."""

    def __init__(self, listening: socket.socket, url: str, speak: Speak) -> None:
        self.url = url
        self.seen: list[tuple[bytes, bytes]] = []
        self._listening, self._speak = listening, speak
        self._listening.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                try:
                    command = read_command(connection)
                    self.seen.append(command)
                    self._speak(connection, command[1] if command[0] != b"zPING\0" else b"ping")
                except OSError:
                    continue


def honest(connection: socket.socket, data: bytes) -> None:
    if data == b"ping":
        connection.sendall(b"PONG\0")
    else:
        connection.sendall(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0")


def silent(connection: socket.socket, _data: bytes) -> None:
    time.sleep(1.0)
    connection.sendall(b"stream: OK\0")


def dripping(connection: socket.socket, _data: bytes) -> None:
    for byte in b"stream: OK\0":
        time.sleep(0.1)
        connection.sendall(bytes([byte]))


def hanging_up(connection: socket.socket, _data: bytes) -> None:
    connection.sendall(b"stream: O")


def overflowing(connection: socket.socket, _data: bytes) -> None:
    connection.sendall(b"x" * 100_000)


def refusing(connection: socket.socket, _data: bytes) -> None:
    connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")


@pytest.fixture
def clamd() -> Iterator[Callable[[Speak], Clamd]]:
    opened: list[socket.socket] = []

    def start(speak: Speak) -> Clamd:
        listening = socket.create_server(("127.0.0.1", 0))
        opened.append(listening)
        return Clamd(listening, f"tcp://127.0.0.1:{listening.getsockname()[1]}", speak)

    yield start
    for listening in opened:
        listening.close()


def test_virus_is_named_and_a_clean_file_is_clean(clamd: Callable[[Speak], Clamd]) -> None:
    server = clamd(honest)
    scanner = Scanner(url=server.url)
    assert scanner.is_there()
    assert scanner.virus_in(CLEAN) is None
    assert scanner.virus_in(CLEAN + EICAR) == "Eicar-Test-Signature"
    assert server.seen[1] == (b"zINSTREAM\0", CLEAN)


def test_socket_of_the_machine_is_spoken_to(tmp_path: Path) -> None:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(tmp_path / "clamd.ctl"))
    Clamd(listening, "", honest)
    scanner = Scanner(url=f"unix:{tmp_path}/clamd.ctl")
    assert scanner.virus_in(EICAR) == "Eicar-Test-Signature"
    listening.close()
    assert not Scanner(url=f"unix:{tmp_path}/nothing.ctl", seconds=0.5).is_there()


@pytest.mark.parametrize("speak", [silent, dripping, hanging_up, overflowing, refusing])
def test_scanner_that_misbehaves_lets_nothing_pass(clamd: Callable[[Speak], Clamd], speak: Speak) -> None:
    scanner = Scanner(url=clamd(speak).url, seconds=0.4)
    began = time.monotonic()
    with pytest.raises(ScannerError):
        scanner.virus_in(b"a file")
    assert time.monotonic() - began < 5


def test_scanner_that_is_down_lets_nothing_pass() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    scanner = Scanner(url=f"tcp://127.0.0.1:{port}", seconds=0.5)
    assert not scanner.is_there()
    with pytest.raises(ScannerError):
        scanner.virus_in(b"a file")


def test_file_with_a_virus_is_not_taken(clamd: Callable[[Speak], Clamd], tmp_path: Path) -> None:
    keyring = Keyring("a secret key for tests that is long enough")
    store = MediaStore(tmp_path, keyring, scanner=Scanner(url=clamd(honest).url))
    with pytest.raises(UnfitFileError) as refused:
        store.require_clean(EICAR)
    assert refused.value.problem is Problem.INFECTED
    store.require_clean(b"a file")
    MediaStore(tmp_path, keyring).require_clean(EICAR)


class Handing:
    """LINE, which hands out the same bytes for every message."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def content(self, _message_id: str, _largest: int) -> Content:
        return Fetched(data=self._data)


def test_file_with_a_virus_is_no_answer_of_a_procedure(clamd: Callable[[Speak], Clamd], emptied: Database, tmp_path: Path) -> None:
    """Only what was sent to a case used to be looked at."""
    store = MediaStore(tmp_path, Keyring("a secret key for tests that is long enough"), scanner=Scanner(url=clamd(honest).url))
    receiver = PhotoReceiver(emptied, lambda _: Handing(b"%PDF-1.7 " + EICAR), store)  # type: ignore[arg-type,return-value]
    sent = bubble(SentMedia(kind=MediaKind.FILE, file_name="証明書.pdf"), message_id="1")
    (received,) = receiver.receive("shiomi", None, [sent], NOW)
    assert received.problem is Problem.INFECTED
    with emptied.reading() as session:
        assert session.scalars(select(Media)).all() == []
