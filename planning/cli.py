"""The command line: `servicecircle COMMAND`. The only module that prints and configures logging."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from data.errors import PlannerError, severity
from geo.errors import Cancelled, Finding, GeoError, Progress
from planning.figures import MODE_NAMES
from planning.folder import FolderBusyError, FolderRefusedError
from planning.wording import Language, Translate, finding_sentence, msgid, translator

if TYPE_CHECKING:
    from planning.report.content import Audience

OK, INTERNAL, USAGE, BAD_INPUT, INTERRUPTED = 0, 1, 2, 3, 130

EXAMPLES = msgid("""examples:
  servicecircle demo --out out/demo
  servicecircle new my-county
  servicecircle assess my-county/study.toml --out out/my-county
  servicecircle assess my-county/study.toml --out out/2027 --as-of 2027-12-31
  servicecircle --lang en demo""")


READER_STAGES = (
    msgid("boundary"),
    msgid("water"),
    msgid("facilities"),
    msgid("towns"),
    msgid("waiting for the server"),
    msgid("database"),
)
"""What `data` says that it is doing; it knows no languages, so the words stand here."""


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 1 internal, 2 usage, 3 bad input."""
    words = list(sys.argv[1:] if words is None else words)
    translate = translator(_language_of(words))
    options = _parser(translate).parse_args(words)
    options.translate = translate
    _configure_logging(options)
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except (PlannerError, GeoError) as error:
        _complain(*(finding_sentence(finding, translate) for finding in error.findings))
        return BAD_INPUT
    except FolderRefusedError as error:
        _complain(str(error))
        return USAGE
    except FolderBusyError as error:
        _complain(str(error))
        return OK
    except (KeyboardInterrupt, Cancelled):
        _complain(translate("Stopped; no result was written."))
        return INTERRUPTED
    except Exception:  # noqa: BLE001 - the last net: the user gets one sentence, the log the trace
        log = _crash_log()
        _complain(translate("An internal error; the details are in {path}").format(path=log))
        return INTERNAL


def _parser(translate: Translate) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="servicecircle",
        description=translate(
            "Who is inside the 20-minute service circle, is each centre the right size, "
            "and where should the next station go."
        ),
        epilog=translate(EXAMPLES),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_common(parser, default_language="zh")
    commands: argparse._SubParsersAction[argparse.ArgumentParser] = parser.add_subparsers(  # type: ignore[assignment]
        dest="command", required=True, metavar="COMMAND"
    )
    for add in (
        _add_demo,
        _add_assess,
        _add_report,
        _add_audit,
        _add_new,
        _add_fetch,
        _add_app,
        _add_route,
        _add_site_table,
        _add_warm,
    ):
        add(commands, translate)
    return parser


def _add_common(parser: argparse.ArgumentParser, *, default_language: str) -> None:
    parser.add_argument("--lang", choices=("zh", "en"), default=default_language)
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--log", type=Path, metavar="FILE")
    parser.add_argument("--threads", type=_positive, metavar="N")


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    help_text: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help_text, description=help_text)
    # The common options are accepted on both sides of the command and keep what the first gave.
    _add_common(parser, default_language=argparse.SUPPRESS)
    for action in parser._actions:
        if action.dest in {"quiet", "verbose", "log", "threads"}:
            action.default = argparse.SUPPRESS
    parser.set_defaults(run=run)
    return parser


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser], _: Translate) -> None:
    parser = _command(commands, "demo", _("Assess the built-in county (synthetic)"), _demo)
    parser.add_argument("--out", type=Path, default=Path("out/demo"), metavar="DIR")


def _add_assess(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], _: Translate
) -> None:
    parser = _command(commands, "assess", _("Assess your own study file"), _assess)
    parser.add_argument("study", type=Path, metavar="STUDY.toml")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    help_text = _("day on which facilities are open")
    parser.add_argument("--as-of", type=_day, metavar="DATE", help=help_text)


