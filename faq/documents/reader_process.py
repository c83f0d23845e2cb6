"""The process that `apart` starts: it reads one document from standard input and says what it holds, or why it is refused."""

import contextlib
import sys
from dataclasses import asdict

import orjson

from core.errors import ImportRefusedError
from faq.documents.limits import MEMORY, OUT_OF_MEMORY, READ, REFUSED, SECONDS
from faq.documents.reading import Reading, read_document


def main() -> int:
    _limit()
    head, _, content = sys.stdin.buffer.read().partition(b"\n")
    try:
        found = read_document(Reading(**orjson.loads(head)), content)
    except ImportRefusedError as error:
        sys.stdout.buffer.write(str(error).encode())
        return REFUSED
    except MemoryError:
        return OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001  # Whatever a file makes a library raise; its text may hold words of the document.
        sys.stderr.write(type(error).__name__)
        return 1
    sys.stdout.buffer.write(orjson.dumps(asdict(found)))
    return READ


def _limit() -> None:
    """Where the system knows limits; elsewhere the time limit of `apart` remains."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
