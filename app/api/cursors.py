"""Where the next page goes on, as a word that only this service can write.

A cursor is sealed with a key of the service and bound to the org and the question it belongs
to: one that was changed, or taken to another question, is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from booking_types.errors import InvalidRequestError

_SEAL_BYTES = 16
_INSTANT_BYTES = 8
_UUID_BYTES = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: Beyond this a datetime overflows; no booking is there.
_MOST_MICROSECONDS = 250_000_000_000_000_000


class Cursors:
    """Writes and reads cursors.

    Args:
        secret_keys: The service's keys, newest first: the first one writes, all of them read.
    """

    def __init__(self, secret_keys: Sequence[tuple[str, bytes]]) -> None:
        # A key of its own purpose, so that it seals nothing but cursors.
        self._keys = [
            hmac.digest(key, b"hot-handover/cursor", hashlib.sha256) for _, key in secret_keys
        ]

    def write(self, place: tuple[datetime, UUID], *, question: str) -> str:
        """The cursor for the page after this place.

        Args:
            place: Start and id of the last booking that was shown.
            question: Org and filters, in one text.
        """
        start, booking_id = place
        micros = (start.astimezone(UTC) - _EPOCH) // _MICROSECOND
        said = micros.to_bytes(_INSTANT_BYTES, "big", signed=True) + booking_id.bytes
        sealed = said + self._seal(self._keys[0], said, question)
        return base64.urlsafe_b64encode(sealed).decode("ascii").rstrip("=")

    def read(self, cursor: str, *, question: str) -> tuple[datetime, UUID]:
        """The place that a cursor of the same question stands for.

        Raises:
            InvalidRequestError: ``invalid_cursor``.
        """
        try:
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            sealed = base64.b64decode(padded, altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            raise _invalid() from None
        said, seal = sealed[:-_SEAL_BYTES], sealed[-_SEAL_BYTES:]
        is_ours = any(
            hmac.compare_digest(seal, self._seal(key, said, question)) for key in self._keys
        )
        if len(said) != _INSTANT_BYTES + _UUID_BYTES or not is_ours:
            raise _invalid()
        micros = int.from_bytes(said[:_INSTANT_BYTES], "big", signed=True)
        if not abs(micros) <= _MOST_MICROSECONDS:
            raise _invalid()
        return _EPOCH + micros * _MICROSECOND, UUID(bytes=said[_INSTANT_BYTES:])

    def _seal(self, key: bytes, said: bytes, question: str) -> bytes:
        message = said + b"|" + question.encode("utf-8")
        return hmac.digest(key, message, hashlib.sha256)[:_SEAL_BYTES]


def _invalid() -> InvalidRequestError:
    return InvalidRequestError(
        "This cursor is none of this list's; begin with the first page.",
        code="invalid_cursor",
        field="cursor",
    )
