"""A small study made of real files: nine people points, three institutions, one road."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from pyogrio.raw import write as write_raw
from rasterio import Affine

ROADS = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
 <node id="1" lat="30.00" lon="120.80"/><node id="2" lat="30.00" lon="120.90"/>
 <node id="3" lat="30.05" lon="120.80"/><node id="4" lat="30.05" lon="120.90"/>
 <way id="1"><nd ref="1"/><nd ref="2"/><nd ref="4"/><nd ref="3"/><nd ref="1"/>
  <tag k="highway" v="residential"/></way>
</osm>
"""

PEOPLE = """id,lon,lat,people,old
a,120.81,30.01,100,20
b,120.85,30.01,200,30
c,120.89,30.01,0,0
d,120.81,30.04,50,10
e,120.89,30.04,150.5,40
"""

LIST = """id,name,kind,owner,status,lon,lat,beds
F2,乙村卫生室,村卫生室,个人,在营,120.85,30.02,0
F1,甲社区卫生服务中心,B100,卫健部门,在营,120.81,30.01,20
F3,丙社区卫生服务站,B200,卫健部门,在建,,,
"""

STUDY = """format = 1
[study]
name = "试验县"
date = "2024-12-31"
[population]
path = "people.csv"
column = "people"
groups = [{ name = "65+", column = "old" }]
[facilities]
path = "list.csv"
[roads]
path = "roads.osm"
"""


@pytest.fixture
def study_folder(tmp_path: Path) -> Path:
    """Return a folder with a small study; its name has a blank and Chinese in it."""
    folder = tmp_path / "试验 县"
    folder.mkdir()
    (folder / "roads.osm").write_text(ROADS, encoding="utf-8")
    (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    (folder / "list.csv").write_text(LIST, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder


WriteRaster = Callable[..., Path]


@pytest.fixture
def write_raster() -> WriteRaster:
    """Return a function that writes a small GeoTIFF."""

    def write(path: Path, values: Any, **options: Any) -> Path:
        array = np.asarray(values)
        bands = array if array.ndim == 3 else array[None]
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
        with rasterio.open(path, "w", **profile) as raster:
            raster.write(bands)
        return path

    return write


WriteLayer = Callable[..., Path]


@pytest.fixture
def write_layer() -> WriteLayer:
    """Return a function that writes geometries with attributes to a file that GDAL knows."""

    def write(
        path: Path,
        geometry: list[Any],
        columns: dict[str, list[Any]],
        *,
        crs: str | None = "EPSG:4326",
        layer: str = "layer",
        **options: Any,
    ) -> Path:
        import shapely

        kinds = {g.geom_type for g in geometry if g is not None}
        if crs is None:
            warnings.filterwarnings("ignore", "'crs' was not provided")
        write_raw(
            path,
            shapely.to_wkb(np.array(geometry, dtype=object)),
            [np.array(values) for values in columns.values()],
            np.array(list(columns)),
            crs=crs,
            layer=layer,
            geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
            **options,
        )
        return path

    return write
