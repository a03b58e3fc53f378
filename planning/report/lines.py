"""The result in words: what the command line prints and the pages repeat."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width

from geo.errors import Finding
from planning.assess.run import run_number
from planning.assess.workflow import Assessment
from planning.audit import Weighed, weigh_findings
from planning.centres.norms import RatioBounds
from planning.centres.ratio_words import READING_WORDS, verdict_sentence, view_word
from planning.centres.urban_verdict import urban_verdicts
from planning.reach.names import LEDGER_LABELS, figure_name, gap_minutes, gap_place, share_words
from planning.words.figures import mode_text, people_text, share_text
from planning.words.wording import Translate, finding_sentence, msgid

MOST_GAPS_PRINTED = 5


def result_lines(
    assessment: Assessment, translate: Translate, *, findings: Sequence[Finding] = ()
) -> list[str]:
    """Return the result as lines of text: coverage, ledger, ratios, gaps, sites, findings.

    Parameters
    ----------
    findings
        Those of the audit; those of readers and assessment are told anyway.
    """
    return [
        *_heading(assessment, translate),
        *reason_lines(assessment, translate),
        *coverage_lines(assessment, translate),
        *ledger_lines(assessment, translate),
        *ratio_lines(assessment, translate),
        *gap_lines(assessment, translate),
        *site_lines(assessment, translate),
        *finding_lines(weigh_findings(assessment.findings, findings), translate),
    ]


def reason_lines(assessment: Assessment, translate: Translate) -> list[str]:
    """Return why nothing is known of who is covered, before anything else is said."""
    if assessment.reason is None:
        return []
    return ["", finding_sentence(assessment.reason, translate)]


def coverage_lines(assessment: Assessment, translate: Translate) -> list[str]:
    """Return the figures of all modes side by side, the headline marked when it has a basis."""
    lines = ["", translate("Coverage")]
    for mode, result in assessment.modes.items():
        for figure in result.coverage:
            mark = "*" if mode == assessment.headline_mode and figure.group == "all" else " "
            lines.append(
                f"{mark} {share_words(figure.ledger, translate):>9}  "
                f"{people_text(figure.ledger.covered):>11}  "
                f"{figure_name(figure, translate)}"
            )
    if assessment.headline_mode is None:
        lines.append(
            translate("  The mode of the circle is not confirmed (口径未确认): no verdict.")
        )
    else:
        basis = assessment.study.travel.basis
        lines.append(translate("  * headline mode; basis: {basis}").format(basis=basis))
    lines += sensitivity_lines(assessment, translate)
    return lines


def sensitivity_lines(assessment: Assessment, translate: Translate) -> list[str]:
    """Return one line on how far the figure moves with other defensible settings."""
    rows = [row for row in assessment.sensitivity if row.ledger.share is not None]
    if not rows:
        return []
    low = min(rows, key=lambda row: (row.ledger.covered, row.name))
    high = max(rows, key=lambda row: (row.ledger.covered, row.name))
    return [
        translate(
            "  Other defensible settings ({mode}): from {low} ({low_name}) to {high} ({high_name})"
        ).format(
            mode=mode_text(assessment.analysis_mode, translate),
            low=share_text(low.ledger.share),
            low_name=low.name,
            high=share_text(high.ledger.share),
            high_name=high.name,
        )
    ]


def ledger_lines(assessment: Assessment, translate: Translate) -> list[str]:
    """Return the ledger of every mode as a table."""
    modes = list(assessment.modes)
    ledgers = [assessment.modes[mode].coverage[0].ledger for mode in modes]
    lines = ["", translate("Ledger of people")]
    lines.append("  ".join(padded(mode_text(mode, translate), 12) for mode in modes))
    for field, label in LEDGER_LABELS:
        if field == "unknown" and all(ledger.covered is not None for ledger in ledgers):
            continue
        values = "  ".join(f"{people_text(getattr(ledger, field)):>12}" for ledger in ledgers)
        lines.append(f"{values}  {translate(label)}")
    return lines


def ratio_lines(assessment: Assessment, translate: Translate) -> list[str]:
    """Return the verdicts of N1 for the zones to which it applies, first view only."""
    ratios = assessment.ratios
    heading = translate("People per government-run centre (norm {bounds})")
    lines = ["", heading.format(bounds=bounds_text(ratios.bounds))]
    lines += [
        translate("  {zone}: {verdict} ({centres} centres, {view})").format(
            zone="、".join(row.zone_names),
            verdict=verdict_sentence(row, translate),
            centres=row.centres,
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


def gap_lines(assessment: Assessment, translate: Translate) -> list[str]:
    """Return the largest gaps."""
    dataset, gaps = assessment.dataset, assessment.gaps
    if assessment.reason is not None:
        return []
    people = sum(gap.people for gap in gaps)
    lines = [
        "",
        translate("Service gaps ({mode}): {count}, {people} people").format(
            mode=mode_text(assessment.analysis_mode, translate),
            count=len(gaps),
            people=people_text(people),
        ),
    ]
    for gap in gaps[:MOST_GAPS_PRINTED]:
        reached = gap.nearest_facility >= 0
        lines.append(
            translate(
                "  {gap} {place}: {people} people, median {minutes} min; most to {nearest}"
            ).format(
                gap=gap.gap_id,
                place=gap_place(dataset, gap, translate),
                people=people_text(gap.people),
                minutes=gap_minutes(gap, assessment.study.travel.horizon_minutes),
                nearest=dataset.facilities.name[gap.nearest_facility] if reached else "—",
            )
        )
    return lines


def site_lines(assessment: Assessment, translate: Translate) -> list[str]:
    """Return the proposed sites with the proof of the plan."""
    proposal = assessment.proposal
    plan = proposal.plan
    if plan.status == "not_asked":
        return ["", translate("Proposed sites: not asked, no point counts.")]
    lines = [
        "",
        translate(
            "Proposed sites: {count} new, {people} more people within {minutes:.0f} min"
        ).format(
            count=len(proposal.sites),
            people=people_text(proposal.people.newly),
            minutes=proposal.minutes,
        ),
        translate("  proof: {status}, at most {bound} possible, solver gap {gap:.4%}").format(
            status=plan.status, bound=people_text(plan.bound or 0.0), gap=plan.gap or 0.0
        ),
    ]
    for rank, site in enumerate(proposal.sites, start=1):
        lines.append(
            translate("  {rank}. {name}: {people} people without cover in reach").format(
                rank=rank,
                name=proposal.candidates.name[site.candidate],
                people=people_text(site.reached_people),
            )
        )
    lines.append("  " + translate(SITE_NOTE))
    return lines


def finding_lines(weighed: Sequence[Weighed], translate: Translate) -> list[str]:
    """Return all findings that may change a verdict, the gravest first; the others are counted."""
    shown = [one for one in weighed if one.may_change_verdict]
    lines = ["", translate("Findings that may change the result: {count}").format(count=len(shown))]
    lines += ["  " + one.sentence(translate) for one in shown]
    if len(shown) < len(weighed):
        text = translate("  Notes beside: {count}; `audit` lists them.")
        lines.append(text.format(count=len(weighed) - len(shown)))
    return lines if weighed else []


def _heading(assessment: Assessment, translate: Translate) -> list[str]:
    dataset = assessment.dataset
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
