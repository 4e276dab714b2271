"""What text and addresses of a mail may carry."""

from __future__ import annotations

import unicodedata

from email_validator import EmailNotValidError, validate_email


def one_line(text: str) -> str:
    """Text for a header or a title: line breaks become spaces, other control characters go."""
    return " ".join("".join(c for c in text if c.isspace() or not is_control(c)).split())


def plain(text: str) -> str:
    """Text for a body: lines end with LF; a lone CR and other control characters go."""
    return "".join(c for c in text if c in "\n\t" or not is_control(c))


def is_control(char: str) -> bool:
    """Whether it is a control character, or half of one that UTF-8 cannot carry."""
    return unicodedata.category(char) in ("Cc", "Cs")


def wire_address(address: str) -> str | None:
    """The address as every server takes it, its domain in punycode; nothing when it is none.

    Validated, never escaped: quoted local parts, literal domains and line breaks are refused.
    """
    try:
        checked = validate_email(
            address,
            check_deliverability=False,
            globally_deliverable=False,
            allow_smtputf8=False,
            strict=True,
        )
    except EmailNotValidError:
        return None
    return checked.ascii_email if "." in checked.ascii_domain else None
