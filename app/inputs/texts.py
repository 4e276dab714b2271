"""Texts that people typed: kept as they are, in Unicode's composed form (NFC).

Refused is what makes a text look like something else or break out of its line: control
characters, every kind of line break in a single line, the marks that turn the direction of
writing, invisible characters other than those that scripts need.
"""

from __future__ import annotations

import re
import unicodedata

from app.inputs.json_objects import is_whole
from booking_types.errors import InvalidRequestError

#: Salesforce's Event.Subject, and the narrowest of the vendors' single lines.
LINE_CHARACTERS = 255
#: Salesforce's long text and Event.Description.
PARAGRAPH_CHARACTERS = 32_000

#: Joiners without which Persian, Indic scripts and composed emoji fall apart, and the marks that
#: right-to-left text is written with; all without effect beyond their neighbours.
_NEEDED_FORMAT = frozenset("\u00ad\u061c\u200c\u200d\u200e\u200f")

#: Unicode 23.7: the last two of each plane, and a run of thirty-two.
_NEVER_CHARACTERS = re.compile(
    "[\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    + "]"
)


def line(value: object, *, field: str, most: int = LINE_CHARACTERS) -> str:
    """One line of text, without blanks around it.

    Args:
        value: As it came.
        field: Named in the error.
        most: Characters at most.

    Raises:
        InvalidRequestError: ``invalid_type``, ``invalid_text`` or ``too_long``.
    """
    text = _checked(value, field=field, most=most, allowed=frozenset())
    return text.strip()


def paragraphs(value: object, *, field: str, most: int = PARAGRAPH_CHARACTERS) -> str:
    """Text of several lines, which end in line feeds; Windows' line ends are taken for that.

    Args:
        value: As it came.
        field: Named in the error.
        most: Characters at most.

    Raises:
        InvalidRequestError: ``invalid_type``, ``invalid_text`` or ``too_long``.
    """
    if isinstance(value, str):
        value = value.replace("\r\n", "\n")
    return _checked(value, field=field, most=most, allowed=frozenset("\n\t"))


def _checked(value: object, *, field: str, most: int, allowed: frozenset[str]) -> str:
    if not isinstance(value, str):
        raise InvalidRequestError("This must be a text.", code="invalid_type", field=field)
    if not is_whole(value):
        raise _invalid("half of a character", field)
    text = unicodedata.normalize("NFC", value)
    if len(text) > most:
        raise InvalidRequestError(
            f"This has {len(text):,} characters; at most {most:,} are possible. Shorten it.",
            code="too_long",
            field=field,
        )
    for character in text:
        if not is_fine(character, allowed):
            raise _invalid(f"the character U+{ord(character):04X}", field)
    return text


def is_fine(character: str, allowed: frozenset[str]) -> bool:
    """Whether a text may hold the character.

    Args:
        character: One.
        allowed: Control characters that may be there nevertheless.
    """
    if character.isprintable() or character in allowed:
        return True
    category = unicodedata.category(character)
    if category == "Cf":
        return character in _NEEDED_FORMAT
    if category == "Cn":
        # Newer emoji are unknown to this Python; some places will never be characters.
        return not _NEVER_CHARACTERS.fullmatch(character)
    return category in ("Co", "Zs")


def _invalid(what: str, field: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"This text holds {what}, which cannot stand here; take it out.",
        code="invalid_text",
        field=field,
    )
