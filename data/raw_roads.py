"""Road segments as the readers hand them over: in degrees, with the ways they belong to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.types import Floats
from geo.errors import Finding
from geo.graph import Ways


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
