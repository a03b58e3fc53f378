"""Where the columns of a sheet are named: title rows, headers of several rows, rows of units."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data.tables.cells import CellError, is_blank, number, text
from data.types import CellValue

UNITS: dict[str, float] = {
    **{"人": 1.0, "万人": 10_000.0, "千人": 1_000.0, "百人": 100.0},
    **{"张": 1.0, "元": 1.0, "万元": 10_000.0, "亿元": 100_000_000.0, "名": 1.0, "个": 1.0},
    **{"家": 1.0, "所": 1.0, "户": 1.0, "床": 1.0, "天": 1.0, "次": 1.0, "位": 1.0},
}
"""Unit of a column -> what one of it is in ones."""
RATE_UNITS = ("%", "‰")

_OTHER_UNITS = frozenset(
    {"度", "米", "公里", "平方米", "平方公里", "m", "km", "小时", "分钟", "年", "月", "岁", "分"}
)
_WITHIN_ROWS = 20
_REMARK_STARTS = (
    *("注:", "注1", "备注", "说明:", "填表", "制表", "审核", "数据来源", "资料来源", "单位:"),
    *("填报", "负责人", "统计口径", "联系人"),
)
_COLUMN_LETTERS = frozenset("甲乙丙丁戊己庚辛")
_BRACKETS = re.compile(r"[\(\[](.*)[\)\]]")
_TITLE_UNITS = re.compile(r"单位:([^)\s]+)")


@dataclass(frozen=True, slots=True)
class Heading:
    """Which rows of a sheet name its columns.

    Parameters
    ----------
    start, end
        First row of the header, and the first row below it that is data.
    names
        One name a column; the parts of several rows joined by "/", "" where none is written.
    title_unit
        Unit other than ones that a title states for the whole table, such as 万人; "" for none.
    """

    start: int
    end: int
    names: tuple[str, ...]
    title_unit: str = ""


def find_heading(
    rows: Sequence[Sequence[CellValue]], header_depth: Mapping[int, int] | None = None
) -> Heading | None:
    """Return the heading of a sheet; None where all rows are blank.

    Parameters
    ----------
    rows
        Cells row by row; rows may differ in length.
    header_depth
        Row -> number of rows that a header starting there spans, where merged cells say so.
    """
    start = _first_row(rows)
    if start is None:
        return None
    end = start + ((header_depth or {}).get(start) or _written_depth(rows, start))
    names = _names(rows[start:end])
    if end < len(rows) and _is_unit_row(rows[end][: len(names)]):
        units = _padded(rows[end], names)
        names = [_with_unit(name, cell) for name, cell in zip(names, units, strict=True)]
        end += 1
    if end < len(rows) and _is_numbering(rows[end][: len(names)]):
        end += 1
    unit = _title_unit(rows[:start])
    is_said_again = any(f"({unit})" in plain(name) for name in names)
    return Heading(start, end, tuple(names), "" if is_said_again else unit)


def plain(written: str) -> str:
    """Return a text as headers are compared: half-width, without blanks, in lower case.

    >>> plain(" 执业（助理） 医师")
    '执业(助理)医师'
    """
    return "".join(unicodedata.normalize("NFKC", written).split()).lower()


def distinct(row: Sequence[CellValue]) -> set[str]:
    """Return the different texts of a row, without blanks."""
    return {text(cell) for cell in row if not is_blank(cell)}


def is_remark(row: Sequence[CellValue]) -> bool:
    """Return True for a row that begins as titles and footnotes do (注：, 单位：, 填表人 ...)."""
    first = next((text(cell) for cell in row if not is_blank(cell)), "")
    return plain(first).startswith(_REMARK_STARTS)


def is_number(cell: CellValue) -> bool:
    """Return True for a cell that states a number."""
    try:
        return number(cell) is not None
    except CellError:
        return False


def _first_row(rows: Sequence[Sequence[CellValue]]) -> int | None:
    """Return the first row that is about as full as the fullest: above it stand titles."""
    counts = [0 if is_remark(row) else len(distinct(row)) for row in rows[:_WITHIN_ROWS]]
    fullest = max(counts, default=0)
    if fullest == 0:
        return None
    enough = 1 if fullest == 1 else max(2, (fullest + 1) // 2)
    return next(index for index, count in enumerate(counts) if count >= enough)


def _written_depth(rows: Sequence[Sequence[CellValue]], start: int) -> int:
    """Return 2 where the row below the header names columns that the header leaves blank."""
    if start + 1 >= len(rows):
        return 1
    upper, lower = list(rows[start]), list(rows[start + 1])
    upper += [None] * (len(lower) - len(upper))
    under_blank = [low for up, low in zip(upper, lower, strict=False) if is_blank(up)]
    under_text = [low for up, low in zip(upper, lower, strict=False) if not is_blank(up)]
    names = [cell for cell in under_blank if not is_blank(cell)]
    is_named = bool(names) and not any(is_number(cell) for cell in names)
    return 2 if is_named and any(is_blank(cell) for cell in under_text) else 1


def _names(rows: Sequence[Sequence[CellValue]]) -> list[str]:
    """Return one name a column: the parts of several rows joined by "/"."""
    width = max(len(row) for row in rows)
    padded = [[text(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    if len(padded) > 1:
        # A group's name stands above its first column only; the next columns are in the group.
        for column in range(1, width):
            if not padded[0][column] and padded[-1][column]:
                padded[0][column] = padded[0][column - 1]
    names = []
    for column in range(width):
        parts = list(dict.fromkeys(row[column] for row in padded if row[column]))
        names.append("/".join(" ".join(part.split()) for part in parts))
    while names and not names[-1]:
        names.pop()
    return names


def _is_unit_row(row: Sequence[CellValue]) -> bool:
    """Return True for a row that holds units and nothing else, below the names of the columns."""
    said = {_unit_of(cell) for cell in row if not is_blank(cell)}
    return bool(said) and "" not in said


def _unit_of(cell: CellValue) -> str:
    written = plain(text(cell)).removeprefix("单位:")
    found = _BRACKETS.fullmatch(written)
    unit = found[1] if found else written
    return unit if unit in UNITS or unit in RATE_UNITS or unit in _OTHER_UNITS else ""


def _with_unit(name: str, cell: CellValue) -> str:
    unit = _unit_of(cell)
    return f"{name}({unit})" if name and unit else name


def _padded(row: Sequence[CellValue], names: Sequence[str]) -> list[CellValue]:
    return [*row, *([None] * len(names))][: len(names)]


def _is_numbering(row: Sequence[CellValue]) -> bool:
    """Return True for the row 甲 乙 1 2 3 by which statistical forms number their columns."""
    said = [text(cell) for cell in row if not is_blank(cell)]
    numbers = [cell for cell in said if cell not in _COLUMN_LETTERS]
    letters = len(said) - len(numbers)
    return letters > 0 and numbers == [str(n) for n in range(1, len(numbers) + 1)]


def _title_unit(titles: Sequence[Sequence[CellValue]]) -> str:
    for row in titles:
        for cell in distinct(row):
            found = _TITLE_UNITS.search(plain(cell))
            if found and UNITS.get(found[1], 1.0) != 1.0:
                return found[1]
    return ""
