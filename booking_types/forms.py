"""What is entered in a booking form: read by its kind, suggested from the record, shown in words.

An answer is a text, a number, yes or no, or a date. What nothing was entered for has no answer:
it is neither stored nor shown nor written anywhere. In JSON dates are ISO text (``2027-03-01``);
everything else is what JSON has for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from booking_types.errors import InvalidRequestError
from booking_types.model import FormField, FormFieldKind, Value

#: A date is no ``datetime``: a form asks for days.
Answer = str | int | float | bool | date

#: Characters at most, of one line and of several: Salesforce's Text and Long Text Area.
_LINE, _PARAGRAPHS = 255, 32_000
#: Salesforce's Phone, and a mail address (RFC 5321 4.5.3.1).
_PHONE, _EMAIL = 40, 254

#: As texts too: Apex has no map of several kinds of values, so there every answer is a text.
_TICKED: Mapping[str, bool] = {"true": True, "false": False}

_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}([.][0-9]{1,15})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+[.][^@\s,;<>.]+")
_DIALED = re.compile(r"[+(]?[0-9][0-9 ()./-]*( ?(x|ext[.]?) ?[0-9]+)?", re.IGNORECASE)
#: Fewer digits reach nobody.
_FEWEST_DIGITS = 3
#: A double holds no whole number beyond this exactly; Salesforce's Number has 18 digits.
_LARGEST = 10**15

#: What a label may end with where no colon follows.
_CLOSED = ("?", "!", ":", ".")

_SHOULD_BE: Mapping[FormFieldKind, str] = {
    FormFieldKind.TEXT: f"one line of at most {_LINE} characters",
    FormFieldKind.LONG_TEXT: f"a text of at most {_PARAGRAPHS:,} characters",
    FormFieldKind.NUMBER: "a number, like 1200 or 12.5",
    FormFieldKind.CHECKBOX: "yes or no",
    FormFieldKind.DATE: "a date, like 2027-03-01",
    FormFieldKind.EMAIL: "one plain mail address, like name@example.com",
    FormFieldKind.PHONE: "a phone number, like +1 555 010 2030",
}


def parse_answers(
    form: Sequence[FormField], given: Mapping[str, Any], *, most: Mapping[str, int] | None = None
) -> dict[str, Answer]:
    """The answers by the fields' keys, in the form's order.

    A text of nothing but blanks is no answer. What is left out is not answered: what stands in
    the record is only suggested, and it is for whoever fills in the form to take it over.

    Args:
        form: The booking type's.
        given: Texts, numbers, yes and no, by the fields' keys.
        most: How many characters the record's field takes, by the fields' keys, where answers are
            written to the record; 0 where that means nothing.

    Raises:
        InvalidRequestError: The first fault in the form's order, its ``field`` being
            ``answers.<key>``: ``answer_unknown`` (there is no such field), ``answer_required``,
            ``answer_invalid``.
    """
    known = {field.key for field in form}
    for key in given:
        if key not in known:
            raise _fault(
                key[:80], "answer_unknown", "The booking form has no such field; leave it out."
            )
    found: dict[str, Answer] = {}
    for field in form:
        value = _read(field, given.get(field.key))
        longest = (most or {}).get(field.key, 0)
        if isinstance(value, str) and longest and len(value) > longest:
            raise _fault(
                field.key,
                "answer_invalid",
                f"“{field.label}” takes at most {longest} characters; this has {len(value)}.",
            )
        if value is not None:
            found[field.key] = value
        if field.is_required and (value is None or value is False):
            what = "has to be ticked" if field.kind is FormFieldKind.CHECKBOX else "is missing"
            raise _fault(field.key, "answer_required", f"“{field.label}” {what}.")
    return found


def suggested(field: FormField, value: Value) -> Answer | None:
    """What stands in the field to begin with; nothing where the record's value does not fit it.

    Args:
        field: Of the form.
        value: The record's, at the field's ``default_path``.
    """
    wanted: Any = value
    if field.kind is FormFieldKind.CHOICE and isinstance(value, str):
        same = (each for each in field.choices if each.casefold() == value.strip().casefold())
        wanted = next(same, None)
    elif field.kind is FormFieldKind.CHECKBOX:
        # A text of the record is no claim, whatever it says.
        wanted = _claim(value)
    elif field.kind is FormFieldKind.DATE:
        # The day of an instant would depend on who looks.
        wanted = None if isinstance(value, datetime) else value
    elif field.kind in (FormFieldKind.TEXT, FormFieldKind.LONG_TEXT):
        wanted = _as_text(value)
        if field.kind is FormFieldKind.TEXT:
            wanted = " ".join(wanted.split())
    try:
        return _read(field, wanted)
    except InvalidRequestError:
        return None


def answer_words(answer: Answer) -> str:
    """The answer as people read it: ``Yes``, ``1200``, ``2027-03-01``."""
    if isinstance(answer, bool):
        return "Yes" if answer else "No"
    if isinstance(answer, float):
        return f"{answer:.15g}"
    return answer.isoformat() if isinstance(answer, date) else str(answer)


def answer_lines(
    form: Sequence[FormField], answers: Mapping[str, Answer], *, is_for_guests: bool
) -> tuple[str, ...]:
    """``Label: answer`` of each field that was answered, in the form's order.

    A question keeps its question mark and gets no colon: ``What is it about? Audit``.

    Args:
        form: The booking type's.
        answers: By the fields' keys, read or as JSON.
        is_for_guests: Only the fields that stand in the event: guests read it.
    """
    return tuple(
        f"{field.label}{'' if field.label.endswith(_CLOSED) else ':'}"
        f" {answer_words(answers[field.key])}"
        for field in form
        if field.key in answers and (field.is_in_event or not is_for_guests)
    )


def answers_as_json(answers: Mapping[str, Answer]) -> dict[str, str | int | float | bool]:
    """The answers as JSON has them."""
    return {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in answers.items()
    }


def field_values(form: Sequence[FormField], answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """What the answers write on the record, by its fields; what was not answered stays as it is."""
    return {
        field.record_field: answers[field.key]
        for field in form
        if field.record_field and field.key in answers
    }


# ------------------------------------------------------------------------ one answer


def _read(field: FormField, value: Any) -> Answer | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    match field.kind:
        case FormFieldKind.NUMBER:
            found: Answer | None = _number(value)
        case FormFieldKind.CHECKBOX:
            found = _TICKED.get(value) if isinstance(value, str) else _claim(value)
        case FormFieldKind.DATE:
            found = _day(value)
        case _:
            found = _text(field, value) if isinstance(value, str) else None
    if found is None:
        raise _fault(field.key, "answer_invalid", f"“{field.label}” {_must(field)}.")
    return found


def _must(field: FormField) -> str:
    if field.kind is FormFieldKind.CHOICE:
        return f"must be one of {', '.join(field.choices)}"
    return f"must be {_SHOULD_BE[field.kind]}"


def _number(value: Any) -> int | float | None:
    # bool is a kind of int to Python, and nobody's number.
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        if not _DECIMAL.fullmatch(value.strip()):
            return None
        value = float(value) if "." in value else int(value)
    # Whole numbers may be longer than any float can hold; what is no number is below nothing.
    if not abs(value) < _LARGEST:
        return None
    return int(value) if float(value).is_integer() else value


def _claim(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _day(value: Any) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value.strip()):
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return None


def _text(field: FormField, value: str) -> str | None:
    text = value.strip()
    match field.kind:
        case FormFieldKind.LONG_TEXT:
            fits = len(text) <= _PARAGRAPHS
        case FormFieldKind.CHOICE:
            fits = text in field.choices
        case FormFieldKind.EMAIL:
            fits = len(text) <= _EMAIL and bool(_MAIL.fullmatch(text))
        case FormFieldKind.PHONE:
            digits = sum(each.isdigit() for each in text)
            fits = len(text) <= _PHONE and digits >= _FEWEST_DIGITS
            fits = fits and bool(_DIALED.fullmatch(text))
        case _:
            fits = len(text) <= _LINE and len(text.splitlines()) == 1
    return text if fits else None


def _as_text(value: Value) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return answer_words(value) if not isinstance(value, datetime) else ""


def _fault(key: str, code: str, words: str) -> InvalidRequestError:
    return InvalidRequestError(words, code=code, field=f"answers.{key}")
