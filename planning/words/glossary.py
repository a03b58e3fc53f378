"""The glossary: every term under which a figure is printed, with what it means.

`docs/figures.md` is made from it.
"""

from __future__ import annotations

from typing import NamedTuple

from planning.words.units import Unit
from planning.words.wording import msgid


class Entry(NamedTuple):
    """A term: its printed name and its definition (message ids), and the unit of its values.

    A name may say `{minutes:g}` of the base. An empty unit is given by each figure: that of a
    standard's figure is the document's.
    """

    name: str
    definition: str
    unit: Unit


_COVERAGE: dict[str, Entry] = {
    "coverage_share": Entry(
        msgid("Share within {minutes:g} min of a point"),
        msgid("people covered / people inside the zones"),
        "share",
    ),
    "people_covered": Entry(
        msgid("People within {minutes:g} min of a point"),
        msgid("people whose travel time to the nearest point that counts is at most the limit"),
        "people",
    ),
    "people_uncovered": Entry(
        msgid("People farther than {minutes:g} min from every point"),
        msgid("people inside the zones who are not covered"),
        "people",
    ),
    "people_all": Entry(msgid("All people"), msgid("people of the population source"), "people"),
    "people_inside": Entry(
        msgid("People inside the zones"), msgid("all people - people in no zone"), "people"
    ),
    "people_outside": Entry(
        msgid("People outside the zones"), msgid("people in no zone"), "people"
    ),
    "people_off_network": Entry(
        msgid("People far from any road"),
        msgid("people whose straight way to a usable road is longer than the limit for it"),
        "people",
    ),
    "people_unreachable": Entry(
        msgid("People unreachable by road"),
        msgid("people from whom no directed path leads to any point that counts"),
        "people",
    ),
    "people_beyond": Entry(
        msgid("People beyond the limit"),
        msgid("people whose time is longer than the limit"),
        "people",
    ),
    "reach15_share": Entry(
        msgid("15-minute medical service circle (for reference, not defined)"),
        msgid(
            "people within 15 minutes / people inside the zones; of fixed points or of every"
            " institution; no document says which is meant, and nothing is judged by it"
        ),
        "share",
    ),
    "people_unknown": Entry(
        msgid("People whose time is unknown"),
        msgid("people inside the zones and near a road where no point counts at all"),
        "people",
    ),
    "people_covered_in_all": Entry(
        msgid("People covered at all speeds"),
        msgid("people covered at low, default and high speeds alike"),
        "people",
    ),
    "people_covered_in_some": Entry(
        msgid("People covered at some speeds"),
        msgid("people covered at one or two of low, default and high speeds"),
        "people",
    ),
    "people_covered_in_none": Entry(
        msgid("People covered at no speed"),
        msgid("people inside the zones covered neither at low nor at default nor at high speeds"),
        "people",
    ),
    "people_only_by_outside_points": Entry(
        msgid("People covered by outside points only"),
        msgid("people covered only when points outside the zones count"),
        "people",
    ),
}

_GAPS: dict[str, Entry] = {
    "gap_count": Entry(
        msgid("Service gaps"), msgid("groups of uncovered people who live close together"), "count"
    ),
    "gap_people": Entry(
        msgid("People in service gaps"), msgid("uncovered people of a gap, or of all"), "people"
    ),
    "gap_nearest_people": Entry(
        msgid("People of a gap nearest to one point"),
        msgid("people of a gap whose nearest point is the one most of them have"),
        "people",
    ),
    "gap_beyond_horizon": Entry(
        msgid("People of a gap beyond the search"),
        msgid("people of a gap whose time was not searched for any further"),
        "people",
    ),
    "gap_no_path": Entry(
        msgid("People of a gap without a path"),
        msgid("people of a gap from whom no path leads to a point, or who live far from any road"),
        "people",
    ),
    "gap_median_minutes": Entry(
        msgid("Median minutes, weighted by people"),
        msgid("time within which half of a gap's people reach their nearest point"),
        "minutes",
    ),
    "gap_worst_minutes": Entry(
        msgid("Largest known minutes"),
        msgid("largest known time among a gap's people"),
        "minutes",
    ),
}

_VILLAGES: dict[str, Entry] = {
    "village_cover_share": Entry(
        msgid("Share of villages covered"),
        msgid("villages covered by a point, a near point or a circuit / villages with people"),
        "share",
    ),
    "village_effective_share": Entry(
        msgid("Share of villages covered effectively"),
        msgid("villages whose points are also staffed and take the insurance card / villages"),
        "share",
    ),
    "village_people_share": Entry(
        msgid("Share of village people near a point or circuit"),
        msgid("people of villages near a point or circuit / people of villages"),
        "share",
    ),
    "villages_judged": Entry(
        msgid("Villages judged"), msgid("administrative villages with people"), "count"
    ),
    "villages_uncovered": Entry(
        msgid("Villages below the village standard"),
        msgid("villages with people covered by no point, near point or circuit"),
        "count",
    ),
    "village_people_uncovered": Entry(
        msgid("Village people near no point or circuit"),
        msgid("people of villages who are near no point and no circuit"),
        "people",
    ),
    "village_median_minutes": Entry(
        msgid("Median minutes of a village"),
        msgid("time within which half of a village's people reach their nearest point"),
        "minutes",
    ),
}

