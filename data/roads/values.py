"""Values of a tag that hold several: OSMnx joins ways, and writes what each of them says."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from geo.modes import CLASS_SPEEDS_KPH

_LONGEST_ID = 20


def listed(text: str) -> list[str]:
    """Return the values of a text; only one that is written as a list has several.

    >>> listed("['50', '30']"), listed("residential"), listed("")
    (['50', '30'], ['residential'], [])
    """
    if text.startswith("[") and text.endswith("]"):
        try:
            return [str(each) for each in ast.literal_eval(text)]
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return [text]
    return [text] if text else []


def whole_number(text: str) -> int | None:
    """Return an id that is a whole number of 64 bits; None for any other text.

    >>> whole_number("-12"), whole_number("A1"), whole_number("9" * 20)
    (-12, None, None)
    """
    if not text.removeprefix("-").isdecimal() or len(text) > _LONGEST_ID:
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None


def slowest_class(classes: Iterable[str]) -> str | None:
    """Return the road class on which cars are slowest; None where there is none.

    >>> slowest_class(["primary", "residential"])
    'residential'
    """
    return min(classes, key=lambda name: (_class_kph(name), name), default=None)


def _class_kph(name: str) -> float:
    """Return the car speed of a class; 0 where cars do not go."""
    return CLASS_SPEEDS_KPH.get(name.removesuffix("_link"), 0.0)
