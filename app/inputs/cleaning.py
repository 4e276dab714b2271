"""Texts that nobody can be asked to correct: what a Salesforce record holds, made fit to use.

The other modules refuse, because the person who typed is there to type again. A record's values
were typed long ago by somebody else, so here what cannot be used is left out.
"""

from __future__ import annotations

import unicodedata

from app.inputs.emails import guest_email
from app.inputs.texts import LINE_CHARACTERS, is_fine
from booking_types.errors import InvalidRequestError

#: Harmless beside their neighbours, and refused to nobody who types; in a text that is pasted
#: into a sentence of ours they could still turn the end of ours around.
_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f")


def clean_guest(email: str, name: str) -> tuple[str, str] | None:
    """A guest as a record has them, by the very rules of guests that a request names.

    Args:
        email: As the record has it; blanks around it do not count.
        name: As the record has it.

    Returns:
        The address as ``guest_email`` gives it and the name as one clean line of 255 characters
        at most, or ``None`` when no mail can be sent to the address.
    """
    try:
        usable = guest_email(email.strip(), field="guests")
    except InvalidRequestError:
        return None
    return usable, clean_line(name)[:LINE_CHARACTERS].rstrip()


def clean_line(text: str) -> str:
    """The text as one line, in Unicode's composed form.

    Every kind of white space, line ends too, becomes a single blank; control characters, marks
    that turn the direction of writing, invisible characters that no script needs and halves of
    characters are left out. It is not cut.
    """
    # Blanks first: a line end is a control character, and what it parts must stay apart.
    words = " ".join(text.split())
    kept = "".join(
        character
        for character in words
        if is_fine(character, frozenset()) and character not in _DIRECTION_MARKS
    )
    return " ".join(unicodedata.normalize("NFC", kept).split())
