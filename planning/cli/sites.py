"""`site-table`: choose sites from a table of times that somebody else made."""

from __future__ import annotations

import argparse
from pathlib import Path

from geo.errors import Finding
from planning.cli.console import OK, Commands, add_command, say
from planning.sites.site_table.table_options import MODELS
from planning.words.wording import Translate, finding_sentence

NUMBERS = ("limit", "count", "share", "quota", "busy", "budget", "centres", "referral_share")


def add_site_table(commands: Commands, _: Translate) -> None:
    """Add `site-table`."""
    parser = add_command(
        commands, "site-table", _("Choose sites from your own table of times"), _site
    )
    parser.add_argument("--times", type=Path, required=True, metavar="TIMES.csv")
    parser.add_argument("--demand", type=Path, required=True, metavar="DEMAND.csv")
    parser.add_argument("--model", choices=tuple(MODELS), required=True)
    numbers = (("limit", float, "X"), ("count", int, "P"), ("share", float, "S"),
               ("quota", float, "Q"), ("busy", float, "B"), ("budget", float, "YUAN"),
               ("centres", int, "N"), ("referral-share", float, "S"))  # fmt: skip
    for name, kind, metavar in numbers:
        parser.add_argument(f"--{name}", type=kind, metavar=metavar)
    for name in ("sites", "capacity", "between"):
        parser.add_argument(f"--{name}", type=Path, metavar=f"{name.upper()}.csv")
    parser.add_argument("--existing", nargs="*", default=[], metavar="ID")
    parser.add_argument("--lower-loads", choices=("soft", "binding"), default="soft")
    parser.add_argument("--seconds", type=float, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--out", type=Path, required=True, metavar="PLAN.json")


def _site(options: argparse.Namespace) -> int:
    from planning.sites.site_table.run import run_site_table
    from planning.solver import SolveLimits

    plan = run_site_table(
        options.times,
        options.demand,
        model=options.model,
        out=options.out,
        capacity=options.capacity,
        sites=options.sites,
        between=options.between,
        limits=SolveLimits(seconds=options.seconds),
        existing=tuple(options.existing),
        lower_loads=options.lower_loads,
        seed=options.seed,
        **{name: getattr(options, name) for name in NUMBERS},
    )
    if not options.quiet:
        objective = "" if plan["objective"] is None else f": {plan['objective']:g}"
        say(f"{plan['status']}{objective} ({options.out})")
        for said in plan["findings"]:
            params = tuple((name, value) for name, value in said.items() if name != "code")
            finding = Finding(said["code"], params, file=said.get("file", ""))
            say(finding_sentence(finding, options.translate))
    return OK
