"""Where a point may be opened: a layer, villages, populated cells, upgrades, closable points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

import numpy as np
import shapely
from scipy.spatial import cKDTree

from data.errors import StudyError
from data.study.tables import Study
from data.types import Dataset, Floats, Geometries, Ints
from geo.errors import Finding
from geo.snap import Snaps
from planning.reach.mode_input import ModeInput, snap_places
from planning.reach.scenario import Mask
from planning.sites.candidates.options import (
    CIRCUIT,
    KEEP,
    NEW,
    UPGRADE,
    CandidateSites,
    buildable,
    no_candidates,
    on_water,
    site_kind,
    spaced_points,
    suitability,
)

STEEPEST_PERCENT = 25.0
"""Reading of this slope scores 0 for `flat` where the study sets no limit `[K]`."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidacy:
    """Who may be chosen, where they join the road, and what each exclusion took away.

    Parameters
    ----------
    excluded
        Exclusion -> (places, people at them); a place may fall under several.
    """

    sites: CandidateSites
    snaps: Snaps
    excluded: Mapping[str, tuple[int, float]]
    findings: tuple[Finding, ...] = field(default=())


def find_candidates(study: Study, mode: ModeInput) -> Candidacy:
    """Return the candidates of a study.

    Generated sites are populated points at least `candidates.spacing_m` apart: the most populated
    point of each village first, then other cells by people; never on water, outside the zones, away
    from the roads of the mode or where the study excludes it. Institutions to be upgraded and
    closable points follow them.

    Raises
    ------
    StudyError
        With every name that the dataset does not have.
    """
    require_names(study, mode)
    kind = site_kind(study.siting.kind) or "B200"
    found = _generate_sites(study, mode, kind)
    if mode.dataset.candidates is not None:
        found = _layer_sites(study, mode, kind)
    extra = _standing_options(study, mode, kind)
    if extra is None:
        return found
    sites = CandidateSites(
        *(_concatenate(getattr(found.sites, f.name), getattr(extra, f.name)) for f in fields(extra))
    )
    facilities = mode.facility_snaps.take(extra.facility)
    return replace(found, sites=sites, snaps=found.snaps.append(facilities))


def require_names(study: Study, mode: ModeInput) -> None:
    """Refuse zones, groups, kinds and institutions that the dataset does not have, all at once."""
    table, dataset = study.siting, mode.dataset
    findings = []
    if site_kind(table.kind) is None:
        findings.append(
            Finding("siting_kind_unknown", (("key", "siting.kind"), ("actual", table.kind[:60])))
        )
    for key, codes in (("zone_min", table.rules.zone_min), ("zone_max", table.rules.zone_max)):
        unknown = sorted({code for code, _ in codes} - set(dataset.zones.code))
        if unknown:
            said = (("key", f"siting.{key}"), ("first", ", ".join(unknown[:5])))
            findings.append(Finding("siting_zone_unknown", said))
    groups = sorted({name for name, _ in table.weights} - set(dataset.demand.groups))
    if groups:
        known = ", ".join(dataset.demand.groups) or "—"
        said = (("first", ", ".join(groups[:5])), ("known", known))
        findings.append(Finding("siting_group_unknown", said))
    if table.model == "villages" and dataset.villages is None:
        findings.append(Finding("siting_needs_villages", (("model", table.model),)))
    findings += _upgrade_faults(table.upgradable, mode)
    if findings:
        raise StudyError(*findings)


def _upgrade_faults(upgradable: Sequence[str], mode: ModeInput) -> list[Finding]:
    facilities = mode.dataset.facilities
    index = {name: i for i, name in enumerate(facilities.id)}
    unknown = sorted(set(upgradable) - set(index))
    if unknown:
        said = (
            ("key", "siting.upgradable"),
            ("first", ", ".join(unknown[:5])),
            ("known", ", ".join(facilities.id[:3]) + " …"),
        )
        return [Finding("siting_ids_unknown", said)]
    rows = [index[name] for name in upgradable]
    wrong = [i for i in rows if mode.points[i] or not facilities.has_position[i]]
    return [Finding("siting_upgrade_counts", (("count", len(wrong)),))] if wrong else []


