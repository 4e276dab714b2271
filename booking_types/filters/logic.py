"""How the clauses of a record filter combine: ``1 AND (2 OR NOT 3)``.

The words are those of Salesforce's own filter logic, in any case. NOT binds tighter than AND,
and AND tighter than OR. A clause is true or false and nothing in between, whatever its field
lacks, so NOT turns one into the other.

Source: SOQL and SOSL Reference, "Logical Operators": ``NOT`` is "true if fieldExpressionX is
false". SOQL itself wants parentheses wherever AND and OR meet; here they may be left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from lark import Lark, Token, Transformer, UnexpectedInput, v_args

#: Longer ones are nobody's handwriting.
LONGEST_LOGIC = 1000

_GRAMMAR = r"""
    ?start: either
    ?either: both
        | either "OR"i both -> either
    ?both: one
        | both "AND"i one -> both
    ?one: NUMBER -> clause
        | "NOT"i one -> negation
        | "(" either ")"
    NUMBER: /[0-9]+/
    %ignore /\s+/
"""

#: One step of an expression in postfix order: a clause's number, or what is done with the
#: truths that came before.
_Step = int | str


class LogicError(ValueError):
    """The logic cannot be understood, or does not fit its clauses; the text says how."""


@dataclass(frozen=True, slots=True)
class Logic:
    """A filter logic that was understood.

    Attributes:
        steps: In postfix order, so that no depth of parentheses is too deep.
    """

    steps: tuple[_Step, ...]

    def holds(self, truths: Sequence[bool]) -> bool:
        """Whether it holds, given whether each clause does, the first clause first."""
        stack: list[bool] = []
        for step in self.steps:
            if isinstance(step, int):
                stack.append(truths[step - 1])
            elif step == "not":
                stack.append(not stack.pop())
            else:
                right, left = stack.pop(), stack.pop()
                stack.append((left and right) if step == "and" else (left or right))
        return stack.pop()


@lru_cache(maxsize=4096)
def parse_logic(text: str, *, clauses: int) -> Logic:
    """The logic of so many clauses; an empty text means that all of them must hold.

    Args:
        text: As the admin wrote it.
        clauses: How many clauses the filter has.

    Raises:
        LogicError: It has a word too many or too few, an unbalanced parenthesis, names a clause
            that is not there, or leaves one out.
    """
    if not text.strip():
        return _all_of(clauses)
    if len(text) > LONGEST_LOGIC:
        raise LogicError(f"is longer than {LONGEST_LOGIC} characters")
    _refuse_unbalanced(text)
    try:
        steps: tuple[_Step, ...] = _parser().parse(text)  # type: ignore[assignment]  # the transformer makes tuples, not a tree
    except UnexpectedInput as error:
        raise LogicError(_in_words(error, text)) from None
    _refuse_wrong_numbers({step for step in steps if isinstance(step, int)}, clauses=clauses)
    return Logic(steps)


def _all_of(clauses: int) -> Logic:
    numbers: list[_Step] = list(range(1, clauses + 1))
    return Logic((*numbers, *["and"] * (clauses - 1)))


def _refuse_unbalanced(text: str) -> None:
    depth = 0
    for position, character in enumerate(text, start=1):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            raise LogicError(f"closes a parenthesis at character {position} that was not opened")
    if depth:
        many = "a parenthesis" if depth == 1 else f"{depth} parentheses"
        raise LogicError(f"opens {many} without closing")


def _refuse_wrong_numbers(used: set[int], *, clauses: int) -> None:
    unknown = sorted(number for number in used if not 1 <= number <= clauses)
    if unknown:
        has = "1 clause" if clauses == 1 else f"{clauses} clauses"
        raise LogicError(f"names clause {unknown[0]}, but there {_be(clauses)} {has}")
    unused = sorted(set(range(1, clauses + 1)) - used)
    if unused:
        raise LogicError(f"leaves out clause {unused[0]}; use it or delete the clause")


def _be(number: int) -> str:
    return "is" if number == 1 else "are"


def _in_words(error: UnexpectedInput, text: str) -> str:
    token: Token | None = getattr(error, "token", None)
    position: int | None = error.pos_in_stream
    if position is None or (token is not None and token.type == "$END"):
        return "ends too soon; a clause number or a parenthesis is missing"
    return (
        f"cannot be understood from “{text[position:].split(maxsplit=1)[0][:20]}” at character "
        f"{position + 1}; write clause numbers, AND, OR, NOT and parentheses"
    )


class _Postfix(Transformer[Token, tuple[_Step, ...]]):
    """Puts each rule's parts one after the other, and then what is done with them."""

    @v_args(inline=True)
    def clause(self, number: Token) -> tuple[_Step, ...]:
        return (int(number),)

    @v_args(inline=True)
    def negation(self, inner: tuple[_Step, ...]) -> tuple[_Step, ...]:
        return (*inner, "not")

    @v_args(inline=True)
    def both(self, left: tuple[_Step, ...], right: tuple[_Step, ...]) -> tuple[_Step, ...]:
        return (*left, *right, "and")

    @v_args(inline=True)
    def either(self, left: tuple[_Step, ...], right: tuple[_Step, ...]) -> tuple[_Step, ...]:
        return (*left, *right, "or")


@cache
def _parser() -> Lark:
    # Transforming while parsing needs no recursion over a finished tree.
    return Lark(_GRAMMAR, parser="lalr", transformer=_Postfix())
