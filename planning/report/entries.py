"""What a cell of a report holds: text, or a figure; small counts of a published one are hidden."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from planning.words.figure import FEW, WITHHELD, Figure
from planning.words.wording import Language

LEAST_SHOWN = 10
"""In a published report counts of people above 0 and below this are never printed."""

Entry: TypeAlias = str | Figure


def entry_text(entry: Entry, language: Language) -> str:
    """Return a cell as it is printed."""
    return entry if isinstance(entry, str) else entry.text(language)


def hide_small(figure: Figure) -> Figure:
    """Return a count that may not be printed because it is one of few people."""
    return replace(figure, value=None, above=None, reason=FEW)


def withhold(figure: Figure) -> Figure:
    """Return a figure that may not be printed because a small count could be computed from it."""
    return replace(figure, value=None, above=None, reason=WITHHELD)
