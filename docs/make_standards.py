"""docs/standards.md, written from the presets so that it cannot go stale."""

from __future__ import annotations

import re
from collections.abc import Sequence

from planning.centres.centres import COUNTING_UNIT, OWNER_RULES
from planning.centres.service_people import VIEW_NAMES
from planning.reach.villages.cover import VillageRules
from planning.standards.catalogue import Preset, Standard, load_presets
from planning.standards.standard_sheets import MARK_WORDS

TREATMENTS = {
    "computed": "computed",
    "attribute": "attribute or layer, not computed",
    "listed": "listed, not computed",
}
HEAD = """# Standards

This page is written from `planning/presets/*.toml` by `docs/make_standards.py`; a test checks that
it is fresh. Change the presets, or copy one, edit it and name its path as `preset` of your study.

How a standard is judged:

- A document binds its own place, found by the division codes of the study's zones. Elsewhere its
  targets are references: the verdict reads "By ..., for reference" (参照…), never a failure.
  Figures of brochures and annual reports (参考值) are never a verdict.
- 力争 is kept in the sentence and in the verdict.
- 以上, 以下, 以内, 不低于 and 不超过 include the boundary; 超过, 不满, > and < do not. `3-10万` is
  30,000 to 100,000; a literal `3-100k` is refused with the way to write it.
- A standard whose inputs are missing says "Cannot be judged: ... missing" (无法判定：缺…). Rows
  that say nothing count as no; where they could change the verdict, nothing is judged.
- Two sourced targets for one indicator are both kept (record opening: 90 % and > 80 %).
- A gap from counts of one year is counted; a rate of one year on people of another is labelled
  estimated (推算) with both years. A figure outside its plausible range is "in doubt" (a slip of
  the unit: 0.76 for 76 %, 1.63 % for 1.63 per 1,000) and gives no verdict.

Topics: N the service network, C capacity and services, A3 the rows of Shangyu's annex 2, D demand
and use, M money, B2 living circles.
"""

VILLAGES = """## The village modes

The document names 20 minutes and three modes and defines neither. The reading [I], with its
parameters:

1. **point**: a fixed point that is open at least {min_days:g} days a week stands in the village,
   and {share:.0%} of its people are within {minutes:g} minutes of any such point.
2. **cluster**: no point stands in the village, but {share:.0%} are within {minutes:g} minutes of
   such points elsewhere.
3. **circuit**: else, {share:.0%} are within {stop_minutes:g} minutes on foot (never more than the
   circle, and at the elders' speed where elderly walk is judged) of a circuit stop or point with at
   least {min_visits:g} visits a month (island stops {island_visits:g}); a point open on fewer days
   counts here with days x 52 / 12 visits. Where neither holds but full-time points elsewhere reach
   {share:.0%}, the village is cluster: a part-time point makes no village worse.
4. **uncovered**, with its reason: cut off from the roads, a clinic that is not open, circuits too
   rare, part of the people beyond the limit, no point.

Where villages are points, a facility within {in_village_m:g} m stands in the village. A point
whose row states neither days nor hours is taken to be open {assumed_days:g} days, and counted.
*Effective* cover also asks that points are staffed and take the insurance card. The verdict is by
villages; the share of people stands beside it and decides nothing.
"""


def standards_page(presets: Sequence[Preset] | None = None) -> str:
    """Return docs/standards.md.

    Parameters
    ----------
    presets
        The presets to document; those that are shipped by default.
    """
    presets = load_presets() if presets is None else presets
    rules = VillageRules()
    villages = VILLAGES.format(**{name: getattr(rules, name) for name in rules.__slots__})
    parts = [HEAD, _who_counts(), villages, _topics(presets)]
    parts += [_preset(preset) for preset in presets]
    return "\n".join(part.strip() + "\n" for part in parts)


