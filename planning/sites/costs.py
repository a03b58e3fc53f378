"""What a site costs: the study's own figures, or assumptions with their mark and source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from data.study.siting import SitingTable
from data.types import Floats
from planning.sites.candidates import CandidateSites, Group, kind_group
from planning.solver.models.budget import SUBSIDY_YUAN, plan_costs
from planning.words.wording import msgid

Part: TypeAlias = Literal["build", "upgrade", "running"]
PARTS: tuple[Part, ...] = ("build", "upgrade", "running")


@dataclass(frozen=True, slots=True)
class Assumption:
    """One unit cost.

    Parameters
    ----------
    group, part
        Kind of site and what is paid for: `build` and `upgrade` once, `running` every year.
    yuan
        The figure that is used.
    mark
        `S` stated in a policy document, `C` computed from one, `I` an interpretation, `K` general
        knowledge to be replaced, `study` from the study file.
    source
        English sentence, to be translated.
    """

    group: Group
    part: Part
    yuan: float
    mark: str
    source: str


_REFIT = msgid("Xiacheng 2020: 20 million yuan refitted 6 centres; a new building costs more")
_EQUIPMENT = msgid("Xiacheng 2020: 3 million yuan a year of equipment for 6 centres")
_UPGRADE = msgid("Jiande 2019: 2.188 million yuan upgraded 3 named township centres")
_STAND_IN = msgid("Jiande 2019, upgrade of a township centre, standing in for a new station")
_SUBSIDY = msgid("Shangyu 2022: yearly subsidy of a village clinic, 40,000 with two rural doctors")
_AS_CLINIC = msgid("Shangyu 2022, subsidy of a village clinic, standing in for a station")
_CIRCUIT = msgid("Changxing 2018: 350,000 yuan for 155 sessions; one session a week")
_UNKNOWN = msgid("No document states it: put your own figure into the study")

ASSUMED: tuple[Assumption, ...] = (
    Assumption("centre", "build", 20_000_000 / 6, "C", _REFIT),
    Assumption("centre", "upgrade", 2_188_000 / 3, "C", _UPGRADE),
    Assumption("centre", "running", 3_000_000 / 6, "C", _EQUIPMENT),
    Assumption("station", "build", 2_188_000 / 3, "I", _STAND_IN),
    Assumption("station", "upgrade", 100_000.0, "K", _UNKNOWN),
    Assumption("station", "running", SUBSIDY_YUAN, "I", _AS_CLINIC),
    Assumption("clinic", "build", 200_000.0, "K", _UNKNOWN),
    Assumption("clinic", "upgrade", 100_000.0, "K", _UNKNOWN),
    Assumption("clinic", "running", SUBSIDY_YUAN, "S", _SUBSIDY),
    Assumption("circuit", "build", 0.0, "I", _CIRCUIT),
    Assumption("circuit", "upgrade", 0.0, "I", _CIRCUIT),
    Assumption("circuit", "running", 52 * 350_000 / 155, "C", _CIRCUIT),
)
"""Unit costs of the domain reference, section A5; every one may be replaced in the study."""

_STATED = msgid("Stated in the study")


def unit_costs(
    table: SitingTable, groups: Sequence[Group], *, parts: Sequence[Part] = PARTS
) -> tuple[Assumption, ...]:
    """Return the unit costs that plans of these kinds use, in order of kind."""
    stated = {
        "build": table.money.build_yuan,
        "upgrade": table.money.upgrade_yuan,
        "running": table.money.running_yuan,
    }
    used = []
    for assumed in ASSUMED:
        if assumed.group not in groups or assumed.part not in parts:
            continue
        own = stated[assumed.part]
        if own is None:
            used.append(assumed)
        else:
            used.append(Assumption(assumed.group, assumed.part, own, "study", _STATED))
    return tuple(used)


def site_costs(table: SitingTable, sites: CandidateSites) -> Floats:
    """Return (n,) yuan of each option over the years of the plan.

    A new site is built and run, an upgrade is upgraded and run, a closable point that is kept is
    run only.
    """
    yuan = {
        (entry.group, entry.part): entry.yuan
        for entry in unit_costs(table, ("centre", "station", "clinic", "circuit"))
    }
    groups = [kind_group(kind) for kind in sites.kind]
    part: dict[str, Part] = {"new": "build", "upgrade": "upgrade"}
    once = [
        yuan[group, part[role]] if role in part else 0.0
        for group, role in zip(groups, sites.role, strict=True)
    ]
    running = [yuan[group, "running"] for group in groups]
    return plan_costs(
        np.array(once, dtype=np.float64),
        np.array(running, dtype=np.float64),
        years=table.money.years,
    )
