"""What a cell of a report holds: text, or a figure that knows how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from planning.words.figures import minutes_text, people_text, share_text

Kind: TypeAlias = Literal["people", "share", "minutes", "count"]
Mark: TypeAlias = Literal["", "small", "withheld"]

LEAST_SHOWN = 10
"""In a published report counts of people above 0 and below this are never printed."""
WITHHELD = "*"


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure of a report.

    Parameters
    ----------
    value
        Unrounded, as the library computed it; None where there is none or it may not be printed.
    kind
        How it is written: whole people, a share, minutes, a plain count.
    mark
        `small`: printed as <10; `withheld`: printed as `*`, because a small one could be computed
        from it.
    """

    value: float | None
    kind: Kind
    mark: Mark = ""


Entry: TypeAlias = str | Amount


def entry_text(entry: Entry) -> str:
    """Return a cell as it is printed.

    >>> entry_text(Amount(812934.6, "people")), entry_text(Amount(None, "people", "small"))
    ('812,935', '<10')
    """
    if isinstance(entry, str):
        return entry
    if entry.mark:
        return f"<{LEAST_SHOWN}" if entry.mark == "small" else WITHHELD
    if entry.value is None:
        return "—"
    if entry.kind == "share":
        return share_text(entry.value)
    if entry.kind == "minutes":
        return minutes_text(entry.value)
    return people_text(entry.value)
