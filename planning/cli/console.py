"""What every command shares: exit status, options on both sides, progress, lines, logging."""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from geo.errors import Progress
from planning.words.audiences import AUDIENCES
from planning.words.wording import Language, Translate, msgid

if TYPE_CHECKING:
    from planning.assess.workflow import Assessment

OK, INTERNAL, USAGE, BAD_INPUT, TOUCHES_PEOPLE, INTERRUPTED = 0, 1, 2, 3, 4, 130
LOG = logging.getLogger("servicecircle")
_STREAMS = {"stdout": 1, "stderr": 2}
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

READER_STAGES = (
    msgid("snap"),
    msgid("roads"),
    msgid("population"),
    msgid("reach"),
    msgid("circles"),
    msgid("tiles"),
    msgid("graph"),
    msgid("audit"),
    msgid("assign"),
    msgid("agents"),
    msgid("boundary"),
    msgid("water"),
    msgid("facilities"),
    msgid("towns"),
    msgid("waiting for the server"),
    msgid("database"),
    msgid("waiting for other proofs"),
    msgid("waiting for other work"),
    msgid("reading files"),
)
"""What `geo`, `data` and kernels say that they do; they know no languages: the words stand here."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose faults end with status 2 and one line that helps."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and what is wrong with it, and end."""
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def add_common(parser: argparse.ArgumentParser, *, default_language: str) -> None:
    """Add the options that every command takes."""
    parser.add_argument("--lang", choices=("zh", "en"), default=default_language)
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--log", type=Path, metavar="FILE")
    parser.add_argument("--threads", type=positive, metavar="N")


def add_command(
    commands: Commands,
    name: str,
    help_text: str,
    run: Callable[[argparse.Namespace], int],
    *,
    aliases: Sequence[str] = (),
) -> argparse.ArgumentParser:
    """Add a command with its common options; `run` returns the exit status."""
    parser = commands.add_parser(name, help=help_text, description=help_text, aliases=aliases)
    # The common options are accepted on both sides of the command and keep what the first gave.
    add_common(parser, default_language=argparse.SUPPRESS)
    for action in parser._actions:
        if action.dest in {"quiet", "verbose", "log", "threads"}:
            action.default = argparse.SUPPRESS
    parser.set_defaults(run=run)
    return parser


def add_signature(parser: argparse.ArgumentParser, _: Translate, *, default: str) -> None:
    """Add who may read what is made, and what stands at its foot."""
    parser.add_argument(
        "--audience",
        choices=tuple(AUDIENCES),
        default=default,
        help=_("who may read it (default: {audience})").format(audience=default),
    )
    parser.add_argument("--review-number", default="", metavar="TEXT", help=_("审图号 of the maps"))
    parser.add_argument(
        "--base-map-number", default="", metavar="TEXT", help=_("审图号 of the base map")
    )
    parser.add_argument("--maker", default="", metavar="TEXT", help=_("unit that makes the report"))


class ProgressLine:
    """One line on a terminal that says what is being done; silent in a pipe and with --quiet.

    The log gets one line a stage when it ends: its name, how much there was to do, seconds.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self._shown = sys.stderr is not None and sys.stderr.isatty() and not options.quiet
        self._translate: Translate = options.translate
        self._last = 0.0
        self._stage = ""
        self._begun = 0.0
        self._total = 0

    def __enter__(self) -> Progress:
        return self._report

    def __exit__(self, *_: object) -> None:
        self._log_stage(time.monotonic())
        if self._shown and self._stage:
            _write("stderr", "\r\033[K", flush=True)

    def _report(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage != self._stage:
            self._log_stage(now)
            self._begun = now
        if self._shown and (stage != self._stage or now - self._last > 0.1):
            share = f" {100 * done // total} %" if total > 1 else ""
            _write("stderr", f"\r\033[K{self._translate(stage)}{share}", flush=True)
            self._last = now
        self._stage = stage
        self._total = total

    def _log_stage(self, now: float) -> None:
        if self._stage:
            LOG.info("%s: total %d, %.3f s", self._stage, self._total, now - self._begun)


def positive(text: str) -> int:
    """Return a whole number above zero."""
    number = int(text)
    if number < 1:
        msg = f"{text} is not a whole number above zero"
        raise argparse.ArgumentTypeError(msg)
    return number


def day(text: str) -> str:
    """Return a date such as 2027-12-31."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        msg = f"{text} is not a date such as 2027-12-31"
        raise argparse.ArgumentTypeError(msg) from None