def _concatenate(first: Any, second: Any) -> Any:
    if isinstance(first, np.ndarray):
        return np.concatenate([first, second])
    return first if isinstance(first, str) else (*first, *second)


def _generate_sites(study: Study, mode: ModeInput, kind: str) -> Candidacy:
    """Return sites at populated points."""
    dataset, table = mode.dataset, study.candidates
    demand = dataset.demand
    if dataset.candidates is not None:
        return Candidacy(no_candidates(), mode.demand_snaps.take(np.zeros(0, np.int64)), {})
    score = _scores(study, mode.demand_snaps, _slope(dataset, "demand"), {})
    forbidden = _forbidden_places(study, dataset, demand.x_m, demand.y_m, mode.demand_snaps)
    slope = _slope(dataset, "demand")
    forbidden |= _too_steep(study, slope)
    if study.exclusions.water:
        forbidden["water"] = on_water(demand.x_m, demand.y_m, dataset.water)
    left = buildable(demand.people, forbidden)
    is_allowed = left.is_allowed & (demand.zone >= 0) & (mode.demand_snaps.segment >= 0)
    is_allowed &= score >= table.min_suitability
    weight = np.where(is_allowed, demand.people * score, 0.0)
    rank = _village_rank(demand.village, weight)
    if table.generate == "villages":
        is_allowed &= rank == 0
    chosen = spaced_points(
        demand.x_m,
        demand.y_m,
        demand.people * score,
        spacing_m=table.spacing_m,
        is_allowed=is_allowed,
        rank=None if table.generate == "cells" else rank,
    )
    names = dataset.villages.name if dataset.villages else ()
    village = demand.village[chosen]
    x_m, y_m, n = demand.x_m[chosen], demand.y_m[chosen], len(chosen)
    sites = CandidateSites(
        id=tuple(f"N{number:05d}" for number in range(1, n + 1)),
        name=tuple(
            names[v] if v >= 0 else demand.cell_id[i] for i, v in zip(chosen, village, strict=True)
        ),
        x_m=x_m,
        y_m=y_m,
        lon=demand.lon[chosen],
        lat=demand.lat[chosen],
        zone=demand.zone[chosen],
        village=_or_nearest(village, x_m, y_m, dataset),
        kind=(kind,) * n,
        role=(NEW,) * n,
        facility=np.full(n, -1, dtype=np.int32),
        land_status=("",) * n,
        suitability=score[chosen],
        source="generated",
    )
    return Candidacy(
        sites, snap_places(mode.dataset, mode.travel, mode.network, x_m, y_m), left.excluded
    )


def _layer_sites(study: Study, mode: ModeInput, kind: str) -> Candidacy:
    """Return the sites of the candidate layer that nothing excludes."""
    dataset = mode.dataset
    layer = dataset.candidates
    if layer is None:
        msg = "the dataset has no candidate layer"
        raise ValueError(msg)
    kinds = _layer_kinds(layer.kind, kind)
    snaps = snap_places(mode.dataset, mode.travel, mode.network, layer.x_m, layer.y_m)
    slope = _slope(dataset, "candidate")
    score = _scores(study, snaps, slope, _columns(study, layer.columns))
    forbidden = _forbidden_places(study, dataset, layer.x_m, layer.y_m, snaps) | _too_steep(
        study, slope
    )
    left = buildable(np.zeros(len(layer)), forbidden)
    is_circuit = np.array([k == CIRCUIT for k in kinds], dtype=bool)
    is_other = is_circuit & (kind != CIRCUIT)
    keep = left.is_allowed & (score >= study.candidates.min_suitability) & ~is_other
    chosen = np.flatnonzero(keep)
    points = shapely.points(layer.x_m, layer.y_m)
    village = _holder(points, dataset.villages.geometry if dataset.villages else np.array([]))
    sites = CandidateSites(
        id=layer.id,
        name=layer.name,
        x_m=layer.x_m,
        y_m=layer.y_m,
        lon=layer.lon,
        lat=layer.lat,
        zone=_holder(points, dataset.zones.geometry),
        village=_or_nearest(village, layer.x_m, layer.y_m, dataset),
        kind=kinds,
        role=(NEW,) * len(layer),
        facility=np.full(len(layer), -1, dtype=np.int32),
        land_status=layer.land_status,
        suitability=score,
        source="layer",
    )
    note = Finding("siting_circuit_left_out", (("count", int(is_other.sum())),))
    return Candidacy(
        sites.take(chosen), snaps.take(chosen), left.excluded, (note,) if is_other.any() else ()
    )


