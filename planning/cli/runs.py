"""`demo` and `assess`: every result of a study in one folder."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from planning.cli.console import (
    OK,
    Commands,
    ProgressLine,
    add_command,
    add_signature,
    assessed,
    command_text,
    day,
    say,
)
from planning.words.audiences import AUDIENCES
from planning.words.wording import Translate


def add_demo(commands: Commands, _: Translate) -> None:
    """Add `demo`."""
    parser = add_command(commands, "demo", _("Assess the built-in county (synthetic)"), _demo)
    parser.add_argument("--out", type=Path, default=Path("out/demo"), metavar="DIR")
    add_signature(parser, _, default="内部")


def add_assess(commands: Commands, _: Translate) -> None:
    """Add `assess`."""
    parser = add_command(commands, "assess", _("Assess your own study file"), _assess)
    parser.add_argument("study", type=Path, metavar="STUDY.toml")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    help_text = _("day on which facilities are open")
    parser.add_argument("--as-of", type=day, metavar="DATE", help=help_text)
    add_signature(parser, _, default="内部")


def _demo(options: argparse.Namespace) -> int:
    from data.study.file import SAMPLE_STUDY

    options.study, options.as_of = SAMPLE_STUDY, None
    return _assess(options)


def _assess(options: argparse.Namespace) -> int:
    from data.folder import check_output
    from planning.audit import audit_inputs
    from planning.report.content import ReportOptions
    from planning.report.export import write_results
    from planning.report.handover import NO_MAPS_MADE
    from planning.report.lines import result_lines
    from planning.standards.result import result_of

    audience = AUDIENCES[options.audience]
    check_output(options.out, inputs=[options.study])
    started = time.perf_counter()
    with ProgressLine(options) as progress:
        assessment = assessed(options, progress)
        findings = audit_inputs(assessment, progress=progress)
        result = result_of(assessment, findings=findings, progress=progress)
        written = write_results(
            result,
            options.out,
            options=ReportOptions(
                language=options.lang,
                audience=audience,
                review_number=options.review_number,
                base_map_number=options.base_map_number,
                maker=options.maker,
            ),
            command=command_text(options),
            started=started,
            progress=progress,
        )
    if not options.quiet:
        # A published run says only where its files are: the lines below are for the office.
        if audience == "internal":
            for line in result_lines(result, options.lang):
                say(line)
        say("")
        if (written / "map.html").is_file():
            say(options.translate("Map: {path}").format(path=written / "map.html"))
        else:
            say(options.translate(NO_MAPS_MADE))
        say(options.translate("Tables and all results: {path}").format(path=written))
    return OK
