"""Candidate sites: what may stand where, and what a kind of point can and cannot mend."""

from planning.sites.candidates.options import (
    CANNOT_MEND,
    KEEP,
    NEW,
    NOT_A_PARCEL,
    UPGRADE,
    CandidateSites,
    Group,
    Role,
    kind_group,
    no_candidates,
    on_water,
    options_of,
    site_kind,
    spaced_points,
)

__all__ = [
    "CANNOT_MEND",
    "KEEP",
    "NEW",
    "NOT_A_PARCEL",
    "UPGRADE",
    "CandidateSites",
    "Group",
    "Role",
    "kind_group",
    "no_candidates",
    "on_water",
    "options_of",
    "site_kind",
    "spaced_points",
]
