"""The pages of the whole study: summary, zones and modes, all standards, method and sources."""

from __future__ import annotations

from dataclasses import replace

from planning.assess.caveats import caveat_sentences
from planning.assess.study_figures import (
    one_gap_figures,
    setting_figures,
    setting_range,
    zone_sites_figure,
)
from planning.reach.coverage import BANDS_MINUTES
from planning.reach.names import gap_place
from planning.report.content import Chart, Fact, MapPicture, Page, Source, joined
from planning.report.disclosure import WHOLE
from planning.report.pages.charts import band_chart, bar_chart, curve_chart, curve_words
from planning.report.pages.programme import programme_page
from planning.report.pages.standard_rows import page_standards
from planning.report.pages.zone_page import (
    ledger_table,
    plan_sentences,
    sites_table,
    village_facts,
)
from planning.report.tally import LEAST_SHOWN, MOST_GAPS, SITED
from planning.sites.plan_figures import proposal_figures
from planning.sites.proof import (
    enough_sentences,
    not_asked_sentences,
    project_sentences,
    proof_of,
    proof_sentence,
    state_sentences,
)
from planning.words.figure import Figure
from planning.words.figures import mode_text
from planning.words.tables import Cell, Table, cell_text, table_of
from planning.words.wording import closed, msgid

MOST_ALERTS = 2
ZONE_HEADERS = (
    msgid("No."),
    msgid("Zone"),
    msgid("People"),
    msgid("People covered"),
    msgid("Share covered"),
    msgid("Not covered, people"),
    msgid("Villages below the village standard"),
    msgid("Proposed sites"),
)
MOST_BARS = 24


def county_pages(source: Source, picture: MapPicture | None) -> tuple[Page, ...]:
    """Return the pages of the whole study that stand before those of the zones."""
    plan = joined(plan_sentences(source), source.options.language)
    first, programme = summary_page(source, picture), programme_page(source)
    if programme is None:
        return first, replace(figures_page(source), lead=plan)
    lead = joined([programme.lead, plan], source.options.language)
    return first, figures_page(source), replace(programme, lead=lead)


def summary_page(source: Source, picture: MapPicture | None) -> Page:
    """Return the first page: the verdicts and gaps on one sheet."""
    return Page(
        scope="county",
        title=source.assessment.dataset.title,
        lead=county_lead(source),
        alerts=county_alerts(source),
        facts=county_facts(source),
        tables=(page_standards(source, WHOLE), sites_table(source, None), gaps_table(source)),
        charts=zone_bars(source),
        picture=picture,
    )


def figures_page(source: Source) -> Page:
    """Return the second page: zones, ledger of all modes, charts."""
    translate = source.translate
    return Page(
        scope="county",
        title=translate("Subdistricts and towns; modes of travel"),
        lead="",
        tables=(zones_table(source), ledger_table(source, WHOLE), bands_table(source)),
        charts=(
            Chart(translate("People within so many minutes of a point"), bands_chart(source)),
            Chart(translate("People newly covered by new sites"), sites_chart(source)),
        ),
    )


def county_facts(source: Source) -> tuple[Fact, ...]:
    """Return the figures in large print."""
    assessment, translate, tally = source.assessment, source.translate, source.tally
    mode = assessment.analysis_mode
    figure = assessment.modes[mode].coverage[0]
    covered = translate("Covered, {minutes:.0f} min {mode}").format(
        minutes=figure.minutes, mode=mode_text(mode, translate)
    )
    share = tally.share(WHOLE, mode)
    facts = [
        Fact(translate("People"), tally.amount(WHOLE, "inside")),
        Fact(covered, share),
        Fact(translate("Not covered, people"), tally.amount(WHOLE, f"{mode}/uncovered")),
    ]
    for group in list(assessment.dataset.demand.groups)[:1]:
        label = translate("Of these, {group}").format(group=group)
        facts.append(Fact(label, tally.amount(WHOLE, f"{group}/uncovered")))
    return (*facts, *village_facts(source, None))


