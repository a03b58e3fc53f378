"""One cell of a table as text, number, flag, date or list, however a bureau may have written it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeAlias, TypeVar

from data.types import CellValue, ColumnKind

SIGNS = ("%", "‰")
"""Signs of a rate."""
MULTIPLES = {
    **{"百万": 1_000_000.0, "千万": 10_000_000.0, "百": 100.0, "千": 1_000.0, "万": 10_000.0},
    "亿": 100_000_000.0,
}
"""Words behind a number that multiply it, the longest first."""

T = TypeVar("T")
Parser: TypeAlias = Callable[[CellValue], T | None]

BLANKS = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "无", "空", "nan", "null", "none", "n/a", "#n/a"}
)
"""Texts (in lower case) that stand for "not stated"."""

_YES = frozenset(
    {"是", "有", "y", "yes", "true", "t", "1", "√", "✓", "✔", "对", "已", "开通", "达标", "可"}
)
_NO = frozenset(
    {"否", "无", "没有", "n", "no", "false", "f", "0", "×", "x", "✗", "✘", "未", "不是", "不可"}
)
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_NUMBER = re.compile(
    r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:e[+-]?\d+)?|[+-]?\.\d+)((?![\d.,]).*)?"
)
_FLOAT_CODE = re.compile(r"[0-9]{6,}\.0")
_WIDE_CODE = re.compile(r"[0-9A-Za-z\-_.０-９Ａ-Ｚａ-ｚ－]+")
_UNSEEN = re.compile("[\ufeff\u200b-\u200f\u2060-\u2064\u00ad\u202a-\u202e]")
"""Signs that nobody sees: they come with texts from web pages, and make two ids of one."""
_ROUNDED_CODE = re.compile(r"[0-9]\.[0-9]+e\+[0-9]{2}", re.IGNORECASE)
_EXACT_BELOW = 1e15
_SERIAL = re.compile(r"[2-5][0-9]{4}(?:\.[0-9]+)?")
_SERIAL_EPOCH = date(1899, 12, 30)
_ANGLE = re.compile(
    r"([NSEW]|东经|西经|北纬|南纬)?\s*(\d{1,3}(?:\.\d+)?)(?:\s+(\d{1,2}))??(?:\s+(\d{1,2}(?:\.\d+)?))?"
    r"\s*([NSEW])?"
)
_ANGLE_MARKS = re.compile("[°º度'′’分\"″”秒:\\s]+|(?<=\\d)-(?=\\d)")
_LOOSE_BLANK = re.compile(r"(?<!\d)\s+|\s+(?!\d)")  # "3 张", but not "120 48 36"
SHEET_ERRORS = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"}
)
"""What a spreadsheet shows in place of a result."""
_COUNTERS = frozenset(
    {
        "",
        "人",
        "名",
        "张",
        "个",
        "家",
        "所",
        "天",
        "次",
        "年",
        "位",
        "户",
        "床",
        "间",
        "次/月",
        "天/周",
    }
)
_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?(?:[ T].*)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_SEPARATORS = re.compile(r"[;；,，、|\n]+")


class CellError(ValueError):
    """A cell is not of the kind that its column asks for."""


class ShownNumber(float):
    """A number of a spreadsheet that is shown otherwise than it is stored.

    Parameters
    ----------
    value
        What it counts, in ones; a percentage as a share.
    shown
        The number that is seen.
    sign
        The sign or word that is seen behind it: `%`, `‰`, 万; "" for none.
    """

    shown: float
    sign: str

    def __new__(cls, value: float, *, shown: float, sign: str) -> ShownNumber:
        """Return the number with what is seen of it."""
        made = super().__new__(cls, value)
        made.shown, made.sign = float(shown), sign
        return made


def as_cell(value: float) -> CellValue:
    """Return a number of a file as a cell; whole numbers beyond a float's digits stay text.

    >>> as_cell(330604001001234171), as_cell(12), as_cell(330604001001234000)
    ('330604001001234171', 12.0, 3.30604001001234e+17)
    """
    if isinstance(value, int) and abs(value) > _EXACT_BELOW:
        # Spreadsheets keep 15 digits and write zeros for the others: those are lost, and told.
        return float(value) if str(value)[-3:] == "000" else str(value)
    return float(value)


def text(cell: CellValue) -> str:
    """Return a cell as text; whole numbers without a decimal point, blanks as "".

    Codes keep their digits however they were typed: full-width ones, ".0" and unseen signs go.

    >>> text(330604001000.0), text("３３０６０４"), text("330604001000.0"), text(" 甲 村\u3000")
    ('330604001000', '330604', '330604001000', '甲 村')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float | int):
        if not math.isfinite(cell):
            return ""
        return str(int(cell)) if float(cell).is_integer() else repr(float(cell))
    if cell.isascii():
        written = cell.strip()
        is_float = written[-2:] == ".0" and _FLOAT_CODE.fullmatch(written)
        return written[:-2] if is_float else written
    written = _UNSEEN.sub("", cell).strip()
    return unicodedata.normalize("NFKC", written) if _WIDE_CODE.fullmatch(written) else written


