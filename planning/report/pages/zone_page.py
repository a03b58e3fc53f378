"""The page of one subdistrict or town."""

from __future__ import annotations

import numpy as np

from planning.assess.study_figures import village_minutes_of, villages_of
from planning.reach.villages.members import members_of
from planning.reach.villages.uncovered import UncoveredVillage
from planning.report.content import Fact, MapPicture, Page, Source, joined
from planning.report.disclosure import WHOLE
from planning.report.lines import SITE_NOTE
from planning.report.pages.standard_rows import page_standards
from planning.report.tally import listed_villages
from planning.sites.proof import (
    band_sentences,
    caveat_sentences,
    cost_sentences,
    project_sentences,
)
from planning.standards.evidence_sheets import village_standard_text
from planning.words.figure import Figure
from planning.words.figures import mode_text
from planning.words.tables import Cell, Table, table_of
from planning.words.wording import Language, finding_sentence, msgid

OF_STUDY = ("input", "outside")
VILLAGE_WIDTHS: dict[Language, tuple[int, ...]] = {
    "zh": (6, 18, 10, 13, 24, 9, 34),
    "en": (6, 15, 10, 12, 22, 8, 46),
}
"""Widths of the table of villages but for its group; the English reason needs one line."""
BY_MODE = ("off_network", "unreachable", "beyond", "covered")


def zone_page(source: Source, zone: int, picture: MapPicture | None) -> Page:
    """Return the page of a zone.

    Parameters
    ----------
    zone
        Index into the dataset's zones.
    picture
        Its map; None leaves it out.
    """
    code = source.assessment.dataset.zones.code[zone]
    name = source.assessment.dataset.zones.name[zone]
    tables = (
        ledger_table(source, code),
        page_standards(source, code),
        villages_table(source, zone),
        sites_table(source, zone),
    )
    return Page(
        scope="zone",
        title=name,
        lead=zone_lead(source, zone),
        facts=zone_facts(source, zone),
        tables=tables,
        picture=picture,
    )


def zone_facts(source: Source, zone: int) -> tuple[Fact, ...]:
    """Return the figures in large print: people, share, who is left out, villages left out."""
    assessment, translate = source.assessment, source.translate
    code = assessment.dataset.zones.code[zone]
    mode = assessment.analysis_mode
    share = source.tally.share(code, mode)
    minutes, name = assessment.study.travel.minutes, mode_text(mode, translate)
    covered = translate("Covered, {minutes:.0f} min {mode}").format(minutes=minutes, mode=name)
    facts = [
        Fact(translate("People"), source.tally.amount(code, "inside")),
        Fact(covered, share),
        Fact(translate("Not covered, people"), source.tally.amount(code, f"{mode}/uncovered")),
    ]
    for group in list(assessment.dataset.demand.groups)[:1]:
        label = translate("Of these, {group}").format(group=group)
        facts.append(Fact(label, source.tally.amount(code, f"{group}/uncovered")))
    return (*facts, *village_facts(source, zone))


def village_facts(source: Source, zone: int | None) -> tuple[Fact, ...]:
    """Return the uncovered villages of a zone (None: of all) over its villages."""
    cover = source.standards.evidence.cover
    if cover is None:
        return ()
    found, language = villages_of(source.assessment, cover, zone), source.language
    text = f"{found.uncovered.text(language)} / {found.judged.text(language)}"
    return (Fact(source.translate("Villages below the village standard"), text),)


def zone_lead(source: Source, zone: int) -> str:
    """Return two or three sentences that say what the page shows."""
    assessment, translate, language = source.assessment, source.translate, source.language
    code, name = assessment.dataset.zones.code[zone], assessment.dataset.zones.name[zone]
    mode = assessment.analysis_mode
    if assessment.reason is not None:
        return finding_sentence(assessment.reason, translate)
    share = source.tally.share(code, mode)
    text = msgid(
        "Of {people} people of {zone}, {share} reach an open point within {minutes:.0f} minutes"
        " ({mode}); {uncovered} do not."
    )
    sentences = [
        translate(text).format(
            people=source.tally.amount(code, "inside").text(language),
            zone=name,
            share=share.text(language),
            minutes=assessment.study.travel.minutes,
            mode=mode_text(mode, translate),
            uncovered=source.tally.amount(code, f"{mode}/uncovered").text(language),
        )
    ]
    sites = sites_table(source, zone).rows
    if sites:
        text = msgid("{count} of the proposed sites lie here.")
        sentences.append(translate(text).format(count=len(sites)))
    if assessment.modes[mode].roads_incomplete[zone]:
        sentences.append(
            translate("The roads here are incomplete; the conclusion is to be checked.")
        )
    return joined(sentences, source.options.language)


