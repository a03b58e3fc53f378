"""The files that a study hangs on: what it names, and what lies beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeAlias

from data.study.tables import Study

PLACED_FILES = ("placed.csv", "placed-by-hand.csv")
"""Names of the side file of chosen places where the study names none: the second where a table of
another kind bears the first."""

Stamp: TypeAlias = tuple[tuple[int, int, int] | None, ...]
"""Per file the time of its last change, its size and its number on the disk; None without one."""


def placed_file(study: Study) -> Path:
    """Return the side file of places that a person has chosen; it may not exist yet."""
    folder = study.path.parent
    if study.facilities.placed is not None:
        return folder / study.facilities.placed
    usual, other = (folder / name for name in PLACED_FILES)
    return other if usual in _paths(study) else usual


def named_files(study: Study) -> tuple[Path, ...]:
    """Return the study file, every file it names, and the side file of chosen places, each once."""
    return tuple(dict.fromkeys([*_paths(study), placed_file(study)]))


def file_stamp(paths: Iterable[Path]) -> Stamp:
    """Return what tells whether any of these files has changed, come or gone.

    The parts of a Shapefile are looked at together.
    """
    return tuple(_stamp(part) for path in paths for part in _parts(path))


def _parts(path: Path) -> list[Path]:
    """Return a file with those that belong to it."""
    if path.suffix.lower() != ".shp":
        return [path]
    return [path, *(path.with_suffix(ending) for ending in (".dbf", ".shx", ".prj", ".cpg"))]


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _paths(value: Any) -> Iterator[Path]:
    """Yield every path that a study holds, however deep."""
    if isinstance(value, Path):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for item in fields(value):
            yield from _paths(getattr(value, item.name))
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _paths(part)
