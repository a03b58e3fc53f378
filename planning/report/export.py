"""Write an assessment: tables, GeoParquet, GeoPackage, the offline map, summary and run record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely

from data.folder import output_folder, write_run
from data.study.files import named_files
from geo.errors import Progress, silent
from planning.assess.caveats import caveat_sentences
from planning.assess.islands import land_parts
from planning.assess.referral import referral_columns
from planning.assess.run import run_number, run_record
from planning.assess.workflow import Assessment
from planning.maps import to_html
from planning.maps.cartography import assessment_map, attribution
from planning.report.audience import audience_map
from planning.report.compose import compose, foot_labels, head_marks, source_of
from planning.report.content import ReportOptions, Source
from planning.report.formats.xlsx import report_xlsx
from planning.report.published import published_summary, published_tables
from planning.report.results import (
    cell_columns,
    chosen_sites,
    circle_columns,
    facility_columns,
    gap_columns,
    island_columns,
    site_columns,
    summary,
    village_columns,
    zone_columns,
)
from planning.sites.rows import (
    assignment_columns,
    newly_covered_columns,
    newly_served,
)
from planning.sites.siting_file import siting_json
from planning.standards.as_json import standards_json
from planning.standards.result import Result
from planning.standards.standard_sheets import standard_sheets
from planning.words.tables import Column, Row, Table, cell_value, table_of, write_csv
from planning.words.wording import Language, finding_sentence, msgid, translator
from planning.words.workbooks import write_workbook

CELLS_FORMAT = "servicecircle.cells/1"
GEOPACKAGE_FORMAT = "servicecircle.results/1"
INTERNAL = ReportOptions(audience="internal")


def write_results(
    result: Result,
    target: Path,
    *,
    options: ReportOptions = INTERNAL,
    command: str = "",
    started: float | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write every output of a result into a folder, all or nothing.

    Parameters
    ----------
    target
        Output folder; earlier results of ours move to `<target>.previous`.
    options
        Audience, and language of the map and of sentences; headers, keys and ids never depend on
        it. A published folder holds what a published report prints, and no cells.
    command
        The command as run.json records it.
    started
        `time.perf_counter()` when the work began, for the timings in run.json.

    Returns
    -------
    Path
        The folder that holds the results.

    Raises
    ------
    FolderRefusedError, FolderBusyError
        When the folder cannot be used.
    """
    with output_folder(target, inputs=named_files(result.assessment.study)) as folder:
        fill_folder(source_of(result, options), folder, progress=progress)
        record = run_record(result.assessment, command, started)
        write_run(folder, {**record, "audience": options.audience})
    return target


def fill_folder(source: Source, folder: Path, *, progress: Progress | None = None) -> None:
    """Write all results but run.json into a folder, as far as their audience may read them.

    Raises
    ------
    Cancelled
        When `progress` raises it.
    """
    report = progress or silent
    report(msgid("Writing tables"), 0, 1)
    if source.options.is_published:
        _write_published(source, folder)
    else:
        _write_all(source, folder, report)
    if source.options.has_maps:
        report(msgid("Drawing the map"), 0, 1)
        (folder / "map.html").write_text(to_html(audience_map(source)), encoding="utf-8")


def _write_all(source: Source, folder: Path, report: Progress) -> None:
    assessment = source.assessment
    write_json(folder / "summary.json", summary(assessment, english_warnings(assessment)))
    answer = siting_json(assessment.proposal, assessment.study, assessment.dataset)
    write_json(folder / "siting.json", answer)
    for name, columns in result_tables(assessment).items():
        write_csv(folder / f"{name}.csv", columns)
    write_cells(assessment, folder / "cells.parquet")
    report(msgid("Writing the GeoPackage"), 0, 1)
    write_geopackage(assessment, folder / "results.gpkg")
    write_standards(source, folder)


def _write_published(source: Source, folder: Path) -> None:
    findings = [replace(finding, people=None) for finding in source.assessment.findings]
    translate = translator("en")
    warnings = [finding_sentence(finding, translate) for finding in findings]
    write_json(folder / "summary.json", published_summary(source, warnings))
    for name, columns in published_tables(source).items():
        write_csv(folder / f"{name}.csv", columns)
    (folder / "report.xlsx").write_bytes(report_xlsx(compose(source, has_pictures=False)))


def result_tables(assessment: Assessment) -> dict[str, list[Column]]:
    """Return the CSV tables by file name."""
    return {
        "zones": zone_columns(assessment),
        "villages": village_columns(assessment),
        "facilities": facility_columns(assessment),
        "gaps": gap_columns(assessment),
        "sites": site_columns(assessment),
        "islands": island_columns(land_parts(assessment)),
        "referral": referral_columns(assessment),
    }


def english_warnings(assessment: Assessment) -> list[str]:
    """Return the findings as English sentences: JSON does not depend on the language."""
    translate = translator("en")
    return [finding_sentence(finding, translate) for finding in assessment.findings]


