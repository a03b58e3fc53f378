"""The whole command line: its parser, and what becomes of errors."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from data.errors import PlannerError
from data.folder import FolderBusyError, FolderRefusedError
from geo.errors import Cancelled, GeoError
from planning.cli import circuits, program, questions, sites, studies
from planning.cli import publish as handover
from planning.cli import runs as results
from planning.cli.console import (
    BAD_INPUT,
    INTERNAL,
    INTERRUPTED,
    USAGE,
    Commands,
    Parser,
    add_common,
    complain,
    configure_logging,
    crash_log,
    language_of,
    steady_output,
)
from planning.words.wording import Translate, finding_sentence, msgid, translator

EXAMPLES = msgid("""examples:
  servicecircle demo --out out/demo
  servicecircle new my-county
  servicecircle assess my-county/study.toml --out out/my-county
  servicecircle assess my-county/study.toml --out out/2027 --as-of 2027-12-31
  servicecircle export my-county/study.toml --out out/public --audience 公开
  servicecircle --lang en demo""")


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 1 internal, 2 usage, 3 bad input."""
    with steady_output():
        return _status(list(sys.argv[1:] if words is None else words))


def _status(words: Sequence[str]) -> int:
    """Run one command, tell what went wrong, and return the exit status."""
    translate = translator(language_of(words))
    options = _parser(translate).parse_args(words)
    options.translate = translate
    try:
        configure_logging(options)
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except (PlannerError, GeoError) as error:
        complain(*(finding_sentence(finding, translate) for finding in error.findings))
        return USAGE if isinstance(error, FolderRefusedError | FolderBusyError) else BAD_INPUT
    except (KeyboardInterrupt, Cancelled):
        complain(translate("Stopped; no result was written."))
        return INTERRUPTED
    except Exception:  # noqa: BLE001 - the last net: the user gets one sentence, the log the trace
        log = crash_log()
        complain(translate("An internal error; the details are in {path}").format(path=log))
        return INTERNAL


def _parser(translate: Translate) -> argparse.ArgumentParser:
    parser = Parser(
        prog="servicecircle",
        description=translate(
            "Who is inside the 20-minute service circle, is each centre the right size, "
            "and where should the next station go."
        ),
        epilog=translate(EXAMPLES),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_common(parser, default_language="zh")
    commands: Commands = parser.add_subparsers(  # type: ignore[assignment]
        dest="command", required=True, metavar="COMMAND"
    )
    for add in (
        results.add_demo,
        results.add_assess,
        handover.add_export,
        questions.add_audit,
        studies.add_new,
        studies.add_fetch,
        program.add_app,
        questions.add_route,
        sites.add_site_table,
        circuits.add_circuit_table,
        program.add_warm,
    ):
        add(commands, translate)
    return parser
