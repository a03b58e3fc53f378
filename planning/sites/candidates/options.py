"""Candidate sites: what may stand where, how far apart, what each kind can and cannot mend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.kinds import kind_code
from data.types import Floats, Ints
from planning.solver.pairs import Flags, Indices
from planning.words.wording import msgid

Group: TypeAlias = Literal["centre", "station", "clinic", "circuit"]
Role: TypeAlias = Literal["new", "upgrade", "keep"]

CIRCUIT = "circuit"
CIRCUIT_WORDS = (CIRCUIT, "巡回点", "巡回", "circuit stop")
SHORT_WORDS = {"站": "B200", "中心": "B100"}
NEW: Role = "new"
UPGRADE: Role = "upgrade"
KEEP: Role = "keep"

NOT_A_PARCEL = msgid(
    "Computed points, not plots of land; the natural resources authority must confirm land use"
)
"""Stands beside every proposed site."""

LAND_STATUS_UNKNOWN = msgid("not verified")
"""Land status of a site whose layer says nothing of it."""

CANNOT_MEND: dict[str, str] = {
    "centre": msgid("A centre does not bring a point of care within walking distance of villages."),
    "station": msgid(
        "A station does not cure a missing government-run centre and adds nothing to the ratio of "
        "people per centre."
    ),
    "clinic": msgid(
        "A village clinic does not cure a missing centre or station and needs a rural doctor."
    ),
    "circuit": msgid(
        "A circuit stop is never a fixed point: it does not raise the cover of fixed points."
    ),
}
"""Kind of site -> what it does not mend, said beside the proposal."""


def kind_group(kind: str) -> Group:
    """Return what a kind of point is: a centre, a station, a village clinic or a circuit stop.

    >>> kind_group("C220"), kind_group("B200"), kind_group("circuit")
    ('centre', 'station', 'circuit')
    """
    if kind == CIRCUIT:
        return "circuit"
    if kind == "B100" or kind.startswith("C"):
        return "centre"
    return "clinic" if kind == "D600" else "station"


def site_kind(written: str) -> str | None:
    """Return the code of a kind of point as a study or layer writes it; None when it is none.

    >>> site_kind("村卫生室"), site_kind("巡回点"), site_kind("站"), site_kind("A100")
    ('D600', 'circuit', 'B200', None)
    """
    word = written.strip().lower()
    if word in CIRCUIT_WORDS:
        return CIRCUIT
    code = SHORT_WORDS.get(word) or kind_code(written)
    is_point = code is not None and (code in {"B100", "B200", "D600"} or code.startswith("C"))
    return code if is_point else None


@dataclass(frozen=True, slots=True, eq=False)
class CandidateSites:
    """Places where a station may stand, n of them: 测算点位, never parcels of land.

    Parameters
    ----------
    zone, village
        (n,) indices into the dataset's values, -1 where there is none; the village is the one that
        holds the place, else the nearest.
    kind
        WS 218 code of what would stand there, or `circuit`.
    role
        `new`; `upgrade` of an institution that is no point today; `keep` of a closable point.
    facility
        (n,) institution of an upgrade or a point to keep, -1 for new sites.
    land_status
        As the layer says; empty where it does not.
    suitability
        (n,) weighted score between 0 and 1; 1 where the study asks for none.
    source
        `layer` or `generated`.
    """

    id: tuple[str, ...]
    name: tuple[str, ...]
    x_m: Floats
    y_m: Floats
    lon: Floats
    lat: Floats
    zone: Ints
    village: Ints
    kind: tuple[str, ...]
    role: tuple[Role, ...]
    facility: Ints
    land_status: tuple[str, ...]
    suitability: Floats
    source: str

    def __len__(self) -> int:
        return len(self.id)

    def take(self, index: Sequence[int] | Indices) -> CandidateSites:
        """Return the candidates of these indices, in that order."""
        rows = np.asarray(index, dtype=np.int64)
        changed: dict[str, Any] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                changed[item.name] = value[rows]
            elif isinstance(value, tuple):
                changed[item.name] = tuple(value[i] for i in rows.tolist())
        return replace(self, **changed)


def no_candidates() -> CandidateSites:
    """Return the candidates of a study that has none."""
    nothing, index = np.zeros(0), np.zeros(0, dtype=np.int32)
    return CandidateSites(
        (), (), nothing, nothing, nothing, nothing, index, index, (), (), index, (), nothing, ""
    )


def options_of(sites: CandidateSites, role: Role) -> Ints:
    """Return the options of one role."""
    return np.flatnonzero(np.array(sites.role, dtype=object) == role).astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Buildable:
    """Where sites may stand, and what each exclusion takes away.

    Parameters
    ----------
    is_allowed
        (n,) True where nothing forbids a site.
    excluded
        Exclusion -> (points, people at them); a point may fall under several.
    """

    is_allowed: Flags
    excluded: Mapping[str, tuple[int, float]]


def buildable(people: Floats, exclusions: Mapping[str, Flags]) -> Buildable:
    """Combine exclusion layers such as water, steep slope, far from a road, basic farmland.

    Parameters
    ----------
    people
        (n,) people at each point.
    exclusions
        Name -> (n,) True where the layer forbids a site.

    Examples
    --------
    >>> wet = np.array([True, False])
    >>> buildable(np.array([4.0, 5.0]), {"water": wet}).excluded
    {'water': (1, 4.0)}
    """
    is_allowed = np.ones(len(people), dtype=bool)
    for is_excluded in exclusions.values():
        is_allowed &= ~is_excluded
    excluded = {
        name: (int(flags.sum()), float(people[flags].sum())) for name, flags in exclusions.items()
    }
    return Buildable(is_allowed, excluded)


def suitability(scores: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """Return the weighted mean of scores between 0 and 1, to weigh the people of a point by.

    Parameters
    ----------
    scores
        Name -> (n,) score, 1 best; layers without a weight are left out.
    weights
        Name -> weight of 0 or more.

    Examples
    --------
    >>> suitability({"flat": np.array([1.0, 0.5])}, {"flat": 2.0}).tolist()
    [1.0, 0.5]
    """
    used = {name: weight for name, weight in weights.items() if name in scores and weight > 0}
    total = sum(used.values())
    n_points = len(next(iter(scores.values()))) if scores else 0
    if total == 0:
        return np.ones(n_points)
    weighted = [scores[name] * (weight / total) for name, weight in used.items()]
    return np.asarray(np.sum(weighted, axis=0), dtype=np.float64)


def spaced_points(
    x_m: Floats,
    y_m: Floats,
    people: Floats,
    *,
    spacing_m: float,
    is_allowed: Flags | None = None,
    rank: Indices | None = None,
) -> Indices:
    """Choose points at least a spacing apart, the most populated first.

    Parameters
    ----------
    x_m, y_m
        (n,) metric coordinates.
    people
        (n,) people at each point, times their suitability if one is wished; points at 0 are never
        chosen.
    spacing_m
        No two chosen points are nearer than this.
    is_allowed
        (n,) False where nothing may be built (water, steep slope, farmland).
    rank
        (n,) lower ranks are chosen first, such as 0 for village centres and 1 for cells.

    Returns
    -------
    NDArray[np.int32]
        Chosen points, ascending.

    Examples
    --------
    >>> x = np.array([0.0, 400.0, 1000.0])
    >>> spaced_points(x, np.zeros(3), np.array([5.0, 9.0, 2.0]), spacing_m=500.0)
    array([1, 2], dtype=int32)
    """
    is_free = people > 0
    if is_allowed is not None:
        is_free &= is_allowed
    order = np.lexsort((-people, np.zeros(len(people)) if rank is None else rank))
    points = np.column_stack([x_m, y_m])
    tree = cKDTree(points)
    chosen = []
    for i in order[is_free[order]]:
        if not is_free[i]:
            continue
        chosen.append(i)
        near = np.asarray(tree.query_ball_point(points[i], spacing_m), dtype=np.int64)
        is_near = np.hypot(x_m[near] - x_m[i], y_m[near] - y_m[i]) < spacing_m
        is_free[near[is_near]] = False
    return np.sort(np.array(chosen, dtype=np.int32))


def on_water(x_m: Floats, y_m: Floats, water: NDArray[Any] | None) -> Flags:
    """Say which points lie in a water polygon.

    Parameters
    ----------
    x_m, y_m
        (n,) metric coordinates.
    water
        Polygons in the same system; None or empty when nothing is known of water.
    """
    is_wet = np.zeros(len(x_m), dtype=bool)
    if water is None or len(water) == 0:
        return is_wet
    tree = shapely.STRtree(water)
    point, _ = tree.query(shapely.points(x_m, y_m), predicate="intersects")
    is_wet[point] = True
    return is_wet