def map_html(assessment: Assessment, language: Language) -> str:
    """Return the offline map as the text of one HTML file."""
    return to_html(assessment_map(assessment, language))


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write sorted UTF-8 JSON without NaN."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def write_standards(source: Source, folder: Path) -> None:
    """Write standards.json (the same in every language) and standards.xlsx with its audience."""
    write_json(folder / "standards.json", standards_json(source.standards))
    sheets = standard_sheets(source.standards, source.options.language)
    write_workbook(
        folder / "standards.xlsx", (*sheets, about_sheet(source)), source.options.language
    )


def about_sheet(source: Source) -> Table:
    """Return who may read a workbook, who made it, of which day and run it is."""
    translate = source.translate
    rows: list[Row] = [
        (translate("Audience"), "、".join(head_marks(source))),
        *foot_labels(source),
    ]
    return table_of(msgid("About"), (msgid("Item"), msgid("Text")), rows, translate)


def write_cells(assessment: Assessment, path: Path) -> None:
    """Write cells.parquet: one row a demand point with seconds, facility and status per mode."""
    demand = assessment.dataset.demand
    frame = geopandas.GeoDataFrame(
        cell_columns(assessment),
        geometry=geopandas.points_from_xy(demand.lon, demand.lat),
        crs="EPSG:4326",
    )
    frame.attrs["format"] = CELLS_FORMAT
    frame.to_parquet(path, index=False, compression="zstd")


def write_geopackage(assessment: Assessment, path: Path) -> None:
    """Write results.gpkg in the metric system: zones, facilities, gaps, circles, sites."""
    dataset = assessment.dataset
    facilities = dataset.facilities
    sites = chosen_sites(assessment)
    layers = {
        "zones": _frame(zone_columns(assessment), dataset.zones.geometry, dataset.crs),
        "facilities": _frame(
            facility_columns(assessment),
            _points(facilities.x_m, facilities.y_m),
            dataset.crs,
        ),
        "gaps": _frame(
            gap_columns(assessment),
            _points(
                np.array([gap.x_m for gap in assessment.gaps]),
                np.array([gap.y_m for gap in assessment.gaps]),
            ),
            dataset.crs,
        ),
        "circles": _frame(
            circle_columns(assessment),
            np.array([circle.area for circle in assessment.circles], dtype=object),
            dataset.crs,
        ),
        "sites": _frame(site_columns(assessment), _points(sites.x_m, sites.y_m), dataset.crs),
        **siting_layers(assessment),
    }
    about = geopackage_metadata(assessment)
    for name, frame in layers.items():
        frame.to_file(
            path,
            layer=name,
            driver="GPKG",
            layer_metadata={**about, "format": f"servicecircle.{name}/1"},
            dataset_metadata={**about, "format": GEOPACKAGE_FORMAT},
        )


def siting_layers(assessment: Assessment) -> dict[str, geopandas.GeoDataFrame]:
    """Return who is newly served: lines from places to their site, and the demand points."""
    dataset, proposal = assessment.dataset, assessment.proposal
    demand, sites = dataset.demand, proposal.candidates
    served = newly_served(proposal, dataset)
    ends = np.empty((len(served.site), 2, 2))
    ends[:, 0, 0], ends[:, 0, 1] = demand.x_m[served.demand], demand.y_m[served.demand]
    ends[:, 1, 0], ends[:, 1, 1] = sites.x_m[served.site], sites.y_m[served.site]
    rows = np.flatnonzero(proposal.service.site >= 0)
    return {
        "site_assignment": _frame(
            assignment_columns(proposal, dataset), shapely.linestrings(ends), dataset.crs
        ),
        "newly_covered": _frame(
            newly_covered_columns(proposal, dataset),
            _points(demand.x_m[rows], demand.y_m[rows]),
            dataset.crs,
        ),
    }


def geopackage_metadata(assessment: Assessment) -> dict[str, str]:
    """Return what every layer says of itself: title, sources, attribution, dates, run number."""
    dataset = assessment.dataset
    sources = [f"{entry.source} {entry.date}".strip() for entry in dataset.provenance]
    caveats = caveat_sentences(assessment, translator("en"))
    return {
        "title": dataset.title,
        "synthetic": "yes" if dataset.is_synthetic else "no",
        "attribution": attribution(dataset),
        "sources": "; ".join(dict.fromkeys(sources)),
        "data_date": dataset.date,
        "as_of": assessment.scenario.as_of,
        "run_number": run_number(assessment),
        **({"caveats": " ".join(caveats)} if caveats else {}),
    }


def _frame(columns: list[Column], geometry: Any, crs: str) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(
        {column.name: [cell_value(cell) for cell in column.values] for column in columns},
        geometry=geometry,
        crs=crs,
    )


def _points(x_m: Any, y_m: Any) -> Any:
    points = np.full(len(x_m), None, dtype=object)
    placed = np.isfinite(x_m)
    points[placed] = shapely.points(x_m[placed], y_m[placed])
    return points
