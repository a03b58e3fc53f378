"""`audit` and `route`: what is wrong with the data, and how a time comes about."""

from __future__ import annotations

import argparse
from pathlib import Path

from data.errors import PlannerError, severity
from planning.cli.console import OK, TOUCHES_PEOPLE, Commands, ProgressLine, add_command, say
from planning.words.figures import MODE_NAMES
from planning.words.wording import Translate, finding_sentence, translator


def add_audit(commands: Commands, _: Translate) -> None:
    """Add `audit`."""
    help_text = _("Say what is wrong with a study's data, in people")
    parser = add_command(commands, "audit", help_text, _audit)
    parser.add_argument("study", type=Path, metavar="STUDY.toml")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help=_("write audit.xlsx and audit.json")
    )


def add_route(commands: Commands, _: Translate) -> None:
    """Add `route`."""
    parser = add_command(
        commands, "route", _("Explain a time: the way to the nearest points"), _route
    )
    parser.add_argument("study", type=Path, metavar="STUDY.toml")
    help_text = _("lon,lat, a cell id, or the code or name of a village")
    parser.add_argument("--at", required=True, metavar="PLACE", help=help_text)
    parser.add_argument("--mode", action="append", choices=tuple(MODE_NAMES))


def _audit(options: argparse.Namespace) -> int:
    from data.dataset import load_dataset
    from data.side_files import remarks_file
    from data.store import atomic_file
    from data.study.file import read_study
    from planning.audit import audit
    from planning.audit.remarks import Remark, list_remarks
    from planning.audit.rows import audit_download, audit_rows, write_audit_json
    from planning.reach.scenario import scenario_of

    translate: Translate = options.translate
    with ProgressLine(options) as progress:
        study = read_study(options.study)
        dataset = load_dataset(study, progress=progress)
        findings = audit(
            dataset,
            as_of=scenario_of(study).as_of,
            max_access_m=study.travel.max_access_m,
            progress=progress,
        )
    remarks: tuple[Remark, ...] = ()
    try:
        remarks = list_remarks(remarks_file(study))
    except PlannerError as error:
        findings = (*error.findings, *findings)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        english = audit_rows(findings, translator("en"))
        write_audit_json(options.out / "audit.json", english, remarks)
        with atomic_file(options.out / "audit.xlsx") as target:
            target.write(audit_download(dataset, findings, remarks, options.lang))
    if not options.quiet:
        for finding in findings:
            say(f"[{translate(severity(finding))}] {finding_sentence(finding, translate)}")
    touches = any(severity(finding) == "warning" and finding.people for finding in findings)
    return TOUCHES_PEOPLE if touches else OK


def _route(options: argparse.Namespace) -> int:
    from data.dataset import load_dataset
    from data.study.file import read_study
    from planning.assess.explain import find_place, nearest_ways, way_lines
    from planning.assess.workflow import assess

    with ProgressLine(options) as progress:
        study = read_study(options.study)
        dataset = load_dataset(study, progress=progress)
        place = find_place(dataset, options.at)
        assessment = assess(dataset, study, progress=progress)
        modes = tuple(mode for mode in options.mode or () if mode in study.travel.modes)
        ways = nearest_ways(assessment, place, modes=modes or None)
    for way in (way for of_mode in ways.values() for way in of_mode):
        for line in way_lines(assessment, way, options.translate):
            say(line)
    return OK
