"""`app` and `warm`: the program itself."""

from __future__ import annotations

import argparse
from pathlib import Path

from planning.cli.console import OK, Commands, ProgressLine, add_command, positive
from planning.words.wording import Translate


def add_app(commands: Commands, _: Translate) -> None:
    """Add `app`."""
    parser = add_command(commands, "app", _("Open the app on this machine"), _app)
    parser.add_argument("--port", type=positive, default=8501, metavar="N")
    parser.add_argument("--study", type=Path, metavar="STUDY.toml")


def add_warm(commands: Commands, _: Translate) -> None:
    """Add `warm`."""
    add_command(commands, "warm", _("Compile the kernels (done once at set-up)"), _warm)


def _app(options: argparse.Namespace) -> int:
    from planning.cli.serving import serve_app

    return serve_app(port=options.port, study=options.study, language=options.lang)


def _warm(options: argparse.Namespace) -> int:
    from planning.assess.workflow import warm_kernels

    with ProgressLine(options) as progress:
        warm_kernels(progress)
    return OK