def county_alerts(source: Source) -> tuple[str, ...]:
    """Return what may change a verdict, the gravest first, as far as the first page has room."""
    translate = source.translate
    # The lead begins with what touches every figure.
    told = {finding.code for finding in source.assessment.caveats}
    grave = [one for one in source.findings if one.may_change_verdict]
    grave = [one for one in grave if one.finding.code not in {*told, "no_point_counts"}]
    shown = [one.headline(translate) for one in grave[:MOST_ALERTS]]
    if len(grave) > MOST_ALERTS:
        more = translate("{count} more findings may change the result: see annex 2.")
        shown.append(more.format(count=len(grave) - MOST_ALERTS))
    return tuple(shown)


def county_lead(source: Source) -> str:
    """Return the sentences above the summary: the figure, how far it moves, what is proposed."""
    assessment, translate, tally = source.assessment, source.translate, source.tally
    mode = assessment.analysis_mode
    figure, language = assessment.modes[mode].coverage[0], source.language
    caveats = caveat_sentences(assessment, translate)
    if assessment.reason is not None:
        return joined([*caveats, siting_sentences(source)], language)
    share = tally.share(WHOLE, mode)
    text = msgid(
        "{share} of {people} people live within {minutes:.0f} minutes of an open fixed point"
        " ({mode}); {uncovered} do not."
    )
    sentences = [
        *caveats,
        translate(text).format(
            share=share.text(language),
            people=tally.amount(WHOLE, "inside").text(language),
            minutes=figure.minutes,
            mode=mode_text(mode, translate),
            uncovered=tally.amount(WHOLE, f"{mode}/uncovered").text(language),
        ),
    ]
    ends = setting_range(assessment)
    if ends is not None and not share.hidden_sign:
        low, high = (setting_figures(assessment, variant).share for variant in ends)
        text = msgid("With other defensible settings the share lies between {low} and {high}.")
        sentences.append(translate(text).format(low=low.text(language), high=high.text(language)))
    if assessment.headline_mode is None:
        sentences.append(
            translate("The mode of the circle is not confirmed (口径未确认): no verdict is given.")
        )
    sentences.append(siting_sentences(source))
    return joined(sentences, source.options.language)


def siting_sentences(source: Source) -> str:
    """Return what the proposed sites reach and how far that can be from the best."""
    proposal = source.assessment.proposal
    language, is_hidden = source.language, source.options.is_published
    if not proposal.is_asked:
        said = not_asked_sentences(proposal, source.translate, has_amounts=not is_hidden)
        return joined(said, language)
    found = proposal_figures(proposal)
    text = msgid("{count} proposed sites would cover {people} more people.")
    sentences = [
        *enough_sentences(proposal, source.translate),
        source.translate(text).format(
            count=found.sites.text(language),
            people=source.tally.amount(WHOLE, SITED).text(language),
        ),
        proof_sentence(proof_of(proposal), source.translate, has_amounts=not is_hidden),
    ]
    # A site that is a project is no new one, whoever reads: else its people are booked twice.
    more = (
        project_sentences(proposal, source.translate, has_amounts=False)
        if is_hidden
        else state_sentences(proposal, source.translate)
    )
    sentences += [closed(sentence, source.translate) for sentence in more]
    return joined(sentences, language)


