"""Broken layers and rasters: GeoJSON, GeoPackage, FlatGeobuf, Parquet, KML, archives, GeoTIFF."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.data.broken.files import ENTITIES, Broken, bomb, mutations

POINT = {"type": "Point", "coordinates": [120.8, 30.0]}
CRS_UNKNOWN = b'"crs": {"type": "name", "properties": {"name": "EPSG:0"}}, '
VRT = (
    b"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource>"
    b"</OGRVRTLayer></OGRVRTDataSource>"
)
OUTSIDE_ENTITY = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def geojson(*geometries: Any, name: str = "") -> bytes:
    """Return a collection with one feature for each geometry."""
    features = [
        {"type": "Feature", "properties": {"code": str(i), "name": name}, "geometry": geometry}
        for i, geometry in enumerate(geometries, start=1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def polygon(*corners: tuple[Any, Any]) -> bytes:
    """Return a collection with one polygon."""
    ring = [list(corner) for corner in (*corners, corners[0])]
    return geojson({"type": "Polygon", "coordinates": [ring]})


SQUARE = [[[120.7, 29.9], [121.0, 29.9], [121.0, 30.2], [120.7, 30.2], [120.7, 29.9]]]


def geojson_cases() -> Iterator[Broken]:
    """Yield broken zones."""
    good = geojson({"type": "Polygon", "coordinates": SQUARE}, name="甲")
    odd: dict[str, bytes] = {
        "empty": b"",
        "brace": b"{",
        "array": b"[]",
        "null": b"null",
        "no-features": b'{"type": "FeatureCollection", "features": []}',
        "features-null": b'{"type": "FeatureCollection", "features": null}',
        "features-text": b'{"type": "FeatureCollection", "features": "x"}',
        "no-geometry": geojson(None),
        "point-only": geojson({"type": "Point", "coordinates": [120.8, 30.0]}),
        "line": geojson({"type": "LineString", "coordinates": SQUARE[0]}),
        "open-ring": geojson({"type": "Polygon", "coordinates": [SQUARE[0][:-1]]}),
        "two-points": geojson({"type": "Polygon", "coordinates": [SQUARE[0][:2]]}),
        "no-rings": geojson({"type": "Polygon", "coordinates": []}),
        "bowtie": polygon((120, 30), (121, 31), (121, 30), (120, 31)),
        "huge-numbers": polygon((1e300, 0), (0, 1e300), (1, 1)),
        "text-numbers": polygon(("a", "b"), ("c", "d"), ("e", "f")),
        "nan": good.replace(b"120.7", b"NaN"),
        "world": polygon((-180, -90), (180, -90), (180, 90), (-180, 90)),
        "far": polygon((10, 50), (11, 50), (11, 51)),
        "collection": geojson({"type": "GeometryCollection", "geometries": []}),
        "mixed": geojson({"type": "Polygon", "coordinates": SQUARE}, POINT),
        "crs-unknown": good.replace(b'"features"', CRS_UNKNOWN + b'"features"'),
        "deep": b'{"type":' * 5_000 + b"1" + b"}" * 5_000,
        "deep-coordinates": b'{"type": "Polygon", "coordinates": ' + b"[" * 20_000 + b"}",
        "vrt": VRT,
        "topology": b'{"type": "Topology", "objects": {}, "arcs": []}',
        "repeated-key": good.replace(b'"code": "1"', b'"code": "1", "code": "2"'),
        "big-text": geojson({"type": "Polygon", "coordinates": SQUARE}, name="x" * 2_000_000),
        "latin-1": geojson({"type": "Polygon", "coordinates": SQUARE}).replace(b'"1"', b'"\xe9"'),
    }  # fmt: skip
    for name, content in odd.items():
        yield Broken(f"zones-{name}", "zones", ".geojson", content)
    for name, content in mutations(good, 20, 3):
        yield Broken(f"zones-{name}", "zones", ".geojson", content)


def layer_bytes(folder: Path, driver_ending: str) -> bytes:
    """Return a small layer of zones in a binary format."""
    import shapely
    from pyogrio.raw import write

    path = folder / f"seed{driver_ending}"
    polygon = shapely.Polygon(SQUARE[0])
    write(
        path,
        shapely.to_wkb(np.array([polygon], dtype=object)),
        [np.array(["1"])],
        np.array(["code"]),
        crs="EPSG:4326",
        geometry_type="Polygon",
        encoding="utf-8",
    )
    content = path.read_bytes()
    for part in folder.glob("seed*"):
        if driver_ending != ".shp":
            part.unlink()
    return content


KML = (
    '<?xml version="1.0" encoding="UTF-8"?>{doctype}<kml xmlns="http://www.opengis.net/kml/2.2">'
    '<Document><Placemark><name>甲</name><ExtendedData><Data name="code"><value>1</value></Data>'
    "</ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>"
    "120.7,29.9 121,29.9 121,30.2 120.7,30.2 120.7,29.9"
    "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"
)


def layer_cases(folder: Path) -> Iterator[Broken]:
    """Yield broken GeoPackages, FlatGeobufs, Parquets, KMLs and zipped Shapefiles."""
    for ending, seed, n in ((".gpkg", 4, 20), (".fgb", 5, 12)):
        good = layer_bytes(folder, ending)
        yield Broken(f"good{ending}", "zones", ending, good)
        yield Broken(f"empty{ending}", "zones", ending, b"")
        for name, content in mutations(good, n, seed):
            yield Broken(f"{name}{ending}", "zones", ending, content)
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table({"code": ["1"], "lon": [120.8], "lat": [30.0]}), out)
    for name, content in mutations(out.getvalue(), 16, 6):
        yield Broken(f"{name}.parquet", "zones", ".parquet", content)
    kml = KML.format(doctype="").encode()
    traps = {"entities": (ENTITIES, "&i;"), "external": (OUTSIDE_ENTITY, "&a;")}
    for name, (doctype, use) in traps.items():
        content = KML.format(doctype=doctype).replace("甲", use).encode()
        yield Broken(f"{name}.kml", "zones", ".kml", content)
    for name, content in mutations(kml, 12, 7):
        yield Broken(f"{name}.kml", "zones", ".kml", content)
    yield from kmz_cases(kml)
    yield from zip_cases(folder)


def kmz_cases(kml: bytes) -> Iterator[Broken]:
    """Yield KMZ files that are broken, that bear traps, or that hold something else."""
    good = packed({"doc.kml": kml, "images/icon.png": b"\x89PNG"})
    doctype, use = ENTITIES, "&i;"
    entities = KML.format(doctype=doctype).replace("甲", use).encode()
    cases = {
        "good": good,
        "slip": packed({"../doc.kml": kml}),
        "several": packed({"a.kml": kml, "b.kml": kml}),
        "none": packed({"readme.txt": b"x"}),
        "entities": packed({"doc.kml": entities}),
        "virtual": packed({"doc.kml": b"<OGRVRTDataSource/>"}),
        "nested": packed({"doc.kmz": good}),
        "bomb": bomb("doc.kml", 1_200_000_000),
        **dict(mutations(good, 8, 11)),
    }
    for name, content in cases.items():
        yield Broken(f"{name}.kmz", "zones", ".kmz", content)


def zip_cases(folder: Path) -> Iterator[Broken]:
    """Yield traps and breakages of archives."""
    layer_bytes(folder, ".shp")
    parts = {part.suffix: part.read_bytes() for part in folder.glob("seed.*")}
    for part in folder.glob("seed.*"):
        part.unlink()

    yield from zip_traps(parts)
    good = packed({f"a{ending}": data for ending, data in parts.items()})
    yield Broken("good.zip", "zones", ".zip", good)
    yield Broken("nested.zip", "zones", ".zip", packed({"inner.zip": good}))
    for name, content in mutations(good, 12, 8):
        yield Broken(f"{name}.zip", "zones", ".zip", content)
    for ending, seed in ((".shp", 9), (".dbf", 10)):
        for name, content in mutations(parts[ending], 8, seed):
            whole = {f"a{e}": d for e, d in parts.items()}
            broken = packed({**whole, f"a{ending}": content})
            yield Broken(f"{ending[1:]}-{name}.zip", "zones", ".zip", broken)


def packed(names: dict[str, bytes]) -> bytes:
    """Return an archive of named contents."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in names.items():
            archive.writestr(name, data)
    return out.getvalue()


