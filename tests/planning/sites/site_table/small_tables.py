"""Three demand rows and two sites as tables of files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planning.sites.site_table.run import run_site_table

TIMES = """demand_id,site_id,cost
D1,S1,5
D1,S2,25
D2,S1,15
D2,S2,12
D3,S1,35
D3,S2,8
"""
DEMAND = """demand_id,people
D1,1000
D2,2000
D3,3000
"""
LOADS = """site_id,lower,upper
S1,0,3500
S2,0,5000
"""


def write(folder: Path, **texts: str) -> dict[str, Path]:
    files = {}
    for name, text in texts.items():
        files[name] = folder / f"{name}.csv"
        files[name].write_text(text, encoding="utf-8")
    return files


def planned(folder: Path, *, times: str = TIMES, demand: str = DEMAND, **options: Any) -> Any:
    files = write(folder, times=times, demand=demand)
    for name in {"capacity", "sites", "between"} & set(options):
        options[name] = write(folder, **{name: options[name]})[name]
    return run_site_table(files["times"], files["demand"], **options)
