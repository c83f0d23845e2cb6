"""A sample of a system that takes applications over from madoguchi: copy it and make it yours. README.md explains it.

    python consumer.py pull             take over what is new or changed, into a CSV
    python consumer.py listen           the same whenever madoguchi tells that something happened
    python consumer.py push results.csv write states back; columns number, version, state, reason

Needs Python 3.11 and httpx. Reads MADOGUCHI_URL, MADOGUCHI_TOKEN and, to listen, MADOGUCHI_SECRET; keeps its files in the present folder.
"""

import csv
import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx

PROCEDURE = "oversized_waste"
FIELDS = ("items", "address", "date", "name", "phone")
"""Which answers become columns: names of fields of the definition."""
CSV = Path("applications.csv")
CURSOR = Path("cursor.txt")
OLDEST_SECONDS = 300
"""A notice that was signed earlier is not believed: somebody may have copied it."""
TRIES = 5


class Madoguchi:
    """The calls of the API that this sample needs."""

    def __init__(self, url: str, token: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30)

    def changed(self, cursor: str) -> Iterator[tuple[list[dict[str, Any]], str]]:
        """Page by page what changed after the cursor, each with the cursor to go on with."""
        while True:
            page = self._call("GET", "/applications", params={"procedure": PROCEDURE, "cursor": cursor, "limit": 50})
            cursor = page["next_cursor"]
            yield page["applications"], cursor
            if not page["has_more"]:
                return

    def read(self, number: str) -> dict[str, Any]:
        return self._call("GET", f"/applications/{number}")

    def acknowledge(self, number: str, version: int) -> None:
        """Refused with 409 where the application changed since it was read; it then comes again in the list."""
        self._call("POST", f"/applications/{number}/acknowledgement", json={"version": version}, accepts=(409,))

    def write_back(self, number: str, version: int, state: str, reason: str) -> dict[str, Any]:
        """The key is made of the content, so that a robot that was stopped in between may simply start anew."""
        key = hashlib.sha256(f"{number}/{version}/{state}/{reason}".encode()).hexdigest()
        body = {"version": version, "state": state, "reason": reason}
        return self._call("POST", f"/applications/{number}/state", json=body, headers={"Idempotency-Key": key}, accepts=(409,))

    def _call(self, method: str, path: str, *, accepts: tuple[int, ...] = (), **more: Any) -> dict[str, Any]:
        """Waits and tries again where madoguchi is busy or can't be reached; a call may be repeated without harm."""
        for attempt in range(1, TRIES + 1):
            try:
                answer = self._http.request(method, path, **more)
            except httpx.TransportError:
                if attempt == TRIES:
                    raise
                time.sleep(2**attempt)
                continue
            if answer.status_code in (429, 503) and attempt < TRIES:
                time.sleep(int(answer.headers.get("Retry-After", 2**attempt)))
                continue
            if answer.status_code not in accepts:
                answer.raise_for_status()
            return answer.json()
        raise AssertionError("unreachable")


def pull(madoguchi: Madoguchi) -> int:
    """Stores first, acknowledges then, and moves the cursor last: stopped anywhere, it misses nothing and doubles nothing."""
    taken = 0
    start = CURSOR.read_text() if CURSOR.exists() else ""
    for applications, cursor in madoguchi.changed(start):
        for summary in applications:
            application = madoguchi.read(summary["number"])
            if application["fields"] is not None:
                taken += store(application)
            madoguchi.acknowledge(application["number"], application["version"])
        CURSOR.write_text(cursor)
    return taken


def store(application: dict[str, Any]) -> bool:
    """One line per version of an application; False where it is there already."""
    answers = {field["name"]: field["display"] for field in application["fields"]}
    row = [application["number"], str(application["version"]), application["state"], *(answers.get(name, "") for name in FIELDS)]
    is_new = not CSV.exists()
    if not is_new:
        with CSV.open(encoding="utf-8-sig", newline="") as file:
            if any(known[:2] == row[:2] for known in csv.reader(file)):
                return False
    with CSV.open("a", encoding="utf-8-sig" if is_new else "utf-8", newline="") as file:
        if is_new:
            csv.writer(file).writerow(["number", "version", "state", *FIELDS])
        csv.writer(file).writerow([harmless(cell) for cell in row])
        file.flush()
        os.fsync(file.fileno())
    return True


def harmless(cell: str) -> str:
    """Excel would run what begins like a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def push(madoguchi: Madoguchi, results: Path) -> None:
    with results.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            answer = madoguchi.write_back(row["number"], int(row["version"]), row["state"], row.get("reason") or "")
            # A refusal is a problem document; its words say what to do.
            print(row["number"], answer.get("state") or f"{answer['title']}。{answer['detail']}")


def is_genuine(header: str, body: bytes, secret: str, now: float) -> bool:
    """`t=SECONDS,v1=HEX`; while a secret is being changed there are two of `v1`."""
    parts = [part.partition("=")[::2] for part in header.split(",")]
    moment = next((value for name, value in parts if name == "t"), "")
    if not moment.isdecimal() or abs(now - int(moment)) > OLDEST_SECONDS:
        return False
    expected = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return any(name == "v1" and hmac.compare_digest(value.encode(), expected.encode()) for name, value in parts)


def listen(madoguchi: Madoguchi, secret: str, port: int) -> None:
    """A notice only says that something happened; what it is, is read. Put it behind a server that speaks https."""

    class Notices(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if not is_genuine(self.headers.get("Madoguchi-Signature", ""), body, secret, time.time()):
                self.answer(401)
                return
            # Answered at once: what takes long must not keep the sender waiting.
            self.answer(204)
            print(json.loads(body)["event"], "->", pull(madoguchi), flush=True)

        def answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", port), Notices)
    print("listening on", server.server_port, flush=True)
    pull(madoguchi)
    server.serve_forever()


def main(arguments: list[str]) -> None:
    madoguchi = Madoguchi(os.environ["MADOGUCHI_URL"].rstrip("/"), os.environ["MADOGUCHI_TOKEN"])
    match arguments:
        case ["pull"]:
            print(pull(madoguchi))
        case ["push", results]:
            push(madoguchi, Path(results))
        case ["listen"]:
            listen(madoguchi, os.environ["MADOGUCHI_SECRET"], int(os.environ.get("PORT", "9000")))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