def _layer_kinds(written: Sequence[str], kind: str) -> tuple[str, ...]:
    """Return the kind of each site of a layer; the study's where the layer does not say.

    Raises
    ------
    StudyError
        When the layer writes a kind that is none of a point.
    """
    found = tuple(kind if not word.strip() else site_kind(word) for word in written)
    bad = sorted({word for word, code in zip(written, found, strict=True) if code is None})
    if bad:
        said = (("key", "a kind of the candidate layer"), ("actual", ", ".join(bad[:5])[:60]))
        raise StudyError(Finding("siting_kind_unknown", said))
    return tuple(code or kind for code in found)


def _standing_options(study: Study, mode: ModeInput, kind: str) -> CandidateSites | None:
    """Return institutions to be upgraded, and closable points that may be given up or kept."""
    table, facilities = study.siting, mode.dataset.facilities
    upgrades = [i for i, name in enumerate(facilities.id) if name in set(table.upgradable)]
    kept = np.flatnonzero(closable(study, mode)).tolist()
    rows = np.array([*upgrades, *kept], dtype=np.int32)
    if not len(rows):
        return None
    points = shapely.points(facilities.x_m[rows], facilities.y_m[rows])
    villages = mode.dataset.villages
    village = _holder(points, villages.geometry if villages else np.array([]))
    return CandidateSites(
        id=tuple(facilities.id[i] for i in rows),
        name=tuple(facilities.name[i] for i in rows),
        x_m=facilities.x_m[rows],
        y_m=facilities.y_m[rows],
        lon=facilities.lon[rows],
        lat=facilities.lat[rows],
        zone=facilities.zone[rows],
        village=_or_nearest(village, facilities.x_m[rows], facilities.y_m[rows], mode.dataset),
        kind=(*(kind for _ in upgrades), *(facilities.kind[i] for i in kept)),
        role=(*(UPGRADE for _ in upgrades), *(KEEP for _ in kept)),
        facility=rows,
        land_status=("",) * len(rows),
        suitability=np.ones(len(rows)),
        source="",
    )


def closable(study: Study, mode: ModeInput) -> Mask:
    """Return (n_facilities,) True for points to give up: asked for, and their row says so."""
    if not study.siting.money.may_close:
        return np.zeros(len(mode.points), dtype=bool)
    says_so = np.array([flag is True for flag in mode.dataset.facilities.flags("closable")])
    found: Mask = mode.points & says_so
    return found


def _forbidden_places(
    study: Study, dataset: Dataset, x_m: Floats, y_m: Floats, snaps: Snaps
) -> dict[str, Mask]:
    """Return name -> (n,) True where an area or the way to the road forbids a site."""
    forbidden: dict[str, Mask] = {}
    found = dataset.exclusions
    for number, name in enumerate(() if found is None else found.names):
        areas = None if found is None else found.areas[found.layer == number]
        forbidden[name] = on_water(x_m, y_m, areas)
    if study.exclusions.max_road_m is not None:
        forbidden["far_from_road"] = ~(snaps.access_m <= study.exclusions.max_road_m)
    return forbidden


