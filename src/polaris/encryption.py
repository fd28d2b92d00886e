"""Encryption of the secrets that the database stores, such as keys of payment providers.

The key is outside the database: in the setting `encryption_key`, or, with the embedded database,
in a file of the data directory. Without the key nobody can read the secrets, so a backup of the
database needs a backup of the key.
"""

import os
from pathlib import Path
from typing import NamedTuple

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from polaris.settings import Settings

KEY_FILE = "encryption.key"


class NoEncryptionKey(Exception):
    """Set POLARIS_ENCRYPTION_KEY: without an encryption key, Polaris cannot store this secret."""


class EncryptionKeyMalformed(Exception):
    """The encryption key is not valid. A key is 32 bytes in URL-safe Base64."""


class WrongEncryptionKey(Exception):
    """A stored secret cannot be read, because it was encrypted with another key."""


class Encryption(NamedTuple):
    """Encrypts with the first key and decrypts with any of the keys."""

    keys: tuple[str, ...]

    def require(self) -> None:
        """Raise `NoEncryptionKey` if no secret could be encrypted."""
        self._fernet()

    def encrypt(self, secret: str) -> str:
        """Return the secret as encrypted text. Raises `NoEncryptionKey`."""
        return self._fernet().encrypt(secret.encode()).decode()

    def decrypt(self, encrypted: str) -> str:
        """Return the secret. Raises `NoEncryptionKey` and `WrongEncryptionKey`."""
        try:
            return self._fernet().decrypt(encrypted.encode()).decode()
        except InvalidToken:
            raise WrongEncryptionKey(WrongEncryptionKey.__doc__) from None

    def _fernet(self) -> MultiFernet:
        if not self.keys:
            raise NoEncryptionKey(NoEncryptionKey.__doc__)
        return MultiFernet([Fernet(key) for key in self.keys])


def configured_encryption(settings: Settings) -> Encryption:
    """Return the encryption of an installation.

    With the embedded database, a key is made at first use. Raises `EncryptionKeyMalformed`.
    """
    keys = tuple((settings.encryption_key or "").replace(",", " ").split())
    if not keys and not settings.database_url:
        keys = (_key_of(settings.data_dir),)
    try:
        [Fernet(key) for key in keys]
    except ValueError:
        raise EncryptionKeyMalformed(EncryptionKeyMalformed.__doc__) from None
    return Encryption(keys)


def _key_of(data_dir: Path) -> str:
    """Return the key of a data directory. The first process makes it, and the others read it."""
    place = data_dir / KEY_FILE
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not place.exists():
        _create(place, Fernet.generate_key())
    return place.read_text().strip()


def _create(place: Path, key: bytes) -> None:
    """Write the file whole or not at all; a file of another process stays."""
    draft = place.with_suffix(f".{os.getpid()}")
    with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(key + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, place)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
