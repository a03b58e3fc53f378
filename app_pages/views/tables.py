"""Tables as people read them on a page: whole people, shares in per cent, titles in words."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from planning.words.figures import share_percent
from planning.words.headers import column_title
from planning.words.sheets import Sheet
from planning.words.tables import Column, Value
from planning.words.wording import Translate
from planning.words.workbooks import write_workbook


def sheet_of_columns(title: str, columns: Sequence[Column], translate: Translate) -> Sheet:
    """Return the columns of a file as a sheet in the reader's words.

    Parameters
    ----------
    title
        Title of the sheet, translated already.
    columns
        Columns of equal length.
    """
    headers = tuple(
        column_title(column.name, translate) + (" (%)" if _is_share(column) else "")
        for column in columns
    )
    values = [[view_value(column, value) for value in column.values] for column in columns]
    return Sheet(title, headers, tuple(zip(*values, strict=True)))


def view_value(column: Column, value: Value) -> Value:
    """Return a number rounded as people read it; text and flags as they are.

    A share below one never reads 100, one above zero never reads 0.

    >>> view_value(Column("people", (), 2), 12.6), view_value(Column("walk_share", (), 6), 0.99999)
    (13, 99.99)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    if _is_share(column):
        return share_percent(value)
    if column.decimals is None:
        return value
    is_count = column.decimals == 2  # files give people with two places, pages whole people
    return round(value) if column.decimals == 0 or is_count else round(value, column.decimals)


def rounded(sheet: Sheet, digits: int = 4) -> Sheet:
    """Return a sheet whose numbers have so many decimals at most, as a page shows them."""
    rows = tuple(
        tuple(round(value, digits) if isinstance(value, float) else value for value in row)
        for row in sheet.rows
    )
    return replace(sheet, rows=rows)


def workbook_bytes(sheets: Sequence[Sheet]) -> bytes:
    """Return sheets as the bytes of an XLSX file."""
    from pathlib import Path

    buffer = io.BytesIO()
    write_workbook(cast("Path", buffer), sheets)  # the writer takes any place to save to
    return buffer.getvalue()


def _is_share(column: Column) -> bool:
    return "share" in column.name.split("_")