def zip_traps(parts: dict[str, bytes]) -> Iterator[Broken]:
    """Yield archives that want to write elsewhere, to grow, or to lead astray."""
    for index, prefix in enumerate(("../", "../../../../tmp/", "/", "C:\\", "a/../../b/")):
        content = packed({f"{prefix}a{ending}": data for ending, data in parts.items()})
        yield Broken(f"slip-{index}.zip", "zones", ".zip", content)
    for missing in (".shp", ".dbf", ".shx"):
        left = {f"a{e}": d for e, d in parts.items() if e != missing}
        yield Broken(f"no{missing}.zip", "zones", ".zip", packed(left))
    link = zipfile.ZipInfo("a.shp")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        for ending, data in parts.items():
            if ending != ".shp":
                archive.writestr(f"a{ending}", data)
    yield Broken("symlink.zip", "zones", ".zip", out.getvalue())
    yield Broken("bomb.zip", "zones", ".zip", bomb("a.shp", 1_200_000_000))
    yield Broken("many.zip", "zones", ".zip", packed({f"{i}.txt": b"" for i in range(12_000)}))
    yield Broken("empty.zip", "zones", ".zip", packed({}))


def raster_bytes(folder: Path, values: Any, **options: Any) -> bytes:
    """Return a GeoTIFF."""
    import rasterio
    from rasterio import Affine

    bands = values if values.ndim == 3 else values[None]
    profile = {
        "driver": "GTiff",
        "height": bands.shape[1],
        "width": bands.shape[2],
        "count": bands.shape[0],
        "dtype": bands.dtype,
        "crs": "EPSG:4326",
        "transform": Affine(0.01, 0.0, 120.80, 0.0, -0.01, 30.05),
        **options,
    }
    path = folder / "seed.tif"
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(bands)
    content = path.read_bytes()
    path.unlink()
    return content


