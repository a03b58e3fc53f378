"""Tables for people and programs: one value that becomes a CSV file, a sheet or a page.

CSV opens in Excel, has fixed decimals and no live formulas; `workbooks` writes XLSX.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from planning.words.figure import Figure
from planning.words.figures import share_percent
from planning.words.headers import column_title
from planning.words.wording import Language, Translate

Value: TypeAlias = str | float | int | bool | None
Cell: TypeAlias = Value | Figure
Row: TypeAlias = tuple[Cell, ...]

FORMULA_STARTS = ("=", "+", "-", "@")
DITTO = "〃"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: text, whole numbers, yes/no, numbers with `decimals` places, figures.

    Parameters
    ----------
    name
        Header in files with its unit, the same in every language.
    values
        One cell a row; None is an empty cell.
    decimals
        Places after the point of numbers; None for text and flags.
    title
        Header for people in their language; that of the name by default.
    width
        Relative width in print; 0 lets the texts decide.
    """

    name: str
    values: Sequence[Cell]
    decimals: int | None = None
    title: str = ""
    width: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table as people read it, the same on pages, in reports and in workbooks.

    Parameters
    ----------
    title, columns
        In the reader's language.
    key
        What it holds, the same in every language.
    note
        Sentences below it, a line each.
    has_ditto
        In print a text of the last column that repeats the row above becomes a ditto mark; a
        workbook, whose rows may be sorted, keeps it.
    """

    title: str
    columns: tuple[Column, ...]
    key: str = ""
    note: str = ""
    has_ditto: bool = False

    @property
    def headers(self) -> tuple[str, ...]:
        """The titles of the columns."""
        return tuple(column.title or column.name for column in self.columns)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The cells by row."""
        return tuple(zip(*(column.values for column in self.columns), strict=True))


def table_of(
    title: str,
    headers: Sequence[str],
    rows: Sequence[Row],
    translate: Callable[[str], str] = str,
    *,
    widths: Sequence[int] = (),
    key: str = "",
    note: str = "",
    has_ditto: bool = False,
) -> Table:
    """Return rows as a table.

    Parameters
    ----------
    title, headers
        In the reader's language, or message ids for `translate`.
    widths
        Relative widths of the columns in print; empty lets the texts decide.

    Raises
    ------
    ValueError
        When a row has not one cell a header.
    """
    said = [translate(header) for header in headers]
    if any(len(row) != len(said) for row in rows):
        msg = f"table {title}: every row needs {len(said)} cells"
        raise ValueError(msg)
    columns = tuple(
        Column(header, tuple(row[place] for row in rows), title=header, width=width)
        for place, (header, width) in enumerate(zip(said, widths or [0] * len(said), strict=True))
    )
    return Table(translate(title), columns, key, note, has_ditto)


def table_of_columns(title: str, columns: Sequence[Column], translate: Translate) -> Table:
    """Return the columns of a file as a table in the reader's words: whole people, per cent.

    Parameters
    ----------
    title
        Title of the table, translated already.
    columns
        Columns of equal length.
    """
    shown = []
    for column in columns:
        header = column.title or column_title(column.name, translate)
        percent = " (%)" if _is_share(column) and not column.title else ""
        values = tuple(_rounded(column, value) for value in column.values)
        shown.append(Column(column.name, values, column.decimals, f"{header}{percent}"))
    return Table(title, tuple(shown))


def round_numbers(table: Table, digits: int = 4) -> Table:
    """Return a table whose numbers have so many decimals at most, as a page shows them."""
    rows = [
        tuple(round(cell, digits) if isinstance(cell, float) else cell for cell in row)
        for row in table.rows
    ]
    return table_of(table.title, table.headers, rows, key=table.key, note=table.note)


def printed_rows(table: Table, language: Language) -> list[list[str]]:
    """Return the rows of a table as they are printed."""
    rows = [[cell_text(cell, language) for cell in row] for row in table.rows]
    if table.has_ditto:
        last = [row[-1] for row in rows]
        for row, above in zip(rows[1:], last, strict=False):
            row[-1] = DITTO if row[-1] == above else row[-1]
    return rows


def cell_text(cell: Cell, language: Language) -> str:
    """Return a cell as it is printed; nothing is a dash.

    >>> cell_text(None, "zh"), cell_text("卫生院", "zh"), cell_text(3, "en")
    ('—', '卫生院', '3')
    """
    if isinstance(cell, Figure):
        return cell.text(language)
    return "—" if cell is None else str(cell)


def cell_value(cell: Cell) -> Value:
    """Return what a program reads in a cell: a figure's value unrounded, None where it has none."""
    return cell.value if isinstance(cell, Figure) else cell


def write_csv(path: Path, columns: Sequence[Column]) -> None:
    """Write columns as UTF-8 CSV with a byte order mark, so that Excel opens it.

    Raises
    ------
    ValueError
        As `csv_text`.
    """
    path.write_bytes(csv_text(columns).encode("utf-8-sig"))


def csv_text(columns: Sequence[Column]) -> str:
    """Return columns as CSV text.

    Text that a spreadsheet would run as a formula gets a leading `'`, which our readers remove.

    Raises
    ------
    ValueError
        When the columns differ in length or a number is not finite.
    """
    if len({len(column.values) for column in columns}) > 1:
        msg = "columns differ in length: " + ", ".join(f"{c.name} {len(c.values)}" for c in columns)
        raise ValueError(msg)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    formatted = [[_field(value, column) for value in column.values] for column in columns]
    writer.writerows(zip(*formatted, strict=True))
    return buffer.getvalue()


def as_text(value: str) -> str:
    """Return text that no spreadsheet takes for a formula.

    >>> as_text("=1+1"), as_text("卫生院")
    ("'=1+1", '卫生院')
    """
    # A text that already begins with quotes gets one more, so that the reader can undo it exactly.
    return f"'{value}" if value.lstrip("'").startswith(FORMULA_STARTS) else value


def _field(cell: Cell, column: Column) -> str:
    """Return a field of a CSV file."""
    if isinstance(cell, Figure):
        # A count that is not published keeps its sign; what cannot be known is an empty field.
        return _field(cell.hidden_sign or cell.value, column)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, str):
        return as_text(cell)
    if not math.isfinite(cell):
        msg = f"column {column.name}: {cell} is not a number"
        raise ValueError(msg)
    return f"{cell:.{column.decimals or 0}f}"


def _rounded(column: Column, cell: Cell) -> Cell:
    """Return a number rounded as people read it; text, flags and figures as they are."""
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        return cell
    if _is_share(column):
        return share_percent(cell)
    if column.decimals is None:
        return cell
    is_count = column.decimals == 2  # files give people with two places, pages whole people
    return round(cell) if column.decimals == 0 or is_count else round(cell, column.decimals)


def _is_share(column: Column) -> bool:
    return "share" in column.name.split("_")
