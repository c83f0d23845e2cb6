"""Identifiers shaped like LINE's: user ids, message ids, ULIDs, tokens."""

import hashlib
import itertools
import random
import threading
import uuid

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def user_id(seed: str) -> str:
    return "U" + hashlib.sha256(f"user:{seed}".encode()).hexdigest()[:32]


class Identifiers:
    """Makes identifiers that never repeat within one platform; safe to use from several threads."""

    def __init__(self, seed: int, started_at: int) -> None:
        self._random = random.Random(seed)
        # A demo that is started again must not give a message the id of one that the bot remembers.
        self._message_numbers = itertools.count(started_at * 100_000)
        self._lock = threading.Lock()

    def message_id(self) -> str:
        with self._lock:
            return str(next(self._message_numbers))

    def hexadecimal(self, length: int = 32) -> str:
        with self._lock:
            return f"{self._random.getrandbits(length * 4):0{length}x}"

    def chat_id(self, prefix: str) -> str:
        return prefix + self.hexadecimal()

    def uuid(self) -> str:
        with self._lock:
            return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def ulid(self, at: int) -> str:
        with self._lock:
            number = (at << 80) | self._random.getrandbits(80)
        return "".join(CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))

    def token(self, prefix: str = "") -> str:
        return prefix + self.hexadecimal(48)
