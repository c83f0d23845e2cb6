"""One try of telling another system, over real sockets: what is wrong with its encryption, and answers that never end."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from console.texts import named
from procedures.outside import delivering
from procedures.outside.addresses import target_of
from procedures.outside.delivering import Outcome, post


@contextmanager
def talking(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does with a connection whatever it likes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                answer(connection)

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


def own_certificate(folder: Path) -> Path:
    """For 127.0.0.1, signed by nobody whom anybody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key(), serial_number=1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "own.pem"
    path.write_bytes(plain + certificate.public_bytes(Encoding.PEM))
    return path


def told(port: int) -> Outcome:
    return post(target_of(f"https://localhost:{port}/x", allows_private=True, resolve=lambda host, port: ["127.0.0.1"]), b"{}", {})


def test_certificate_that_nobody_trusts_is_named_as_the_problem(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own_certificate(tmp_path))

    def answer(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            context.wrap_socket(connection, server_side=True)

    with talking(answer) as port:
        outcome = told(port)
    assert (outcome.status, outcome.problem) == (None, "certificate")
    assert named("delivery_problem", outcome.problem) == "証明書が正しくない"


def test_server_without_tls_is_named_as_the_problem() -> None:
    with talking(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        outcome = told(port)
    assert (outcome.status, outcome.problem) == (None, "tls")
    assert "TLS" in named("delivery_problem", outcome.problem)


def test_answer_that_comes_byte_by_byte_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte in time, the whole never: it used to hold a worker for as long as the other side liked."""
    monkeypatch.setattr(delivering, "LONGEST_SECONDS", 0.6)

    def answer(connection: socket.socket) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"a" * 600:
            connection.sendall(bytes([byte]))
            time.sleep(0.02)

    with talking(answer) as port:
        target = target_of(f"http://localhost:{port}/x", allows_private=True, resolve=lambda host, port: ["127.0.0.1"])
        outcome = post(target, b"{}", {})
    assert (outcome.status, outcome.problem) == (None, "timeout")
    assert outcome.milliseconds < 5000
