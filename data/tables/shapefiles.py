"""Shapefiles: the text of those that do not say its encoding, and zipped ones without traps."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from data.errors import StudyError
from data.types import CellValue
from geo.errors import Finding

RAW_ENCODING = "ISO-8859-1"
"""Read with it, every byte is one character: nothing is lost before the encoding is known."""

MAX_UNPACKED_BYTES = 1_000_000_000
MAX_ENTRIES = 10_000
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_NEEDED = (".shp", ".shx", ".dbf")


def recoded(
    names: Sequence[str],
    columns: Sequence[tuple[CellValue, ...]],
    encoding: str | None,
    *,
    file: str,
    findings: list[Finding],
) -> tuple[list[str], list[tuple[CellValue, ...]]]:
    """Return field names and cells that were read as `RAW_ENCODING` in their true encoding.

    Parameters
    ----------
    names, columns
        As read.
    encoding
        As the study states it; else UTF-8 where everything is UTF-8, else GB18030.
    file
        For findings.
    findings
        Receives a note on an encoding other than UTF-8.

    Raises
    ------
    StudyError
        With `encoding_unknown`.
    """
    texts = [*names, *(cell for cells in columns for cell in cells if isinstance(cell, str))]
    raw = [text.encode(RAW_ENCODING) for text in texts if not text.isascii()]
    tried = [encoding] if encoding else ["utf-8", "gb18030"]
    chosen = next((name for name in tried if _fits(raw, name)), None)
    if chosen is None:
        raise StudyError(Finding("encoding_unknown", (("tried", ", ".join(tried)),), file=file))
    if raw and chosen != "utf-8":
        findings.append(Finding("encoding_read_as", (("encoding", chosen.upper()),), file=file))

    def change(cell: CellValue) -> CellValue:
        if not isinstance(cell, str) or cell.isascii():
            return cell
        # A field that is too short may cut the last character in two.
        return cell.encode(RAW_ENCODING).decode(chosen, errors="ignore")

    return (
        [str(change(name)) for name in names],
        [tuple(change(cell) for cell in cells) for cells in columns],
    )


@contextmanager
def unzipped(path: Path, layer: str | None) -> Iterator[Path]:
    """Unpack the Shapefile of an archive into a temporary folder, under names of our own.

    Parameters
    ----------
    path
        Zip archive.
    layer
        Name of the Shapefile, without ending; the only one when None.

    Raises
    ------
    StudyError
        When the archive is broken, absurdly large, or does not hold one complete Shapefile.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            _unpack(path, layer, Path(folder))
        except (
            zipfile.BadZipFile,
            zlib.error,
            NotImplementedError,
            EOFError,
            RuntimeError,
        ) as error:
            raise _unreadable(path, str(error)) from error
        yield Path(folder) / "layer.shp"


def _unpack(path: Path, layer: str | None, folder: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for ending, entry in _entries(archive, path, layer).items():
            with archive.open(entry) as packed, (folder / f"layer{ending}").open("wb") as out:
                shutil.copyfileobj(packed, out)


def _entries(archive: zipfile.ZipFile, path: Path, layer: str | None) -> dict[str, zipfile.ZipInfo]:
    """Return ending -> entry of the one Shapefile that is asked for."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    unpacked_bytes = sum(info.file_size for info in infos)
    if len(infos) > MAX_ENTRIES or unpacked_bytes > MAX_UNPACKED_BYTES:
        params = (
            ("size_mb", unpacked_bytes // 1_000_000),
            ("limit_mb", MAX_UNPACKED_BYTES // 1_000_000),
        )
        raise StudyError(Finding("file_too_large", params, file=path.name))
    groups: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for info in infos:
        name = PurePosixPath(_entry_name(info))
        if name.suffix.lower() in _PARTS and not name.name.startswith("."):
            groups.setdefault(str(name.with_suffix("")), {})[name.suffix.lower()] = info
    groups = {name: parts for name, parts in groups.items() if ".shp" in parts}
    stems = {PurePosixPath(name).name: parts for name, parts in groups.items()}
    if layer is not None and layer not in stems:
        params_missing = (("layer", layer), ("layers", ", ".join(sorted(stems)[:20]) or "-"))
        raise StudyError(Finding("layer_missing", params_missing, file=path.name))
    if layer is None and len(groups) > 1:
        params_several = (("layers", ", ".join(sorted(stems)[:20])),)
        raise StudyError(Finding("layer_not_told", params_several, file=path.name))
    if not groups:
        raise _unreadable(path, "the archive holds no Shapefile")
    parts = stems[layer] if layer is not None else next(iter(stems.values()))
    missing = [ending for ending in _NEEDED if ending not in parts]
    if missing:
        raise _unreadable(path, f"the archive lacks {' '.join(missing)}")
    return parts


def _entry_name(info: zipfile.ZipInfo) -> str:
    """Return the name of an entry; old packers write GBK without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename


def _fits(raw: Sequence[bytes], encoding: str) -> bool:
    """Return True when every text decodes, but for a last character that was cut off."""
    try:
        for content in raw:
            try:
                content.decode(encoding)
            except UnicodeDecodeError as fault:
                if fault.end < len(content) or len(content) - fault.start > 3:
                    return False
    except LookupError:
        return False
    return True


def _unreadable(path: Path, reason: str) -> StudyError:
    params = (("expected", "a zipped Shapefile"), ("reason", reason[:200]))
    return StudyError(Finding("file_unreadable", params, file=path.name))
