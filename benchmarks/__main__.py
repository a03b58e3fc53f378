"""`python3 run.py bench NAME [--size S|M|L] [--json FILE]`: measure, print, keep and document.

Each name is a module of this folder with `rows(size)`; the rows are kept in `results/NAME.json`,
and `docs/benchmarks.md` is made from all of them.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "results"
PAGE = FOLDER.parent / "docs" / "benchmarks.md"
BENCHES = ("travel", "snap", "graph", "siting", "catchments", "map", "app")
SOAKS = ("fuzz", "growth", "users")
COLUMNS = ("work", "size", "ours_s", "peer", "peer_s", "ratio", "agrees", "peak_mb")
HEAD = """# Benchmarks

Made by `python3 run.py bench NAME --size S|M|L`; the rows are in `benchmarks/results/`. Times are
medians of interleaved rounds in one run after warm-up; compile time is a row of its own. `ratio` =
peer / ours; `agrees` is the largest difference of the answers (0: the same integers; empty: the
peer answers another question or is not installed). Absolute seconds hold for the machine named;
ratios travel better.
"""


def main(words: list[str]) -> int:
    """Run one bench or soak and return its exit status."""
    parser = argparse.ArgumentParser(prog="run.py")
    commands = parser.add_subparsers(dest="command", required=True)
    bench = commands.add_parser("bench")
    bench.add_argument("name", choices=BENCHES)
    bench.add_argument("--size", choices=("S", "M", "L"), default="S")
    bench.add_argument("--json", type=Path, metavar="FILE")
    soak = commands.add_parser("soak")
    soak.add_argument("name", choices=SOAKS)
    soak.add_argument("--minutes", type=float, default=1.0)
    options = parser.parse_args(words)
    if options.command == "soak":
        module = importlib.import_module(f"benchmarks.soak_{options.name}")
        return int(module.main(options.minutes))
    rows = measured(options.name, options.size)
    for row in rows:
        print("  ".join(f"{shown(row.get(column)):>14}" for column in COLUMNS))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1, allow_nan=False), encoding="utf-8")
    keep(options.name, options.size, rows)
    PAGE.write_text(page(), encoding="utf-8")
    return 0


def measured(name: str, size: str) -> list[dict[str, Any]]:
    """Return the rows of a bench."""
    return list(importlib.import_module(f"benchmarks.{name}").rows(size))


def keep(name: str, size: str, rows: list[dict[str, Any]]) -> None:
    """Put the rows of one size into the results of a bench; other sizes stay."""
    path = RESULTS / f"{name}.json"
    known = json.loads(path.read_text(encoding="utf-8"))["rows"] if path.exists() else []
    kept = [row for row in known if row["size"] != size] + rows
    kept.sort(key=lambda row: "SML".index(row["size"]))
    record = {"format": "servicecircle.bench/1", "machine": machine(), "rows": kept}
    RESULTS.mkdir(exist_ok=True)
    path.write_text(json.dumps(record, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def machine() -> str:
    """Return what the times hold for, without names."""
    day = datetime.now(UTC).date().isoformat()
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {day}"
    )


def page() -> str:
    """Return docs/benchmarks.md from all kept results."""
    parts = [HEAD]
    for path in sorted(RESULTS.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(record, dict):  # another kind of table, documented on its own page
            continue
        extra = sorted({key for row in record["rows"] for key in row} - set(COLUMNS))
        columns = [*COLUMNS, *extra]
        parts.append(f"\n## {path.stem}\n\n{record['machine']}\n")
        parts.append("| " + " | ".join(columns) + " |")
        parts.append("|" + "---|" * len(columns))
        parts += [
            "| " + " | ".join(shown(row.get(column)) for column in columns) + " |"
            for row in record["rows"]
        ]
    return "\n".join(parts) + "\n"


def shown(value: object) -> str:
    """Return a value as a table shows it."""
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
