"""`export` (also called `report`): what leaves the office, for one audience."""

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
    complain,
    day,
    say,
)
from planning.words.audiences import AUDIENCES
from planning.words.wording import Translate


def add_export(commands: Commands, _: Translate) -> None:
    """Add `export`."""
    help_text = _("Write what leaves the office: report, workbook and map for one audience")
    parser = add_command(commands, "export", help_text, _export, aliases=("report",))
    help_text = _("study file; without it the built-in county")
    parser.add_argument("study", type=Path, nargs="?", metavar="STUDY.toml", help=help_text)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--as-of", type=day, metavar="DATE", help=_("day on which facilities are open")
    )
    add_signature(parser, _, default="公开")
    parser.add_argument(
        "--zones",
        default="",
        metavar="LIST",
        help=_("zones that get a page, by code or name; all by default"),
    )
    parser.add_argument(
        "--format",
        default="html,docx,xlsx,pdf,map",
        metavar="LIST",
        help=_("of html, docx, xlsx, pdf, map, results"),
    )


def _export(options: argparse.Namespace) -> int:
    from data.folder import check_output
    from data.study.file import SAMPLE_STUDY
    from planning.audit import audit_inputs
    from planning.report.compose import source_of
    from planning.report.content import ReportOptions
    from planning.report.formats.write import formats_of
    from planning.report.handover import hand_over
    from planning.standards.result import result_of

    formats = formats_of(options.format)
    options.study = options.study or SAMPLE_STUDY
    check_output(options.out, inputs=[options.study])
    started = time.perf_counter()
    with ProgressLine(options) as progress:
        assessment = assessed(options, progress)
        findings = audit_inputs(assessment, progress=progress)
        chosen = ReportOptions(
            language=options.lang,
            audience=AUDIENCES[options.audience],
            review_number=options.review_number,
            base_map_number=options.base_map_number,
            maker=options.maker,
            zones=_names(options.zones),
        )
        result = result_of(assessment, findings=findings, progress=progress)
        notes = hand_over(
            source_of(result, chosen),
            options.out,
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


def _names(text: str) -> tuple[str, ...]:
    """Return the names of a list divided by commas, Chinese ones too.

    >>> _names("330682001，乙镇, ")
    ('330682001', '乙镇')
    """
    words = text.replace("，", ",").replace("、", ",").split(",")
    return tuple(word.strip() for word in words if word.strip())