def _add_report(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], _: Translate
) -> None:
    parser = _command(commands, "report", _("Write the report that is printed and signed"), _report)
    parser.add_argument("study", type=Path, metavar="STUDY.toml")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--as-of", metavar="DATE", help=_("day on which facilities are open"))
    parser.add_argument("--audience", choices=tuple(AUDIENCES), default="公开")
    parser.add_argument("--review-number", default="", metavar="TEXT", help=_("审图号 of the maps"))
    parser.add_argument("--maker", default="", metavar="TEXT", help=_("unit that makes the report"))
    parser.add_argument("--format", default="html,docx,xlsx,pdf", metavar="LIST")


AUDIENCES: dict[str, Audience] = {
    "公开": "public",
    "public": "public",
    "内部": "internal",
    "internal": "internal",
}


def _add_audit(commands: argparse._SubParsersAction[argparse.ArgumentParser], _: Translate) -> None:
    help_text = _("Say what is wrong with a study's data, in people")
    parser = _command(commands, "audit", help_text, _audit)
    parser.add_argument("study", type=Path, metavar="STUDY.toml")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help=_("write audit.xlsx and audit.json")
    )


def _add_new(commands: argparse._SubParsersAction[argparse.ArgumentParser], _: Translate) -> None:
    parser = _command(commands, "new", _("Write a commented study template"), _new)
    parser.add_argument("folder", type=Path, metavar="DIR")


def _add_fetch(commands: argparse._SubParsersAction[argparse.ArgumentParser], _: Translate) -> None:
    help_text = _("Make a study of open data (needs the internet): OpenStreetMap, WorldPop")
    parser = _command(commands, "fetch", help_text, _fetch)
    parser.add_argument("--place", required=True, metavar="NAME")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--country", default="CHN", metavar="ISO3")
    parser.add_argument("--year", type=_positive, default=2025, metavar="YEAR")
    parser.add_argument("--around-km", type=float, default=3.0, metavar="KM")
    for name in ("nominatim", "overpass", "population"):
        parser.add_argument(
            f"--{name}-url",
            metavar="URL",
            default=os.environ.get(f"SERVICECIRCLE_{name.upper()}_URL"),
        )


def _add_app(commands: argparse._SubParsersAction[argparse.ArgumentParser], _: Translate) -> None:
    parser = _command(commands, "app", _("Open the app on this machine"), _app)
    parser.add_argument("--port", type=_positive, default=8501, metavar="N")
    parser.add_argument("--study", type=Path, metavar="STUDY.toml")


def _add_route(commands: argparse._SubParsersAction[argparse.ArgumentParser], _: Translate) -> None:
    parser = _command(commands, "route", _("Explain a time: the way to the nearest points"), _route)
    parser.add_argument("study", type=Path, metavar="STUDY.toml")
    help_text = _("lon,lat, a cell id, or the code or name of a village")
    parser.add_argument("--at", required=True, metavar="PLACE", help=help_text)
    parser.add_argument("--mode", action="append", choices=tuple(MODE_NAMES))


def _add_site_table(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], _: Translate
) -> None:
    parser = _command(commands, "site-table", _("Choose sites from your own table of times"), _site)
    parser.add_argument("--times", type=Path, required=True, metavar="TIMES.csv")
    parser.add_argument("--demand", type=Path, required=True, metavar="DEMAND.csv")
    models = ("mclp", "lscp", "p-median", "p-centre", "backup", "capacitated")
    parser.add_argument("--model", choices=models, required=True)
    parser.add_argument("--limit", type=float, metavar="X")
    parser.add_argument("--count", type=int, metavar="P")
    parser.add_argument("--existing", nargs="*", default=[], metavar="ID")
    parser.add_argument("--capacity", type=Path, metavar="CAP.csv")
    parser.add_argument("--out", type=Path, required=True, metavar="PLAN.json")


