"""Plain CSV tables of ids and numbers, as programs exchange them: fixed columns, no guess."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from data.checks import no_values
from data.errors import StudyError
from data.tables.delimited import decoded
from data.tables.sheets import unescaped
from data.types import Floats
from geo.errors import Finding

SEPARATORS = (",", ";", "\t")
MOST_ROWS_NAMED = 5


def read_plain_table(
    path: Path,
    columns: Sequence[str],
    findings: list[Finding],
    *,
    optional: Sequence[str] = (),
    ids: Sequence[str] = (),
) -> pd.DataFrame:
    """Return some columns of a CSV file as text, its rows numbered from 1 as in the file.

    Parameters
    ----------
    columns, optional
        Columns that must be there, and columns that are blank where they are not.
    ids
        Columns that together name a row: blank and repeated ones are findings.
    findings
        Receives every fault; the table is then empty or holds what could be read.
    """
    every = [*columns, *optional]
    table = read_text_table(path, findings)
    if table is None:
        return pd.DataFrame({name: pd.Series(dtype=str) for name in every})
    table.columns = table.columns.str.strip()
    missing = [name for name in columns if name not in table.columns]
    for name in missing:
        params = (("found", ", ".join(table.columns)), ("expected", ", ".join(every)))
        findings.append(Finding("siting_table_column", params, file=path.name, column=name))
    table = pd.DataFrame(
        {name: table[name].str.strip() if name in table.columns else "" for name in every},
        index=table.index,
        dtype=object,
    )
    table.index += 1
    table = table[(table != "").any(axis=1)]
    if len(table) == 0 and not missing:
        findings.append(Finding("siting_table_empty", file=path.name))
    for name in every:
        escaped = table[name].str.startswith("'")
        table.loc[escaped, name] = table.loc[escaped, name].map(unescaped)
    if not missing:
        findings.extend(_id_faults(table, ids, path.name))
    return table


def number_column(
    table: pd.DataFrame,
    column: str,
    file: str,
    findings: list[Finding],
    *,
    blank: float | None = None,
) -> Floats:
    """Return a column as numbers of 0 or more; `blank` stands for an empty cell.

    What is not such a number is a finding, an empty cell too where `blank` is None; it is NaN here.
    """
    texts = table[column]
    empty = (texts == "").to_numpy()
    values = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)
    if blank is not None:
        values = np.where(empty, blank, values)
    endless = blank is not None and np.isinf(blank)
    wrong = np.isnan(values) | (values < 0) | (np.isinf(values) & ~(endless & (values > 0)))
    if wrong.any():
        rows = tuple(int(row) for row in table.index[wrong][:MOST_ROWS_NAMED])
        findings.append(Finding("table_number", (("count", int(wrong.sum())),), file, column, rows))
    return np.where(wrong, np.nan, values)


def note_no_values(table: pd.DataFrame, column: str, file: str, findings: list[Finding]) -> None:
    """Warn of numbers that look as if they stood for "no value", such as 99999 among times.

    They are taken as they are: a table of other programs may mean them.
    """
    values = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64)
    places = no_values(values)
    if len(places):
        rows = tuple(int(row) for row in table.index[places][:MOST_ROWS_NAMED])
        params = (("count", len(places)), ("number", int(values[places[0]])))
        findings.append(Finding("numbers_like_no_value", params, file, column, rows))


def _id_faults(table: pd.DataFrame, ids: Sequence[str], file: str) -> list[Finding]:
    findings = []
    for column in ids:
        blank = (table[column] == "").to_numpy()
        if blank.any():
            rows = tuple(int(row) for row in table.index[blank][:MOST_ROWS_NAMED])
            count = (("count", int(blank.sum())),)
            findings.append(Finding("siting_id_blank", count, file, column, rows))
    repeated = table.duplicated(list(ids)).to_numpy() if ids else np.zeros(len(table), bool)
    if repeated.any():
        rows = tuple(int(row) for row in table.index[repeated][:MOST_ROWS_NAMED])
        code = "siting_id_duplicate" if len(ids) == 1 else "siting_pair_duplicate"
        findings.append(Finding(code, (("count", int(repeated.sum())),), file, ids[0], rows))
    return findings


def read_text_table(path: Path, findings: list[Finding]) -> pd.DataFrame | None:
    """Return a CSV file as it stands, blank lines included; None and a finding when it is none."""
    if not path.is_file():
        findings.append(Finding("siting_file_missing", file=path.name))
        return None
    try:
        text = decoded(path.read_bytes(), file=path.name, encoding=None, findings=findings)
        separator = max(SEPARATORS, key=text.partition("\n")[0].count)
        table: pd.DataFrame = pd.read_csv(
            io.StringIO(text), dtype=str, keep_default_na=False, na_filter=False,
            skipinitialspace=True, skip_blank_lines=False, sep=separator,
        )  # fmt: skip
    except StudyError as error:
        findings.extend(error.findings)
        return None
    except (OSError, ValueError) as error:
        params = (("expected", "CSV"), ("reason", str(error).strip()[:200]))
        findings.append(Finding("file_unreadable", params, file=path.name))
        return None
    if not isinstance(table.index, pd.RangeIndex):  # the rows have a cell more than the header
        too_long = (("count", len(table)), ("columns", len(table.columns)))
        findings.append(Finding("row_too_long", too_long, file=path.name, rows=(1,)))
        return None
    return table