def raster_cases(folder: Path) -> Iterator[Broken]:
    """Yield broken rasters of people."""
    from rasterio import Affine

    nowhere = Affine(np.nan, 0, 120.0, 0, -0.01, 30.0)
    ones = np.ones((8, 8), dtype=np.float32)
    good = raster_bytes(folder, ones, compress="deflate")
    odd: dict[str, bytes] = {
        "empty": b"",
        "magic": b"II*\0",
        "png": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        "vrt": b"<VRTDataset rasterXSize='1' rasterYSize='1'/>",
        "no-crs": raster_bytes(folder, ones, crs=None),
        "bands": raster_bytes(folder, np.ones((3, 4, 4), dtype=np.float32)),
        "complex": raster_bytes(folder, ones.astype(np.complex64)),
        "negative": raster_bytes(folder, -ones),
        "nobody": raster_bytes(folder, ones * 0),
        "nan": raster_bytes(folder, ones * np.nan),
        "inf": raster_bytes(folder, ones * np.inf),
        "far": raster_bytes(folder, ones, transform=Affine(0.01, 0, 400.0, 0, -0.01, 30.05)),
        "zero-cell": raster_bytes(folder, ones, transform=Affine(0.0, 0, 120.0, 0, 0.0, 30.05)),
        "nan-transform": raster_bytes(folder, ones, transform=nowhere),
    }
    sized = bytearray(raster_bytes(folder, ones))
    for tag in (256, 257):  # width and height become two thousand million
        place = bytes(sized).find(struct.pack("<HH", tag, 3))
        if place > 0:
            sized[place : place + 12] = struct.pack("<HHII", tag, 4, 1, 2_000_000_000)
    odd["absurd-size"] = bytes(sized)
    for name, content in odd.items():
        yield Broken(f"raster-{name}", "population", ".tif", content)
    for name, content in mutations(good, 24, 11):
        yield Broken(f"raster-{name}", "population", ".tif", content)
