"""How coverage moves as projects are done, one after another: steps, table and chart."""

from __future__ import annotations

from planning.assess.programme_steps import Step, programme_steps
from planning.programme.effect_figures import project_place
from planning.programme.projects import ProjectEffect
from planning.report.content import Chart, Page, Source, joined
from planning.report.pages.charts import step_chart
from planning.report.tally import withhold
from planning.standards.evidence_sheets import STAGE_WORDS
from planning.words.figures import mode_text
from planning.words.tables import Cell, Table, table_of
from planning.words.wording import msgid

MOST_PROJECTS = 34
"""Projects that one page has room for; all of them are in the workbook of the standards."""


def programme_page(source: Source) -> Page | None:
    """Return the page of the projects by date; None where there are none."""
    if not source.standards.evidence.programme.effects:
        return None
    translate = source.translate
    return Page(
        scope="county",
        title=translate("Projects by date"),
        lead=programme_lead(source),
        tables=(programme_table(source),),
        charts=(Chart(translate("Share covered as projects open"), programme_chart(source)),),
    )


def programme_lead(source: Source) -> str:
    """Return where coverage stands now and when all projects are done."""
    translate = source.translate
    steps = programme_steps(source.assessment, source.standards.evidence.programme)
    sentences = [
        translate(
            "With all {count} projects done the share covered goes from {now} to {after} ({mode})."
        ).format(
            count=len(steps) - 1,
            now=steps[0].share.text(source.language),
            after=steps[-1].share.text(source.language),
            mode=mode_text(source.assessment.analysis_mode, translate),
        ),
        translate("What a project gains and loses is counted after all earlier ones."),
    ]
    return joined(sentences, source.options.language)


def programme_table(source: Source) -> Table:
    """Return the projects by date with the people who gain and lose the circle."""
    translate = source.translate
    steps = programme_steps(source.assessment, source.standards.evidence.programme)
    effects = source.standards.evidence.programme.effects
    headers = (
        msgid("No."),
        msgid("Project"),
        msgid("Stage"),
        msgid("Opens on"),
        msgid("Closes"),
        msgid("People gaining"),
        msgid("People losing"),
        msgid("Share covered after it"),
    )
    rows = [
        _row(source, number, effect, step)
        for number, (effect, step) in enumerate(zip(effects, steps[1:], strict=True), start=1)
    ]
    note = ""
    if len(rows) > MOST_PROJECTS:
        text = translate("{count} more projects are in the workbook of the standards.")
        note = text.format(count=len(rows) - MOST_PROJECTS)
    return table_of(
        msgid("Projects by date"),
        headers,
        rows[:MOST_PROJECTS],
        translate,
        key="programme",
        widths=(6, 28, 10, 12, 22, 12, 12, 14),
        note=note,
    )


def programme_chart(source: Source) -> str:
    """Return the share covered after each project, the first now."""
    steps = programme_steps(source.assessment, source.standards.evidence.programme)[
        : MOST_PROJECTS + 1
    ]
    labels = [step.opens_on[:7] for step in steps]
    # As many decimals as the table prints: the picture must not tell more than the page.
    shares = [round(step.share.value or 0.0, 4) for step in steps]
    return step_chart(labels, shares, axis=source.translate("Number of projects done, by date"))


def _row(source: Source, number: int, effect: ProjectEffect, step: Step) -> tuple[Cell, ...]:
    translate, tally = source.translate, source.tally
    unit = project_place(effect)
    names = source.assessment.dataset.facilities.name
    is_hidden = any(tally.amount(unit, name).hidden_sign for name in ("gaining", "losing"))
    return (
        str(number),
        effect.project.name,
        translate(STAGE_WORDS[effect.project.stage.value]),
        effect.project.opens_on or "—",
        "、".join(names[place] for place in effect.project.closes) or "—",
        tally.amount(unit, "gaining"),
        tally.amount(unit, "losing"),
        withhold(step.share) if is_hidden else step.share,
    )
