"""The one place that opens files with GDAL: only by the driver that the file's ending allows.

rasterio and pyogrio each bring a GDAL of their own, with 203 drivers in all. Left alone, GDAL tries
them one after the other on whatever a file holds, and some of them (virtual, tiled and web formats)
go on to other files and addresses. Both read the environment when they are first used, so that it
is set as soon as anything of `data` is imported, before either.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.errors import StudyError, unreadable
from data.stopping import check_stop
from geo.errors import Cancelled, Finding, GeoError

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

DRIVERS: dict[str, tuple[tuple[str, ...], tuple[bytes, ...]]] = {
    "GTiff": ((".tif", ".tiff"), _TIFF),
    "ESRI Shapefile": ((".shp",), (b"\x00\x00\x27\x0a",)),
    "FlatGeobuf": ((".fgb",), (b"fgb",)),
    "GPKG": ((".gpkg",), (b"SQLite format 3\x00",)),
    "GeoJSON": ((".geojson", ".json"), (b"{",)),
}
"""Driver -> the endings of its files, and how they begin.

GPKG and GeoJSON are here for what is written and for notebooks: we read both with readers of ours.
"""

IN_MEMORY = ("MEM", "Memory")
"""Drivers that open no file."""

_OTHERS = """
AAIGrid ACE2 ADBC ADRG AIG AIVector AVCBin AVCE00 AirSAR AmigoCloud BAG BIGGIF BLX BMP BSB BT
BYN CALS CEOS COASP COG COSAR CPG CSV CSW CTG CTable2 Carto DAAS DERIVED DGN DIMAP DIPEx DOQ1
DOQ2 DTED DXF ECRGTOC EDIGEO EEDA EEDAI EHdr EIR ELAS ENVI ERS ESAT ESRIC ESRIJSON Elasticsearch
FAST FIT GDALG GFF GIF GML GNMDatabase GNMFile GPSBabel GPX GRASSASCIIGrid GRIB GS7BG GSAG GSBG
GSC GTFS GTI GTX GXF GenBin GeoJSONSeq GeoRSS HDF5 HDF5Image HF2 HFA HTTP ILWIS IRIS ISCE ISG
ISIS2 ISIS3 Idrisi JAXAPALSAR JDEM JML JP2OpenJPEG JPEG JSONFG KML KMLSUPEROVERLAY KRO L1B LAN
LCP LIBERTIFF LIBKML LOSLAS LVBAG Leveller MAP MBTiles MFF MFF2 MRF MSGN MVT MapML MiraMonRaster
MiraMonVector NDF NGSGEOID NGW NITF NOAA_B NSIDCbin NTv2 NWT_GRC NWT_GRD OAPIF ODS OGCAPI
OGR_GMT OGR_PDS OGR_VRT OSM OZI OpenFileGDB PAux PCIDSK PCRaster PDF PDS PDS4 PGDUMP PLMOSAIC
PLSCENES PMTiles PNG PNM PRF R RCM RIK RMF ROI_PAC RPFTOC RRASTER RS2 RST Rasterlite S102 S104
S111 S57 SAFE SAGA SAR_CEOS SDTS SENTINEL2 SGI SIGDEM SNAP_TIFF SNODAS SQLite SRP SRTMHGT STACIT
STACTA SXF Selafin TGA TIL TSX Terragen TopoJSON USGSDEM VDV VFK VICAR VRT WAsP WCS WEBP WFS WMS
WMTS XLSX XPM XYZ ZMap Zarr netCDF
"""

SKIPPED = (*_OTHERS.split(), "MapInfo File")
"""Every other driver of both GDALs; a test compares the list with what each of them registers."""

MAX_FILE_BYTES = 4_000_000_000
MAX_BLOCK_BYTES = 512_000_000
_CACHE_BYTES = 128_000_000
_MAX_SIDECAR_BYTES = 10_000_000
_LEADS_AWAY = (b"OVERVIEW_FILE", b"/vsi", b"<!DOCTYPE", b"<!ENTITY", b"<SourceFilename")
_SIDECARS = (".aux.xml", ".ovr", ".msk", ".xml", ".tab", ".tfw", ".wld", ".tifw", ".tiffw", ".vrt")
_SHAPEFILE_PARTS = (".shx", ".dbf", ".prj", ".cpg", ".qpj", ".sbn", ".sbx", ".qix", ".idm", ".ind")


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """A layer as GDAL reads it: an Arrow table, the name of its geometry column, its system."""

    table: Any
    geometry: str | None
    crs: str | None


def restrict_gdal() -> None:
    """Keep both GDALs, in this process and in those it starts, to local files of our formats.

    What the user's own environment says of skipped drivers is kept; addresses are closed unless
    it says which may be opened. A GDAL that something else has used before is as it was then:
    readers here check ending, first bytes and driver all the same.
    """
    stated = [name.strip() for name in os.environ.get("GDAL_SKIP", "").split(",")]
    names = [*stated, *(name for name in SKIPPED if name not in stated)]
    os.environ["GDAL_SKIP"] = ",".join(filter(None, names))
    # Each GDAL lacks some names of the other and would say so of each on stderr or in the log.
    os.environ.setdefault("CPL_LOG", os.devnull)
    logging.getLogger("rasterio._env").addFilter(lambda said: "GDAL_SKIP" not in said.getMessage())
    os.environ.setdefault("CPL_VSIL_CURL_ALLOWED_FILENAME", "no address")
    os.environ.setdefault("GDAL_HTTP_PROXY", "127.0.0.1:9")  # what asks another way meets no one
    os.environ.setdefault("PROJ_NETWORK", "OFF")


def check_content(path: Path, driver: str) -> None:
    """Refuse a file that is not what its ending says, or whose parts lie elsewhere.

    Raises
    ------
    StudyError
        With `file_unreadable`, `file_too_large`, or `sidecar_leads_away`.
    """
    endings, beginnings = DRIVERS[driver]
    if driver == "GTiff" and path.suffix.lower() not in endings:
        kinds = (("ending", path.suffix or path.name), ("known", " ".join(endings)))
        raise StudyError(Finding("file_kind_unknown", kinds, file=path.name))
    if path.suffix.lower() not in endings:
        raise unreadable(path, driver, "the content is another format")
    if not path.is_file():  # a pipe or device would never end
        raise StudyError(Finding("file_missing", file=path.name))
    size_bytes = path.stat().st_size
    if size_bytes > MAX_FILE_BYTES:
        sizes = (
            ("size_mb", size_bytes // 1_000_000),
            ("limit_mb", MAX_FILE_BYTES // 1_000_000),
        )
        raise StudyError(Finding("file_too_large", sizes, file=path.name))
    with path.open("rb") as file:
        head = file.read(64)
    if not head.startswith(beginnings):
        reason = "the content is another format" if head else "the file is empty"
        raise unreadable(path, _expected(driver), reason)
    _check_sidecars(path, driver)


@contextmanager
def open_raster(path: Path) -> Iterator[Any]:
    """Open a GeoTIFF for reading, as a rasterio dataset.

    Raises
    ------
    StudyError
        When it is another format, its parts lie elsewhere, one of its blocks would fill the memory,
        or anything in the block fails while the file is read.
    """
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning

    check_content(path, "GTiff")
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # the readers say it in a finding
        try:
            stack.enter_context(rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES))
            raster = stack.enter_context(rasterio.open(path, driver="GTiff"))
            _check_blocks(raster, path)
            yield raster
        except (StudyError, GeoError, Cancelled):
            raise
        except Exception as error:  # broken tags raise what their parser raises
            raise unreadable(path, "GeoTIFF", error) from error


@contextmanager
def open_remote_raster(opener: Callable[..., Any]) -> Iterator[Any]:
    """Open a GeoTIFF whose bytes an opener of ours fetches; GDAL itself asks no address."""
    import rasterio

    with (
        rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"),
        rasterio.open("remote.tif", driver="GTiff", opener=opener) as raster,
    ):
        yield raster


def read_features(path: Path, driver: str, *, encoding: str | None = None) -> Features:
    """Return the one layer of a Shapefile or FlatGeobuf.

    Parameters
    ----------
    path
        The file.
    driver
        Of `DRIVERS`.
    encoding
        In which the text of a Shapefile is read.

    Raises
    ------
    StudyError
        When the file is another format, its parts lie elsewhere, or it cannot be read.
    """
    check_content(path, driver)
    # Without it, whole numbers of 19 and more digits come as floating point and lose the last.
    options = {"ADJUST_TYPE": "YES"} if driver == "ESRI Shapefile" else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's remarks on mixed geometry types: checked by us
            import pyarrow as pa
            from pyogrio import raw

            with raw.open_arrow(
                path, encoding=encoding, datetime_as_string=True, use_pyarrow=True, **options
            ) as (meta, reader):
                batches = []
                for batch in reader:
                    check_stop()
                    batches.append(batch)
                table = pa.Table.from_batches(batches, schema=reader.schema)
    except Cancelled:
        raise
    except Exception as error:  # GDAL's binding raises IndexError and others on broken files
        raise unreadable(path, _expected(driver), error) from error
    name = meta["geometry_name"] or "wkb_geometry"
    return Features(table, name if name in table.column_names else None, meta["crs"])


def _expected(driver: str) -> str:
    return {"GTiff": "GeoTIFF", "ESRI Shapefile": "SHP", "FlatGeobuf": "FGB"}.get(driver, driver)


def _check_sidecars(path: Path, driver: str) -> None:
    """Refuse files beside a file that GDAL would read with it and that lead to other places."""
    if driver == "GTiff":
        beside = [path.with_name(path.name + ending) for ending in _SIDECARS]
        beside += [path.with_suffix(ending) for ending in _SIDECARS]
    else:
        parts = [e for ending in _SHAPEFILE_PARTS for e in (ending, ending.upper())]
        beside = [path.with_suffix(ending) for ending in parts]
    folders = {path.parent.resolve(), path.resolve().parent}
    for sidecar in beside:
        is_there = sidecar.is_file() or sidecar.is_symlink()
        if is_there and (sidecar.resolve().parent not in folders or _leads_away(sidecar)):
            raise StudyError(Finding("sidecar_leads_away", (("name", sidecar.name),), path.name))


def _leads_away(sidecar: Path) -> bool:
    """Return True for overviews and masks that are no TIFF, and notes that name other files."""
    if sidecar.suffix.lower() in {".ovr", ".msk"}:
        with sidecar.open("rb") as file:
            return not file.read(4).startswith(_TIFF)
    if sidecar.suffix.lower() not in {".xml", ".tab"}:
        return False
    if sidecar.stat().st_size > _MAX_SIDECAR_BYTES:
        return True
    content = sidecar.read_bytes()
    return any(sign in content for sign in _LEADS_AWAY)


def _check_blocks(raster: Any, path: Path) -> None:
    """Refuse a raster that can only be read in pieces as large as the memory."""
    for (n_rows, n_columns), dtype in zip(raster.block_shapes, raster.dtypes, strict=True):
        import numpy as np

        bytes_each = 16 if dtype.startswith("complex") else np.dtype(dtype).itemsize
        if n_rows * n_columns * bytes_each > MAX_BLOCK_BYTES:
            sizes = (("columns", n_columns), ("rows", n_rows))
            raise StudyError(Finding("raster_blocks_too_large", sizes, file=path.name))
