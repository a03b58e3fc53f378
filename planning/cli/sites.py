"""`site-table`: choose sites from a table of times that somebody else made."""

from __future__ import annotations

import argparse
from pathlib import Path

from geo.errors import Finding
from planning.cli.console import OK, Commands, add_command, say
from planning.words.wording import Translate, finding_sentence


def add_site_table(commands: Commands, _: Translate) -> None:
    """Add `site-table`."""
    parser = add_command(
        commands, "site-table", _("Choose sites from your own table of times"), _site
    )
    parser.add_argument("--times", type=Path, required=True, metavar="TIMES.csv")
    parser.add_argument("--demand", type=Path, required=True, metavar="DEMAND.csv")
    models = ("mclp", "lscp", "p-median", "p-centre", "backup", "capacitated")
    parser.add_argument("--model", choices=models, required=True)
    parser.add_argument("--limit", type=float, metavar="X")
    parser.add_argument("--count", type=int, metavar="P")
    parser.add_argument("--existing", nargs="*", default=[], metavar="ID")
    parser.add_argument("--capacity", type=Path, metavar="CAP.csv")
    parser.add_argument("--lower-loads", choices=("soft", "binding"), default="soft")
    parser.add_argument("--out", type=Path, required=True, metavar="PLAN.json")


def _site(options: argparse.Namespace) -> int:
    from planning.sites.site_table.run import run_site_table

    plan = run_site_table(
        options.times,
        options.demand,
        model=options.model,
        out=options.out,
        limit=options.limit,
        count=options.count,
        existing=tuple(options.existing),
        capacity=options.capacity,
        lower_loads=options.lower_loads,
    )
    if not options.quiet:
        objective = "" if plan["objective"] is None else f": {plan['objective']:g}"
        say(f"{plan['status']}{objective} ({options.out})")
        for said in plan["findings"]:
            params = tuple((name, value) for name, value in said.items() if name != "code")
            finding = Finding(said["code"], params, file=said.get("file", ""))
            say(finding_sentence(finding, options.translate))
    return OK
