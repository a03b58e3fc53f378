"""The output folder: written beside its place, moved in at the end; no half result is left.

A folder is ours when it holds only files that its run.json lists, as they were written, besides
what other programs leave beside files that they open. Ours is replaced; anything else is refused,
and nothing that a person put there is moved or deleted.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from data.errors import PlannerError
from data.messages.words import SYSTEM_SAYS
from data.store import file_sha256
from geo.errors import Finding

RUN_FILE = "run.json"
RUN_FORMAT = "servicecircle.run/2"
PREVIOUS = ".previous"
NEW = ".new"

_RUN_1 = "servicecircle.run/1"
_FILES_OF_RUN_1 = frozenset(
    """
    cells.parquet facilities.csv gaps.csv islands.csv map.html referral.csv report.docx report.html
    report.pdf report.xlsx results.gpkg results.zip sites.csv siting.json standards.json
    standards.xlsx summary.json villages.csv zones.csv
    """.split()  # noqa: SIM905 - one name a word is easier to read
)
_LEFT_BY_OTHERS = re.compile(
    r".*\.aux\.xml|.*-(wal|shm|journal)|~\$.*|\.~lock.*|Thumbs\.db|desktop\.ini|\.DS_Store"
)
_SHOWN = 5
_LONGEST_NAME_BYTES = 255
_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "there is no right to write there",
    errno.EPERM: "there is no right to write there",
    errno.ENAMETOOLONG: "its path is too long",
}
_ALWAYS_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
_FULL_BELOW_BYTES = 1_000_000


class FolderRefusedError(PlannerError):
    """The output folder may not be written; the command line answers with status 2."""


class FolderBusyError(PlannerError):
    """The old results cannot be moved away; the new ones are in `kept`."""

    def __init__(self, target: Path, kept: Path) -> None:
        self.kept = kept
        super().__init__(Finding("out_busy", (("folder", str(target)), ("kept", str(kept)))))


def check_output(target: Path, *, inputs: Sequence[Path] = ()) -> None:
    """Refuse a folder that holds something that is not ours, or cannot be one.

    Parameters
    ----------
    target
        The folder that results are to be in.
    inputs
        Files that the run reads: they may not lie where old results are moved away.

    Raises
    ------
    FolderRefusedError
        With the reason and up to five names.
    """
    try:
        place = _place(target)
        for folder in (place, _beside(place, PREVIOUS)):
            _check_ours(folder, inputs)
    except (OSError, ValueError) as error:  # ValueError: a name with a zero in it
        if isinstance(error, PlannerError):
            raise
        _refuse_unwritable(target, error)


@contextmanager
def output_folder(target: Path, *, inputs: Sequence[Path] = ()) -> Iterator[Path]:
    """Yield a new folder beside `target`; move it to `target` when the block ends well.

    Earlier results of ours go to `<target>.previous`. When the block fails, nothing is left.

    Raises
    ------
    FolderRefusedError
        As `check_output`, and when the disk is full or may not be written.
    FolderBusyError
        When the old results cannot be moved away; the new ones keep the name in the error.
    """
    check_output(target, inputs=inputs)
    place = _place(target)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=".servicecircle-", suffix=NEW, dir=place.parent))
        new.chmod(0o755)
    except OSError as error:
        _refuse_unwritable(target, error)
    try:
        yield new
    except BaseException as error:
        is_full = isinstance(error, Exception) and _is_full(new, error)
        shutil.rmtree(new, ignore_errors=True)
        if is_full:
            _refuse_unwritable(target, OSError(errno.ENOSPC, ""))
        raise
    _move_in(new, place, target)


def write_run(folder: Path, record: Mapping[str, Any]) -> None:
    """Write run.json: the record of a run, and every other file of the folder with its hash.

    Parameters
    ----------
    folder
        With all results in it.
    record
        JSON values.
    """
    files = [
        {
            "path": Path(name).as_posix(),
            "sha256": file_sha256(folder / name),
            "bytes": (folder / name).stat().st_size,
        }
        for name in _entries(folder)[0]
    ]
    content = {**record, "format": RUN_FORMAT, "files": files}
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)
    (folder / RUN_FILE).write_text(text + "\n", encoding="utf-8")


def _place(target: Path) -> Path:
    """Return the folder with its whole path, or refuse a name that is none of its own."""
    place = Path(os.path.abspath(target))  # noqa: PTH100 - takes `..` away and follows no link
    shown = (("folder", str(target)),)
    if not place.name or Path.cwd().is_relative_to(place):
        raise FolderRefusedError(Finding("out_not_a_place", shown))
    if len(os.fsencode(place.name + PREVIOUS)) > _LONGEST_NAME_BYTES:
        raise FolderRefusedError(Finding("out_name_too_long", (("folder", place.name[:40] + "…"),)))
    return place


def _check_ours(folder: Path, inputs: Sequence[Path]) -> None:
    shown = ("folder", str(folder))
    try:
        mode = folder.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        raise FolderRefusedError(Finding("out_is_link", (shown,)))
    if not stat.S_ISDIR(mode):
        raise FolderRefusedError(Finding("out_is_file", (shown,)))
    read = sorted({p.name for p in inputs if p.resolve().is_relative_to(folder.resolve())})
    if read:
        names = ("names", _shown(read))
        raise FolderRefusedError(Finding("out_holds_inputs", (shown, names)))
    others, changed = _not_ours(folder)
    for code, found in (("out_holds_others", others), ("out_changed", changed)):
        if found:
            told = (shown, ("count", len(found)), ("names", _shown(found)))
            raise FolderRefusedError(Finding(code, told))


def _not_ours(folder: Path) -> tuple[list[str], list[str]]:
    """Return the entries of a folder that are not ours, and files of ours that were changed."""
    hashes = _written(folder)
    files, foreign = _entries(folder)
    known = {*hashes, RUN_FILE} if hashes is not None else set()
    if hashes is None and (folder / RUN_FILE).is_file():
        files = [RUN_FILE, *files]
    others = [name for name in files if name not in known]
    changed = [
        name
        for name in files
        if hashes and (wanted := hashes.get(name)) and file_sha256(folder / name) != wanted
    ]
    folders = {str(parent) for name in known for parent in Path(name).parents}
    return [*others, *(name for name in foreign if name not in folders)], changed


def _written(folder: Path) -> dict[str, str] | None:
    """Return path -> hash of what run.json lists, "" where it has none; None without a run."""
    try:
        run = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
        if run["format"] == _RUN_1:
            return dict.fromkeys(_FILES_OF_RUN_1, "")
        if run["format"] != RUN_FORMAT:
            return None
        return {str(Path(file["path"])): str(file["sha256"]) for file in run["files"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _entries(folder: Path) -> tuple[list[str], list[str]]:
    """Return the files of a folder and those below, and what is no plain file: folders, links."""
    files: list[str] = []
    rest: list[str] = []
    for root, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = Path(root) / name
            is_plain = path.is_file() and not path.is_symlink()
            inside = str(path.relative_to(folder))
            if not is_plain:
                rest.append(inside)
            elif not _LEFT_BY_OTHERS.fullmatch(name) and inside != RUN_FILE:
                files.append(inside)
    return sorted(files), sorted(rest)


def _move_in(new: Path, place: Path, target: Path) -> None:
    """Move the new folder to its place and the old one to `.previous`, or keep it beside."""
    old: Path | None = None
    try:
        check_output(place)  # a person may have written there while we were at work
        if place.is_dir():
            old = new.with_suffix(".old")
            place.rename(old)
        new.rename(place)
    except (OSError, FolderRefusedError) as error:
        if old is not None and old.is_dir():
            with suppress(OSError):
                old.rename(place)
        kept = _free(place, NEW)
        new.rename(kept)
        raise FolderBusyError(target, kept) from error
    if old is None or not any(old.iterdir()):
        if old is not None:
            old.rmdir()
        return
    previous = _beside(place, PREVIOUS)
    with suppress(OSError):
        _remove(previous)
    old.rename(_free(place, PREVIOUS))


def _remove(folder: Path) -> None:
    """Delete a folder of ours by the names that it may hold; whatever else is there stays."""
    if not folder.is_dir() or any(_not_ours(folder)):
        return
    paths = sorted(folder.rglob("*"), reverse=True)  # what is in a folder before the folder
    for path in paths:
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
    folder.rmdir()


def _free(place: Path, ending: str) -> Path:
    """Return a name beside the folder that nothing has."""
    name, number = _beside(place, ending), 2
    while name.exists() or name.is_symlink():
        name, number = _beside(place, f"{ending}.{number}"), number + 1
    return name


def _beside(place: Path, ending: str) -> Path:
    return place.with_name(place.name + ending)


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN])


def _is_full(folder: Path, error: Exception) -> bool:
    """Return True where a failure is the disk's; libraries hide it in errors of their own."""
    if isinstance(error, OSError) and error.errno in _ALWAYS_THE_DISK:
        return True
    with suppress(OSError):
        is_ours = isinstance(error, PlannerError)
        return not is_ours and shutil.disk_usage(folder).free < _FULL_BELOW_BYTES
    return False


def _refuse_unwritable(target: Path, error: Exception) -> NoReturn:
    number = getattr(error, "errno", None)
    said = getattr(error, "strerror", None) or str(error)
    reason = _REASONS.get(number, SYSTEM_SAYS + said) if number else SYSTEM_SAYS + said
    shown = str(target)[:200].replace("\0", "")
    finding = Finding("out_not_writable", (("folder", shown), ("reason", reason)))
    raise FolderRefusedError(finding) from error
