"""Uploaded studies: unpacked into a folder of their own, nothing outside it, then read."""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import NoReturn

from data.errors import StudyError
from data.store import atomic_file, read_json, write_json
from data.study.files import named_files
from data.study.tables import Study
from geo.errors import Finding

MOST_FILES = 200
MOST_BYTES = 500_000_000
RECENT = 8
MOST_KEPT_BYTES = 2_000_000_000
"""Of the uploads of one person, or of everybody where no login tells people apart."""

MOST_KEPT_OF_ALL_BYTES = 20_000_000_000
_UPLOADS = "uploads"


def keep_upload(
    folder: Path, files: Sequence[tuple[str, bytes]], *, root: Path | None = None
) -> Path:
    """Keep an uploaded study and return its study file.

    The files go to a folder named by their content, so that two uploads at once never meet.

    Parameters
    ----------
    folder
        Where uploads are kept.
    files
        (name, content): one ZIP, or a study file (`.toml`) with the files it names.
    root
        Folder with the uploads of all people; `folder` where there is one for all.

    Raises
    ------
    StudyError
        When there is no study file or more than one, a name leads out of the folder, the content
        is too large, or too much is kept already.
    """
    contents = _unpacked(files)
    studies = sorted(name for name in contents if name.lower().endswith(".toml"))
    if len(studies) != 1:
        _refuse("upload_studies", count=len(studies))
    digest = hashlib.sha256()
    for name in sorted(contents):
        digest.update(name.encode() + b"\0" + hashlib.sha256(contents[name]).digest())
    target = folder / _UPLOADS / digest.hexdigest()[:16]
    if not target.is_dir():
        added = sum(map(len, contents.values()))
        for place, most in ((folder / _UPLOADS, MOST_KEPT_BYTES), (root, MOST_KEPT_OF_ALL_BYTES)):
            _check_room(place or folder, added, most)
    for name, content in contents.items():
        path = target / name
        # Written in one step under a name that follows from the content: what is there is whole,
        # and places chosen since an earlier upload of the same study are kept.
        if not path.is_file():
            with atomic_file(path) as file:
                file.write(content)
    return target / studies[0]


def remove_upload(folder: Path, study: Path) -> None:
    """Delete an uploaded study with its folder; nothing happens to a study that is no upload."""
    uploads = (folder / _UPLOADS).resolve()
    place = study.resolve().parent
    if place != uploads and place.is_relative_to(uploads):
        shutil.rmtree(uploads / place.relative_to(uploads).parts[0], ignore_errors=True)


def is_upload(folder: Path, study: Path) -> bool:
    """Return whether a study was uploaded here."""
    return study.resolve().is_relative_to((folder / _UPLOADS).resolve())


def require_inside(study: Study) -> None:
    """Refuse an uploaded study that names files outside its own folder.

    Raises
    ------
    StudyError
        Naming the first such file.
    """
    folder = study.path.parent.resolve()
    for path in named_files(study):
        if not path.resolve().is_relative_to(folder):
            _refuse("upload_outside", name=path.name)


def recent_studies(folder: Path) -> list[Path]:
    """Return the studies opened last that still exist, the latest first."""
    try:
        value = read_json(folder / "recent.json", kind="recent", version=1)
    except StudyError:
        return []
    paths = [Path(text) for text in value.get("paths", ()) if isinstance(text, str)]
    return [path for path in paths if path.is_file()]


def remember_study(folder: Path, path: Path) -> None:
    """Put a study at the head of the list of recent ones."""
    kept = [path, *(known for known in recent_studies(folder) if known != path)][:RECENT]
    value = {"paths": [str(known) for known in kept]}
    write_json(folder / "recent.json", value, kind="recent", version=1)


def _check_room(place: Path, added_bytes: int, most_bytes: int) -> None:
    kept = 0
    for path in place.rglob("*"):
        with suppress(FileNotFoundError):  # another upload has just renamed or removed it
            kept += path.stat().st_size if path.is_file() else 0
    if kept + added_bytes > most_bytes:
        _refuse("upload_room", kept_mb=kept // 1_000_000, limit_mb=most_bytes // 1_000_000)


def _unpacked(files: Sequence[tuple[str, bytes]]) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    for name, content in files:
        if name.lower().endswith(".zip") and len(files) == 1:
            contents |= _members(name, content)
        else:
            contents[_safe(PurePosixPath(name.replace("\\", "/")).name)] = content
    if len(contents) > MOST_FILES or sum(map(len, contents.values())) > MOST_BYTES:
        _refuse("upload_size", files=MOST_FILES, megabytes=MOST_BYTES // 1_000_000)
    return contents


def _members(name: str, content: bytes) -> dict[str, bytes]:
    """Return the files of a ZIP; a folder around all of them is left off."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            size = sum(member.file_size for member in members)
            if size > MOST_BYTES or len(members) > MOST_FILES:
                _refuse("upload_size", files=MOST_FILES, megabytes=MOST_BYTES // 1_000_000)
            found = {_safe(member.filename): archive.read(member) for member in members}
    # zlib and EOF: packed bytes that were damaged or cut; RuntimeError: a password.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as fault:
        said = (("expected", "ZIP"), ("reason", str(fault)))
        raise StudyError(Finding("file_unreadable", said, file=name)) from fault
    tops = {PurePosixPath(path).parts[0] for path in found}
    if len(tops) == 1 and all("/" in path for path in found):
        found = {path.partition("/")[2]: data for path, data in found.items()}
    return found


def _safe(name: str) -> str:
    """Return a name inside the folder.

    Raises
    ------
    StudyError
        When it is absolute, leads upwards or holds what a file name may not.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    is_plain = bool(path.parts) and name.isprintable() and ":" not in name
    if path.is_absolute() or ".." in path.parts or not is_plain:
        _refuse("upload_outside", name=name[:80])
    return str(path)


def _refuse(code: str, **params: str | int) -> NoReturn:
    raise StudyError(Finding(code, tuple(params.items())))