def _who_counts() -> str:
    """Return who runs an institution by the words of the list, and the unit of counting."""
    lines = [
        "## Who counts",
        "",
        f"The unit of counting is the licensed institution ({COUNTING_UNIT}). A centre whose "
        "`parent_id` is another centre is a branch (分中心) and counts under it unless the study "
        "says so; stations count under their centre. Facilities outside all zones never enter N1.",
        "",
        "Who runs an institution is read from `owner`, from the top, by the first row with a word "
        "in it; no word means not verified (待核实): such centres are listed, and where they could "
        "change N1 it is not judged [K].",
        "",
        "| run by | words | government-run |",
        "|---|---|---|",
    ]
    lines += [
        f"| {rule.label} | {', '.join(rule.words)} | {rule.government_run} |"
        for rule in OWNER_RULES
    ]
    lines += [
        "",
        "N1 has three views of service population, in this order: "
        + ", ".join(f"{name} (`{view}`)" for view, name in VIEW_NAMES.items())
        + ". People of a zone whom no centre serves in a view are added to their zone's load, so "
        "that nobody drops out of the count.",
    ]
    return "\n".join(lines)


def _topics(presets: Sequence[Preset]) -> str:
    """Return one table of all topics with how each is treated."""
    rows: dict[str, list[tuple[Preset, Standard]]] = {}
    for preset in presets:
        for standard in preset.standard:
            rows.setdefault(standard.topic, []).append((preset, standard))
    lines = ["## Every topic", "", "| topic | standards | treatment |", "|---|---|---|"]
    for topic in sorted(rows, key=_natural):
        entries = rows[topic]
        names = ", ".join(f"{preset.full_id(s)} {s.title}" for preset, s in entries)
        treatments = dict.fromkeys(TREATMENTS[s.treatment] for _, s in entries)
        lines.append(f"| {topic} | {names} | {'; '.join(treatments)} |")
    return "\n".join(lines)


def _preset(preset: Preset) -> str:
    lines = [f"## {preset.preset.id}: {preset.preset.title}", "", preset.preset.title_en, ""]
    for document in preset.document:
        number = f", {document.number}" if document.number else ""
        place = f"; binds {document.place} ({', '.join(document.place_codes)})"
        where = place if document.place_codes else "; binds nowhere"
        lines.append(f"- **{document.id}** {document.title}{number}, {document.date}{where}")
    lines.append("")
    return "\n".join(lines) + "\n".join(_standard(preset, row) for row in preset.standard)


def _standard(preset: Preset, standard: Standard) -> str:
    lines = [
        "",
        f"### {preset.full_id(standard)} {standard.title}",
        "",
        f"{standard.title_en}. {TREATMENTS[standard.treatment].capitalize()}; {standard.force}; "
        f"{MARK_WORDS[standard.mark]} [{standard.mark}]"
        f"{'' if standard.is_verified else '; 待核实'}.",
        "",
        f"> {standard.sentence}",
        "",
        standard.sentence_en,
    ]
    facts = _facts(standard)
    if facts:
        lines += ["", *facts]
    if standard.reason:
        lines += ["", f"{standard.reason} {standard.reason_en}".strip()]
    return "\n".join(lines) + "\n"


def _facts(standard: Standard) -> list[str]:
    choice = f" ({standard.select})" if standard.select else ""
    pairs = (
        ("Target", standard.threshold),
        ("Target year", str(standard.target_year or "")),
        ("Unit", standard.unit),
        ("Base", standard.base),
        ("Measure", f"`{standard.measure}`{choice}" if standard.measure else ""),
        ("Institutions", ", ".join(standard.kinds) or ", ".join(map(str, standard.levels))),
        ("Facility column", standard.column),
        ("Needs", ", ".join(standard.inputs)),
        ("Also called", ", ".join(standard.aliases)),
        ("Responsible", "、".join(standard.responsible)),
    )
    return [f"- {name}: {value}" for name, value in pairs if value]


def _natural(topic: str) -> tuple[tuple[int, int | str], ...]:
    """Sort N2 before N10.

    >>> sorted(["N10", "N2", "A3-7"], key=_natural)
    ['A3-7', 'N2', 'N10']
    """
    parts = re.findall(r"\d+|\D+", topic)
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in parts)


if __name__ == "__main__":
    from pathlib import Path

    page = Path(__file__).parent / "standards.md"
    page.write_text(standards_page(), encoding="utf-8")
