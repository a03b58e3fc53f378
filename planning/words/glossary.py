"""The glossary: every term under which a figure is printed, with what it means."""

from __future__ import annotations

from typing import NamedTuple

from planning.words.wording import msgid


class Entry(NamedTuple):
    """A term: its printed name and its definition, both message ids."""

    name: str
    definition: str


GLOSSARY: dict[str, Entry] = {
    "coverage_share": Entry(
        msgid("Share of people within the circle of a fixed point"),
        msgid("people covered / (all people - people outside the zones)"),
    ),
    "people_covered": Entry(
        msgid("People within the circle of a fixed point"),
        msgid("people whose travel time to the nearest point that counts is at most the limit"),
    ),
    "people_all": Entry(msgid("All people"), msgid("people of the population source")),
    "people_outside": Entry(msgid("People outside the zones"), msgid("people in no zone")),
    "people_off_network": Entry(
        msgid("People far from any road"),
        msgid("people whose straight way to a usable road is longer than the limit for it"),
    ),
    "people_unreachable": Entry(
        msgid("People without a path"),
        msgid("people from whom no directed path leads to any point that counts"),
    ),
    "people_beyond": Entry(
        msgid("People beyond the limit"), msgid("people whose time is longer than the limit")
    ),
    "gap_count": Entry(
        msgid("Service gaps"), msgid("groups of uncovered people who live close together")
    ),
    "gap_people": Entry(msgid("People in service gaps"), msgid("uncovered people of all gaps")),
    "gap_median_minutes": Entry(
        msgid("Median minutes, weighted by people"),
        msgid("time within which half of a gap's people reach their nearest point"),
    ),
    "gap_worst_minutes": Entry(
        msgid("Largest known minutes"), msgid("largest known time among a gap's people")
    ),
    "centres": Entry(
        msgid("Government-run centres"), msgid("licensed government-run centres that operate")
    ),
    "people_per_centre": Entry(
        msgid("People per government-run centre"), msgid("service people / centres")
    ),
    "plan_sites": Entry(msgid("Sites of the plan"), msgid("sites that the plan opens")),
    "plan_newly_covered": Entry(
        msgid("People newly covered by the plan"),
        msgid("people covered with the plan and not in the state it starts from"),
    ),
    "unplaced_facilities": Entry(
        msgid("Institutions without a place"), msgid("institutions without coordinates")
    ),
}
