"""Secrets are encrypted with a key that is outside the database."""

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from polaris.encryption import (
    Encryption,
    EncryptionKeyMalformed,
    NoEncryptionKey,
    WrongEncryptionKey,
    configured_encryption,
)
from polaris.settings import Settings

SECRET = "rk_test_Ł"


def test_data_directory_gets_a_private_key_that_stays(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    stored = configured_encryption(settings).encrypt(SECRET)
    assert SECRET not in stored
    assert configured_encryption(settings).decrypt(stored) == SECRET
    [file] = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_older_key_still_decrypts_and_the_first_one_encrypts() -> None:
    older, newer = (Fernet.generate_key().decode() for _ in range(2))
    stored = external(older).encrypt(SECRET)
    both = external(f"{newer},{older}")
    assert both.decrypt(stored) == SECRET
    with pytest.raises(WrongEncryptionKey):
        external(newer).decrypt(stored)
    assert Fernet(newer).decrypt(both.encrypt(SECRET)).decode() == SECRET


def test_external_database_without_a_key_stores_no_secret() -> None:
    with pytest.raises(NoEncryptionKey):
        external(None).encrypt(SECRET)


def test_malformed_key_is_refused() -> None:
    with pytest.raises(EncryptionKeyMalformed):
        external("secret")


def external(key: str | None) -> Encryption:
    """Return the encryption of an installation whose database is on another server."""
    return configured_encryption(
        Settings(database_url="postgresql://db.example/polaris", encryption_key=key)
    )
