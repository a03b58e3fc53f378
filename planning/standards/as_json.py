"""standards.json: every standard with its sentence, every verdict, and the evidence beside it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from planning.centres.centres import COUNTING_UNIT, OWNER_RULES
from planning.programme.projects import ProjectEffect
from planning.reach.villages.cover import CoverMode, VillageCover
from planning.reach.villages.exits import ExitRisk
from planning.reach.villages.time_of_week import WeekCover
from planning.standards.catalogue import Preset, Standard
from planning.standards.judgement import StandardsResult
from planning.standards.measures.evidence import Evidence
from planning.standards.paragraphs import paragraph
from planning.standards.verdict import Verdict, note_text, verdict_text
from planning.words.wording import translator

FORMAT = "servicecircle.standards_result/1"


def standards_json(result: StandardsResult) -> dict[str, Any]:
    """Return the content of standards.json; the same in every language.

    Returns
    -------
    dict
        `as_of`, `headline_mode` (null: no verdict on the circle), `analysis_mode`, `minutes`,
        `rules` of the village modes, `counting_unit`, `owner_table`;
        `standards`: every entry of the presets with `is_bound`, computed or not;
        `verdicts`: one row a standard and zone (`zone_code` "" is the whole study);
        `paragraphs`: by standard, `zh` and `en`;
        `villages` by mode of travel, `sweep`, `exits`, `week`, `services`, `programme`, `reported`.
    """
    evidence = result.evidence
    given = evidence.given
    return {
        "format": FORMAT,
        "synthetic": given.dataset.is_synthetic,
        "as_of": given.as_of,
        "headline_mode": given.headline_mode,
        "analysis_mode": given.analysis_mode,
        "minutes": given.minutes,
        "rules": asdict(evidence.rules),
        "population": asdict(given.population),
        "counting_unit": COUNTING_UNIT,
        "owner_table": [asdict(rule) for rule in OWNER_RULES],
        "documents": [
            {"preset": preset.preset.id, **asdict(document)}
            for preset in result.presets
            for document in preset.document
        ],
        "standards": [
            standard_row(result, preset, standard)
            for preset in result.presets
            for standard in preset.standard
        ],
        "verdicts": [verdict_row(result, verdict) for verdict in result.verdicts],
        "paragraphs": {
            full_id: {lang: paragraph(result, verdicts, lang) for lang in ("zh", "en")}
            for full_id, verdicts in result.by_standard().items()
        },
        **evidence_rows(evidence),
        "reported": [
            {**asdict(row), "steps": [asdict(step) for step in row.steps]}
            for row in result.reported
        ],
    }


def standard_row(result: StandardsResult, preset: Preset, standard: Standard) -> dict[str, Any]:
    """Return one standard as standards.json lists it."""
    target, document = standard.target, preset.document_of(standard)
    row = asdict(standard)
    row |= {
        "document_title": document.title,
        "year": document.date[:4],
        "applies_to": {"place": document.place, "codes": list(document.place_codes)},
        "id": preset.full_id(standard),
        "preset": preset.preset.id,
        "is_bound": preset.full_id(standard) in result.bound,
        "target": None if target is None else asdict(target),
    }
    for name in ("aliases", "inputs", "kinds", "levels", "responsible", "plausible"):
        row[name] = None if row[name] is None else list(row[name])
    return row


def verdict_row(result: StandardsResult, verdict: Verdict) -> dict[str, Any]:
    """Return one verdict as standards.json lists it, its words in Chinese and English."""
    preset, standard = result.standard_of(verdict)
    gap = verdict.gap_units
    return {
        "standard": verdict.standard_id,
        "zone_code": verdict.zone_code,
        "zone_name": verdict.zone_name,
        "status": verdict.status.value,
        "verdict_zh": verdict_text(verdict, preset, standard, "zh"),
        "verdict_en": verdict_text(verdict, preset, standard, "en"),
        "current": verdict.current,
        "unit": standard.unit,
        "target": standard.threshold or None,
        "numerator": verdict.numerator,
        "denominator": verdict.denominator,
        "upper": verdict.upper,
        "gap_people": verdict.gap_people,
        "gap_institutions": verdict.gap_institutions,
        "gap_units": None if gap is None else asdict(gap),
        "year": verdict.year,
        "base": verdict.base,
        "mode": verdict.mode or None,
        "minutes": verdict.minutes,
        "missing": list(verdict.missing),
        "notes": [{"code": note.code, **dict(note.params)} for note in verdict.notes],
        "notes_zh": [note_text(note, translator("zh")) for note in verdict.notes],
        "notes_en": [note_text(note, translator("en")) for note in verdict.notes],
        "ids": list(verdict.ids),
    }


def evidence_rows(evidence: Evidence) -> dict[str, Any]:
    """Return the evidence: villages, sweep, exits, week, services and programme."""
    return {
        "villages": {
            mode: village_rows(cover, evidence.given.dataset.zones.code)
            for mode, cover in evidence.covers.items()
        },
        "sweep": [asdict(row) for row in evidence.swept],
        "exits": None if evidence.exits is None else exit_rows(evidence.exits),
        "week": None if evidence.week is None else week_rows(evidence.week),
        "services": [{**asdict(row), "share": row.share} for row in evidence.services],
        "programme": {
            "done": evidence.programme.done,
            "planned": evidence.programme.planned,
            "progress": evidence.programme.progress,
            "projects": [project_row(evidence, row) for row in evidence.programme.effects],
        },
    }


def exit_rows(exits: ExitRisk) -> dict[str, Any]:
    """Return who loses the circle when sole doctors leave."""
    return {
        "year": exits.year,
        "mode": exits.mode,
        "people_losing_together": exits.people_losing_together,
        "villages_losing": list(exits.villages_losing),
        "points_without_year": exits.points_without_year,
        "points": [
            {
                "facility_id": row.facility_id,
                "exit_year": row.exit_year,
                "people_losing": row.people_losing,
            }
            for row in exits.exits
        ],
    }


def week_rows(week: WeekCover) -> dict[str, Any]:
    """Return coverage by hour and window of the week."""
    return {
        "mode": week.mode,
        "minutes": week.minutes,
        "people": week.people,
        "covered_by_hour": list(week.covered_by_hour),
        "windows": [asdict(row) for row in week.windows],
        "people_weekday_only": week.people_weekday_only,
        "points_without_hours": week.points_without_hours,
    }


def village_rows(cover: VillageCover, zone_codes: tuple[str, ...]) -> dict[str, Any]:
    """Return the villages in one mode of travel."""
    return {
        "share": cover.share,
        "people_share": cover.people_share,
        "effective_share": cover.effective_share,
        "people_without_village": cover.people_without_village,
        "points_without_days": cover.points_without_days,
        **{mode.value: cover.count(mode) for mode in CoverMode},
        "rows": [
            {
                "code": row.code,
                "name": row.name,
                "zone_code": zone_codes[row.zone] if row.zone >= 0 else "",
                "cover": row.cover.value,
                "reason": row.reason.value,
                "nominal": row.nominal,
                "effective": row.effective.value,
                "people": row.people,
                "people_covered": row.people_covered,
                "share_fixed": row.share_fixed,
                "share_circuit": row.share_circuit,
                "facility_ids": list(row.facility_ids),
            }
            for row in cover.rows
        ],
    }


def project_row(evidence: Evidence, effect: ProjectEffect) -> dict[str, Any]:
    """Return one project with what it changes."""
    ids = evidence.given.dataset.facilities.id
    project = effect.project
    return {
        "project_id": project.project_id,
        "name": project.name,
        "stage": project.stage.value,
        "opens_on": project.opens_on or None,
        "opens": [ids[i] for i in project.opens],
        "closes": [ids[i] for i in project.closes],
        "gaining_alone": effect.gaining_alone,
        "losing_alone": effect.losing_alone,
        "gaining_after_earlier": effect.gaining_after,
        "losing_after_earlier": effect.losing_after,
        "figures_before": dict(effect.figures_before),
        "figures_after": dict(effect.figures_after),
    }
