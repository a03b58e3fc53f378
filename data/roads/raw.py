"""What road readers hand over: raw segments in degrees, and finished roads with their findings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from data.roads.ferries import FerryTime
from data.types import Floats, Geometries
from geo.errors import Finding
from geo.graph import RoadGraph, Ways


@dataclass(frozen=True, slots=True, eq=False)
class RawRoads:
    """Road segments as a reader found them, in degrees.

    Parameters
    ----------
    lon, lat, node_id
        (n_nodes,) WGS 84 coordinates and the source's ids.
    tail, head, way
        (n_segments,) nodes and way of each segment, in order along the ways.
    ways
        What the segments of a way share.
    file
        Name of the file.
    findings
        What was doubtful.
    attribution
        Whom to name beside every map.
    """

    lon: Floats
    lat: Floats
    node_id: NDArray[np.int64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    way: NDArray[np.int64]
    ways: Ways
    file: str
    findings: tuple[Finding, ...] = ()
    attribution: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class RoadsRead:
    """Roads as an analysis needs them.

    Parameters
    ----------
    graph
        With one network for each mode asked for.
    crs
        Metric system of the graph.
    water
        Polygons of water in that system; None when the file says nothing of water.
    extent
        Convex hull of the roads: beyond it nothing is known of roads.
    findings
        What was doubtful.
    attribution
        Whom to name beside every map.
    ferries
        The study's timetable, with sailings and last boats.
    """

    graph: RoadGraph
    crs: str
    water: Geometries | None
    extent: shapely.geometry.base.BaseGeometry
    findings: tuple[Finding, ...]
    attribution: str
    ferries: tuple[FerryTime, ...] = ()