def _add_warm(commands: argparse._SubParsersAction[argparse.ArgumentParser], _: Translate) -> None:
    _command(commands, "warm", _("Compile the kernels (done once at set-up)"), _warm)


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
    with _ProgressLine(options) as progress:
        study = read_study(options.study)
        dataset = load_dataset(study, progress=progress)
        scenario = scenario_of(study, as_of=options.as_of)
        assessment = assess(dataset, study, scenario=scenario, progress=progress)
        written = write_results(
            assessment,
            options.out,
            language=options.lang,
            command=_command_text(options),
            started=started,
            progress=progress,
        )
    if not options.quiet:
        for line in result_lines(assessment, options.translate):
            _say(line)
        _say("")
        _say(options.translate("Map: {path}").format(path=written / "map.html"))
        _say(options.translate("Tables and all results: {path}").format(path=written))
    return OK


def _audit(options: argparse.Namespace) -> int:
    from data.dataset import load_dataset
    from data.study.file import read_study
    from planning.audit import audit
    from planning.audit.rows import HEADERS, audit_rows, write_audit_json, write_audit_xlsx
    from planning.headers import column_title
    from planning.scenario import scenario_of

    translate: Translate = options.translate
    with _ProgressLine(options) as progress:
        study = read_study(options.study)
        dataset = load_dataset(study, progress=progress)
        findings = audit(
            dataset,
            as_of=scenario_of(study).as_of,
            max_access_m=study.travel.max_access_m,
            progress=progress,
        )
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        rows = audit_rows(findings, translate)
        write_audit_json(options.out / "audit.json", audit_rows(findings, translator("en")))
        titles = [column_title(name, translate) for name in HEADERS]
        write_audit_xlsx(options.out / "audit.xlsx", rows, titles)
    if not options.quiet:
        for finding in findings:
            _say(f"[{translate(severity(finding))}] {finding_sentence(finding, translate)}")
    return OK


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
    with _ProgressLine(options) as progress:
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
            command=_command_text(options),
            started=started,
            progress=progress,
        )
    if notes:
        _complain(*notes)
    if not options.quiet:
        _say(options.translate("Report: {path}").format(path=options.out))
    return OK


def _route(options: argparse.Namespace) -> int:
    from data.dataset import load_dataset
    from data.study.file import read_study
    from planning.explain import find_place, nearest_ways, way_lines
    from planning.workflow import assess

    with _ProgressLine(options) as progress:
        study = read_study(options.study)
        dataset = load_dataset(study, progress=progress)
        place = find_place(dataset, options.at)
        assessment = assess(dataset, study, progress=progress)
        modes = tuple(mode for mode in options.mode or () if mode in study.travel.modes)
        ways = nearest_ways(assessment, place, modes=modes or None)
    for way in (way for of_mode in ways.values() for way in of_mode):
        for line in way_lines(assessment, way, options.translate):
            _say(line)
    return OK


def _new(options: argparse.Namespace) -> int:
    from data.study.file import write_template

    path = write_template(options.folder)
    _say(options.translate("Written: {path}").format(path=path))
    return OK


def _fetch(options: argparse.Namespace) -> int:
    from data.fetch.download import Services
    from data.fetch.open_data import OpenData, write_open_study
    from planning.folder import output_folder

    names = ("nominatim_url", "overpass_url", "population_url")
    given = {name: getattr(options, name) for name in names if getattr(options, name)}
    wanted = OpenData(options.place, options.country, options.year, options.around_km)
    cache = options.out.absolute().with_name(f"{options.out.name}.cache")
    with _ProgressLine(options) as progress, output_folder(options.out) as folder:
        fetched = write_open_study(
            wanted, folder, services=Services(**given), cache=cache, progress=progress
        )
    _say(fetched.full_name)
    counts = options.translate(
        "{towns} zones, {roads} roads, {facilities} health facilities, {people} people"
    )
    _say(
        counts.format(
            towns=fetched.n_towns,
            roads=fetched.n_roads,
            facilities=fetched.n_facilities,
            people=f"{fetched.people:,.0f}",
        )
    )
    for finding in fetched.findings:
        _say(finding_sentence(finding, options.translate))
    _say(options.translate("Written: {path}").format(path=options.out / fetched.study.name))
    return OK


