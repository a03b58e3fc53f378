"""Files of our own: atomic writes, versioned JSON, arrays that are checked before they are used."""

from __future__ import annotations

import hashlib
import json
import secrets
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from data.errors import StudyError, unreadable
from geo.errors import Finding

Migration = Callable[[dict[str, Any]], dict[str, Any]]
Arrays = Mapping[str, NDArray[Any]]

_META = "meta"
_SAME = "same_as"
_PALETTE = "palette"
_WIDE = "wide"
_PALETTE_SIZE = 256


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def exclusive(path: Path, *, patience_seconds: float = 30.0) -> Iterator[None]:
    """Hold the lock of a file while it is read, changed and written.

    The system holds the lock on a file beside it and frees it when its holder ends, however that
    happens: what a stopped program left behind locks nobody out, and lets nobody in beside another.

    Raises
    ------
    OSError
        When it cannot be had within `patience_seconds`, or the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_name(f"{path.name}.lock"), timeout=patience_seconds):
        yield


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes its name only when everything has been written.

    The temporary file lies beside the target, so that a stopped run leaves the earlier one whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as file:
            yield file
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_json(path: Path, value: Mapping[str, Any], *, kind: str, version: int) -> None:
    """Write a mapping as JSON with its format, keys sorted, no NaN, in one step.

    Parameters
    ----------
    path
        Target.
    value
        What is written, besides `format`.
    kind, version
        Give `format = "servicecircle.<kind>/<version>"`.

    Raises
    ------
    ValueError
        When a number is not finite.
    """
    content = {**value, "format": f"servicecircle.{kind}/{version}"}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, allow_nan=False, indent=1)
    with atomic_file(path) as file:
        file.write(text.encode("utf-8") + b"\n")


def read_json(
    path: Path, *, kind: str, version: int, migrations: Mapping[int, Migration] | None = None
) -> dict[str, Any]:
    """Read a JSON file of ours; an older version is brought up step by step.

    Parameters
    ----------
    path
        The file.
    kind, version
        What is expected.
    migrations
        Version n -> function that makes version n + 1 of it.

    Raises
    ------
    StudyError
        When the file is missing, not ours, newer than this program, or older without a way up.
    """
    try:
        value = json.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError as fault:
        raise StudyError(Finding("file_missing", file=path.name)) from fault
    except (OSError, ValueError, RecursionError) as fault:
        raise unreadable(path, "JSON", fault) from fault
    found = _version(value, kind)
    if found is None:
        raise unreadable(path, f"servicecircle.{kind}", "it is another kind of file")
    if found > version:
        newer = (("actual", found), ("supported", version))
        raise StudyError(Finding("study_format", newer, file=path.name))
    for step in range(found, version):
        if migrations is None or step not in migrations:
            older = f"its version is too old: {step}"
            raise unreadable(path, f"servicecircle.{kind}", older)
        value = migrations[step](value)
    return dict(value)


def _version(value: Any, kind: str) -> int | None:
    """Return the version that a file states; None when it is not of this kind."""
    written = value.get("format") if isinstance(value, dict) else None
    prefix = f"servicecircle.{kind}/"
    if not isinstance(written, str) or not written.startswith(prefix):
        return None
    number = written.removeprefix(prefix)
    return int(number) if number.isdecimal() else None


def save_arrays(path: Path, arrays: Arrays, meta: Mapping[str, Any], *, key: str) -> None:
    """Store arrays with what is needed to recognise them.

    Equal arrays are stored once, arrays of few values as numbers into a palette, whole numbers in
    the smallest type that holds them.

    Parameters
    ----------
    path
        Target, `.npz`.
    arrays
        Name -> array; no objects.
    meta
        JSON values.
    key
        What the content follows from; `load_arrays` must be given the same.

    Raises
    ------
    TypeError
        When an array holds objects.
    """
    stored: dict[str, NDArray[Any]] = {}
    same: dict[str, str] = {}
    packed: list[str] = []
    widened: dict[str, str] = {}
    seen: dict[tuple[str, tuple[int, ...], bytes], str] = {}
    for name, array in arrays.items():
        flat = np.ascontiguousarray(array)
        if flat.dtype.hasobject:
            msg = f"{name} holds objects, which would be pickled"
            raise TypeError(msg)
        digest = hashlib.blake2b(flat.data.cast("B") if flat.size else b"", digest_size=16).digest()
        identity = (flat.dtype.str, flat.shape, digest)
        if identity in seen:
            same[name] = seen[identity]
            continue
        seen[identity] = name
        values = _palette(flat)
        if values is None:
            stored[name] = _narrowed(flat)
            if stored[name].dtype != flat.dtype:
                widened[name] = flat.dtype.str
        else:
            packed.append(name)
            stored[f"{name}/codes"], stored[f"{name}/values"] = values
    content = {"key": key, "meta": meta, _SAME: same, _PALETTE: packed, _WIDE: widened}
    text = json.dumps(content, sort_keys=True, allow_nan=False).encode("utf-8")
    stored[_META] = np.frombuffer(text, dtype=np.uint8)
    with atomic_file(path) as file:
        np.savez(file, **cast("dict[str, Any]", stored))


def _palette(array: NDArray[Any]) -> tuple[NDArray[np.uint8], NDArray[Any]] | None:
    """Return (numbers, values) of a long array with few different values, else None."""
    if array.ndim != 1 or array.dtype.itemsize == 1 or len(array) < 10_000:
        return None
    bits = array.view(f"u{array.dtype.itemsize}")  # bit by bit, so that NaN stays what it was
    if len(np.unique(bits[:: max(len(bits) // 5000, 1)])) > _PALETTE_SIZE:
        return None
    values, codes = np.unique(bits, return_inverse=True)
    if len(values) > _PALETTE_SIZE:
        return None
    return codes.astype(np.uint8), values.view(array.dtype)


def _narrowed(array: NDArray[Any]) -> NDArray[Any]:
    """Return whole numbers in the smallest type that holds them all, anything else as it is."""
    if not len(array) or array.dtype.kind not in "iu":
        return array
    least, most = int(array.min()), int(array.max())
    for dtype in (np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32):
        bounds = np.iinfo(dtype)
        fits = bounds.min <= least and most <= bounds.max
        if fits and np.dtype(dtype).itemsize < array.dtype.itemsize:
            return array.astype(dtype)
    return array


def load_arrays(path: Path, *, key: str) -> tuple[dict[str, NDArray[Any]], dict[str, Any]] | None:
    """Return stored arrays and their meta, read-only; None when there is anything wrong with them.

    A missing, truncated, altered or foreign file and one with another key are all None: the caller
    then makes the content anew. Nothing is ever unpickled.

    Parameters
    ----------
    path
        As written by `save_arrays`.
    key
        As given to it.
    """
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            content = json.loads(file[_META].tobytes())
            if content["key"] != key:
                return None
            packed = set(content[_PALETTE])
            names = [n for n in file.files if n != _META and "/" not in n]
            arrays = {name: file[name] for name in names}
            for name in packed:
                arrays[name] = file[f"{name}/values"][file[f"{name}/codes"]]
            for name, dtype in content[_WIDE].items():
                arrays[name] = arrays[name].astype(np.dtype(dtype))
            for name, other in content[_SAME].items():
                arrays[name] = arrays[other]
            meta = dict(content["meta"])
    except (OSError, ValueError, KeyError, IndexError, TypeError, EOFError, AttributeError):
        return None
    except (zipfile.BadZipFile, zlib.error, RecursionError, MemoryError, NotImplementedError):
        return None
    for array in arrays.values():
        array.setflags(write=False)
    return arrays, meta
