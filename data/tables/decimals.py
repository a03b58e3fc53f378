"""Text tables whose numbers have a decimal comma: all of a file or none, and it is said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from data.tables.cells import is_blank, text
from data.tables.heading import Heading
from data.types import CellValue

_NUMERIC = re.compile(r"[+-]?\d[\d.,]*")
_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+")
_POINT = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)\.\d+")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}(\1\d{3})*")
"""Both 1,234 and 1.234 may be a thousand and more: no evidence of a decimal mark."""
_LISTED = re.compile(r"\d,\d")
"""In quotes "1,3" may as well be a list of two."""


def may_have_decimal_commas(text: str, delimiter: str, decimal: str | None) -> bool:
    """Return False where a look at the text already tells that no cell has a decimal comma."""
    return decimal != "." and "," in text and (delimiter != "," or '"' in text)


def convert_decimal_commas(
    rows: list[list[CellValue]],
    heading: Heading,
    decimal: str | None,
    delimiter: str,
) -> int:
    """Write the numbers of a file with decimal commas as all others are written, in place.

    Parameters
    ----------
    rows
        Cells of the file, row by row.
    heading
        Where the columns are named.
    decimal
        As the study states it; where it does not, columns of numbers are searched for commas that
        can only be decimal, and for points that can only be.
    delimiter
        Between commas a number with one stands in quotes, and may be a list of two.

    Returns
    -------
    int
        How many numbers were written anew.
    """
    body = rows[heading.end :]
    width = range(len(heading.names))
    with_comma = [place for place in width if any("," in cell for cell in _raw(body, place))]
    if decimal is None and not with_comma:
        return 0
    numeric = [place for place in width if _is_numeric(_cells(body, place))]
    if decimal is None:
        commas = [cell for place in with_comma if place in numeric for cell in _cells(body, place)]
        is_comma = any(
            _COMMA.fullmatch(cell)
            and not _THOUSANDS.fullmatch(cell)
            and (delimiter != "," or not _LISTED.fullmatch(cell))
            for cell in commas
        )
        cells = (cell for place in numeric for cell in _cells(body, place))
        if not is_comma or any(
            _POINT.fullmatch(cell) and not _THOUSANDS.fullmatch(cell) for cell in cells
        ):
            return 0
    n_changed = 0
    for row in body:
        for place in numeric:
            cell = row[place] if place < len(row) else None
            if isinstance(cell, str) and ("," in cell or "." in cell):
                row[place] = cell.strip().replace(".", "").replace(",", ".")
                n_changed += 1
    return n_changed


def _raw(body: Sequence[Sequence[CellValue]], place: int) -> Iterator[str]:
    """Yield the texts of a column as they stand."""
    for row in body:
        cell = row[place] if place < len(row) else None
        if isinstance(cell, str):
            yield cell


def _cells(body: Sequence[Sequence[CellValue]], place: int) -> list[str]:
    """Return the cells of a column that state something."""
    return [text(row[place]) for row in body if place < len(row) and not is_blank(row[place])]


def _is_numeric(cells: Iterable[str]) -> bool:
    """Return True for a column of numbers, whatever their decimal mark."""
    filled = list(cells)
    return bool(filled) and all(
        _NUMERIC.fullmatch(cell)
        and (cell.isdigit() or any(each.fullmatch(cell) for each in (_COMMA, _POINT, _THOUSANDS)))
        for cell in filled
    )