def whole_number(value: int) -> float | str:
    """Return a whole number of a file as a cell: as text where a float would lose its last digits.

    >>> whole_number(20), whole_number(123306044713000171)
    (20.0, '123306044713000171')
    """
    return float(value) if abs(value) < _EXACT_BELOW else str(value)


def is_blank(cell: CellValue) -> bool:
    """Return True when a cell states nothing.

    >>> is_blank("—"), is_blank(float("nan")), is_blank(0.0)
    (True, True, False)
    """
    return cell is None or cell == "" or text(cell).lower() in BLANKS


def is_rounded_code(cell: CellValue) -> bool:
    """Return True for a code that a spreadsheet made a number of, at the price of its last digits.

    >>> is_rounded_code("3.30604E+11"), is_rounded_code(3.30604001001234e17), is_rounded_code("12")
    (True, True, False)
    """
    if isinstance(cell, float | int):
        return math.isfinite(cell) and abs(cell) >= _EXACT_BELOW
    return cell is not None and _ROUNDED_CODE.fullmatch(cell.strip()) is not None


def is_date_serial(cell: CellValue) -> bool:
    """Return True for a day number of a spreadsheet, counted from the end of 1899.

    >>> is_date_serial(45000.0), is_date_serial("2024"), is_date_serial(20240315.0)
    (True, False, False)
    """
    return _SERIAL.fullmatch(text(cell)) is not None


def number(cell: CellValue) -> float | None:
    """Return a cell as a finite number; None when it states nothing.

    Full-width digits, thousands separators, 万 and a counted unit after the number are understood.

    Raises
    ------
    CellError
        When it is something else.

    >>> number("１，２３４人"), number("1.2万"), number("—"), number(3.0)
    (1234.0, 12000.0, None, 3.0)
    """
    if isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, ShownNumber):
        return cell
    if isinstance(cell, float | int):
        return float(cell) if math.isfinite(cell) else None
    if cell is not None and _PLAIN_NUMBER.fullmatch(cell):
        return float(cell)  # most cells of a large table: no need of what follows
    if is_blank(cell):
        return None
    written = _LOOSE_BLANK.sub("", unicodedata.normalize("NFKC", text(cell))).lower()
    found = _NUMBER.fullmatch(written)
    if found is None:
        raise CellError(written)
    value, rest = float(found[1].replace(",", "")), found[2] or ""
    word = multiple_of(rest)
    value, rest = value * MULTIPLES.get(word, 1.0), rest.removeprefix(word)
    if rest not in _COUNTERS or not math.isfinite(value):
        raise CellError(written)
    return value


def multiple_of(words: str) -> str:
    """Return the word in front that multiplies a number; "" where there is none.

    >>> multiple_of("百万元"), multiple_of("人")
    ('百万', '')
    """
    return next((word for word in MULTIPLES if words.startswith(word)), "")


def rate(cell: CellValue) -> tuple[float, str] | None:
    """Return a cell as the number that is written and its sign, % or ‰ ("" without).

    Raises
    ------
    CellError
        When it is something else.

    >>> rate("98.5%"), rate("１.６３ ‰"), rate(12.0), rate("—")
    ((98.5, '%'), (1.63, '‰'), (12.0, ''), None)
    """
    if isinstance(cell, ShownNumber) and cell.sign in SIGNS:
        return cell.shown, cell.sign
    written = unicodedata.normalize("NFKC", text(cell))
    sign = written[-1:] if written[-1:] in SIGNS else ""
    value = number(written.removesuffix(sign) if sign else cell)
    return None if value is None else (value, sign)


