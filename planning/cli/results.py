"""`demo` and `assess`: every result of a study in one folder."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from planning.cli.console import OK, Commands, ProgressLine, add_command, command_text, day, say
from planning.wording import Translate


def add_demo(commands: Commands, _: Translate) -> None:
    """Add `demo`."""
    parser = add_command(commands, "demo", _("Assess the built-in county (synthetic)"), _demo)
    parser.add_argument("--out", type=Path, default=Path("out/demo"), metavar="DIR")


def add_assess(commands: Commands, _: Translate) -> None:
    """Add `assess`."""
    parser = add_command(commands, "assess", _("Assess your own study file"), _assess)
    parser.add_argument("study", type=Path, metavar="STUDY.toml")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    help_text = _("day on which facilities are open")
    parser.add_argument("--as-of", type=day, metavar="DATE", help=help_text)


def _demo(options: argparse.Namespace) -> int:
    from data.study.file import SAMPLE_STUDY

    options.study, options.as_of = SAMPLE_STUDY, None
    return _assess(options)


def _assess(options: argparse.Namespace) -> int:
    from data.dataset import load_dataset
    from data.study.file import read_study
    from planning.export import write_results
    from planning.folder import check_output
    from planning.report import result_lines
    from planning.scenario import scenario_of
    from planning.workflow import assess

    check_output(options.out)
    started = time.perf_counter()
    with ProgressLine(options) as progress:
        study = read_study(options.study)
        dataset = load_dataset(study, progress=progress)
        scenario = scenario_of(study, as_of=options.as_of)
        assessment = assess(dataset, study, scenario=scenario, progress=progress)
        written = write_results(
            assessment,
            options.out,
            language=options.lang,
            command=command_text(options),
            started=started,
            progress=progress,
        )
    if not options.quiet:
        for line in result_lines(assessment, options.translate):
            say(line)
        say("")
        say(options.translate("Map: {path}").format(path=written / "map.html"))
        say(options.translate("Tables and all results: {path}").format(path=written))
    return OK