def villages_table(source: Source, zone: int) -> Table:
    """Return the worst uncovered villages with people, nearest point, minutes and reason."""
    translate = source.translate
    groups = list(source.assessment.dataset.demand.groups)[:1]
    minutes = village_minutes_of(source.assessment, source.assessment.analysis_mode)
    widths = VILLAGE_WIDTHS[source.options.language]
    rows = tuple(
        village_row(source, number, row, minutes[row.code])
        for number, row in enumerate(listed_villages(source.assessment, zone), start=1)
    )
    headers = (
        translate("No."),
        translate("Village"),
        translate("People"),
        translate("Not covered, people"),
        *(translate("{group}, people").format(group=group) for group in groups),
        translate("Nearest point"),
        translate("Minutes"),
        translate("Village standard"),
    )
    return table_of(
        translate("Villages not covered, worst ten"),
        headers,
        rows,
        key="villages",
        widths=(*widths[:4], *(11 for _ in groups), *widths[4:]),
        note=translate(
            "People whom no fixed point reaches within the limit; minutes: half of the village's"
            " people need no longer. By the village standard circuits count, too."
        ),
    )


def village_row(
    source: Source, number: int, row: UncoveredVillage, minutes: Figure
) -> tuple[Cell, ...]:
    """Return one village as a row of the table."""
    translate, tally = source.translate, source.tally
    unit = f"village:{row.code}"
    point = nearest_of_village(source, row.code)
    groups = list(source.assessment.dataset.demand.groups)[:1]
    return (
        str(number),
        row.name,
        tally.amount(unit, "inside"),
        tally.amount(unit, f"{source.assessment.analysis_mode}/uncovered"),
        *(tally.amount(unit, f"{group}/inside") for group in groups),
        point,
        minutes,
        village_standard_text(source.standards, row.code, translate),
    )


def nearest_of_village(source: Source, code: str) -> str:
    """Return the point nearest to most people of a village."""
    dataset = source.assessment.dataset
    if dataset.villages is None:
        return "—"
    members = members_of(dataset.villages, dataset.demand)
    here = np.flatnonzero(members == dataset.villages.code.index(code))
    times = source.assessment.modes[source.assessment.analysis_mode].nearest
    people = dataset.demand.people[here]
    reached = times.facility[here] >= 0
    if not reached.any() or people.sum() <= 0:
        return "—"
    facility = times.facility[here][reached]
    point = int(np.argmax(np.bincount(facility, weights=people[reached])))
    return dataset.facilities.name[point]


def plan_sentences(source: Source) -> list[str]:
    """Return how the plan meets the projects, how far it moves and its money; none in public.

    They stand on a later page: below the sites they would push the first page over its sheet.
    """
    if source.options.audience == "public":
        return []
    translate, proposal = source.translate, source.assessment.proposal
    return [
        *project_sentences(proposal, translate),
        *band_sentences(proposal, translate),
        *cost_sentences(proposal, translate),
    ]


def _site_notes(source: Source, zone: int | None) -> list[str]:
    """Return what stands below the sites: what the plan leaves out, and that no plot is chosen."""
    translate = source.translate
    caveats = caveat_sentences(source.assessment.proposal, translate) if zone is None else ()
    return [*caveats, translate(SITE_NOTE)]


def sites_table(source: Source, zone: int | None) -> Table:
    """Return the proposed sites of a zone with their place, or all (None) with their zone."""
    assessment, translate, tally = source.assessment, source.translate, source.tally
    proposal, dataset = assessment.proposal, assessment.dataset
    candidates = proposal.candidates
    rows: list[tuple[Cell, ...]] = []
    for rank, site in enumerate(proposal.sites, start=1):
        holder = int(candidates.zone[site.candidate])
        if zone is not None and holder != zone:
            continue
        where = dataset.zones.name[holder] if holder >= 0 else "—"
        if zone is not None:
            where = f"{candidates.lon[site.candidate]:.4f}, {candidates.lat[site.candidate]:.4f}"
        unit = f"site:{candidates.id[site.candidate]}"
        reached, new = tally.amount(unit, "reached"), tally.amount(unit, "new")
        rows.append((str(rank), candidates.name[site.candidate], where, reached, new))
    headers = (
        msgid("Rank"),
        msgid("Site"),
        msgid("Zone") if zone is None else msgid("Longitude, latitude"),
        msgid("People without cover in reach"),
        msgid("People only by this site"),
    )
    return table_of(
        msgid("Proposed sites"),
        headers,
        rows,
        translate,
        key="sites" if zone is None else "zone_sites",
        widths=(7, 32, 20, 20, 18),
        note=joined(_site_notes(source, zone), source.options.language),
    )


def ledger_table(source: Source, zone_code: str) -> Table:
    """Return the ledger of a zone, or of the whole study (""), in every mode of travel."""
    translate, tally = source.translate, source.tally
    modes = list(source.assessment.modes)
    fields = [*(OF_STUDY if zone_code == WHOLE else ()), "inside"]
    rows = [[tally.amount(zone_code, field)] * len(modes) for field in fields]
    is_known = all(tally.figures[zone_code, f"{mode}/unknown"].value == 0 for mode in modes)
    rows += [
        [tally.amount(zone_code, f"{mode}/{field}") for mode in modes]
        for field in (BY_MODE if is_known else (*BY_MODE, "unknown"))
    ]
    rows.append([tally.share(zone_code, mode) for mode in modes])
    return table_of(
        translate("Ledger of people"),
        (translate("People"), *(mode_text(mode, translate) for mode in modes)),
        [(row[0].name(source.language, ()), *row) for row in rows],
        key="ledger",
        widths=(44, *(13 for _ in modes)),
    )
