"""The planner's work on the built-in county: edits of the workbench, and pages shown again.

Sizes change the number of edits and rounds, not the county. A click is timed in a real browser,
from the release of the pointer to the new figures and to the new picture; beside it stands the time
of the answer itself. Without Chromium those rows are empty.
"""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from data.dataset import load_dataset
from data.study.file import SAMPLE_STUDY, read_study
from planning.assess.workflow import Assessment, assess
from planning.whatif.edits import Edit
from planning.whatif.outcome import apply_edits

N_EDITS = {"S": 10, "M": 50, "L": 200}
N_CLICKS = {"S": 11, "M": 51, "L": 101}
PAGES = Path(__file__).resolve().parent.parent / "app_pages"
SHOWN_PAGES = ("overview", "coverage", "ratios", "siting")


def rows(size: str) -> list[dict[str, Any]]:
    """Return the median of single edits, a fresh assessment beside it, and of pages shown again."""
    study = read_study(SAMPLE_STUDY)
    assessment = assess(load_dataset(study), study)
    fresh_s = _seconds(lambda: assess(assessment.dataset, study))
    edits = _edit_seconds(assessment, N_EDITS[size])
    made = [
        _row("app edit, median", size, statistics.median(edits), "fresh assessment", fresh_s),
        _row("app edit, 95th percentile", size, float(np.percentile(edits, 95))),
    ]
    made += [_row(f"app page {page}", size, _page_seconds(page)) for page in SHOWN_PAGES]
    return made + _browser_rows(assessment, size)


def _edit_seconds(assessment: Assessment, count: int) -> list[float]:
    """Return the seconds of each of many edits, stations added at random populated cells."""
    rng = np.random.default_rng(7)
    demand = assessment.dataset.demand
    cells = rng.choice(len(demand), count, replace=False)
    apply_edits(assessment, ())
    taken: list[float] = []
    for number, cell in enumerate(cells.tolist()):
        lon, lat = float(demand.lon[cell]), float(demand.lat[cell])
        edit = Edit("add", f"new-{number}", kind="B200", lon=lon, lat=lat)
        taken.append(_seconds(lambda edit=edit: apply_edits(assessment, (edit,))))  # type: ignore[misc]
    return taken


def _browser_rows(assessment: Assessment, size: str) -> list[dict[str, Any]]:
    """Return what a person waits for: click to figures, click to picture, page to page."""
    if shutil.which("chromedriver") is None:
        return [_row("app click to numbers, browser", size, None)]
    from benchmarks.served_app import chromium, open_workbench, served_app, switch_seconds
    from benchmarks.served_app import timed_click as click

    demand = assessment.dataset.demand
    rng = np.random.default_rng(7)
    cells = rng.permutation([gap.demand[0] for gap in assessment.gaps]).tolist()
    with served_app() as (address, _), chromium() as driver:
        open_workbench(driver, address)
        found: list[dict[str, Any]] = []
        while len(found) < N_CLICKS[size]:
            cell = cells.pop()
            answer = click(driver, float(demand.lon[cell]), float(demand.lat[cell]))
            found += [] if answer is None else [answer]
        switches = switch_seconds(driver, steps=len(found))
    rows = []
    for name, what in (("numbers_s", "numbers"), ("picture_s", "picture")):
        seconds = [answer[name] for answer in found[1:]]  # the first one warms up
        work = f"app click to {what}, browser"
        rows += [
            _row(f"{work}, median", size, statistics.median(seconds)),
            _row(f"{work}, 95th percentile", size, float(np.percentile(seconds, 95))),
        ]
    return [*rows, _row("app page switch, browser, slowest", size, max(switches))]


def _page_seconds(page: str) -> float:
    """Return the median seconds of showing a page again, its data being there."""
    app = AppTest.from_file(str(PAGES / f"{page}.py"), default_timeout=180).run()
    return statistics.median(_seconds(app.run) for _ in range(3))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _row(
    work: str, size: str, ours_s: float | None, peer: str | None = None, peer_s: float | None = None
) -> dict[str, Any]:
    return {
        "work": work,
        "size": size,
        "ours_s": ours_s,
        "peer": peer,
        "peer_s": peer_s,
        "ratio": None if peer_s is None or ours_s is None else peer_s / ours_s,
        "agrees": None,
        "peak_mb": None,
    }
