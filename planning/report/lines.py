"""The result in words: what the command line prints."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width

from planning.assess.caveats import caveat_sentences
from planning.assess.run import run_number
from planning.assess.study_figures import (
    all_gaps_figures,
    coverage_figures,
    one_gap_figures,
    ratio_base,
    reach15_figures,
    setting_figures,
    setting_range,
)
from planning.assess.workflow import Assessment
from planning.audit import Weighed, weigh_findings
from planning.centres.norms import RatioBounds
from planning.centres.ratio_figures import zone_ratio_figures
from planning.centres.ratio_words import READING_WORDS, verdict_sentence, view_word
from planning.centres.urban_verdict import urban_verdicts
from planning.reach.names import gap_place
from planning.sites.plan_figures import proposal_figures, site_figures
from planning.sites.proof import not_asked_sentences, plan_sentences, project_sentence
from planning.standards.result import Result
from planning.words.figures import mode_text, people_text
from planning.words.glossary import GLOSSARY
from planning.words.wording import Language, msgid, translator

MOST_GAPS_PRINTED = 5
OF_MODE = ("mode", "group", "speed_set")
"""What tells the coverages of a study apart; the rest of their base stands in the heading."""


def result_lines(result: Result, language: Language) -> list[str]:
    """Return the result as lines of text: coverage, ledger, ratios, gaps, sites, findings."""
    assessment = result.assessment
    told = {*assessment.caveats, assessment.reason}
    weighed = [
        one
        for one in weigh_findings(assessment.findings, result.findings)
        if one.finding not in told
    ]
    return [
        *_heading(assessment, language),
        *caveat_lines(assessment, language),
        *coverage_lines(assessment, language),
        *ledger_lines(assessment, language),
        *ratio_lines(assessment, language),
        *gap_lines(assessment, language),
        *site_lines(assessment, language),
        *finding_lines(weighed, language),
    ]


def caveat_lines(assessment: Assessment, language: Language) -> list[str]:
    """Return what could change who is covered, before anything else is said."""
    sentences = caveat_sentences(assessment, translator(language))
    return ["", *sentences] if sentences else []


def coverage_lines(assessment: Assessment, language: Language) -> list[str]:
    """Return the figures of all modes side by side, the headline marked when it has a basis."""
    translate = translator(language)
    lines = ["", translate("Coverage")]
    for mode, result in assessment.modes.items():
        for row in result.coverage:
            found = coverage_figures(assessment, mode, group=row.group)
            mark = "*" if mode == assessment.headline_mode and row.group == "all" else " "
            share, people = found.share.text(language), found.covered.text(language)
            name = found.share.name(language, OF_MODE)
            lines.append(f"{mark} {padded(share, 9)}  {padded(people, 11)}  {name}")
    if assessment.headline_mode is None:
        lines.append(
            translate("  The mode of the circle is not confirmed (口径未确认): no verdict.")
        )
    else:
        basis = assessment.study.travel.basis
        lines.append(translate("  * headline mode; basis: {basis}").format(basis=basis))
    return lines + reach15_lines(assessment, language) + sensitivity_lines(assessment, language)


def reach15_lines(assessment: Assessment, language: Language) -> list[str]:
    """Return the 15-minute circle under its own name, a line a mode; it judges nothing."""
    translate = translator(language)
    lines = ["  " + translate(GLOSSARY["reach15_share"].name)]
    shares = {
        (row.mode, row.scope): figure.text(language)
        for row, figure in zip(assessment.reach15, reach15_figures(assessment), strict=True)
    }
    text = translate("    {mode}: fixed points {points}, all institutions {institutions}")
    return lines + [
        text.format(
            mode=mode_text(mode, translate),
            points=shares[mode, "points"],
            institutions=shares[mode, "institutions"],
        )
        for mode in assessment.modes
    ]


def sensitivity_lines(assessment: Assessment, language: Language) -> list[str]:
    """Return one line on how far the figure moves with other defensible settings."""
    translate, ends = translator(language), setting_range(assessment)
    if ends is None:
        return []
    low, high = ends
    return [
        translate(
            "  Other defensible settings ({mode}): from {low} ({low_name}) to {high} ({high_name})"
        ).format(
            mode=mode_text(assessment.analysis_mode, translate),
            low=setting_figures(assessment, low).share.text(language),
            low_name=low.name,
            high=setting_figures(assessment, high).share.text(language),
            high_name=high.name,
        )
    ]


def ledger_lines(assessment: Assessment, language: Language) -> list[str]:
    """Return the ledger of every mode as a table."""
    translate = translator(language)
    found = [coverage_figures(assessment, mode) for mode in assessment.modes]
    is_known = all(figures.unknown.value == 0 for figures in found)
    lines = ["", translate("Ledger of people")]
    lines.append("  ".join(padded(mode_text(mode, translate), 12) for mode in assessment.modes))
    for row in zip(*(figures.lines for figures in found), strict=True):
        if is_known and row[0].term == "people_unknown":
            continue
        values = "  ".join(padded(figure.text(language), 12) for figure in row)
        lines.append(f"{values}  {row[0].name(language, ())}")
    return lines


def ratio_lines(assessment: Assessment, language: Language) -> list[str]:
    """Return the verdicts of N1 for the zones to which it applies, first view only."""
    translate, ratios = translator(language), assessment.ratios
    heading = translate("People per government-run centre (norm {bounds})")
    lines = ["", heading.format(bounds=bounds_text(ratios.bounds))]
    lines += [
        translate("  {zone}: {verdict} ({centres} centres, {view})").format(
            zone="、".join(row.zone_names),
            verdict=verdict_sentence(row, translate),
            centres=zone_ratio_figures(row, ratio_base(assessment)).centres.centres.text(language),
            view=view_word(row.view, translate),
        )
        for row in urban_verdicts(ratios.zones)
    ]
    lines.append("  " + translate(READING_WORDS[ratios.reading]))
    return lines


def bounds_text(bounds: RatioBounds) -> str:
    """Return the norm of people per centre in figures.

    >>> bounds_text(RatioBounds())
    '30,000-100,000'
    """
    return f"{people_text(bounds.lower_people)}-{people_text(bounds.upper_people)}"


def gap_lines(assessment: Assessment, language: Language) -> list[str]:
    """Return the largest gaps."""
    translate, dataset = translator(language), assessment.dataset
    if assessment.reason is not None:
        return []
    count, people = all_gaps_figures(assessment)
    lines = [
        "",
        translate("Service gaps ({mode}): {count}, {people} people").format(
            mode=mode_text(assessment.analysis_mode, translate),
            count=count.text(language),
            people=people.text(language),
        ),
    ]
    for gap in assessment.gaps[:MOST_GAPS_PRINTED]:
        reached, found = gap.nearest_facility >= 0, one_gap_figures(assessment, gap)
        lines.append(
            translate(
                "  {gap} {place}: {people} people, median {minutes} min; most to {nearest}"
            ).format(
                gap=gap.gap_id,
                place=gap_place(dataset, gap, translate),
                people=found.people.text(language),
                minutes=found.median.text(language),
                nearest=dataset.facilities.name[gap.nearest_facility] if reached else "—",
            )
        )
    return lines


def site_lines(assessment: Assessment, language: Language) -> list[str]:
    """Return the proposed sites with the proof of the plan."""
    translate, proposal = translator(language), assessment.proposal
    if not proposal.is_asked:
        first, *reasons = not_asked_sentences(proposal, translate)
        return ["", first, *(f"  {reason}" for reason in reasons)]
    count = proposal_figures(proposal).sites.text(language)
    lines = [
        "",
        translate("Proposed sites: {count}").format(count=count),
        *(f"  {line}" for line in plan_sentences(proposal, translate)),
    ]
    for rank, site in enumerate(proposal.sites, start=1):
        said = translate("  {rank}. {name}: {people} people without cover in reach").format(
            rank=rank,
            name=proposal.candidates.name[site.candidate],
            people=site_figures(proposal, site).reached.text(language),
        )
        if site.project is not None:
            said += translate("; ") + project_sentence(site.project, translate)
        lines.append(said)
    lines.append("  " + translate(SITE_NOTE))
    return lines


def finding_lines(weighed: Sequence[Weighed], language: Language) -> list[str]:
    """Return all findings that may change a verdict, the gravest first; the others are counted."""
    translate = translator(language)
    shown = [one for one in weighed if one.may_change_verdict]
    lines = ["", translate("Findings that may change the result: {count}").format(count=len(shown))]
    lines += ["  " + one.sentence(translate) for one in shown]
    if len(shown) < len(weighed):
        text = translate("  Notes beside: {count}; `audit` lists them.")
        lines.append(text.format(count=len(weighed) - len(shown)))
    return lines if weighed else []


def _heading(assessment: Assessment, language: Language) -> list[str]:
    dataset, translate = assessment.dataset, translator(language)
    mark = " · " + translate("Synthetic data") if dataset.is_synthetic else ""
    return [
        f"{dataset.title}{mark}",
        translate("Data as of {date}; facilities as of {as_of}; run {number}").format(
            date=dataset.date, as_of=assessment.scenario.as_of, number=run_number(assessment)
        ),
    ]


def padded(text: str, width: int) -> str:
    """Return the text flush right in so many columns; a Chinese character takes two.

    >>> padded("步行", 6)
    '  步行'
    """
    taken = sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
    return " " * (width - taken) + text


SITE_NOTE = msgid(
    "Computed points, not plots of land; the natural resources authority must confirm land use"
)