def language_of(words: Sequence[str]) -> Language:
    """Return the language asked for, before the parser is built in that language."""
    for before, word in zip(["", *words], words, strict=False):
        if word in {"--lang=en", "en"} and (before == "--lang" or word.startswith("--")):
            return "en"
    return "zh"


def command_text(options: argparse.Namespace) -> str:
    """Return the command for run.json, with file names only."""
    words = ["servicecircle", options.command]
    if options.command != "demo":
        words.append(Path(options.study).name)
    if options.as_of:
        words += ["--as-of", options.as_of]
    words += ["--audience", options.audience]
    return " ".join(words)


def configure_logging(options: argparse.Namespace) -> None:
    """Configure logging and threads as the options say."""
    level = logging.INFO if options.verbose or options.log else logging.WARNING
    handlers: list[logging.Handler] = []
    if options.log:
        handlers.append(logging.FileHandler(options.log, encoding="utf-8"))
    if options.verbose:
        handlers.append(logging.StreamHandler())
    # Libraries log at their own INFO ("Created 0 records"): only our stages are asked for.
    logging.basicConfig(
        level=logging.WARNING,
        handlers=handlers or [logging.NullHandler()],
        format="%(asctime)s %(message)s",
    )
    LOG.setLevel(level)
    if options.threads:
        os.environ["NUMBA_NUM_THREADS"] = str(options.threads)
        os.environ["SERVICECIRCLE_THREADS"] = str(options.threads)


def crash_log() -> Path:
    """Write the traceback to a file of its own and return its path."""
    handle, name = tempfile.mkstemp(prefix="servicecircle-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as log:
        log.write(traceback.format_exc())
    return Path(name)


def say(line: str) -> None:
    """Print one line."""
    _write("stdout", line + "\n")


def complain(*lines: str) -> None:
    """Print lines where errors go."""
    _write("stderr", "\n".join(lines) + "\n")


@contextmanager
def steady_output() -> Iterator[None]:
    """Keep standard output and error from deciding how a command ends.

    A reader that goes away (`| head`), a full disk behind `>`, a closed stream and a terminal that
    cannot show Chinese lose lines, never a run.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        for name in _STREAMS:
            _write(name, "", flush=True)


def _write(name: str, text: str, *, flush: bool = False) -> None:
    stream = getattr(sys, name)
    if stream is None:  # it was closed when the program began
        return
    try:
        stream.write(text)
        if flush:
            stream.flush()
    except (OSError, ValueError):  # ValueError: closed since
        _silence(name)


def _silence(name: str) -> None:
    """Send a stream that nobody takes to nowhere, with what is still waiting in it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError):
        os.dup2(nowhere, _STREAMS[name])  # the interpreter empties its buffers at the end
    setattr(sys, name, os.fdopen(nowhere, "w", encoding="utf-8"))


def assessed(options: argparse.Namespace, progress: Progress) -> Assessment:
    """Read the study of a command and assess it, on the day that `--as-of` names."""
    from data.dataset import load_dataset
    from data.study.file import read_study
    from planning.assess.workflow import assess
    from planning.reach.scenario import scenario_of

    study = read_study(options.study)
    dataset = load_dataset(study, progress=progress)
    scenario = scenario_of(study, as_of=options.as_of)
    return assess(dataset, study, scenario=scenario, progress=progress)
