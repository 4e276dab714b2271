"""Reads SOQL: text to a tree, or Salesforce's refusal."""

from __future__ import annotations

import functools
import itertools
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import resources
from typing import Any, TypeAlias

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, VisitError

from connectors.sandbox.salesforce.answers import Refused, malformed_query
from connectors.sandbox.salesforce.relative_dates import EARLIEST, LATEST, RelativeDate

#: Source: SOQL and SOSL Reference, "SOQL SELECT Syntax": a statement has at most so many
#: characters, and OFFSET goes no further.
MAX_CHARACTERS = 100_000
MAX_OFFSET = 2_000
#: Source: the same, "WHERE".
MAX_STRING = 4_000

#: Source: the same, "Quoted String Escape Sequences".
_ESCAPES = {
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "b": "\b",
    "f": "\f",
    '"': '"',
    "'": "'",
    "\\": "\\",
}
_ESCAPES |= {letter.upper(): _ESCAPES[letter] for letter in "nrtbf"}
_CODE_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Like:
    """A pattern: ``%`` any characters, ``_`` one, both plain after a backslash."""

    expression: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Call:
    """A function of a field (``MAX(Amount)``); ``COUNT()`` alone is one of nothing."""

    name: str
    argument: Expression | None


#: A dotted path, or a function of one.
Expression: TypeAlias = tuple[str, ...] | Call


@dataclass(frozen=True, slots=True)
class Selected:
    """What a SELECT names, and how it shall be called in the answer; mostly nothing."""

    expression: Expression
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``expression operator value``; that of IN is a tuple or a query, of INCLUDES a tuple."""

    expression: Expression
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Combination:
    """Conditions that all (``and``), or one at least (``or``), or not (``not``) must hold."""

    kind: str
    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """One field, or function of one, to sort by."""

    expression: Expression
    is_descending: bool
    is_nulls_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One statement.

    Attributes:
        object_name: After FROM: an object, or a child relationship in a sub-query.
        selected: Paths and functions.
        children: Selected sub-queries.
        where: The condition.
        groups: What to group by.
        having: The condition on groups.
        orders: What to sort by.
        limit: At most so many rows.
        offset: After so many.
    """

    object_name: str
    selected: tuple[Selected, ...] = ()
    children: tuple[Query, ...] = ()
    where: Any = None
    groups: tuple[Expression, ...] = ()
    having: Any = None
    orders: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0

    @property
    def is_count(self) -> bool:
        """``COUNT()`` is selected: the answer is a number and no rows."""
        return any(item.expression == Call("COUNT", None) for item in self.selected)


def parse(text: str) -> Query:
    """The statement.

    Raises:
        Refused: It is not SOQL, with Salesforce's code.
    """
    if len(text) > MAX_CHARACTERS:
        raise Refused("QUERY_TOO_COMPLICATED", "The query is too long.")
    try:
        query: Query = _Reader().transform(_grammar().parse(text))
    except UnexpectedInput as error:
        raise _unexpected(error, text) from error
    except VisitError as error:
        if isinstance(error.orig_exc, Refused):
            raise error.orig_exc from error
        raise malformed_query("unexpected token") from error
    return query


@functools.cache
def _grammar() -> Lark:
    text = resources.files(__package__).joinpath("soql.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr")


def _unexpected(error: UnexpectedInput, text: str) -> Refused:
    if isinstance(error, UnexpectedCharacters):
        found = text[error.pos_in_stream :].split()
        token = found[0] if found else ""
    else:
        token = str(getattr(error, "token", "")) or "<EOF>"
    column = max(getattr(error, "column", 1), 1)
    return malformed_query(f"ERROR at Row:1:Column:{column}\nunexpected token: '{token}'")


def _unescaped(token: Token) -> str:
    """What a quoted text stands for.

    Raises:
        Refused: An escape that SOQL does not have, or too long a text.
    """
    return "".join(_checked(text) for text, _is_escaped in _characters(token))


def _characters(token: Token) -> list[tuple[str, bool]]:
    """Each character of a quoted text, and whether it was escaped.

    Raises:
        Refused: An escape that SOQL does not have, or too long a text.
    """
    found, characters = [], iter(str(token)[1:-1])
    for character in characters:
        if character != "\\":
            found.append((character, False))
            continue
        letter = next(characters)
        if letter == "u":
            digits = "".join(itertools.islice(characters, _CODE_DIGITS))
            if re.fullmatch(r"[0-9A-Fa-f]{4}", digits) is None:
                raise malformed_query(f"Invalid string literal: illegal escape '\\u{digits}'")
            found.append((chr(int(digits, 16)), True))
        elif letter in _ESCAPES:
            found.append((_ESCAPES[letter], True))
        else:
            found.append((f"\\{letter}", True))
    if len(found) > MAX_STRING:
        raise malformed_query(f"a string in a WHERE clause has at most {MAX_STRING} characters")
    return found