def zones_table(source: Source) -> Table:
    """Return one row a zone: people, cover, villages, centres, sites."""
    assessment, translate, tally = source.assessment, source.translate, source.tally
    mode = assessment.analysis_mode
    rows: list[tuple[Cell, ...]] = []
    for zone, (code, name) in enumerate(
        zip(assessment.dataset.zones.code, assessment.dataset.zones.name, strict=True)
    ):
        villages = village_facts(source, zone)
        rows.append(
            (
                str(zone + 1),
                name,
                tally.amount(code, "inside"),
                tally.amount(code, f"{mode}/covered"),
                tally.share(code, mode),
                tally.amount(code, f"{mode}/uncovered"),
                villages[0].value if villages else "—",
                zone_sites_figure(assessment, zone),
            )
        )
    title = translate("Subdistricts and towns ({mode}, {minutes:.0f} min)").format(
        mode=mode_text(mode, translate), minutes=assessment.study.travel.minutes
    )
    return table_of(
        title,
        [translate(header) for header in ZONE_HEADERS],
        rows,
        key="zones",
        widths=(6, 22, 14, 14, 12, 14, 14, 10),
    )


def gaps_table(source: Source) -> Table:
    """Return the largest service gaps."""
    assessment, translate = source.assessment, source.translate
    facilities = assessment.dataset.facilities
    rows: list[tuple[Cell, ...]] = []
    for gap in assessment.gaps[:MOST_GAPS]:
        people = source.tally.amount(f"gap:{gap.gap_id}", f"{assessment.analysis_mode}/uncovered")
        nearest = facilities.name[gap.nearest_facility] if gap.nearest_facility >= 0 else "—"
        place = gap_place(assessment.dataset, gap, translate)
        rows.append((place, people, nearest, one_gap_figures(assessment, gap).median))
    headers = (
        msgid("Place"),
        msgid("People"),
        msgid("Nearest of most people"),
        msgid("Median minutes"),
    )
    return table_of(
        msgid("Largest service gaps"),
        headers,
        rows,
        translate,
        key="gaps",
        widths=(40, 10, 22, 12),
    )


def bands_table(source: Source) -> Table:
    """Return people within each band of minutes, a column a mode."""
    translate, tally = source.translate, source.tally
    modes = list(source.assessment.modes)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            translate("within {minutes} min").format(minutes=minutes),
            *(tally.amount(WHOLE, f"{mode}/within_{minutes}") for mode in modes),
        )
        for minutes in BANDS_MINUTES
    )
    return table_of(
        translate("People within so many minutes of a point"),
        (translate("People"), *(mode_text(mode, translate) for mode in modes)),
        rows,
        key="bands",
        widths=(24, *(16 for _ in modes)),
    )


def bands_chart(source: Source) -> str:
    """Return the bands of every mode as a chart; hidden counts are left out."""
    translate, tally = source.translate, source.tally
    inside = tally.people[WHOLE, "inside"]
    series = []
    for mode in source.assessment.modes:
        amounts = [tally.amount(WHOLE, f"{mode}/within_{minutes}") for minutes in BANDS_MINUTES]
        shares = [None if a.value is None or inside <= 0 else a.value / inside for a in amounts]
        series.append((mode_text(mode, translate), shares))
    return band_chart(BANDS_MINUTES, series, unit=translate("Minutes"), axis="")


def zone_bars(source: Source) -> tuple[Chart, ...]:
    """Return the share of every zone as bars; nothing where there are too many for a page."""
    table = zones_table(source)
    if len(table.rows) > MOST_BARS:
        return ()
    rows = [
        (
            str(row[1]),
            row[4].value if isinstance(row[4], Figure) else None,
            cell_text(row[4], source.language),
        )
        for row in table.rows
    ]
    return (Chart(table.title, bar_chart(rows)),)


def sites_chart(source: Source) -> str:
    """Return the cover curve with its bound; a public one ends before steps of few people."""
    proposal = source.assessment.proposal
    covered, bound = proposal.curve.covered.tolist(), proposal.curve.bound.tolist()
    end = len(covered)
    if source.options.is_published:
        small = [k for k in range(1, end) if 0 < covered[k] - covered[k - 1] < LEAST_SHOWN]
        end = small[0] if small else end
    return curve_chart(
        covered[:end],
        bound[:end],
        chosen=len(proposal.sites),
        knee=proposal.curve.knee,
        words=curve_words(source.translate),
    )