def _app(options: argparse.Namespace) -> int:
    from planning.serving import serve_app

    return serve_app(port=options.port, study=options.study, language=options.lang)


def _site(options: argparse.Namespace) -> int:
    from planning.siting.tables import run_site_table

    plan = run_site_table(
        options.times,
        options.demand,
        model=options.model,
        out=options.out,
        limit=options.limit,
        count=options.count,
        existing=tuple(options.existing),
        capacity=options.capacity,
    )
    if not options.quiet:
        objective = "" if plan["objective"] is None else f": {plan['objective']:g}"
        _say(f"{plan['status']}{objective} ({options.out})")
        for said in plan["findings"]:
            params = tuple((name, value) for name, value in said.items() if name != "code")
            _say(finding_sentence(Finding(said["code"], params), options.translate))
    return OK


def _warm(options: argparse.Namespace) -> int:
    from planning.workflow import warm_kernels

    with _ProgressLine(options) as progress:
        warm_kernels(progress)
    return OK


class _Parser(argparse.ArgumentParser):
    """An argument parser whose faults end with status 2 and one line that helps."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


class _ProgressLine:
    """One line on a terminal that says what is being done; silent in a pipe and with --quiet."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._shown = sys.stderr.isatty() and not options.quiet
        self._translate: Translate = options.translate
        self._last = 0.0
        self._stage = ""

    def __enter__(self) -> Progress:
        return self._report

    def __exit__(self, *_: object) -> None:
        if self._shown and self._stage:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()

    def _report(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            logging.getLogger("servicecircle").info("%s", stage)
        now = time.monotonic()
        if self._shown and (stage != self._stage or now - self._last > 0.1):
            share = f" {100 * done // total} %" if total > 1 else ""
            sys.stderr.write(f"\r\033[K{self._translate(stage)}{share}")
            sys.stderr.flush()
            self._last = now
        self._stage = stage


def _language_of(words: Sequence[str]) -> Language:
    """Return the language asked for, before the parser is built in that language."""
    for before, word in zip(["", *words], words, strict=False):
        if word in {"--lang=en", "en"} and (before == "--lang" or word.startswith("--")):
            return "en"
    return "zh"


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        msg = f"{text} is not a whole number above zero"
        raise argparse.ArgumentTypeError(msg)
    return number


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        msg = f"{text} is not a date such as 2027-12-31"
        raise argparse.ArgumentTypeError(msg) from None


def _command_text(options: argparse.Namespace) -> str:
    """Return the command for run.json, with file names only."""
    words = ["servicecircle", options.command]
    if options.command in {"assess", "report"}:
        words.append(Path(options.study).name)
    if options.as_of:
        words += ["--as-of", options.as_of]
    return " ".join(words)


def _configure_logging(options: argparse.Namespace) -> None:
    level = logging.INFO if options.verbose or options.log else logging.WARNING
    handlers: list[logging.Handler] = []
    if options.log:
        handlers.append(logging.FileHandler(options.log, encoding="utf-8"))
    if options.verbose:
        handlers.append(logging.StreamHandler())
    logging.basicConfig(
        level=level, handlers=handlers or [logging.NullHandler()], format="%(asctime)s %(message)s"
    )
    if options.threads:
        os.environ["NUMBA_NUM_THREADS"] = str(options.threads)
        os.environ["SERVICECIRCLE_THREADS"] = str(options.threads)


def _crash_log() -> Path:
    handle, name = tempfile.mkstemp(prefix="servicecircle-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as log:
        log.write(traceback.format_exc())
    return Path(name)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _complain(*lines: str) -> None:
    sys.stderr.write("\n".join(lines) + "\n")
