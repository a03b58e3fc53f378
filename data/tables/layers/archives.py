"""Layers in archives, unpacked without traps: zipped Shapefiles and KMZ."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from data.errors import StudyError, unreadable
from geo.errors import Finding

MAX_UNPACKED_BYTES = 1_000_000_000
MAX_ENTRIES = 10_000
_SHAPEFILE = "a zipped Shapefile"
_KMZ = "KMZ"
_KML_ENDINGS = (".kml", ".ovkml")
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_NEEDED = (".shp", ".shx", ".dbf")


@contextmanager
def unpacked(path: Path, layer: str | None) -> Iterator[list[tuple[str, Path]]]:
    """Unpack the layer of an archive into a temporary folder, under names of our own.

    Yields the name in the archive and the path of each KML of a KMZ, or of the one Shapefile.

    Parameters
    ----------
    path
        Zip archive with a Shapefile, or KMZ.
    layer
        Name of the Shapefile, without ending; the only one when None.

    Raises
    ------
    StudyError
        When the archive is broken, absurdly large, or does not hold one complete layer.
    """
    expected = _KMZ if path.suffix.lower() == ".kmz" else _SHAPEFILE
    with tempfile.TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                infos = _entries(archive, path)
                parts = _kml(infos, path) if expected == _KMZ else _shapefile(infos, path, layer)
                targets = []
                for name, entry in parts.items():
                    target = Path(folder) / name
                    with archive.open(entry) as packed, target.open("wb") as out:
                        shutil.copyfileobj(packed, out)
                    targets.append((_entry_name(entry), target))
        except (
            zipfile.BadZipFile,
            zlib.error,
            NotImplementedError,
            EOFError,
            RuntimeError,
        ) as error:
            raise unreadable(path, expected, error) from error
        yield targets


def _entries(archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
    """Return the files of an archive that is not absurdly large."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    unpacked_bytes = sum(info.file_size for info in infos)
    if len(infos) > MAX_ENTRIES or unpacked_bytes > MAX_UNPACKED_BYTES:
        params = (
            ("size_mb", unpacked_bytes // 1_000_000),
            ("limit_mb", MAX_UNPACKED_BYTES // 1_000_000),
        )
        raise StudyError(Finding("file_too_large", params, file=path.name))
    return infos


def _kml(infos: Sequence[zipfile.ZipInfo], path: Path) -> dict[str, zipfile.ZipInfo]:
    """Return file name -> entry of every KML of a KMZ, its doc.kml first."""
    found = {_entry_name(info): info for info in infos}
    names = [name for name in found if name.lower().endswith(_KML_ENDINGS)]
    if not names:
        raise unreadable(path, _KMZ, "the archive holds no KML")
    names.sort(key=lambda name: name.lower() != "doc.kml")
    return {f"layer{i}.kml": found[name] for i, name in enumerate(names)}


def _shapefile(
    infos: Sequence[zipfile.ZipInfo], path: Path, layer: str | None
) -> dict[str, zipfile.ZipInfo]:
    """Return file name -> entry of the parts of the one Shapefile asked for, `.shp` first."""
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
        raise unreadable(path, _SHAPEFILE, "the archive holds no Shapefile")
    parts = stems[layer] if layer is not None else next(iter(stems.values()))
    missing = [ending for ending in _NEEDED if ending not in parts]
    if missing:
        lacking = "parts are missing in the archive: " + " ".join(missing)
        raise unreadable(path, _SHAPEFILE, lacking)
    ordered = sorted(parts.items(), key=lambda part: part[0] != ".shp")
    return {f"layer{ending}": entry for ending, entry in ordered}


def _entry_name(info: zipfile.ZipInfo) -> str:
    """Return the name of an entry; old packers write GBK without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename
