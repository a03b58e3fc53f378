"""Which column of a file is which of ours: by the study's mapping, or by its name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from data.checks import no_values, row_finding
from data.tables.aliases import ALIASES, COUNTED
from data.tables.cells import MULTIPLES, ShownNumber, is_rounded_code, parse_as, text
from data.tables.heading import RATE_UNITS, UNITS, plain
from data.tables.sheets import Table
from data.types import CellValue, ColumnKind
from geo.errors import Finding

_UNIT = re.compile(r"(.+?)[\(\[]([^()\[\]]+)[\)\]]")
_SYSTEM = re.compile(
    r"[_\-]?(wgs-?84|gcj-?02|gcj|bd-?09(?:ll)?|cgcs2000|amap|高德|腾讯|火星|百度|天地图)(坐标)?[_\-]?"
)
_PART_OF = re.compile(r"^(其中[:、]?|[内含][:、])")
_PLACES = frozenset({"lon", "lat", "lonlat"})
_ISSUED_BEDS = ("床位", "床位总数")
_BEDS_TOLD = re.compile("编制|核定|实有|实际|开放")
_COUNTING = frozenset({"unnamed:0", "index", "fid", "objectid", "序号", "gid", "ogc_fid"})
_WHOLE = frozenset({"合计", "小计", "总计", "计", "总数", "数量", "人数"})
_PARTS = re.compile(r"/(?![^()]*\))")  # between the rows of a header, not inside brackets
_NUMBER_OF = re.compile("(人数|数量|数)$")


def find_columns(
    table: Table,
    names: Sequence[str],
    mapping: Sequence[tuple[str, str]],
    findings: list[Finding],
) -> dict[str, str]:
    """Return our name -> header of the file, for the columns that are there.

    Parameters
    ----------
    table
        As read.
    names
        Our names that the table may have.
    mapping
        What the study says: it decides; a header that it names and the file lacks is an error.
    findings
        Receives `column_missing`, and a note with the headers that were recognised.
    """
    stated = dict(mapping)
    by_plain = _by_plain(table)
    found: dict[str, str] = {}
    for name in names:
        if name in stated:
            header = by_plain.get(plain(stated[name]))
            if header is None:
                findings.append(missing_column(table, stated[name]))
            else:
                found[name] = header
    recognised: list[str] = []
    for name in names:
        if name in stated:
            continue
        header = _recognised_or_counting(table, by_plain, name, taken=set(found.values()))
        if header is not None:
            found[name] = header
            if header.lower() != name:
                recognised.append(f"{header} = {name}")
    if recognised:
        params = (("mapping", ", ".join(recognised)),)
        findings.append(Finding("columns_recognised", params, file=table.file))
    return found


def _recognised_or_counting(
    table: Table, by_plain: Mapping[str, str], name: str, *, taken: set[str]
) -> str | None:
    """Return the column that is called as ours; of ids the one that tells all rows apart."""
    header = _recognised(by_plain, name, taken=taken)
    if name != "id":
        return header
    if header is None:
        return _counting_column(table, taken=taken)
    return _telling_id(table, by_plain, first=header)


def _counting_column(table: Table, *, taken: set[str]) -> str | None:
    """Return a column that numbers the rows and tells all apart, as programs write one."""
    for header, column in table.columns.items():
        if plain(header) in _COUNTING and header not in taken:
            cells = [text(cell) for cell in column]
            if all(cells) and len(set(cells)) == len(cells):
                return header
    return None


def missing_column(table: Table, column: str) -> Finding:
    """Return the error for a column that the file does not have."""
    return Finding(
        "column_missing",
        (("available", ", ".join(list(table.columns)[:30]) or "-"),),
        file=table.file,
        column=column,
    )


def unit_factor(header: str) -> tuple[str, float] | None:
    """Return the unit that a header states and what one of it is in ones; None when it states none.

    Of a header of several rows the lowest part that states a unit decides.

    >>> unit_factor("常住人口（万人）"), unit_factor("人口(万人)/常住"), unit_factor("人口")
    (('万人', 10000.0), ('万人', 10000.0), None)
    """
    for part in reversed(_PARTS.split(plain(header))):
        found = _UNIT.fullmatch(part)
        if found is not None and found[2] in UNITS:
            return found[2], UNITS[found[2]]
    return None


def in_ones(
    values: Sequence[float | None],
    header: str,
    *,
    file: str,
    findings: list[Finding],
    otherwise: str = "",
) -> list[float | None]:
    """Return numbers times the unit of their header, such as 万人; the factor is noted.

    `otherwise` is the unit where the header states none, as a title does.
    """
    unit = unit_factor(header) or (otherwise, UNITS.get(otherwise, 1.0))
    if unit[1] == 1.0:
        return list(values)
    params = (("unit", unit[0]), ("factor", unit[1]))
    findings.append(Finding("unit_in_header", params, file=file, column=header))
    return [None if value is None else _times(value, unit[1]) for value in values]


def _times(value: float, factor: float) -> float:
    """Return a number times the unit of its header; one that is shown in a unit is what is seen."""
    if not isinstance(value, ShownNumber):
        return value * factor
    return float(value) if value.sign in MULTIPLES else value.shown * factor


def rate_factor(header: str) -> float:
    """Return what a rate in the header's unit is as a share: 0.01 for %, 0.001 for ‰, else 1.

    >>> rate_factor("年均增长率(%)"), rate_factor("自然增长率（‰）"), rate_factor("rate")
    (0.01, 0.001, 1.0)
    """
    written = plain(header)
    return 0.001 if "‰" in written else 0.01 if "%" in written else 1.0


def is_ambiguous_beds(header: str) -> bool:
    """Return True for a header that does not say whether beds are planned, real or open."""
    written = plain(header)
    is_issued = not _written_names(written, is_counted=True).isdisjoint(_ISSUED_BEDS)
    return is_issued and not _BEDS_TOLD.search(written)


def stated_system_word(header: str) -> str:
    """Return the word by which a header of coordinates names their system; "" where it has none.

    >>> stated_system_word("经度（GCJ-02）"), stated_system_word("bd09_lng")
    ('gcj-02', 'bd09')
    """
    found = _SYSTEM.search(plain(header))
    return found[1] if found else ""


def note_rounded_codes(table: Table, header: str, findings: list[Finding]) -> None:
    """Warn of codes that a spreadsheet made numbers of (3.30604E+11): their digits are lost."""
    cells = table.columns.get(header, ())
    rows = [index for index, cell in enumerate(cells) if is_rounded_code(cell)]
    if rows:
        findings.append(
            row_finding(
                "codes_rounded",
                table.row[rows],
                file=table.file,
                column=header,
                example=text(cells[rows[0]])[:24],
            )
        )


def note_no_values(
    table: Table, header: str, numbers: Sequence[float | None], findings: list[Finding]
) -> None:
    """Report numbers that stand for "no value", such as 99999: nobody counted so many."""
    stored = np.array([np.nan if value is None else value for value in numbers], dtype=np.float64)
    rows = no_values(stored)
    if len(rows):
        number = int(stored[rows[0]])
        findings.append(
            row_finding(
                "numbers_no_value", table.row[rows], file=table.file, column=header, number=number
            )
        )


def _telling_id(table: Table, by_plain: Mapping[str, str], *, first: str) -> str:
    """Return the first known column of ids that tells all rows apart, else the first of all.

    Village clinics share the credit code (统一社会信用代码) of the centre that runs them.
    """
    taken: set[str] = set()
    while (header := _recognised(by_plain, "id", taken=taken)) is not None:
        cells = [text(cell) for cell in table.columns[header]]
        if all(cells) and len(set(cells)) == len(cells):
            return header
        taken.add(header)
    return first


def _by_plain(table: Table) -> dict[str, str]:
    """Return header in plain writing -> header, in the order of the file."""
    headers: dict[str, str] = {}
    for header in table.columns:
        headers.setdefault(plain(header), header)
    return headers


def _recognised(by_plain: Mapping[str, str], name: str, *, taken: set[str]) -> str | None:
    is_counted = name in COUNTED
    names = {
        header: _written_names(written, is_counted=is_counted, is_place=name in _PLACES)
        for written, header in by_plain.items()
        if header not in taken
    }
    for alias in (name, *ALIASES.get(name, "").split()):
        wanted = plain(alias)
        if by_plain.get(wanted) in names:
            return by_plain[wanted]
        for header, written in names.items():
            if wanted in written:
                return header
    return None


def _written_names(written: str, *, is_counted: bool, is_place: bool = False) -> set[str]:
    """Return the names that a header may be meant by: with and without unit, group and remark.

    >>> sorted(_written_names("床位数(张)/编制", is_counted=True))
    ['床位数(张)/编制', '编制', '编制床位', '编制床位数']
    """
    names = {written}
    *groups, last = _PARTS.split(written)
    last = _PART_OF.sub("", last)
    names.add(_without_remark(last, is_counted=is_counted))
    if groups:
        names.add(last)
        if last in _WHOLE:
            names.add(_without_remark(groups[-1], is_counted=is_counted))
        names.add(last + _without_remark(groups[-1], is_counted=is_counted))
    else:
        names.add(_without_remark(written, is_counted=is_counted))
    if is_counted:
        names |= {shorter for name in names if (shorter := _NUMBER_OF.sub("", name))}
    if is_place:
        names |= {_without_remark(_SYSTEM.sub("", name), is_counted=False) for name in names}
    return names


def _without_remark(written: str, *, is_counted: bool) -> str:
    """Return a name without the unit or, where it counts nothing, any remark in brackets."""
    found = _UNIT.fullmatch(written)
    if found is None:
        return written.replace("()", "")
    is_unit = found[2] in UNITS or found[2] in RATE_UNITS
    return found[1] if is_unit or not is_counted else written


def parsed_column(
    table: Table, header: str | None, kind: ColumnKind, findings: list[Finding]
) -> list[CellValue]:
    """Return the values of a column of this kind in ones; None for blanks and faults.

    Parameters
    ----------
    header
        None where the table lacks the column: all are None.
    findings
        Receives the rows that are not understood, and the unit in the header.
    """
    if header is None:
        return [None] * len(table)
    values, bad = parse_as(table.columns[header], kind)
    if kind == "number":
        numbers = [value if isinstance(value, float) else None for value in values]
        note_no_values(table, header, numbers, findings)
        values = list(in_ones(numbers, header, file=table.file, findings=findings))
    if bad:
        findings.append(
            row_finding(
                "cell_not_understood", table.row[bad], file=table.file, column=header, kind=kind
            )
        )
    return values
