"""CSV and TSV files in the encodings that offices use; their structure is verified."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from data.checks import row_finding
from data.errors import StudyError, unreadable
from data.study.tables import TableSource
from data.tables.decimals import convert_decimal_commas, may_have_decimal_commas
from data.tables.heading import Heading, find_heading
from data.tables.sheets import Table, table_of
from data.types import CellValue
from geo.errors import Finding

MAX_BYTES = 500_000_000
_DELIMITERS = (",", "\t", ";", "|", "，")
_SAMPLE_CHARS = 1_000_000
_SAMPLE_ROWS = 200
_SEPARATOR_LINE = re.compile(r"\ufeff?sep=(.)\r?\n")
"""The first line by which Excel states the separator."""
_LEAST_COLUMNS = 4
"""With fewer columns a cell of several lines may hold as many separators as rows would."""
_RARE = 0.1
"""Where fewer rows are shorter than the header, blank cells are not left out by habit."""
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_delimited(source: TableSource, findings: list[Finding]) -> Table:
    """Return the table of a CSV or TSV file.

    Parameters
    ----------
    source
        The file and what the study states of it: `encoding` (else UTF-8, UTF-16, then GB18030,
        which holds GBK, are tried), `separator` (else the one that makes columns) and `decimal`
        (else a comma only where no number of the file has a point).
    findings
        Receives a note when the text is not UTF-8 or has decimal commas, warnings when the guess is
        doubtful or rows are cut off.

    Raises
    ------
    StudyError
        When the file is too large, not text, without a header, or a quote in it is broken.
    """
    path = source.path
    size_bytes = path.stat().st_size
    if size_bytes > MAX_BYTES:
        params = (("size_mb", size_bytes // 1_000_000), ("limit_mb", MAX_BYTES // 1_000_000))
        raise StudyError(Finding("file_too_large", params, file=path.name))
    content = path.read_bytes()
    text = decoded(content, file=path.name, encoding=source.encoding, findings=findings)
    stated = _SEPARATOR_LINE.match(text)
    text = text[stated.end() :] if stated else text
    delimiter = source.separator or (stated[1] if stated else "")
    if not delimiter:
        is_tabbed = path.suffix.lower() == ".tsv" and "\t" in text
        delimiter = "\t" if is_tabbed else likely_delimiter(text)
    rows = _records(path, text, delimiter)
    heading = find_heading(rows)
    if heading is not None and may_have_decimal_commas(text, delimiter, source.decimal):
        n_changed = convert_decimal_commas(rows, heading, source.decimal, delimiter)
        if n_changed:
            findings.append(Finding("decimal_comma", (("count", n_changed),), file=path.name))
    table = table_of(rows, file=path.name, findings=findings)
    if heading is not None:
        is_cut = not text.endswith(("\n", "\r"))
        _note_short(table, rows, heading, findings, is_cut=is_cut)
    return table


def likely_delimiter(text: str) -> str:
    """Return the delimiter that makes the most regular table; a comma when none does.

    The header must have several columns and stand as high as it can; then as many rows as possible
    must fit below it; then it must have as many columns as possible.
    """
    sample = "\n".join(text[:_SAMPLE_CHARS].splitlines()[:_SAMPLE_ROWS])
    fits = [
        (*_fit(sample, delimiter), delimiter) for delimiter in _DELIMITERS if delimiter in sample
    ]
    best = max(fits, key=lambda fit: fit[:3], default=(0, 0.0, 0, ","))
    return best[3] if best[2] > 1 else ","


def _fit(sample: str, delimiter: str) -> tuple[int, float, int]:
    """Return how high the header stands, the share of rows that fit below it, and its columns."""
    try:
        rows = list(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter))
    except csv.Error:  # a cell longer than any: told when the file is read
        return -_SAMPLE_ROWS, 0.0, 0
    heading = find_heading(rows)
    if heading is None or len(heading.names) < 2:
        return -_SAMPLE_ROWS, 0.0, 0
    body = [row for row in rows[heading.end :] if row]
    n_fitting = sum(1 < len(row) <= len(heading.names) for row in body)
    return -heading.start, n_fitting / max(len(body), 1), len(heading.names)


def _records(path: Path, text: str, delimiter: str) -> list[list[CellValue]]:
    """Return the rows of a text; a quote that is not closed as it should be is an error."""
    rows: list[list[CellValue]] = []
    lines = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        lines.append(reader.line_num + 1)
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            begun = text.splitlines()[lines[-1] - 1] if '"' in text else ""
            if begun.count('"') == 0:
                raise unreadable(path, "CSV", error) from error
            raise _broken_quote(path, rows, len(rows), lines[-1]) from error
        rows.append([*row])
    heading = find_heading(rows)
    width = 0 if heading is None else len(heading.names)
    if width >= _LEAST_COLUMNS and '"' in text:
        for index, cells in enumerate(rows):
            if _holds_rows(cells, delimiter, width):
                raise _broken_quote(path, rows, index, lines[index])
    return rows


def _holds_rows(row: Sequence[CellValue], delimiter: str, width: int) -> bool:
    """Return True where a quoted cell has swallowed rows: it holds their separators too."""
    return any(
        isinstance(cell, str)
        and ("\n" in cell or "\r" in cell)
        and (n_breaks := cell.count("\n") or cell.count("\r")) > 0
        and cell.count(delimiter) >= n_breaks * (width - 1)
        for cell in row
    )


def _broken_quote(
    path: Path, rows: Sequence[Sequence[CellValue]], index: int, line: int
) -> StudyError:
    """Return the error for a quote that is opened in a row and not closed there."""
    heading = find_heading(rows[:index])
    row = 0 if heading is None else index - heading.end + 1
    return StudyError(
        Finding("quote_broken", (("line", line),), file=path.name, rows=(row,) if row > 0 else ())
    )


def _note_short(
    table: Table,
    rows: Sequence[Sequence[CellValue]],
    heading: Heading,
    findings: list[Finding],
    *,
    is_cut: bool,
) -> None:
    """Warn of rows that end before their last cell: broken over two lines, or cut off."""
    width = len(heading.names)
    numbers = table.row.tolist()
    lengths = [len(rows[heading.end + number - 1]) for number in numbers]
    is_short = [length < width for length in lengths]
    pairs = zip(range(len(lengths)), range(1, len(lengths)), strict=False)
    broken = {
        place
        for first, second in pairs
        if is_short[first] and is_short[second] and lengths[first] + lengths[second] == width + 1
        for place in (first, second)
    }
    if lengths and is_short[-1] and is_cut:
        broken.add(len(lengths) - 1)
    if sum(is_short) < _RARE * len(lengths):
        broken |= {place for place, short in enumerate(is_short) if short}
    if broken:
        at = [numbers[place] for place in sorted(broken)]
        findings.append(row_finding("row_too_short", at, file=table.file, columns=width))


def decoded(content: bytes, *, file: str, encoding: str | None, findings: list[Finding]) -> str:
    """Return bytes as text.

    Raises
    ------
    StudyError
        With `encoding_unknown` when no encoding fits.
    """
    tried = [encoding] if encoding else _likely_encodings(content)
    for name in tried:
        try:
            text = content.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if _CONTROL.search(text):
            continue  # no text of a table has control characters
        if not name.startswith("utf-8"):
            findings.append(Finding("encoding_read_as", (("encoding", name.upper()),), file=file))
            if name == "gb18030" and not _looks_chinese(text):
                findings.append(Finding("encoding_doubtful", file=file))
        return text
    raise StudyError(Finding("encoding_unknown", (("tried", ", ".join(tried)),), file=file))


def _likely_encodings(content: bytes) -> list[str]:
    for bom, name in _BOMS:
        if content.startswith(bom):
            return [name]
    head = content[:4000]
    if head and head.count(0) > len(head) // 8:
        return ["utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"]
    return ["utf-8", "gb18030"]


def _looks_chinese(text: str) -> bool:
    """Return False when most other characters are ones that no list of names would have."""
    others = [char for char in text[:200_000] if char > "\x7f"]
    common = sum(1 for char in others if _is_common(char))
    return common >= 0.9 * len(others)


def _is_common(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
