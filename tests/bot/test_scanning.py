"""The operator's virus scanner, played by a server that speaks its protocol and misbehaves."""

import io
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from bot.incoming import MediaKind, ReceivedPhoto, SentMedia
from bot.line.client import Fetched
from bot.media import MediaStore
from bot.media_kinds import Problem, UnfitFileError
from bot.preparing import ensure_municipality
from bot.procedure_said import what_was_said
from bot.received import PhotoReceiver
from bot.scanning import CHUNK, Scanner, ScannerError
from core.database import Database
from core.encryption import Keyring
from core.pack_loading import load_pack
from handoff.desk_models import Media
from tests.bot.turns import bubble, turn_of
from tests.town import MUNICIPALITY

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
CLEAN = b"clean " * CHUNK
PHOTO = SentMedia(kind=MediaKind.IMAGE)

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


def received(store: MediaStore, database: Database, data: bytes) -> ReceivedPhoto:
    """Sent by a resident in the middle of a procedure."""
    with database.transaction() as session:
        ensure_municipality(session, load_pack(MUNICIPALITY))

    class Line:
        def content(self, _message_id: str, _limit: int) -> Fetched:
            return Fetched(data=data)

    receiver = PhotoReceiver(database, lambda _: Line(), store)  # type: ignore[arg-type,return-value]
    [found] = receiver.receive(MUNICIPALITY, None, [bubble(PHOTO, message_id="m1")], datetime(2026, 11, 24, 1, tzinfo=UTC))
    return found


def picture(hidden: bytes = b"") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (4, 3), "red").save(written, "JPEG", comment=hidden)
    return written.getvalue()


def test_photo_within_a_procedure_is_looked_at_as_well(clamd: Callable[[Speak], Clamd], tmp_path: Path, emptied: Database) -> None:
    """It used to be kept without asking the scanner."""
    keyring = Keyring("a secret key for tests that is long enough")
    looked_at = MediaStore(tmp_path, keyring, scanner=Scanner(url=clamd(honest).url))
    assert received(looked_at, emptied, picture(EICAR)).problem is Problem.INFECTED
    unheard = MediaStore(tmp_path, keyring, scanner=Scanner(url=clamd(hanging_up).url, seconds=5))
    assert received(unheard, emptied, picture()).problem is Problem.UNSCANNED
    with emptied.reading() as session:
        assert session.scalars(select(Media)).all() == []
    assert received(looked_at, emptied, picture()).problem is None


@pytest.mark.parametrize(
    ("problem", "said"), [(Problem.INFECTED, "procedure.file_infected"), (Problem.UNSCANNED, "procedure.file_unscanned")]
)
def test_resident_hears_why_a_photo_was_not_taken(problem: Problem, said: str) -> None:
    turn = replace(turn_of(PHOTO), photos=(ReceivedPhoto(media=0, problem=problem),))
    heard, lines = what_was_said(turn)
    assert heard == ()
    assert [one.key for one in lines] == [said]
