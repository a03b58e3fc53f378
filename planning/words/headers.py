"""Titles of table columns for people; files keep fixed English headers."""

from __future__ import annotations

from data.kinds import KIND_NAMES
from planning.words.figures import MODE_NAMES, mode_text
from planning.words.wording import Language, Translate, msgid

TITLES: dict[str, str] = {
    "access_m": msgid("Metres to the road"),
    "column": msgid("Column"),
    "file": msgid("File"),
    "fix": msgid("What to do"),
    "meaning": msgid("What it means"),
    "rows": msgid("Rows"),
    "severity": msgid("Severity"),
    "beyond": msgid("People beyond the limit"),
    "centre_minutes": msgid("Minutes to a centre"),
    "circuit_visits_per_month": msgid("Circuit visits a month"),
    "hospital_minutes": msgid("Minutes to a hospital"),
    "last_boat": msgid("Last boat"),
    "sailings_per_day": msgid("Sailings a day"),
    "census_people": msgid("People by census"),
    "code": msgid("Code"),
    "counts_as_point": msgid("Counts as a point"),
    "covered": msgid("People covered"),
    "gap_id": msgid("Gap"),
    "gained": msgid("Gain the circle"),
    "id": msgid("Number"),
    "kind": msgid("Kind"),
    "land_status": msgid("Land status"),
    "lat": msgid("Latitude"),
    "level": msgid("Level"),
    "listed_people": msgid("People by village list"),
    "lon": msgid("Longitude"),
    "lost": msgid("Lose the circle"),
    "median_minutes": msgid("Median minutes"),
    "minutes": msgid("Minutes"),
    "mode": msgid("Mode"),
    "name": msgid("Name"),
    "nearest_facility": msgid("Nearest point, number"),
    "nearest_facility_name": msgid("Nearest point"),
    "nearest_minutes": msgid("Minutes to it"),
    "nearest_people": msgid("People nearest to it"),
    "off_network": msgid("People far from any road"),
    "part_id": msgid("Part"),
    "operating": msgid("Open now"),
    "owner": msgid("Owner"),
    "parent_code": msgid("Belongs to"),
    "people": msgid("People"),
    "people_only_by_this_site": msgid("People only by this site"),
    "people_without_cover_in_reach": msgid("People without cover in reach"),
    "placed": msgid("Has coordinates"),
    "points": msgid("Cells"),
    "rank": msgid("Rank"),
    "roads_incomplete": msgid("Roads incomplete"),
    "share": msgid("Share covered"),
    "site_id": msgid("Site"),
    "status": msgid("Status"),
    "unreachable": msgid("People unreachable by road"),
    "urban": msgid("Urban"),
    "village_name": msgid("Village"),
    "zone_code": msgid("Zone code"),
    "zone_name": msgid("Zone"),
    "cannot_mend": msgid("What it does not mend"),
    "closable": msgid("May be merged, by its row"),
    "cost_yuan": msgid("Cost (yuan)"),
    "gap_share": msgid("Solver gap"),
    "given_up": msgid("Given up by the plan"),
    "in_plan": msgid("In the plan"),
    "kind_name": msgid("Kind of point"),
    "knee": msgid("Knee of the curve"),
    "lost_share": msgid("Gives up"),
    "model": msgid("Model"),
    "not_here": msgid("Without, against plan 1"),
    "only_here": msgid("With, against plan 1"),
    "people_at_most": msgid("At most possible"),
    "people_covered_today": msgid("Of them covered today"),
    "people_in_reach": msgid("People in reach"),
    "people_left_to_add": msgid("Would still add"),
    "people_lost_beside_plan": msgid("People who lose cover, with the plan"),
    "people_lost_if_closed": msgid("People who lose cover if it closes"),
    "people_newly_covered": msgid("People newly covered"),
    "people_shared_with_new_sites": msgid("Shared with other new sites"),
    "plan": msgid("Plan"),
    "reading": msgid("Reading of the inputs"),
    "role": msgid("New or upgraded"),
    "share_of_runs": msgid("Chosen in the readings"),
    "share_today": msgid("Covered today"),
    "share_with_plan": msgid("Covered with the plan"),
    "site_note": msgid("Note on land"),
    "sites": msgid("New sites"),
    "sites_kept": msgid("Sites of the plan among them"),
    "suitability": msgid("Suitability"),
    "taken_by": msgid("Its people are served by"),
    "zones_gaining": msgid("Zones that gain"),
}


def column_title(name: str, translate: Translate) -> str:
    """Return the title of a column: mode and group stand in front of what is counted.

    >>> column_title("walk_covered_65+", lambda text: text)
    'Walking · 65+ · People covered'
    """
    mode = next(
        (m for m in sorted(MODE_NAMES, key=len, reverse=True) if name.startswith(f"{m}_")), ""
    )
    rest = name.removeprefix(f"{mode}_") if mode else name
    group = ""
    if rest not in TITLES and "_" in rest:
        rest, group = rest.rsplit("_", 1)
    parts = [mode_text(mode, translate)] if mode else []
    parts += [group] if group else []
    parts.append(translate(TITLES[rest]) if rest in TITLES else rest)
    return " · ".join(parts)


def kind_name(kind: str, language: Language) -> str:
    """Return the name of a WS 218 kind with its code: the Chinese one is the official one."""
    names = KIND_NAMES.get(kind, (kind,))
    english = next((name for name in names if name.isascii()), kind)
    return f"{names[0] if language == 'zh' else english} ({kind})"
