"""Key pairs and certificates of orgs and connected apps.

Making a key takes a noticeable moment, so a process makes a few and gives them out in turn; two
orgs made one after the other never have the same.
"""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_POOL_SIZE = 6
_BITS = 2048


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key and a certificate of it, both as PEM text."""

    private_key_pem: str = field(repr=False)
    certificate_pem: str


class _Pool:
    def __init__(self) -> None:
        self._keys: list[rsa.RSAPrivateKey] = []
        self._turn = itertools.count()
        self._lock = threading.Lock()

    def next(self) -> rsa.RSAPrivateKey:
        with self._lock:
            if len(self._keys) < _POOL_SIZE:
                self._keys.append(rsa.generate_private_key(public_exponent=65537, key_size=_BITS))
                return self._keys[-1]
            return self._keys[next(self._turn) % _POOL_SIZE]


_POOL = _Pool()


def key_pair(common_name: str) -> KeyPair:
    """The next key pair, with a self-signed certificate in that name."""
    key = _POOL.next()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    return KeyPair(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        certificate.public_bytes(serialization.Encoding.PEM).decode(),
    )
