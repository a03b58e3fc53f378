"""The rules of a plan as arrays: who may be built, what excludes what, how many a zone takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from data.errors import StudyError
from geo.errors import Finding
from planning.solver.pairs import Flags, Indices, Pointers, read_only
from planning.solver.problems import SiteRules


@dataclass(frozen=True, slots=True, eq=False)
class RuleArrays:
    """Rules checked and flattened.

    Parameters
    ----------
    existing, required
        Ascending site numbers.
    may_build
        (n_sites,) True where a new site may stand, required ones included.
    conflict_indptr, conflict_site
        Sites that exclude each other, both ways.
    zone
        (n_sites,) number of the zone rule of each site; the last number means no rule.
    zone_least, zone_most
        (n_zone_rules + 1,) fewest and most new sites.
    """

    existing: Indices
    required: Indices
    may_build: Flags
    conflict_indptr: Pointers
    conflict_site: Indices
    zone: Indices
    zone_least: Pointers
    zone_most: Pointers

    @property
    def are_plain(self) -> bool:
        """True when only the number of sites limits the choice among `may_build`."""
        return len(self.conflict_site) == 0 and len(self.zone_most) == 1

    @property
    def candidates(self) -> Indices:
        """Sites that may be built."""
        return np.flatnonzero(self.may_build).astype(np.int32)


def compile_rules(rules: SiteRules, n_sites: int, *, count: int | None = None) -> RuleArrays:
    """Check the rules against each other and return them as arrays.

    Parameters
    ----------
    rules
        What the plan must keep.
    n_sites
        Number of sites of the problem.
    count
        Number of new sites asked for; None when the model finds it.

    Raises
    ------
    StudyError
        With every contradiction: unknown sites, more sites asked for than may be built, required
        sites that are forbidden or exclude each other, zones that cannot hold what is asked.
    """
    findings = _unknown_sites(rules, n_sites)
    if findings:
        raise StudyError(*findings)
    existing, required = _numbers(rules.existing), _numbers(rules.required)
    required = np.setdiff1d(required, existing)
    may_build = np.ones(n_sites, dtype=bool)
    may_build[existing] = False
    may_build[_numbers(rules.forbidden)] = False
    indptr, conflict = _conflicts(rules, n_sites)
    zone, least, most = _zones(rules, n_sites)
    arrays = RuleArrays(
        existing,
        required.astype(np.int32),
        may_build,
        indptr,
        conflict,
        zone,
        least,
        most,
    )
    findings = _contradictions(arrays, count)
    if findings:
        raise StudyError(*findings)
    return arrays


def after_required(rules: RuleArrays) -> RuleArrays:
    """Return the rules that are left once the required sites are built."""
    may_build = np.array(rules.may_build)
    may_build[rules.required] = False
    owner = np.repeat(np.arange(len(may_build)), np.diff(rules.conflict_indptr))
    may_build[rules.conflict_site[np.isin(owner, rules.required)]] = False
    built = np.bincount(rules.zone[rules.required], minlength=len(rules.zone_most))
    return replace(
        rules,
        required=read_only([], np.int32),
        may_build=may_build,
        zone_least=read_only(np.maximum(rules.zone_least - built, 0), np.int64),
        zone_most=read_only(rules.zone_most - built, np.int64),
    )


def rules_among(rules: RuleArrays, sites: Indices) -> RuleArrays:
    """Return the rules of some sites, which get new numbers in the order given."""
    number = np.full(len(rules.may_build), -1, dtype=np.int64)
    number[sites] = np.arange(len(sites))
    owner = number[np.repeat(np.arange(len(number)), np.diff(rules.conflict_indptr))]
    other = number[rules.conflict_site]
    keep = (owner >= 0) & (other >= 0)
    owner, other = owner[keep], other[keep]
    order = np.lexsort((other, owner))
    count = np.bincount(owner, minlength=len(sites))
    return replace(
        rules,
        existing=read_only([], np.int32),
        required=read_only([], np.int32),
        may_build=rules.may_build[sites],
        conflict_indptr=read_only(np.concatenate([[0], np.cumsum(count)]), np.int64),
        conflict_site=read_only(other[order], np.int32),
        zone=read_only(rules.zone[sites], np.int32),
    )


def keeps_site_rules(rules: RuleArrays, sites: Indices) -> bool:
    """Say whether new sites keep the conflicts and the zone rules; a site may occur repeatedly."""
    is_open = np.zeros(len(rules.may_build), dtype=bool)
    is_open[sites] = True
    owner = np.repeat(is_open, np.diff(rules.conflict_indptr))
    count = np.bincount(rules.zone[sites], minlength=len(rules.zone_most))
    return bool(
        not is_open[rules.conflict_site[owner]].any()
        and (count >= rules.zone_least).all()
        and (count <= rules.zone_most).all()
    )


def _numbers(sites: Iterable[int]) -> Indices:
    return np.unique(np.fromiter(sites, dtype=np.int32))


def _unknown_sites(rules: SiteRules, n_sites: int) -> list[Finding]:
    named = {
        "existing": rules.existing,
        "required": rules.required,
        "forbidden": rules.forbidden,
        "exclusive": tuple(j for group in rules.exclusive for j in group),
    }
    findings = []
    for name, sites in named.items():
        bad = sorted({int(j) for j in sites if not 0 <= j < n_sites})
        if bad:
            findings.append(Finding("siting_site_unknown", (("role", name),), rows=tuple(bad[:5])))
    return findings


def _conflicts(rules: SiteRules, n_sites: int) -> tuple[Pointers, Indices]:
    """Return pairs of sites that exclude each other, both ways, as pointers and sites."""
    pairs = [
        np.array([(a, b) for a in group for b in group if a < b], dtype=np.int64).reshape(-1, 2)
        for group in (sorted(set(g)) for g in rules.exclusive)
    ]
    if rules.min_spacing_m > 0 and rules.x_m is not None and rules.y_m is not None:
        points = np.column_stack([rules.x_m, rules.y_m])
        near = cKDTree(points).query_pairs(rules.min_spacing_m, output_type="ndarray")
        apart_m = np.hypot(*(points[near[:, 0]] - points[near[:, 1]]).T)
        pairs.append(near[apart_m < rules.min_spacing_m].astype(np.int64))
    both = np.unique(np.concatenate([np.zeros((0, 2), np.int64), *pairs]), axis=0)
    both = np.concatenate([both, both[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(both[:, 0], minlength=n_sites))])
    return read_only(indptr, np.int64), read_only(both[:, 1], np.int32)


def _zones(rules: SiteRules, n_sites: int) -> tuple[Indices, Pointers, Pointers]:
    """Return the zone rule of each site and the fewest and most sites of each rule."""
    names = sorted(set(rules.zone_min) | set(rules.zone_max))
    least = [int(rules.zone_min.get(name, 0)) for name in names]
    most = [int(rules.zone_max.get(name, n_sites)) for name in names]
    zone = np.full(n_sites, len(names), dtype=np.int32)
    if rules.zone is not None:
        for number, name in enumerate(names):
            zone[np.asarray(rules.zone) == name] = number
    return (
        read_only(zone, np.int32),
        read_only([*least, 0], np.int64),
        read_only([*most, n_sites + 1], np.int64),
    )


def _contradictions(arrays: RuleArrays, count: int | None) -> list[Finding]:
    """Return what no plan could keep."""
    findings = []
    n_candidates = int(arrays.may_build.sum())
    stands = len(arrays.existing) > 0
    if n_candidates == 0 and (not stands if count is None else count > 0):
        findings.append(Finding("siting_none_allowed"))
    elif count is not None and count > n_candidates:
        params = (("count", count), ("candidates", n_candidates))
        findings.append(Finding("siting_count_above_candidates", params))
    if count is not None and (count < 0 or len(arrays.required) > count):
        params = (("count", count), ("required", len(arrays.required)))
        findings.append(Finding("siting_count_below_required", params))
    barred = arrays.required[~arrays.may_build[arrays.required]]
    if len(barred):
        findings.append(Finding("siting_required_forbidden", rows=tuple(map(int, barred[:5]))))
    owner = np.repeat(np.arange(len(arrays.may_build)), np.diff(arrays.conflict_indptr))
    clash = np.isin(owner, arrays.required) & np.isin(arrays.conflict_site, arrays.required)
    if clash.any():
        rows = tuple(int(j) for j in np.unique(owner[clash])[:5])
        findings.append(Finding("siting_required_exclusive", rows=rows))
    return [*findings, *_zone_contradictions(arrays, count)]


def _zone_contradictions(arrays: RuleArrays, count: int | None) -> list[Finding]:
    n_zones = len(arrays.zone_most)
    available = np.bincount(arrays.zone[arrays.may_build], minlength=n_zones)
    required = np.bincount(arrays.zone[arrays.required], minlength=n_zones)
    findings = []
    for zone in range(n_zones - 1):
        least, most = int(arrays.zone_least[zone]), int(arrays.zone_most[zone])
        if least > min(most, int(available[zone])) or required[zone] > most:
            numbers = {"least": least, "most": most, "candidates": int(available[zone])}
            findings.append(Finding("siting_zone_rule", tuple(numbers.items()), rows=(zone,)))
    needed = int(arrays.zone_least.sum())
    if count is not None and needed > count:
        findings.append(Finding("siting_zones_above_count", (("least", needed), ("count", count))))
    return findings
