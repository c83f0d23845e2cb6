"""How many deliveries a second are acknowledged durably, beside a bare FastAPI route that does nothing."""

import base64
import hashlib
import hmac
import itertools
import json
import secrets
import subprocess
import sys
import time
import uuid

import httpx

from tests.benchmark.loading import Load, apply_load
from tests.benchmark.processes import ROOT, SECRET, ServedProduct, free_port

WORDS = ("粗大ごみを出したい", "住民票がほしい", "引っ越した", "保育園の空き", "国保の手続き")
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
COUNTER = itertools.count()
MOST_RATE = 12_000
"""Deliveries prepared per second of measuring."""


def ulid(now: int) -> str:
    """As LINE's event ids are: the time in front, so that later ones sort later."""
    number = (now << 80) | secrets.randbits(80)
    return "".join(CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def delivery(events: int) -> bytes:
    """A body as LINE sends it, of different residents."""
    now = int(time.time() * 1000)
    return json.dumps(
        {
            "destination": "U" + "0" * 32,
            "events": [
                {
                    "type": "message",
                    "mode": "active",
                    "timestamp": now,
                    "source": {"type": "user", "userId": "U" + uuid.uuid4().hex},
                    "webhookEventId": ulid(now),
                    "deliveryContext": {"isRedelivery": False},
                    "replyToken": uuid.uuid4().hex,
                    "message": {
                        "type": "text",
                        "id": str(590_000_000_000_000_000 + next(COUNTER)),
                        "quoteToken": uuid.uuid4().hex,
                        "text": WORDS[number % 5],
                    },
                }
                for number in range(events)
            ],
        },
        ensure_ascii=False,
    ).encode()


def request(path: str, body: bytes) -> bytes:
    signature = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    lines = (
        f"POST {path} HTTP/1.1",
        "host: 127.0.0.1",
        "content-type: application/json",
        f"x-line-signature: {signature}",
        f"content-length: {len(body)}",
        "\r\n",
    )
    return "\r\n".join(lines).encode() + body


def requests_for(path: str, events: int, seconds: float) -> list[bytes]:
    return [request(path, delivery(events)) for _ in range(int(MOST_RATE * seconds / max(1, events / 2)))]


def durable_rate(product: ServedProduct, events: int, connections: int, seconds: float) -> Load:
    assert product.process is not None
    return apply_load(product.process.pid, product.port, requests_for("/webhook/shiomi", events, seconds), connections, seconds)


def bare_rate(events: int, connections: int, seconds: float) -> Load:
    """The yardstick: FastAPI reads the body and answers 200."""
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "tests.benchmark.bare_server", str(port)], cwd=ROOT)
    try:
        for _ in range(300):
            try:
                httpx.post(f"http://127.0.0.1:{port}/bare", content=b"{}")
                break
            except httpx.TransportError:
                time.sleep(0.05)
        return apply_load(server.pid, port, requests_for("/bare", events, seconds), connections, seconds)
    finally:
        server.terminate()
        server.wait()
