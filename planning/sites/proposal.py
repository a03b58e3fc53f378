"""The answer to "where next": plans, people, sites and what doubts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from data.study.siting import SitingModel
from data.types import Floats
from geo.errors import Finding
from planning.sites.candidates import CandidateSites
from planning.sites.question import PlanCosts
from planning.sites.readings import Base
from planning.solver import CoverCurve, SitingPlan
from planning.solver.pairs import Indices
from planning.words.figure import Base as FigureBase

Unit: TypeAlias = Literal[
    "people",
    "weighted people",
    "people covered twice",
    "expected people",
    "sites",
    "yuan",
    "person-minutes",
    "minutes",
]
Sense: TypeAlias = Literal["max", "min"]

SENSES: dict[Unit, Sense] = {
    "people": "max",
    "weighted people": "max",
    "people covered twice": "max",
    "expected people": "max",
    "sites": "min",
    "yuan": "min",
    "person-minutes": "min",
    "minutes": "min",
}
"""Unit of an objective -> whether more of it is better: a bound of `min` lies below the plan."""

State: TypeAlias = Literal["today", "committed", "proposed"]
STATE_NAMES: dict[State, str] = {
    "today": "today",
    "committed": "committed",
    "proposed": "with_plan",
}
"""The states of the network, and what a share covered in each is called in files."""

MODELS_WITH_LOADS: tuple[SitingModel, ...] = ("capacitated", "capacitated-median")


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """What the sites were chosen for.

    Parameters
    ----------
    model, unit, includes_base
        What was asked for, what objective and bound of the plan are counted in, and whether they
        count the whole network.
    mode, minutes, kind
        Mode of travel, limit of the circle, new points.
    base, committed_until
        State that the plan starts from, and the day up to which decided projects count.
    min_gain_people
        A site that gains fewer is not proposed.
    coverage
        What the figures of today's coverage in this mode stand on.
    knows_today, is_known
        Whether any point counts today, and in the base.
    """

    model: SitingModel
    unit: Unit
    includes_base: bool
    mode: str
    minutes: float
    kind: str
    base: Base
    committed_until: str
    min_gain_people: float
    coverage: FigureBase
    knows_today: bool
    is_known: bool

    @property
    def has_loads(self) -> bool:
        """True where people are counted as served within loads."""
        return self.model in MODELS_WITH_LOADS


@dataclass(frozen=True, slots=True)
class StateCounts:
    """People covered in the three states; `newly` is the last less the base."""

    today: float
    committed: float
    with_plan: float
    newly: float


@dataclass(frozen=True, slots=True)
class PeopleCounted(StateCounts):
    """People inside the zones by what the plan does for them; within loads where there are any.

    Parameters
    ----------
    inside
        All of them.
    lost
        Covered in the base only, by points that the plan gives up.
    on_projects
        Of those newly covered, people of new points that are projects already.
    in_reach
        Where the model has loads, the people who merely lie within the circle; None elsewhere.
    """

    inside: float
    lost: float
    on_projects: float
    in_reach: StateCounts | None


@dataclass(frozen=True, slots=True, eq=False)
class PlanChoice:
    """A plan among its alternatives, the best one first.

    Parameters
    ----------
    plan
        In planners' units, with the bound of the best plan.
    lost_share
        What it gives up, as a share of the best objective.
    people
        Who is covered with it.
    """

    plan: SitingPlan
    lost_share: float
    people: PeopleCounted


@dataclass(frozen=True, slots=True, eq=False)
class Alternatives:
    """The best plan and others; complete when nothing else is as good within the share."""

    plans: tuple[PlanChoice, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class PlannedProject:
    """A project within whose circle a site lies: the site is that project.

    Parameters
    ----------
    facility
        Index of its institution.
    is_decided
        True where it is decided; else it is 储备.
    distance_m
        In a straight line from the site.
    """

    facility: int
    project_id: str
    name: str
    is_decided: bool
    opens_on: str
    distance_m: float


@dataclass(frozen=True, slots=True, eq=False)
class ProposedSite:
    """One chosen site; sites stand in order of the people without cover whom they reach.

    Parameters
    ----------
    candidate
        Index into `CandidateSites`.
    served_people
        People whom the plan assigns to it: within its load where the model has loads, else those
        newly covered for whom it is the nearest new site.
    new_people
        Only its own: people covered by the plan who have no other point within the limit.
    reached_people
        People without cover before the plan whom this site reaches, shared ones included.
    in_reach_people
        Everybody within the limit of the site.
    by_group, by_zone
        Of `reached_people`: group -> people, zone index -> people.
    shared_with
        (other option, people without cover whom both reach), most first.
    project
        The listed project that it is; None for a new point.
    """

    candidate: int
    served_people: float
    new_people: float
    reached_people: float
    in_reach_people: float
    by_group: Mapping[str, float]
    by_zone: tuple[tuple[int, float], ...]
    shared_with: tuple[tuple[int, float], ...]
    project: PlannedProject | None

    @property
    def shared_people(self) -> float:
        """People without cover whom another new site reaches, too."""
        return max(0.0, self.reached_people - self.new_people)


@dataclass(frozen=True, slots=True, eq=False)
class NotChosen:
    """Why an option that reaches many is not in the plan.

    Parameters
    ----------
    candidate
        Index into `CandidateSites`.
    in_reach_people, covered_before
        Everybody within the limit, and those of them covered before the plan.
    covered_by
        (chosen option, people without cover whom it has), most first; options may share people.
    left
        All that it would add to the plan.
    """

    candidate: int
    in_reach_people: float
    covered_before: float
    covered_by: tuple[tuple[int, float], ...]
    left: float


@dataclass(frozen=True, slots=True, eq=False)
class ClosingLoss:
    """People who lose cover if one point closes, before the plan and beside its sites."""

    facility: int
    before: float
    with_plan: float


@dataclass(frozen=True, slots=True)
class Target:
    """What one share of the people asks for, from the state that the plan starts from.

    Parameters
    ----------
    share
        Share of the people inside the zones.
    sites, fewest
        New sites that reach it by greedy choice, and such that no fewer do; None where none do.
    best_share, people_short
        What all candidates together reach, and by how many people they miss it.
    minutes_needed
        Limit at which all candidates together would reach it; None where none up to the horizon.
    """

    share: float
    sites: int | None
    fewest: int | None
    best_share: float
    people_short: float
    minutes_needed: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Centre:
    """A centre of a plan of two levels: an institution that stands, or an option."""

    facility: int
    candidate: int

    @property
    def is_new(self) -> bool:
        """True when it is to be built."""
        return self.candidate >= 0


@dataclass(frozen=True, slots=True, eq=False)
class RobustnessRun:
    """One other reading of the inputs.

    Parameters
    ----------
    label
        Stable name such as `speed_set=low`, `minutes=15` or `random=1`.
    share_today, share_committed, share_with_plan
        Share of the people covered in the three states, the last with the plan that is judged.
    sites
        Options that are best for this reading.
    """

    label: str
    share_today: float
    share_committed: float
    share_with_plan: float
    sites: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Robustness:
    """A plan under several readings, its own first.

    Parameters
    ----------
    chosen_share
        (n_options,) share of all readings whose plan has the option.
    """

    runs: tuple[RobustnessRun, ...]
    chosen_share: Floats

    def shares(self, state: State) -> tuple[float, float]:
        """Return least and greatest share covered in a state: a handful has no percentiles."""
        name = f"share_{STATE_NAMES[state]}"
        found = [float(getattr(run, name)) for run in self.runs]
        return min(found), max(found)


@dataclass(frozen=True, slots=True, eq=False)
class NewService:
    """Whom the new sites serve.

    Parameters
    ----------
    site, tenths
        (n_demand,) option of the plan that serves each point, and the way to it; -1 for all others.
        Where the model has loads these are the people assigned within them, else those newly
        covered, each with the nearest new site.
    people
        (n_demand,) people served there; 0 where nobody is.
    """

    site: Indices
    tenths: Indices
    people: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """The answer, with its proof.

    Parameters
    ----------
    terms
        What the sites were chosen for.
    candidates, excluded
        Options; plans, sites and curve name them by index. Exclusion -> places and people left out.
    plan
        Status, objective, bound and gap in planners' units.
    without_weights
        The same with every person counting 1, where the study weighs groups.
    people
        Who is covered in each state of the network, everybody counting 1.
    sites, centres, closed
        New and upgraded points with their reasons; centres of two levels; institutions given up.
    service
        Whom the new sites serve.
    curve, targets
        People newly covered by 0, 1, 2, ... sites with a bound each, and what target shares ask.
    alternatives, robustness, speed_bands
        Plans nearly as good; the plan under other readings; fewest and most people by speeds.
    not_chosen, closing, costs
        Why not another site, what each point holds up, and what is known of the money.
    """

    terms: Terms
    candidates: CandidateSites
    excluded: Mapping[str, tuple[int, float]]
    plan: SitingPlan
    without_weights: PlanChoice | None
    people: PeopleCounted
    sites: tuple[ProposedSite, ...]
    centres: tuple[Centre, ...]
    closed: tuple[int, ...]
    service: NewService
    curve: CoverCurve
    targets: tuple[Target, ...]
    alternatives: Alternatives
    robustness: Robustness | None
    speed_bands: Mapping[State, tuple[float, float]]
    not_chosen: tuple[NotChosen, ...]
    closing: tuple[ClosingLoss, ...]
    costs: PlanCosts
    findings: tuple[Finding, ...]

    @property
    def is_asked(self) -> bool:
        """False where no point counts, or where the study's question cannot be asked."""
        is_refused = any(found.code == "siting_unanswered" for found in self.findings)
        return self.terms.is_known and not is_refused

    @property
    def has_plan(self) -> bool:
        """False where there is none: not asked for, or not found."""
        is_found = self.plan.objective is not None or self.plan.status == "not_asked"
        return self.is_asked and is_found

    @property
    def plan_yuan(self) -> float | None:
        """Cost of the options of the plan over its years; None where it is not known."""
        return self.costs.of(self.plan.new_sites.tolist())
