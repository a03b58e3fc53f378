"""`circuit-table`: plan circuits from tables of times, stops and teams that somebody else made."""

from __future__ import annotations

import argparse
from pathlib import Path

from geo.errors import Finding
from planning.cli.console import OK, Commands, add_command, say
from planning.words.wording import Translate, finding_sentence


def add_circuit_table(commands: Commands, _: Translate) -> None:
    """Add `circuit-table`."""
    parser = add_command(
        commands, "circuit-table", _("Plan circuits from your own tables of times"), _circuits
    )
    parser.add_argument("--times", type=Path, required=True, metavar="T.csv")
    parser.add_argument("--stops", type=Path, required=True, metavar="S.csv")
    parser.add_argument("--teams", type=Path, required=True, metavar="G.csv")
    parser.add_argument("--days", type=int, metavar="N")
    parser.add_argument("--objective", choices=("team-days", "travel"), default="team-days")
    parser.add_argument("--seconds", type=float, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--out", type=Path, required=True, metavar="PLAN.json")


def _circuits(options: argparse.Namespace) -> int:
    from planning.circuits.circuit_table import run_circuit_table

    plan = run_circuit_table(
        options.times,
        options.stops,
        options.teams,
        days=options.days,
        objective=options.objective,
        seconds=options.seconds,
        seed=options.seed,
        out=options.out,
    )
    if not options.quiet:
        say(f"{plan['status']}: {plan['objective']:g} {plan['unit']} ({options.out})")
        for one in plan["unserved"]:
            say(f"  {one['stop']}: {options.translate(one['reason'])}")
        for said in plan["findings"]:
            params = tuple((name, value) for name, value in said.items() if name != "code")
            finding = Finding(said["code"], params, file=said.get("file", ""))
            say(finding_sentence(finding, options.translate))
    return OK
