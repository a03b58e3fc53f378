"""`where`: one comparison, and nothing but one comparison."""

from __future__ import annotations

import pytest

from data.conditions import Condition, ConditionError, matches, parse_condition


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("healthcare > 0", Condition("healthcare", ">", 0.0)),
        ("healthcare>=2", Condition("healthcare", ">=", 2.0)),
        ("状态 = 在营", Condition("状态", "=", "在营")),
        ('"a = b" != "x > 1"', Condition("a = b", "!=", "x > 1")),
        ("kind == 'B100'", Condition("kind", "==", "B100")),
        ("code = '0330'", Condition("code", "=", "0330")),
        ("beds < 1.5万", Condition("beds", "<", 15000.0)),
    ],
)
def test_comparisons(written: str, expected: Condition) -> None:
    assert parse_condition(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "",
        "healthcare",
        "> 3",
        "a > 1 and b < 2",
        "a > b > c",
        "__import__('os').system('x') == 0",
        "a == (1)",
        "a = 1 || b = 2",
        "a in 1",
    ],
)
def test_anything_else_is_refused(written: str) -> None:
    with pytest.raises(ConditionError):
        parse_condition(written)


def test_blank_rows_do_not_match_and_are_named() -> None:
    found = matches(parse_condition("n != 1"), ["1", "2", "", None, "x"])
    assert found.matched.tolist() == [False, True, False, False, False]
    assert found.blank == (2, 3)
    assert found.not_comparable == (4,)


def test_text_is_compared_as_text() -> None:
    found = matches(parse_condition("code = '0330'"), ["0330", "330", 330.0])
    assert found.matched.tolist() == [True, False, False]
