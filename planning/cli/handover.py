"""`report`: the report that is printed and signed, with the map of its audience."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from planning.cli.console import (
    OK,
    Commands,
    ProgressLine,
    add_command,
    command_text,
    complain,
    day,
    say,
)
from planning.wording import Translate

if TYPE_CHECKING:
    from planning.report.content import Audience

AUDIENCES: dict[str, Audience] = {
    "公开": "public",
    "public": "public",
    "内部": "internal",
    "internal": "internal",
}


def add_report(commands: Commands, _: Translate) -> None:
    """Add `report`."""
    parser = add_command(
        commands, "report", _("Write the report that is printed and signed"), _report
    )
    parser.add_argument("study", type=Path, metavar="STUDY.toml")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--as-of", type=day, metavar="DATE", help=_("day on which facilities are open")
    )
    parser.add_argument("--audience", choices=tuple(AUDIENCES), default="公开")
    parser.add_argument("--review-number", default="", metavar="TEXT", help=_("审图号 of the maps"))
    parser.add_argument("--maker", default="", metavar="TEXT", help=_("unit that makes the report"))
    parser.add_argument("--format", default="html,docx,xlsx,pdf", metavar="LIST")


def _report(options: argparse.Namespace) -> int:
    from data.dataset import load_dataset
    from data.study.file import read_study
    from planning.folder import check_output
    from planning.report.content import ReportOptions
    from planning.report.write import formats_of, write_report
    from planning.scenario import scenario_of
    from planning.verdicts.run import standards_of
    from planning.workflow import assess

    formats = formats_of(options.format)
    check_output(options.out)
    started = time.perf_counter()
    with ProgressLine(options) as progress:
        study = read_study(options.study)
        dataset = load_dataset(study, progress=progress)
        scenario = scenario_of(study, as_of=options.as_of)
        assessment = assess(dataset, study, scenario=scenario, progress=progress)
        notes = write_report(
            assessment,
            standards_of(assessment, progress=progress),
            options.out,
            options=ReportOptions(
                language=options.lang,
                audience=AUDIENCES[options.audience],
                review_number=options.review_number,
                maker=options.maker,
            ),
            formats=formats,
            command=command_text(options),
            started=started,
            progress=progress,
        )
    if notes:
        complain(*notes)
    if not options.quiet:
        say(options.translate("Report: {path}").format(path=options.out))
    return OK
