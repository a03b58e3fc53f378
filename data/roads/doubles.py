"""Streets that are drawn by their two edges (双边线) instead of their middle line."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from data.types import Floats

_SAMPLE = 2_000
_LEAST_PIECE_M = 20.0
_GAP_M = (2.0, 30.0)
"""How far the two edges of a street are apart: carriageways to broad avenues `[I]`."""
_LARGEST_SINE = 0.087  # 5 degrees


def doubled_share(x_m: Floats, y_m: Floats, of_line: NDArray[np.int64]) -> float:
    """Return the share of the length that has another line running beside it.

    Of a drawing of edges it is nearly all, of middle lines only streets with two carriageways.

    Parameters
    ----------
    x_m, y_m, of_line
        (n,) points in metres, in order along the lines, and the line of each.
    """
    xy = np.column_stack([x_m, y_m])
    start, along = xy[:-1], np.diff(xy, axis=0)
    length_m = np.hypot(along[:, 0], along[:, 1])
    is_long = (of_line[1:] == of_line[:-1]) & (length_m >= _LEAST_PIECE_M)
    places = np.flatnonzero(is_long & np.isfinite(length_m))
    if len(places) < 2:
        return 0.0
    start, along, length_m = start[places], along[places] / length_m[places, None], length_m[places]
    line = of_line[places]
    pieces = np.stack([start, start + along * length_m[:, None]], axis=1)
    tree = shapely.STRtree(np.asarray(shapely.linestrings(pieces)))
    asked = np.unique(np.linspace(0, len(places) - 1, min(_SAMPLE, len(places))).astype(np.int64))
    middle = shapely.points(pieces[asked].mean(axis=1))
    which, other = tree.query(middle, predicate="dwithin", distance=_GAP_M[1])
    mine = asked[which]
    sine = np.abs(along[mine, 0] * along[other, 1] - along[mine, 1] * along[other, 0])
    gap_m = shapely.distance(middle[which], tree.geometries[other])
    is_beside = (line[mine] != line[other]) & (sine < _LARGEST_SINE) & (gap_m >= _GAP_M[0])
    doubled = np.unique(which[is_beside])
    return float(length_m[asked][doubled].sum() / length_m[asked].sum())
