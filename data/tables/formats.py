"""What a spreadsheet shows of a number: its format is read with the value that it stores."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from data.tables.cells import MULTIPLES, SIGNS, ShownNumber, as_cell, multiple_of
from data.types import CellValue

_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?[\d.]+)\]")
_TESTS = {
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
    "=": lambda value, bound: value == bound,
    "<>": lambda value, bound: value != bound,
}
_DIGITS = frozenset("0#?")
_PLAIN_CODES = frozenset({"General", "0", "0.00", "0.0", "#,##0", "#,##0.00", "@", "0_ "})


@dataclass(frozen=True, slots=True)
class _Format:
    """One section of a number format.

    Parameters
    ----------
    pieces
        Its letters in order, each with whether it is shown as it stands.
    condition
        Sign and bound of the values that it is for; None for the usual parts.
    """

    pieces: tuple[tuple[str, bool], ...]
    condition: tuple[str, float] | None = None

    @property
    def code(self) -> str:
        """Its placeholders and signs without what is shown as it stands."""
        return "".join(piece for piece, is_literal in self.pieces if not is_literal)

    @property
    def words(self) -> str:
        """What is shown as it stands."""
        return "".join(piece for piece, is_literal in self.pieces if is_literal)

    @property
    def divisor(self) -> float:
        """By how much the number is divided before it is shown.

        A comma behind the digits hides three of them. Excel knows no 万, so people write a point as
        a letter among the digits (0!.0,): it hides as many more as stand behind it.
        """
        code = self.code.rstrip()
        last = max((code.rfind(sign) for sign in _DIGITS), default=-1)
        behind = code[last + 1 :]
        thousands = len(behind) - len(behind.lstrip(","))
        letters = [piece if not is_literal else "!" + piece for piece, is_literal in self.pieces]
        parts = "".join(letters).split("!.", 1)
        moved = (
            sum(sign in _DIGITS for sign in parts[1]) if len(parts) > 1 and "." not in code else 0
        )
        return float(10 ** (3 * thousands + moved))

    @property
    def is_padded(self) -> bool:
        """True for a code: zeros that are always shown, or one behind a letter (F0)."""
        code = self.code.strip()
        before = next((k for k, (piece, _) in enumerate(self.pieces) if piece in _DIGITS), 0)
        prefix = "".join(piece for piece, is_literal in self.pieces[:before] if is_literal)
        return set(code) == {"0"} and (len(code) > 1 or (prefix.isascii() and prefix.isalpha()))


def shown(value: float, code: str) -> CellValue:
    """Return a number as its format shows it.

    Codes with leading zeros are text, rates keep their sign, and a number that is shown in
    thousands knows so (`ShownNumber`); everything else is the number.

    Parameters
    ----------
    value
        As stored.
    code
        Number format of its cell, such as `0000`, `0.0%` or `#,##0,`.

    >>> shown(7, "0000"), shown(20210315, "0000-00-00"), shown(12.5, "0.0")
    ('0007', '2021-03-15', 12.5)
    >>> shown(0.853, "0.0%").sign
    '%'
    """
    if code in _PLAIN_CODES:
        return as_cell(value)
    section = _section(value, code)
    if section.is_padded and value >= 0 and float(value).is_integer():
        return _padded(int(value), section)
    words = section.words.strip().strip(".")
    if "%" in section.code:
        return ShownNumber(value, shown=round(value * 100, 10), sign="%")
    if words in SIGNS:
        return ShownNumber(value, shown=value, sign=words)
    divisor, multiple = section.divisor, multiple_of(words)
    if divisor == 1.0 and not multiple:
        return as_cell(value)
    seen = value / divisor
    return ShownNumber(seen * MULTIPLES[multiple] if multiple else value, shown=seen, sign=multiple)


def _padded(value: int, section: _Format) -> str:
    """Return a number written into the zeros of its format, from the last one backwards."""
    digits = list(str(value))
    left = sum(not is_literal and piece == "0" for piece, is_literal in section.pieces)
    written: list[str] = []
    for piece, is_literal in reversed(section.pieces):
        if is_literal:
            written.append(piece)
        elif piece == "0":
            left -= 1
            written.append(digits.pop() if digits else "0")
            while left == 0 and digits:
                written.append(digits.pop())
    return "".join(reversed(written)).strip()


def _section(value: float, code: str) -> _Format:
    """Return the part of a format that is for this value."""
    sections = _sections(code)
    for section in sections:
        if section.condition is not None and _TESTS[section.condition[0]](
            value, section.condition[1]
        ):
            return section
    usual = [section for section in sections if section.condition is None] or list(sections)
    if value < 0 and len(usual) > 1:
        return usual[1]
    return usual[2] if value == 0 and len(usual) > 2 else usual[0]


@lru_cache(maxsize=1000)
def _sections(code: str) -> tuple[_Format, ...]:
    """Return the parts of a format, which semicolons part."""
    sections: list[_Format] = []
    pieces: list[tuple[str, bool]] = []
    condition: tuple[str, float] | None = None
    at = 0
    while at < len(code):
        letter = code[at]
        step = 1
        if letter == '"':
            end = code.find('"', at + 1)
            end = len(code) if end < 0 else end
            pieces.extend((each, True) for each in code[at + 1 : end])
            step = end + 1 - at
        elif letter in "\\!":
            pieces.extend((each, True) for each in code[at + 1 : at + 2])
            step = 2
        elif letter in "_*":
            step = 2
        elif letter == "[":
            end = code.find("]", at)
            end = len(code) if end < 0 else end
            found = _CONDITION.fullmatch(code[at : end + 1])
            condition = (found[1], float(found[2])) if found else condition
            step = end + 1 - at
        elif letter == ";":
            sections.append(_Format(tuple(pieces), condition))
            pieces, condition = [], None
        else:
            pieces.append((letter, letter not in _DIGITS and letter not in ".,%Ee@"))
        at += step
    return (*sections, _Format(tuple(pieces), condition))
