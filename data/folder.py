"""The output folder: written beside its place, moved in at the end; no half result is left."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RUN_FILE = "run.json"
RUN_FORMAT = "servicecircle.run/1"
PREVIOUS = ".previous"
NEW = ".new"


class FolderRefusedError(Exception):
    """The output folder may not be written; the command line answers with status 2."""


class FolderBusyError(Exception):
    """A file of the old results is open elsewhere; the new ones are in `kept`."""

    def __init__(self, target: Path, kept: Path) -> None:
        self.kept = kept
        super().__init__(
            f"{target} is in use (is a table open in Excel?); the results are in {kept}"
        )


def check_output(target: Path) -> None:
    """Refuse a folder that holds something that is not ours.

    Raises
    ------
    FolderRefusedError
        When `target` is a file, or when it or a folder that would be replaced beside it has
        content but not our run.json.
    """
    if target.is_file():
        msg = f"{target} is a file; name a folder"
        raise FolderRefusedError(msg)
    for folder in (target, _beside(target, PREVIOUS), _beside(target, NEW)):
        if folder.is_dir() and any(folder.iterdir()) and not _is_ours(folder):
            msg = f"{folder} holds other files; name a new or empty folder"
            raise FolderRefusedError(msg)


@contextmanager
def output_folder(target: Path) -> Iterator[Path]:
    """Yield a new folder beside `target`; move it to `target` when the block ends well.

    Earlier results of ours go to `<target>.previous`. When the block fails, nothing is left.

    Raises
    ------
    FolderRefusedError
        As `check_output`.
    FolderBusyError
        When the old results cannot be moved away; the new ones keep the name in the error.
    """
    check_output(target)
    target = target.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent))
    new.chmod(0o755)
    try:
        yield new
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    try:
        _swap(new, target)
    except OSError as error:
        kept = _beside(target, NEW)
        shutil.rmtree(kept, ignore_errors=True)
        new.rename(kept)
        raise FolderBusyError(target, kept) from error


def _swap(new: Path, target: Path) -> None:
    previous = _beside(target, PREVIOUS)
    if target.is_dir() and any(target.iterdir()):
        if previous.exists():
            shutil.rmtree(previous)
        target.rename(previous)
    elif target.is_dir():
        target.rmdir()
    new.rename(target)


def _beside(target: Path, ending: str) -> Path:
    return target.with_name(target.name + ending)


def _is_ours(folder: Path) -> bool:
    try:
        run = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(run, dict) and str(run.get("format", "")).startswith("servicecircle.run/")
