"""What is sealed opens with its own key only."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.encryption import MINIMUM_LENGTH, NONCE_BYTES, Keyring, keyring, made_secret
from core.errors import SettingsError, TamperedError
from core.settings import Settings

CIPHER = Keyring("a secret").cipher("events")


@given(st.binary(max_size=200))
def test_what_was_sealed_opens_again(plain: bytes) -> None:
    assert CIPHER.decrypt(CIPHER.encrypt(plain)) == plain


def test_sealing_twice_gives_different_bytes_without_the_words() -> None:
    first, second = CIPHER.encrypt("粗大ごみ".encode()), CIPHER.encrypt("粗大ごみ".encode())
    assert first != second
    assert "ごみ".encode() not in first


@given(st.binary(min_size=1, max_size=60), st.data())
def test_any_changed_bit_is_noticed(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(CIPHER.encrypt(plain))
    place = data.draw(st.integers(min_value=0, max_value=len(sealed) - 1))
    sealed[place] ^= 1 << data.draw(st.integers(min_value=0, max_value=7))
    with pytest.raises(TamperedError):
        CIPHER.decrypt(bytes(sealed))


@pytest.mark.parametrize("length", [0, 1, NONCE_BYTES, NONCE_BYTES + 1, NONCE_BYTES + 15])
def test_what_is_cut_short_is_refused(length: int) -> None:
    sealed = CIPHER.encrypt(b"")
    assert len(sealed) == NONCE_BYTES + 16
    with pytest.raises(TamperedError):
        CIPHER.decrypt(sealed[:length])


@pytest.mark.parametrize(
    ("secret", "purpose", "opens"), [("a secret", "events", True), ("b secret", "events", False), ("a secret", "taps", False)]
)
def test_other_secret_or_purpose_does_not_open(secret: str, purpose: str, opens: bool) -> None:
    sealed = CIPHER.encrypt(b"words")
    if opens:
        assert Keyring(secret).cipher(purpose).decrypt(sealed) == b"words"
    else:
        with pytest.raises(TamperedError, match="SECRET_KEY"):
            Keyring(secret).cipher(purpose).decrypt(sealed)


@pytest.mark.parametrize("secret", [None, "", "x" * (MINIMUM_LENGTH - 1)])
def test_short_secret_is_refused_with_the_way_to_make_one(secret: str | None) -> None:
    assert keyring(Settings(secret_key="x" * MINIMUM_LENGTH)).key("a")  # type: ignore[arg-type]  # pydantic wraps it
    with pytest.raises(SettingsError, match="SECRET_KEY に 32 文字以上"):
        keyring(Settings(secret_key=secret))  # type: ignore[arg-type]  # pydantic wraps it


def test_secret_of_a_folder_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    secret = made_secret(tmp_path / "data")
    assert len(secret) >= MINIMUM_LENGTH
    assert made_secret(tmp_path / "data") == secret
    assert made_secret(tmp_path / "other") != secret
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600
