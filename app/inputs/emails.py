"""Guests' mail addresses: one plain address, in the form in which mail is sent.

The rules are stricter than mail's own. Quoted local parts, comments, address literals and
display names are legal in RFC 5321 and in nobody's address book, but they are how one address is
made to look like another. No name server is asked.
"""

from __future__ import annotations

import re
import unicodedata

import idna
from email_validator import EmailNotValidError, validate_email

from booking_types.errors import InvalidRequestError

#: Source: RFC 5321 4.5.3.1 (with its errata): 64 octets before the @, 254 altogether.
_LOCAL_OCTETS = 64
_OCTETS = 254

#: A dot-atom (RFC 5322 3.2.3) before the @; what follows it is looked at label by label.
_SHAPE = re.compile(r"([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+)@([^@\s]+)")

#: Full stops of other scripts, which a name server's client (IDNA 2003, UTS 46) takes for dots.
_DOT_LOOK_ALIKES = frozenset("\u3002\uff0e\uff61")

#: Which scripts may meet in one label beside each other (UTS 39, "highly restrictive").
_MIXTURES = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
)


def guest_email(value: object, *, field: str) -> str:
    """The address with its domain in lower case and, where it has other letters, in punycode.

    Args:
        value: As it came.
        field: Named in the error.

    Raises:
        InvalidRequestError: ``invalid_type`` or ``invalid_email``.
    """
    if not isinstance(value, str):
        raise InvalidRequestError("This must be a text.", code="invalid_type", field=field)
    shape = _SHAPE.fullmatch(value)
    if shape is None:
        raise _invalid("give one plain address, like name@example.com", field)
    local, domain = shape.groups()
    is_plain = unicodedata.normalize("NFKC", domain) == unicodedata.normalize("NFC", domain)
    if not is_plain or not _DOT_LOOK_ALIKES.isdisjoint(domain):
        raise _invalid("its domain is written with look-alike characters", field)
    try:
        found = validate_email(
            value,
            allow_smtputf8=False,
            allow_quoted_local=False,
            allow_domain_literal=False,
            allow_display_name=False,
            check_deliverability=False,
            # Lets .test domains pass; nothing is asked of the network either way.
            test_environment=True,
        )
    except EmailNotValidError:
        raise _invalid("check its spelling", field) from None
    ascii_domain = found.ascii_domain
    if len(local) > _LOCAL_OCTETS or len(local) + 1 + len(ascii_domain) > _OCTETS:
        raise _invalid("it is too long", field)
    if "." not in ascii_domain:
        raise _invalid("its domain needs a dot", field)
    if any(_is_mixed(label) for label in found.domain.split(".")):
        raise _invalid("its domain mixes the letters of several scripts", field)
    return f"{local}@{ascii_domain.lower()}"


def shown_email(email: str) -> str:
    """The address as people should read it: with a foreign domain in its own letters as well.

    ``gast@xn--bcher-kva.example`` is shown as ``gast@bücher.example (xn--bcher-kva.example)``.
    """
    local, _, domain = email.rpartition("@")
    if "xn--" not in domain:
        return email
    try:
        spelled = idna.decode(domain)
    except idna.IDNAError:
        return email
    return f"{local}@{spelled} ({domain})"


def _is_mixed(label: str) -> bool:
    scripts = {
        unicodedata.name(letter, "UNKNOWN").partition(" ")[0]
        for letter in label
        if letter.isalpha()
    }
    return len(scripts) > 1 and not any(scripts <= mixture for mixture in _MIXTURES)


def _invalid(why: str, field: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"This is no mail address we can invite: {why}.", code="invalid_email", field=field
    )
