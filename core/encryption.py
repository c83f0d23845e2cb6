"""Keys derived from SECRET_KEY, and encryption of what must not lie open in the database."""

import hashlib
import hmac
import os
from pathlib import Path

from core.errors import SettingsError, TamperedError
from core.settings import Settings, make_folder
from core.texts import say

NONCE_BYTES = 12
MINIMUM_LENGTH = 32


class Keyring:
    """Derives one key per purpose, so that a leak of one tells nothing of the others."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def key(self, purpose: str) -> bytes:
        return hmac.new(self._secret, b"madoguchi:" + purpose.encode(), hashlib.sha256).digest()

    def cipher(self, purpose: str) -> "Cipher":
        return Cipher(self.key(purpose))


class Cipher:
    """AES-256-GCM with a random nonce before the text."""

    def __init__(self, key: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # Slow to load.

        self._aead = AESGCM(key)

    def encrypt(self, plain: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, None)

    def decrypt(self, sealed: bytes) -> bytes:
        from cryptography.exceptions import InvalidTag

        try:
            return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
        except (InvalidTag, ValueError):  # Too short even for a nonce.
            raise TamperedError(say("secret.other")) from None


def keyring(settings: Settings) -> Keyring:
    """Raises SettingsError where SECRET_KEY is missing or too short."""
    secret = settings.secret_key.get_secret_value() if settings.secret_key else ""
    if len(secret) < MINIMUM_LENGTH:
        raise SettingsError(say("secret.short", length=MINIMUM_LENGTH))
    return Keyring(secret)


def made_secret(data_dir: Path) -> str:
    """A secret of this data folder, made at the first call and readable by its owner only: for `demo` and single commands."""
    import secrets

    path = data_dir / "secret_key"
    make_folder(data_dir)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        secret = secrets.token_urlsafe(48)
        file.write(secret)
    return secret
