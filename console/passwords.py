"""Hashing and checking passwords with Argon2, a few at a time."""

import threading
import unicodedata
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from core.errors import TemporaryError

AT_ONCE = 2
"""Each check takes 64 MB and a sixth of a second of one core."""
PATIENCE_SECONDS = 5.0

_hasher = PasswordHash((Argon2Hasher(),))
_room = threading.BoundedSemaphore(AT_ONCE)


def hash_password(password: str) -> str:
    return _hasher.hash(_normal_form(password))


def is_right_password(password: str, stored_hash: str | None) -> bool:
    """Takes the same time without a stored hash, so that nobody can tell which logins exist. Raises TemporaryError under a flood."""
    if not _room.acquire(timeout=PATIENCE_SECONDS):
        raise TemporaryError("too many passwords are being checked at this moment")
    try:
        matches = _hasher.verify(_normal_form(password), stored_hash or _decoy())
    finally:
        _room.release()
    return matches and stored_hash is not None


@cache
def _decoy() -> str:
    return _hasher.hash("nobody's password")


def _normal_form(password: str) -> str:
    """A Japanese keyboard may type full-width letters without showing it behind the dots."""
    return unicodedata.normalize("NFKC", password)
