"""Villages by what lists call them: old names, 村 or 社区, lost characters; doubt is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from data.study.tables import COLUMN_NAMES, TableSource, VillagesTable
from data.tables.cells import items, text
from data.tables.headers import find_columns, missing_column
from data.tables.heading import plain
from data.tables.read import read_any
from data.tables.sheets import Table
from geo.errors import Finding

How: TypeAlias = Literal["exact", "former", "ending", "lost", ""]
"""How a name was found, the surest first: as it is written, as the village was called, by what
stands before 村 or 社区, or although a character of it is lost."""

FormerNames: TypeAlias = Mapping[str, tuple[int, ...]]
"""What villages were called -> the villages that they are now."""

_ENDING = re.compile(
    "(村民委员会|居民委员会|社区居委会|村居委会|村委会|居委会|社区村|村委|居委|社区|村|居)$"
)
_BEFORE = re.compile("^[原老旧]")
_LOST = re.compile("[?？□■�＊*\ue000-\uf8ff]")
"""What stands where a rare character was lost on its way through an old encoding."""


@dataclass(frozen=True, slots=True)
class NameMatch:
    """The villages that a name may mean, and how it was found; several are a question."""

    villages: tuple[int, ...]
    how: How


def match_name(written: str, names: Sequence[str], former: FormerNames) -> NameMatch:
    """Return the villages that a written name may mean, by the surest way that finds any.

    Parameters
    ----------
    written
        As a list names the village.
    names
        (n,) names of the villages.
    former
        What they were called.

    >>> match_name("联丰社区", ("联丰村", "东村"), {})
    NameMatch(villages=(0,), how='ending')
    >>> match_name("甲村", ("联丰村",), {"甲村": (0,)}).how
    'former'
    """
    wanted = plain(written)
    stem = _stem(wanted)
    old = _BEFORE.sub("", wanted)
    ways: tuple[tuple[How, Callable[[], set[int]]], ...] = (
        ("exact", lambda: _where(names, lambda name: plain(name) == wanted)),
        ("former", lambda: _formerly(former, lambda name: plain(name) in {wanted, old})),
        ("ending", lambda: _where(names, lambda name: _stem(plain(name)) == stem)),
        (
            "former",
            lambda: _formerly(former, lambda name: _stem(plain(name)) in {stem, _stem(old)}),
        ),
        ("lost", lambda: _lost(wanted, stem, names)),
    )
    for how, find in ways if stem else ():
        found = find()
        if found:
            return NameMatch(tuple(sorted(found)), how)
    return NameMatch((), "")


def read_former_names(
    source: VillagesTable, table: Table, columns: Mapping[str, str], findings: list[Finding]
) -> dict[str, tuple[str, ...]]:
    """Return what villages were called -> codes of the villages that they are now.

    Parameters
    ----------
    source
        `former_names` is a column of the villages with one or several names in each cell, or a file
        beside theirs with a `code` and a `former_name` in each row.
    table, columns
        The villages as read, and our name -> header.
    findings
        Receives a column or file that is not there.
    """
    stated = source.former_names
    if stated is None or "code" not in columns:
        return {}
    if Path(stated).suffix and stated not in table.columns:
        return _of_file(TableSource(path=source.path.parent / stated), findings)
    if stated not in table.columns:
        findings.append(missing_column(table, stated))
        return {}
    return _by_name(table.columns[columns["code"]], table.columns[stated])


def _of_file(source: TableSource, findings: list[Finding]) -> dict[str, tuple[str, ...]]:
    table = read_any(source, findings)
    columns = find_columns(table, COLUMN_NAMES["former_names"], (), findings)
    absent = [name for name in ("code", "former_name") if name not in columns]
    findings.extend(missing_column(table, name) for name in absent)
    if absent:
        return {}
    return _by_name(*(table.columns[columns[name]] for name in ("code", "former_name")))


def _by_name(codes: Sequence[object], cells: Sequence[object]) -> dict[str, tuple[str, ...]]:
    """Return every name of the cells with the codes beside it."""
    named: dict[str, tuple[str, ...]] = {}
    for code, cell in zip(codes, cells, strict=True):
        for name in (items(cell) or "").split(";"):  # type: ignore[arg-type]
            if name:
                named[name] = (*named.get(name, ()), text(code))  # type: ignore[arg-type]
    return named


def _stem(name: str) -> str:
    """Return what stands before the ending of a village's name."""
    return _ENDING.sub("", name)


def _where(names: Sequence[str], is_meant: Callable[[str], bool]) -> set[int]:
    return {index for index, name in enumerate(names) if is_meant(name)}


def _formerly(former: FormerNames, is_meant: Callable[[str], bool]) -> set[int]:
    return {index for name, villages in former.items() if is_meant(name) for index in villages}


def _lost(wanted: str, stem: str, names: Sequence[str]) -> set[int]:
    """Return the villages whose names are those of the written one but for its lost characters."""
    if not _LOST.search(stem) or not _LOST.sub("", stem):
        return set()
    pattern = re.compile("".join("." if _LOST.match(sign) else re.escape(sign) for sign in wanted))
    return _where(names, lambda name: pattern.fullmatch(plain(name)) is not None)
