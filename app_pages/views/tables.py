"""Tables as a page shows them: numbers that sort, and words where a figure has no value."""

from __future__ import annotations

from collections.abc import Sequence

from planning.words.figure import NOBODY, NOT_APPLICABLE, Figure
from planning.words.tables import Cell, Table, Value
from planning.words.units import rounded_amount
from planning.words.wording import Language


def page_columns(table: Table, language: Language) -> list[list[Value]]:
    """Return the cells of a table by column, as a data frame takes them.

    A column of figures holds numbers, rounded as they are written, so that it sorts; where one of
    them cannot be known it holds texts.
    """
    return [_page_column(column.values, language) for column in table.columns]


def _page_column(cells: Sequence[Cell], language: Language) -> list[Value]:
    figures = [cell for cell in cells if isinstance(cell, Figure)]
    if any(cell.value is None and cell.reason not in {NOBODY, NOT_APPLICABLE} for cell in figures):
        return [cell.text(language) if isinstance(cell, Figure) else cell for cell in cells]
    return [_number(cell) if isinstance(cell, Figure) else cell for cell in cells]


def _number(figure: Figure) -> Value:
    return None if figure.value is None else rounded_amount(figure.value, figure.unit)
