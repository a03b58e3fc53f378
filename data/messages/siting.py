"""Messages of siting: what a problem or a table of times can get wrong, and what a plan says."""

from __future__ import annotations

from geo.errors import Message

SITING_MESSAGES: dict[str, Message] = {
    "pairs_duplicate": Message(
        "error",
        "{count} pairs of site and demand are listed more than once",
        "Keep one row for each pair.",
    ),
    "index_outside": Message(
        "error", "{name}: {count} numbers are outside 0 to {size} - 1", "Correct the numbers."
    ),
    "siting_site_unknown": Message(
        "error", "{role} names sites that do not exist", "Correct the ids."
    ),
    "siting_none_allowed": Message(
        "error",
        "no site may be built: all are forbidden or exist already",
        "Allow some candidates.",
    ),
    "siting_unanswered": Message(
        "warning",
        "the question of new sites could not be asked as it stands: no site is proposed, all other"
        " results are whole",
        "Correct what is said below, in the study or on the page of new sites, and ask again.",
    ),
    "siting_count_above_candidates": Message(
        "error",
        "{count} new sites are asked for, {candidates} candidates may be built",
        "Ask for fewer, or let candidates stand closer together (`candidates.spacing_m`).",
    ),
    "siting_count_below_required": Message(
        "error", "{count} new sites are asked for, {required} are required", "Raise the count."
    ),
    "siting_required_forbidden": Message(
        "error", "sites are both required and forbidden", "Keep one of the two."
    ),
    "siting_required_exclusive": Message(
        "error", "required sites exclude each other", "Require one of them, or allow both."
    ),
    "siting_zone_rule": Message(
        "error",
        "a zone asks for {least} to {most} new sites and has {candidates} candidates",
        "Correct its limits or add candidates.",
    ),
    "siting_unreachable_people": Message(
        "warning",
        "{people:g} people in {rows} rows cannot be reached from any site that may be built",
        "Add candidates near them, raise the limit, or ask for a share of the people.",
    ),
    "siting_count_too_small": Message(
        "warning", "{count} new sites cannot serve everybody", "Raise the count or the limit."
    ),
    "siting_rules_leave_none": Message(
        "warning", "no choice of sites keeps all rules", "Relax a rule among sites or a zone limit."
    ),
    "siting_none_found": Message(
        "warning", "no plan was found before the search stopped", "Allow more time or fewer rules."
    ),
    "siting_fewest_needed": Message(
        "warning",
        "{count} new sites cannot cover everybody; at least {needed} are needed",
        "Raise the count or the limit.",
    ),
    "siting_beyond_reach": Message(
        "warning",
        "{people:g} people in {rows} rows are beyond the limit of every site; a limit of "
        "{needed:g} would reach them, but for {never:g} people whom no site reaches at all",
        "Add candidates near them, raise the limit, or ask for a share of the people.",
    ),
    "siting_zones_above_count": Message(
        "error",
        "zones ask for {least} new sites together, the count is {count}",
        "Raise the count.",
    ),
    "siting_option_missing": Message(
        "error", "model {model} needs {option}", "Give it on the command line."
    ),
    "siting_option_wrong": Message(
        "error", "{option} is {actual}, it must be {expected}", "Correct it."
    ),
    "siting_format": Message(
        "error",
        "the file says format {actual}, known is {supported}",
        "Open it with the version that wrote it, or write it again.",
    ),
    "siting_enough": Message(
        "note",
        "by this measure almost everybody is covered: a further point gains fewer than {people:g} "
        "people; {proposed} are proposed",
        "Ask for another mode or limit, or lower `siting.min_gain_people`.",
    ),
    "siting_gains_small": Message(
        "note",
        "no further candidate gains {people:g} people; {proposed} are proposed",
        "Add candidates, or lower `siting.min_gain_people`.",
    ),
    "siting_file_missing": Message(
        "error", "the file does not exist", "Correct the path on the command line."
    ),
    "siting_site_without_loads": Message(
        "error", "{count} sites of the times have no row here: {first}", "Add their rows."
    ),
    "siting_table_column": Message(
        "error", "the column is missing; found: {found}", "The columns are {expected}."
    ),
    "siting_table_empty": Message("error", "the table has no rows", "Give at least one row."),
    "siting_id_blank": Message("error", "{count} ids are blank", "Fill them or remove the rows."),
    "siting_id_duplicate": Message(
        "error", "{count} ids are listed more than once", "Keep one row for each id."
    ),
    "siting_pair_duplicate": Message(
        "error",
        "{count} pairs of demand_id and site_id are listed more than once",
        "Keep one row for each pair.",
    ),
    "siting_number": Message(
        "error",
        "{count} values are blank, not a finite number, or below 0",
        "Give numbers of 0 or more; leave out a pair that has no way.",
    ),
    "siting_number_size": Message(
        "error",
        "{count} values are above {most:g}, or above 0 and below {least:g}",
        "Use another unit: sums of such numbers are not exact.",
    ),
    "array_too_large": Message(
        "error", "{name}: {count} values are above {most:g}", "Use another unit."
    ),
    "siting_id_unknown": Message(
        "error", "{count} ids do not occur in {where}: {first}", "Correct the ids or add the rows."
    ),
    "siting_lower_above_upper": Message(
        "error", "{count} lower loads are above the upper load", "Correct the loads."
    ),
    "siting_lower_above_people": Message(
        "error",
        "a lower load of {lower:g} is above all people together ({people:g})",
        "Lower it or leave the site out: it could never open.",
    ),
    "siting_no_people": Message("error", "there are no people at all", "Give people above 0."),
    "siting_nobody_in_reach": Message(
        "error",
        "no candidate reaches anyone within {limit:g}; the cheapest pair costs {cheapest:g}",
        "Raise the limit or add candidates.",
    ),
    "siting_nobody_listed": Message(
        "error", "no pair leads to a row with people", "Add pairs of rows that have people."
    ),
    "siting_existing_suffice": Message(
        "note",
        "no new site could better what the existing sites do; none of {count} is chosen",
    ),
    "siting_capacity_unused": Message("note", "model {model} knows no loads; they are not used"),
    "siting_further_sites_idle": Message(
        "note", "{idle} of {count} sites would add nobody and are left out", "Ask for fewer."
    ),
    "siting_count_unused": Message("note", "{model} finds the count itself; {count} is not used"),
    "siting_option_unused": Message("note", "model {model} does not use {option}"),
    "siting_capacitated_median": Message(
        "note", "without --limit `capacitated` serves everybody: a p-median with loads"
    ),
    "siting_site_without_cost": Message(
        "error", "{count} sites of the times have no cost here: {first}", "Add their rows."
    ),
    "siting_role_unknown": Message(
        "error",
        "{count} values are not known: {first}",
        "Leave the cell blank or write open, required or forbidden.",
    ),
    "siting_village_beyond": Message(
        "note", "village {village}: at most {share:.1%} of its people can be reached"
    ),
    "siting_room_short": Message(
        "warning",
        "the {count} largest new sites and the existing ones hold {room:g} people of {people:g}",
        "Raise the count or the upper loads.",
    ),
    "siting_loads_leave_none": Message(
        "warning", "no choice of sites keeps all loads", "Relax the loads or raise the count."
    ),
    "siting_below_lower": Message(
        "note", "a new site serves {load:g} people, below its lower load of {lower:g}"
    ),
    "siting_site_below_lower": Message(
        "note",
        "new site {site} serves {load:g} people, {short:g} too few for its lower load of {lower:g}",
        "Ask for fewer sites, or make the lower loads binding.",
    ),
    "siting_number_range": Message(
        "error", "{name} is {actual:g}, it must be {least:g} to {most:g}", "Correct it."
    ),
    "siting_cost_zero": Message(
        "error", "{count} options cost nothing", "Give each option a cost above 0."
    ),
    "siting_budget_too_small": Message(
        "error",
        "the budget of {budget:,.0f} yuan is below the cheapest plan of {cheapest:,.0f} yuan",
        "Raise the budget or lower the costs.",
    ),
    "siting_villages_beyond": Message(
        "warning",
        "{count} villages cannot reach their quota: {people:g} people too few are in reach of any "
        "site",
        "Add candidates near them, raise the limit or lower the quota.",
    ),
    "siting_ids_unknown": Message(
        "error", "{key} names ids that do not exist: {first}", "Correct the ids; known: {known}."
    ),
    "siting_zone_unknown": Message(
        "error", "{key} names zones that do not exist: {first}", "Use the codes of the zones."
    ),
    "siting_group_unknown": Message(
        "error", "siting.weights names groups that do not exist: {first}", "Known: {known}."
    ),
    "siting_kind_unknown": Message(
        "error",
        "{key} is {actual}, which is no kind of point",
        "Write a WS 218 code such as B200, a name such as 村卫生室, or 巡回点.",
    ),
    "siting_upgrade_counts": Message(
        "error",
        "{count} of the institutions to be upgraded count as points already or have no place",
        "Name institutions that are no points of the circle today.",
    ),
    "siting_score_unknown": Message(
        "error",
        "candidates.suitability names scores that are not there: {first}",
        "Use columns of the layer with numbers from 0 to 1, or near_road and flat.",
    ),
    "siting_score_range": Message(
        "error", "{count} values of score {name} are not from 0 to 1", "Correct the scores."
    ),
    "siting_needs_villages": Message(
        "error", "model {model} needs a table of villages", "Add [villages] to the study."
    ),
    "siting_not_asked": Message(
        "warning",
        "sites were not asked for: no point counts, so nobody is known to be without one",
        "See to the kinds of the institutions first.",
    ),
    "siting_no_candidates": Message(
        "warning",
        "no candidate site is left: nobody lives by a usable road, or everything is excluded",
        "Loosen [exclusions], or give candidates.",
    ),
    "siting_circuit_left_out": Message(
        "note",
        "{count} candidates are circuit stops and no fixed points: they are not in this plan",
        "Ask with kind = 巡回点 to choose circuit stops.",
    ),
    "siting_nobody_gains": Message(
        "warning",
        "no candidate reaches anyone who is without cover within {minutes:g} min",
        "Give candidates nearer to them, or raise the limit.",
    ),
    "siting_set_aside": Message(
        "warning",
        "{people:,.0f} people in {rows} places are reached by no candidate and are set aside",
        "Add candidates near them or raise the limit.",
    ),
    "siting_people_beyond": Message(
        "warning",
        "{people:,.0f} people in {rows} places are beyond {minutes:g} min of every existing point "
        "and candidate; {needed} min would reach all but {never:,.0f} of them, whom none reaches",
        "Add candidates near them, raise the limit, or ask for a share of the people.",
    ),
    "siting_villages_set_aside": Message(
        "warning",
        "{count} villages cannot reach their quota by any candidate and are set aside: {first}",
        "Add candidates near them, raise the limit or lower the quota.",
    ),
    "siting_villages_out": Message(
        "warning",
        "{count} villages cannot reach their quota by any candidate, {people:,.0f} people too few: "
        "{first}",
        "Add candidates near them, raise the limit, lower the quota, or leave them out.",
    ),
    "siting_as_settlements": Message(
        "note",
        "the people stand at {rows} settlements for this model: a village is served whole",
    ),
    "exclusion_slope_unknown": Message(
        "warning",
        "slope is not known at {count} of {total} places; they are not excluded for it",
        "Give heights that cover them.",
    ),
}