def angle(cell: CellValue) -> float | None:
    """Return a cell as degrees, whether decimal or in degrees, minutes and seconds.

    Raises
    ------
    CellError
        When it is something else.

    >>> angle("120°48′36″E"), angle("东经120度48.6分"), angle("30 30 0 S"), angle("120-48-36")
    (120.81, 120.81, -30.5, 120.81)
    >>> angle("E120.81°"), angle("120.81")
    (120.81, 120.81)
    """
    try:
        return number(cell)
    except CellError:
        written = _ANGLE_MARKS.sub(" ", text(cell)).strip().upper()
    found = _ANGLE.fullmatch(written)
    if found is None:
        raise CellError(written)
    degrees = float(found[2])
    # With two numbers the second is minutes, with three the third is seconds.
    minutes, seconds = (found[3], found[4]) if found[3] else (found[4], None)
    fraction = float(minutes or 0) / 60 + float(seconds or 0) / 3600
    if minutes and "." in found[2]:
        raise CellError(written)
    if float(minutes or 0) >= 60 or float(seconds or 0) >= 60:
        raise CellError(written)
    is_negative = (found[1] or found[5]) in {"S", "W", "南纬", "西经"}
    return -(degrees + fraction) if is_negative else degrees + fraction


def flag(cell: CellValue) -> bool | None:
    """Return a cell as yes, no or not stated.

    Raises
    ------
    CellError
        When it is something else.

    >>> flag("是"), flag(0.0), flag(None)
    (True, False, None)
    """
    if isinstance(cell, bool):
        return cell
    written = unicodedata.normalize("NFKC", text(cell)).lower()
    if written in _YES:
        return True
    if written in _NO:
        return False
    if written in BLANKS:
        return None
    raise CellError(written)


def iso_date(cell: CellValue) -> str | None:
    """Return a cell as an ISO date; a year or a month alone means its first day.

    Raises
    ------
    CellError
        When it is something else or no day of the calendar.

    >>> iso_date("2021年3月"), iso_date("2021/3/15 00:00:00"), iso_date(20210315.0), iso_date(45000)
    ('2021-03-01', '2021-03-15', '2021-03-15', '2023-03-15')
    """
    if is_blank(cell):
        return None
    if is_date_serial(cell):
        return (_SERIAL_EPOCH + timedelta(days=int(float(text(cell))))).isoformat()
    written = unicodedata.normalize("NFKC", text(cell))
    found = _COMPACT_DATE.fullmatch(written) or _DATE.fullmatch(written)
    if found is None:
        raise CellError(written)
    try:
        return date(int(found[1]), int(found[2] or 1), int(found[3] or 1)).isoformat()
    except ValueError as error:
        raise CellError(written) from error


def items(cell: CellValue) -> str | None:
    """Return a cell that lists things, joined by ";"; None when it lists nothing.

    >>> items("全科、 中医，预防接种")
    '全科;中医;预防接种'
    """
    if is_blank(cell):
        return None
    parts = [part.strip() for part in _SEPARATORS.split(text(cell))]
    return ";".join(part for part in parts if part) or None


def stated_text(cell: CellValue) -> str | None:
    """Return a cell as text; None when it states nothing."""
    return None if is_blank(cell) else text(cell)


_PARSERS: dict[ColumnKind, Callable[[CellValue], CellValue]] = {
    "text": stated_text,
    "number": number,
    "flag": flag,
    "date": iso_date,
    "list": items,
}


def parse(cells: Sequence[CellValue], parser: Parser[T]) -> tuple[list[T | None], list[int]]:
    """Return the parsed cells and the positions of those that could not be parsed (as None).

    >>> parse(["1", "", "x"], number)
    ([1.0, None, None], [2])
    """
    values: list[T | None] = []
    bad: list[int] = []
    for index, cell in enumerate(cells):
        try:
            values.append(parser(cell))
        except CellError:
            values.append(None)
            bad.append(index)
    return values, bad


def parse_as(cells: Sequence[CellValue], kind: ColumnKind) -> tuple[list[CellValue], list[int]]:
    """Return the cells parsed as a kind of column, and the positions of those that are not."""
    values: list[CellValue]
    values, bad = parse(cells, _PARSERS[kind])  # type: ignore[assignment]  # None is a cell value
    return values, bad