def _too_steep(study: Study, slope: Floats | None) -> dict[str, Mask]:
    limit = study.exclusions.max_slope_percent
    return {} if limit is None or slope is None else {"slope": np.nan_to_num(slope) > limit}


def _slope(dataset: Dataset, of: Literal["demand", "candidate"]) -> Floats | None:
    found = dataset.exclusions
    if found is None:
        return None
    return found.demand_slope_percent if of == "demand" else found.candidate_slope_percent


def _columns(study: Study, columns: Mapping[str, Sequence[Any]]) -> dict[str, Floats]:
    """Return the columns of the layer that the study names as scores."""
    found = {}
    for name, _ in study.candidates.suitability:
        if name not in columns:
            continue
        try:
            values = [np.nan if v is None or v == "" else float(v) for v in columns[name]]
        except (TypeError, ValueError):
            values = [np.nan] * len(columns[name])
        found[name] = np.array(values, dtype=np.float64)
    return found


def _scores(
    study: Study, snaps: Snaps, slope: Floats | None, columns: Mapping[str, Floats]
) -> Floats:
    """Return (n,) suitability of places.

    Raises
    ------
    StudyError
        When a score is not there or not between 0 and 1.
    """
    weights = dict(study.candidates.suitability)
    if not weights:
        return np.ones(len(snaps))
    longest = study.exclusions.max_road_m or study.travel.max_access_m
    near = 1.0 - np.clip(np.nan_to_num(snaps.access_m, nan=longest) / max(longest, 1e-9), 0, 1)
    scores = {"near_road": near, **columns}
    if slope is not None:
        limit = study.exclusions.max_slope_percent or STEEPEST_PERCENT
        scores["flat"] = 1.0 - np.clip(np.nan_to_num(slope) / limit, 0, 1)
    unknown = sorted(set(weights) - set(scores))
    findings = []
    if unknown:
        findings.append(Finding("siting_score_unknown", (("first", ", ".join(unknown[:5])),)))
    for name in sorted(set(weights) & set(scores)):
        wrong = int((~((scores[name] >= 0) & (scores[name] <= 1))).sum())
        if wrong:
            findings.append(Finding("siting_score_range", (("name", name), ("count", wrong))))
    if findings:
        raise StudyError(*findings)
    return suitability(scores, weights)


def _holder(points: Any, areas: Geometries) -> Ints:
    """Return for each point the lowest area that holds it, -1 where none does."""
    holder = np.full(len(points), -1, dtype=np.int32)
    if len(areas):
        point, area = shapely.STRtree(areas).query(points, predicate="intersects")
        order = np.lexsort((-area, point))
        holder[point[order]] = area[order]
    return holder


def _or_nearest(village: Ints, x_m: Floats, y_m: Floats, dataset: Dataset) -> Ints:
    """Return the village of each place, the nearest one where none holds it."""
    villages = dataset.villages
    loose = np.flatnonzero(village < 0)
    if villages is None or not len(loose):
        return village
    placed = np.array([i for i, shape in enumerate(villages.geometry) if shape is not None])
    if not len(placed):
        return village
    middle = shapely.point_on_surface(villages.geometry[placed])
    tree = cKDTree(np.column_stack([shapely.get_x(middle), shapely.get_y(middle)]))
    _, nearest = tree.query(np.column_stack([x_m[loose], y_m[loose]]))
    filled = village.copy()
    filled[loose] = placed[nearest]
    return filled


def _village_rank(village: Ints, people: Floats) -> Ints:
    """Return 0 for the most populated point of each village, 1 for all others."""
    rank = np.ones(len(village), dtype=np.int32)
    order = np.lexsort((np.arange(len(village)), -people, village))
    order = order[village[order] >= 0]
    _, first = np.unique(village[order], return_index=True)
    rank[order[first]] = 0
    return rank
