"""`new` and `fetch`: begin a study from a template or from open data."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from planning.cli.console import OK, Commands, ProgressLine, add_command, positive, say
from planning.words.wording import Translate, finding_sentence


def add_new(commands: Commands, _: Translate) -> None:
    """Add `new`."""
    parser = add_command(commands, "new", _("Write a commented study template"), _new)
    parser.add_argument("folder", type=Path, metavar="DIR")


def add_fetch(commands: Commands, _: Translate) -> None:
    """Add `fetch`."""
    help_text = _("Make a study of open data (needs the internet): OpenStreetMap, WorldPop")
    parser = add_command(commands, "fetch", help_text, _fetch)
    parser.add_argument("--place", required=True, metavar="NAME")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--country", default="CHN", metavar="ISO3")
    parser.add_argument("--year", type=positive, default=2025, metavar="YEAR")
    parser.add_argument("--around-km", type=float, default=3.0, metavar="KM")
    for name in ("nominatim", "overpass", "population"):
        parser.add_argument(
            f"--{name}-url",
            metavar="URL",
            default=os.environ.get(f"SERVICECIRCLE_{name.upper()}_URL"),
        )


def _new(options: argparse.Namespace) -> int:
    from data.study.file import write_template

    path = write_template(options.folder)
    say(options.translate("Written: {path}").format(path=path))
    return OK


def _fetch(options: argparse.Namespace) -> int:
    from data.fetch.download import Services
    from data.fetch.open_data import OpenData, write_open_study
    from data.folder import output_folder

    names = ("nominatim_url", "overpass_url", "population_url")
    given = {name: getattr(options, name) for name in names if getattr(options, name)}
    wanted = OpenData(options.place, options.country, options.year, options.around_km)
    cache = options.out.absolute().with_name(f"{options.out.name}.cache")
    with ProgressLine(options) as progress, output_folder(options.out) as folder:
        fetched = write_open_study(
            wanted, folder, services=Services(**given), cache=cache, progress=progress
        )
    say(fetched.full_name)
    counts = options.translate(
        "{towns} zones, {roads} roads, {facilities} health facilities, {people} people"
    )
    say(
        counts.format(
            towns=fetched.n_towns,
            roads=fetched.n_roads,
            facilities=fetched.n_facilities,
            people=f"{fetched.people:,.0f}",
        )
    )
    for finding in fetched.findings:
        say(finding_sentence(finding, options.translate))
    say(options.translate("Written: {path}").format(path=options.out / fetched.study.name))
    return OK
