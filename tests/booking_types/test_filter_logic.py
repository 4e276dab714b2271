from __future__ import annotations

from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking_types.filters.logic import LONGEST_LOGIC, LogicError, parse_logic

#: However busy the machine is.
unhurried = settings(deadline=None)

#: An expression in Python's own words; ``{0}`` to ``{2}`` stand for clauses 1 to 3.
expressions = st.recursive(
    st.sampled_from(["{0}", "{1}", "{2}"]),
    lambda inner: st.one_of(
        inner.map(lambda text: f"not ({text})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        ),
        st.tuples(inner, inner, inner).map(
            lambda parts: f"({parts[0]}) or not ({parts[1]}) and ({parts[2]})"
        ),
    ),
    max_leaves=8,
)


@unhurried
@given(expressions)
def test_logic_means_what_python_means_by_the_same_words(expression: str) -> None:
    # Every clause has to be used once.
    expression = f"({expression}) and ({{0}} or {{1}} or {{2}} or not {{2}})"
    logic = parse_logic(expression.format(1, 2, 3), clauses=3)

    for truths in product([False, True], repeat=3):
        expected = eval(expression.format(*truths))  # noqa: S307  # the expression is ours
        assert logic.holds(truths) is expected


@pytest.mark.parametrize("text", ["", "  ", "1 AND 2 and 3"])
def test_without_logic_all_clauses_must_hold(text: str) -> None:
    logic = parse_logic(text, clauses=3)

    assert logic.holds([True, True, True])
    assert not logic.holds([True, True, False])


@pytest.mark.parametrize("text", ["1 AND (2 OR NOT 3)", "1 and (2 or not 3)", "1 aNd(2 Or noT 3)"])
def test_words_may_be_written_in_any_case(text: str) -> None:
    logic = parse_logic(text, clauses=3)

    assert logic.holds([True, False, False])
    assert not logic.holds([True, False, True])


def test_and_binds_tighter_than_or() -> None:
    logic = parse_logic("1 OR 2 AND 3", clauses=3)

    assert logic.holds([True, False, False])
    assert not logic.holds([False, True, False])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 AND 2 AND 4", "names clause 4, but there are 3 clauses"),
        ("0 AND 1 AND 2 AND 3", "names clause 0, but there are 3 clauses"),
        ("1 AND 2", "leaves out clause 3"),
        ("(1 AND 2 AND 3", "opens a parenthesis without closing"),
        ("((1 AND 2 AND 3", "opens 2 parentheses without closing"),
        ("1) AND (2 AND 3", "closes a parenthesis at character 2"),
        ("1 AND 2 XOR 3", "“XOR” at character 9"),
        ("1 2 3", "“2” at character 3"),
        ("1 AND 2 AND", "ends too soon"),
        ("()", "at character 2"),
        ("1 AND AND 2", "“AND” at character 7"),
        ("1 && 2", "“&&” at character 3"),
        ("1 " * LONGEST_LOGIC, "longer than"),
    ],
)
def test_logic_that_cannot_be_understood_says_where(text: str, message: str) -> None:
    with pytest.raises(LogicError) as caught:
        parse_logic(text, clauses=3)

    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["(" * 490 + "1" + ")" * 490, "NOT " * 248 + "1"])
def test_no_depth_is_too_deep(text: str) -> None:
    assert parse_logic(text, clauses=1).holds([True])


# ------------------------------------------------------------------------------- laws

logics = st.recursive(
    st.sampled_from(["1", "2", "3", "4"]),
    lambda inner: st.one_of(
        inner.map("NOT ({})".format),
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        ),
    ),
    max_leaves=12,
)
EVERY = list(product([False, True], repeat=4))


def table(text: str) -> list[bool]:
    """Whether an expression over clauses 1 to 4 holds, for all that these can be."""
    # Every clause has to be used, so those that the expression lacks are added without effect.
    whole = f"({text}) AND (1 OR NOT 1 OR 2 OR 3 OR 4)"
    return [parse_logic(whole, clauses=4).holds(truths) for truths in EVERY]


@unhurried
@given(logics, logics)
def test_de_morgan(one: str, other: str) -> None:
    assert table(f"NOT (({one}) AND ({other}))") == table(f"NOT ({one}) OR NOT ({other})")
    assert table(f"NOT (({one}) OR ({other}))") == table(f"NOT ({one}) AND NOT ({other})")


@unhurried
@given(logics)
def test_two_negations_are_none(one: str) -> None:
    assert table(f"NOT NOT ({one})") == table(one)
    assert table(f"NOT ({one})") == [not truth for truth in table(one)]


@unhurried
@given(logics, logics, logics)
def test_neither_order_nor_grouping_of_one_word_matters(one: str, two: str, three: str) -> None:
    for word in ("AND", "OR"):
        flat = table(f"({one}) {word} ({two}) {word} ({three})")
        assert flat == table(f"({one}) {word} (({two}) {word} ({three}))")
        assert flat == table(f"({three}) {word} ({one}) {word} ({two})")


@unhurried
@given(logics, logics, logics)
def test_and_goes_into_or(one: str, two: str, three: str) -> None:
    assert table(f"({one}) AND (({two}) OR ({three}))") == table(
        f"({one}) AND ({two}) OR ({one}) AND ({three})"
    )


@unhurried
@given(logics, st.randoms(use_true_random=False))
def test_redundant_parentheses_spaces_and_case_change_nothing(text: str, chance: Random) -> None:
    words = f"(({text}))".split(" ")
    untidy = [chance.choice((word.lower(), word.title(), f"\t{word}\n")) for word in words]

    assert table(" ".join(untidy)) == table(text)


def test_a_logic_is_read_once() -> None:
    assert parse_logic("1 AND NOT 2", clauses=2) is parse_logic("1 AND NOT 2", clauses=2)
