"""Reading a document in a process of its own, with limits of time and memory: a hostile file ends that process and nothing else."""

import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path

import orjson
import structlog

from core.errors import BusyError, ImportRefusedError
from faq.documents.limits import MEGABYTE, OUT_OF_MEMORY, READ, REFUSED, SECONDS, SIZE_LIMIT, refuse
from faq.documents.reading import ReadDocument, Reading
from faq.documents.sniffing import Format
from faq.texts import say

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 2
PATIENCE = 20.0
"""Seconds that a reader waits for its turn."""

log = structlog.get_logger()
_turns = threading.BoundedSemaphore(AT_ONCE)


def read_apart(reading: Reading, content: bytes, *, seconds: float = SECONDS) -> ReadDocument:
    """As `reading.read_document`. Raises ImportRefusedError, or BusyError when too many documents are being read."""
    if len(content) > SIZE_LIMIT:
        raise refuse("large", name=reading.name, size=-(-len(content) // MEGABYTE), limit=SIZE_LIMIT // MEGABYTE)
    if not _turns.acquire(timeout=PATIENCE):
        raise BusyError(say("document.busy"))
    try:
        # Without the environment: no key of this process is within reach of what reads the file.
        done = subprocess.run(
            [sys.executable, "-m", "faq.documents.reader_process"],
            input=orjson.dumps(asdict(reading)) + b"\n" + content,
            capture_output=True,
            cwd=ROOT,
            env={"PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise refuse("slow", name=reading.name, seconds=int(seconds)) from None
    finally:
        _turns.release()
    if done.returncode == REFUSED:
        raise ImportRefusedError(done.stdout.decode())
    if done.returncode != READ:
        log.error("document_not_read", status=done.returncode, error=done.stderr.decode("utf-8", "replace")[-200:])
        raise refuse("heavy" if done.returncode == OUT_OF_MEMORY else "broken", name=reading.name)
    found = orjson.loads(done.stdout)
    return ReadDocument(**{**found, "format": Format(found["format"]), "warnings": tuple(found["warnings"])})