_CENTRES: dict[str, Entry] = {
    "centres": Entry(
        msgid("Government-run centres"),
        msgid("licensed government-run centres that operate; branches count under their centre"),
        "count",
    ),
    "centres_unknown_owner": Entry(
        msgid("Centres with an unverified owner"),
        msgid("operating centres of which the list does not say who runs them"),
        "count",
    ),
    "branches": Entry(
        msgid("Branches of centres"), msgid("operating branches, no centres of their own"), "count"
    ),
    "service_people": Entry(
        msgid("Service population"),
        msgid("people whom the centres serve in a view: declared, nearest or within capacity"),
        "people",
    ),
    "resident_people": Entry(
        msgid("Residents"), msgid("people of the population source who live in the zones"), "people"
    ),
    "unassigned_people": Entry(
        msgid("People served by no centre"),
        msgid("people whom a view of service areas gives to no centre"),
        "people",
    ),
    "people_per_centre": Entry(
        msgid("People per government-run centre"),
        msgid("service population / government-run centres"),
        "people",
    ),
    "centres_needed_least": Entry(
        msgid("Fewest centres needed"),
        msgid("service population / most people per centre, rounded up"),
        "count",
    ),
    "centres_needed_most": Entry(
        msgid("Most centres within the norm"),
        msgid("service population / fewest people per centre, rounded down"),
        "count",
    ),
    "centres_missing": Entry(
        msgid("Centres missing"), msgid("fewest centres needed - government-run centres"), "count"
    ),
    "nearest_people": Entry(
        msgid("People nearest to an institution"),
        msgid("people inside the zones whose nearest point that counts is this one"),
        "people",
    ),
    "unplaced_facilities": Entry(
        msgid("Institutions without a place"), msgid("institutions without coordinates"), "count"
    ),
}

_SITES: dict[str, Entry] = {
    "plan_sites": Entry(msgid("Sites of the plan"), msgid("sites that the plan opens"), "count"),
    "plan_candidates": Entry(
        msgid("Candidate sites"), msgid("places that the plan may choose from"), "count"
    ),
    "plan_newly_covered": Entry(
        msgid("People newly covered by the plan"),
        msgid("people covered with the plan - people covered in the state it starts from"),
        "people",
    ),
    "plan_on_projects": Entry(
        msgid("People newly covered by listed projects"),
        msgid("of the people newly covered, those of sites that are projects already"),
        "people",
    ),
    "people_served": Entry(
        msgid("People served within the loads, {minutes:g} min"),
        msgid("people whom points within the limit serve without going above their loads"),
        "people",
    ),
    "served_share": Entry(
        msgid("Share of people served within the loads, {minutes:g} min"),
        msgid("people served within the loads / people inside the zones"),
        "share",
    ),
    "plan_lost": Entry(
        msgid("People who lose cover by the plan"),
        msgid("people covered now only by points that the plan gives up"),
        "people",
    ),
    "plan_objective": Entry(
        msgid("Objective of the plan"), msgid("what the plan makes largest or smallest"), ""
    ),
    "plan_bound": Entry(
        msgid("Bound of the objective"),
        msgid("what no plan under the same conditions can better"),
        "",
    ),
    "plan_solver_gap": Entry(
        msgid("Solver gap"), msgid("|bound - objective| / |objective|"), "share"
    ),
    "plan_cost": Entry(
        msgid("Cost of the plan"), msgid("cost of the plan's sites over its years"), "wan_yuan"
    ),
    "curve_people": Entry(
        msgid("People newly covered by so many sites"),
        msgid("people newly covered by the best sequence of sites found, one by one"),
        "people",
    ),
    "curve_bound": Entry(
        msgid("Most people that so many sites can newly cover"),
        msgid("proved bound on the people newly covered by any choice of so many sites"),
        "people",
    ),
    "plan_lost_share": Entry(
        msgid("What a plan gives up"),
        msgid("what a plan is short of the best one's objective / that objective"),
        "share",
    ),
    "site_chosen_share": Entry(
        msgid("Readings that choose a site"),
        msgid("readings of the inputs whose best plan has the site / readings"),
        "share",
    ),
    "site_people_in_reach": Entry(
        msgid("People in reach of a site"), msgid("people within the limit of a site"), "people"
    ),
    "site_people_reached": Entry(
        msgid("People without cover in reach of a site"),
        msgid("people within the limit of a site whom no point covers today"),
        "people",
    ),
    "site_people_only": Entry(
        msgid("People only by this site"),
        msgid("people newly covered who lose cover again without this one site of the plan"),
        "people",
    ),
}

_STANDARDS: dict[str, Entry] = {
    "standard_figure": Entry(
        msgid("Current figure of a standard"),
        msgid("the figure that a standard's sentence asks for, in the document's unit"),
        "",
    ),
    "standard_gap_people": Entry(
        msgid("People missing to a standard"),
        msgid("people who would have to gain the service"),
        "people",
    ),
    "standard_gap_institutions": Entry(
        msgid("Institutions missing to a standard"),
        msgid("institutions or villages to add or to mend"),
        "count",
    ),
    "standard_gap_units": Entry(
        msgid("Units missing to a standard"), msgid("beds, doctors or people to add"), "units"
    ),
    "findings": Entry(
        msgid("Findings on the data"), msgid("errors, warnings and notes of the readers"), "count"
    ),
    "project_people_gaining": Entry(
        msgid("People who gain the circle by a project"),
        msgid("people covered once the project is open and not before"),
        "people",
    ),
    "projects_people_more": Entry(
        msgid("People covered by projects beyond those of now"),
        msgid("people covered after a project and all earlier ones - people covered now"),
        "people",
    ),
    "project_people_losing": Entry(
        msgid("People who lose the circle by a project"),
        msgid("people covered before the project and not after"),
        "people",
    ),
}

GLOSSARY: dict[str, Entry] = {
    **_COVERAGE,
    **_GAPS,
    **_VILLAGES,
    **_CENTRES,
    **_SITES,
    **_STANDARDS,
}
