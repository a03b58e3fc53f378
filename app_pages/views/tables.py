"""Tables as a page shows them: numbers that sort, and words where a figure has no value."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from planning.words.figure import NOBODY, NOT_APPLICABLE, Figure
from planning.words.tables import Cell, Table, Value
from planning.words.units import rounded_amount
from planning.words.wording import Language


def page_frame(table: Table, headers: Sequence[str], language: Language) -> pd.DataFrame:
    """Return a table as a data frame that remembers which figures its cells hold.

    Parameters
    ----------
    headers
        Unique headers of its columns.

    Returns
    -------
    pandas.DataFrame
        `attrs["figures"]`: the identity of every cell by header, "" where it holds no figure.
    """
    frame = pd.DataFrame(dict(zip(headers, page_columns(table, language), strict=True)))
    frame.attrs["figures"] = {
        header: [cell.identity if isinstance(cell, Figure) else "" for cell in column.values]
        for header, column in zip(headers, table.columns, strict=True)
        if any(isinstance(cell, Figure) for cell in column.values)
    }
    return frame


def page_headers(table: Table) -> list[str]:
    """Return the headers of a table on a page: columns of shares are in per cent."""
    return [
        f"{header} (%)" if "%" not in header and _holds_shares(column.values) else header
        for header, column in zip(table.headers, table.columns, strict=True)
    ]


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


def _holds_shares(cells: Sequence[Cell]) -> bool:
    figures = [cell for cell in cells if isinstance(cell, Figure)]
    return bool(figures) and all(figure.unit == "share" for figure in figures)