def _checked(text: str) -> str:
    """The character, unless it is an escape that SOQL does not have.

    Raises:
        Refused: It is one.
    """
    if len(text) > 1:
        raise malformed_query(f"Invalid string literal: illegal escape '{text}'")
    return text


def _pattern(token: Token) -> Like:
    parts = []
    for text, is_escaped in _characters(token):
        if is_escaped:
            plain = text[1] if text in ("\\%", "\\_") else _checked(text)
            parts.append(re.escape(plain))
        else:
            parts.append({"%": ".*", "_": "."}.get(text, re.escape(text)))
    return Like(re.compile("".join(parts), re.IGNORECASE | re.DOTALL))


@v_args(inline=True)
class _Reader(Transformer[Token, Any]):
    """Turns lark's tree into ``Query``."""

    def start(self, query: Query) -> Query:
        return query

    def path(self, *names: Token) -> tuple[str, ...]:
        return tuple(map(str, names))

    def call(self, name: Token, argument: Expression | None = None) -> Call:
        return Call(str(name).upper(), argument)

    def selected(self, expression: Expression, alias: Token | None = None) -> Selected:
        return Selected(expression, str(alias or ""))

    def child_query(self, query: Query) -> Query:
        return query

    def select_list(self, *items: Any) -> tuple[Any, ...]:
        return items

    def query(self, selected: tuple[Any, ...], name: Token, *rest: Any) -> Query:
        more: dict[str, Any] = dict(rest)
        return Query(
            object_name=str(name),
            selected=tuple(item for item in selected if isinstance(item, Selected)),
            children=tuple(item for item in selected if isinstance(item, Query)),
            **more,
        )

    def where(self, condition: Any) -> tuple[str, Any]:
        return "where", condition

    def group(self, *expressions: Expression) -> tuple[str, Any]:
        return "groups", expressions

    def having(self, condition: Any) -> tuple[str, Any]:
        return "having", condition

    def conjunction(self, *parts: Any) -> Combination:
        return Combination("and", parts)

    def disjunction(self, *parts: Any) -> Combination:
        return Combination("or", parts)

    def negation(self, part: Any) -> Combination:
        return Combination("not", (part,))

    def compare(self, expression: Expression, operator: Token, value: Any) -> Comparison:
        sign = str(operator)
        return Comparison(expression, "!=" if sign == "<>" else sign, value)

    def like(self, expression: Expression, pattern: Token) -> Comparison:
        return Comparison(expression, "like", _pattern(pattern))

    def within(self, expression: Expression, values: tuple[Any, ...]) -> Comparison:
        return Comparison(expression, "in", values)

    def without(self, expression: Expression, values: tuple[Any, ...]) -> Comparison:
        return Comparison(expression, "not in", values)

    def includes(self, expression: Expression, values: tuple[Any, ...]) -> Comparison:
        return Comparison(expression, "includes", values)

    def excludes(self, expression: Expression, values: tuple[Any, ...]) -> Comparison:
        return Comparison(expression, "excludes", values)

    def within_query(self, expression: Expression, query: Query) -> Comparison:
        return Comparison(expression, "in", query)

    def without_query(self, expression: Expression, query: Query) -> Comparison:
        return Comparison(expression, "not in", query)

    def list(self, *values: Any) -> tuple[Any, ...]:
        return values

    def order(self, *items: Order) -> tuple[str, Any]:
        return "orders", items

    def order_item(self, expression: Expression, *words: str) -> Order:
        return Order(expression, "desc" in words, "last" in words)

    def direction(self, word: Token) -> str:
        return str(word).lower()

    def nulls(self, word: Token) -> str:
        return str(word).lower()

    def limit(self, number: Token) -> tuple[str, Any]:
        return "limit", _natural(number)

    def offset(self, number: Token) -> tuple[str, Any]:
        value = _natural(number)
        if value > MAX_OFFSET:
            raise Refused(
                "NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MAX_OFFSET}"
            )
        return "offset", value

    def string(self, token: Token) -> str:
        return _unescaped(token)

    def datetime(self, token: Token) -> datetime:
        try:
            found = datetime.fromisoformat(str(token).upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise malformed_query(f"invalid dateTime: {token}") from error
        _check_day(found.date(), token)
        return found

    def date(self, token: Token) -> date:
        try:
            found = date.fromisoformat(str(token))
        except ValueError as error:
            raise malformed_query(f"invalid date: {token}") from error
        _check_day(found, token)
        return found

    def relative_date(self, token: Token) -> RelativeDate:
        return RelativeDate(str(token).upper())

    def number(self, token: Token) -> Decimal:
        return Decimal(str(token))

    def true(self, _token: Token) -> bool:
        return True

    def false(self, _token: Token) -> bool:
        return False

    def null(self, _token: Token) -> None:
        return None


def _natural(number: Token) -> int:
    value = int(number)
    if value < 0:
        raise malformed_query(f"unexpected token: '{number}'")
    return value


def _check_day(day: date, token: Token) -> None:
    if not EARLIEST <= day <= LATEST:
        raise malformed_query(f"invalid date: {token}")
