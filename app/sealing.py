"""Seals secrets at rest: AES-256-GCM, bound to where they are stored.

A sealed value opens only in the org, row and column it was sealed for, so that a row copied
elsewhere is worthless.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class SealError(Exception):
    """A sealed value does not open: the key is wrong or missing, or it belongs elsewhere."""


class Sealer:
    """Seals with the newest key, opens with any.

    Args:
        keys: Name and 32 bytes each, newest first.
    """

    def __init__(self, keys: tuple[tuple[str, bytes], ...]) -> None:
        self._newest = keys[0][0]
        self._ciphers = {name: AESGCM(key) for name, key in keys}

    def seal(self, text: str, *, place: str) -> bytes:
        """The text, readable only with the key and only for that place."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._newest].encrypt(nonce, text.encode(), place.encode())
        return self._newest.encode() + b":" + nonce + sealed

    def open(self, sealed: bytes, *, place: str) -> str:
        """The text again.

        Raises:
            SealError: No key of ours opens it here.
        """
        name, _, rest = sealed.partition(b":")
        cipher = self._ciphers.get(name.decode(errors="replace"))
        if cipher is None:
            raise SealError(f"no key named {name.decode(errors='replace')!r} in SECRET_KEYS")
        try:
            return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], place.encode()).decode()
        except InvalidTag:
            raise SealError("the key of that name is another one, or the row was moved") from None
