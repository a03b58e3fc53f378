"""Five people at one server: `python3 run.py soak users --minutes 10`.

Each has a window with a session of its own and edits a scenario of its own: adds points by clicks
on the map, takes steps back and again, saves, leaves the page and returns. All five act before
anybody waits, so that the server answers them together. What a window shows is compared with the
library's figures for the steps that this person took: anything else would be somebody else's
scenario. Memory of the server is read after every round.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qs

from benchmarks.served_app import SPOT, chromium, click_at, map_is_ready, press, served_app
from data.dataset import load_dataset
from data.study.file import SAMPLE_STUDY, read_study
from planning.assess.workflow import Assessment, assess
from planning.whatif.edits import Edit
from planning.whatif.outcome import Outcome, apply_edits
from planning.whatif.scenarios import edits_from_text, load_scenario, scenario_folder
from planning.words.figures import share_text
from tests.browser import severe_lines, wait_for

RESULTS = Path(__file__).resolve().parent / "results" / "users.json"
PEOPLE = 5
WARM_UP_SHARE = 0.25
MOST_GROWTH = 1.10
PATIENCE_S = 60.0
CLICK_BLUR_DEGREES = 0.015
READ = """
return [
  Array.from(document.querySelectorAll('[data-testid=stMetricValue]')).map(e => e.innerText.trim()),
  Array.from(document.querySelectorAll('code')).map(e => e.innerText).join(' '),
  document.querySelectorAll('[data-testid=stException]').length,
  document.querySelectorAll('[data-stale=true]').length,
]
"""
"""Figures, the link with the steps, errors, and whether the page is still being drawn."""


@dataclass(slots=True)
class Person:
    """One window, and the steps that this person has taken in it."""

    number: int
    window: str
    edits: tuple[Edit, ...] = ()
    redo: tuple[Edit, ...] = ()
    action: str = ""
    spot: tuple[float, float] = (0.0, 0.0)
    outcome: Outcome | None = None
    revision: int = 0
    waits_s: list[float] = field(default_factory=list)
    started: float = 0.0


def main(minutes: float) -> int:
    """Let five people work for so many minutes; return 0 when nothing went wrong."""
    study = read_study(SAMPLE_STUDY)
    county = assess(load_dataset(study), study)
    rng = random.Random(5)
    faults: list[str] = []
    memory_mb: list[tuple[float, float]] = []
    people: list[Person] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        served_app(data_folder=Path(folder)) as (address, process),
        chromium(width=1400, height=1000) as driver,
    ):
        people += [_arrive(driver, address, number) for number in range(PEOPLE)]
        begin = time.monotonic()
        while time.monotonic() - begin < 60 * minutes and len(faults) < 10:
            for person in people:
                _act(driver, person, county, rng)
            for person in people:
                fault = _fault(driver, person, county, Path(folder))
                if fault:
                    faults.append(f"person {person.number}, {person.action}: {fault}")
                    print(faults[-1], flush=True)
                    _begin_anew(driver, person, address)
            memory_mb.append((time.monotonic() - begin, _memory_mb(process)))
        faults += [line for line in severe_lines(driver) if "_stcore/" not in line]
        log = (Path(folder) / "app.log").read_text(encoding="utf-8", errors="replace")
        faults += [line for line in log.splitlines() if "Traceback" in line or "Error" in line]
    return _report(people, memory_mb, faults, minutes)


def _arrive(driver: Any, address: str, number: int) -> Person:
    """Open the workbench in a window of its own."""
    if number:
        driver.switch_to.new_window("window")
    person = Person(number, driver.current_window_handle)
    _begin_anew(driver, person, address)
    return person


def _begin_anew(driver: Any, person: Person, address: str) -> None:
    """Open the workbench with the link that shows the steps; there are none yet."""
    person.edits = person.redo = ()
    driver.get(f"{address}/workbench?lang=en")
    wait_for(lambda: map_is_ready(driver), seconds=180, what="the map")
    press(driver, "Save and open", role="radio")
    wait_for(lambda: "lang=en" in driver.execute_script(READ)[1], seconds=PATIENCE_S, what="link")


def _act(driver: Any, person: Person, county: Assessment, rng: random.Random) -> None:
    """Begin one action of a person and note what it should lead to; nobody waits here."""
    driver.switch_to.window(person.window)
    choices = ["add"] * 5 + ["undo"] * bool(person.edits) + ["redo"] * bool(person.redo)
    choices += ["save", "leave"] if person.edits else []
    choices += ["clear"] if len(person.edits) > 12 else []
    person.action = rng.choice(choices)
    person.started = time.monotonic()
    if person.action == "add":
        _click_somewhere(driver, person, county, rng)
    elif person.action == "undo":
        person.edits, person.redo = person.edits[:-1], (*person.redo, person.edits[-1])
        press(driver, "Undo")
    elif person.action == "redo":
        person.edits, person.redo = (*person.edits, person.redo[-1]), person.redo[:-1]
        press(driver, "Redo")
    elif person.action == "clear":
        person.edits, person.redo = (), (*person.redo, *reversed(person.edits))
        press(driver, "Clear")
    elif person.action == "save":
        _save(driver, person)
    else:
        driver.execute_script("document.querySelector('a[href$=\"/start\"]').click()")


def _click_somewhere(driver: Any, person: Person, county: Assessment, rng: random.Random) -> None:
    """Click a populated place that the map shows."""
    demand = county.dataset.demand
    while True:
        cell = rng.randrange(len(demand))
        person.spot = float(demand.lon[cell]), float(demand.lat[cell])
        x, y, is_free = driver.execute_script(SPOT, *person.spot)
        if is_free:
            break
    click_at(driver, x, y)


def _save(driver: Any, person: Person) -> None:
    """Save the scenario under the person's own name."""
    path = "//input[@aria-label='Name of the scenario']"
    name = wait_for(lambda: driver.find_elements("xpath", path), what="the field of the name")[0]
    if not name.get_attribute("value"):
        name.send_keys(f"person {person.number}\t")
    press(driver, "Save")


def _fault(driver: Any, person: Person, county: Assessment, folder: Path) -> str:
    """Wait until the page shows what the action should lead to; return what is wrong if not."""
    driver.switch_to.window(person.window)
    if person.action == "leave":
        _wait(lambda: _title(driver) == "Start")
        driver.execute_script("document.querySelector('a[href$=\"/workbench\"]').click()")
        _wait(lambda: map_is_ready(driver))
    end = time.monotonic() + PATIENCE_S
    said = "nothing"
    while time.monotonic() < end:
        figures, link, n_errors, n_stale = driver.execute_script(READ)
        if n_errors:
            return "an error is shown"
        said = (
            "the page is still being drawn"
            if n_stale
            else _difference(person, county, figures, link)
        )
        if said == "":
            person.waits_s.append(time.monotonic() - person.started)
            return _saved_fault(person, county, folder) if person.action == "save" else ""
        time.sleep(0.05)
    return said


def _title(driver: Any) -> str:
    return str(driver.execute_script("return document.querySelector('h1')?.innerText"))


def _difference(person: Person, county: Assessment, figures: list[str], link: str) -> str:
    """Return how the page differs from what this person did; empty where it does not."""
    shown = edits_from_text(parse_qs(link.strip().removeprefix("?")).get("edits", [""])[0])
    known = tuple((e.action, e.facility_id, e.lon, e.lat) for e in person.edits)
    rows = tuple((e.action, e.facility_id, e.lon, e.lat) for e in shown)
    is_one_more = bool(rows) and person.action == "add" and rows[:-1] == known
    if is_one_more and _is_at(shown[-1], person.spot, county):
        person.edits, person.redo, known, person.action = shown, (), rows, "added"
    if rows != known or person.action == "add":
        return f"the steps are {rows[-2:]}, this person's {known[-2:]}"
    if person.outcome is None or person.outcome.edits != person.edits:
        person.outcome = apply_edits(county, person.edits, previous=person.outcome)
    wanted = [share_text(mode.ledgers["all"].share) for mode in person.outcome.modes.values()]
    return "" if figures == wanted else f"the figures are {figures}, the library's {wanted}"


def _is_at(edit: Edit, spot: tuple[float, float], county: Assessment) -> bool:
    """Return whether a step is what a click there means: a new point, or an old one closed."""
    lon, lat = edit.lon, edit.lat
    facilities = county.dataset.facilities
    if edit.action in {"close", "open"} and edit.facility_id in facilities.id:
        row = facilities.id.index(edit.facility_id)
        lon, lat = float(facilities.lon[row]), float(facilities.lat[row])
    if lon is None or lat is None:  # a point of this scenario's own
        return edit.action in {"close", "open"}
    return max(abs(lon - spot[0]), abs(lat - spot[1])) < CLICK_BLUR_DEGREES


def _saved_fault(person: Person, county: Assessment, folder: Path) -> str:
    """Return what is wrong with the saved scenario: it must hold this person's steps."""
    study = county.study
    own = scenario_folder(study, root=folder)

    def is_saved() -> bool:
        if not own.is_dir():
            return False
        saved = load_scenario(own, f"person {person.number}")
        same = [(e.action, e.lon) for e in saved.edits] == [(e.action, e.lon) for e in person.edits]
        return same and saved.revision == person.revision + 1

    if not _wait(is_saved):
        return "the saved scenario is not this person's"
    person.revision += 1
    return ""


def _wait(condition: Callable[[], object]) -> bool:
    """Return whether something comes true in time."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _memory_mb(process: int) -> float:
    """Return the resident memory of a process in MB; 0 where Linux is not."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def _report(
    people: list[Person], memory_mb: list[tuple[float, float]], faults: list[str], minutes: float
) -> int:
    """Print and keep what happened; return the exit status."""
    warm = [mb for at, mb in memory_mb if at >= WARM_UP_SHARE * 60 * minutes]
    part = max(len(warm) // 5, 1)
    first_mb, last_mb = (median(mbs or [0.0]) for mbs in (warm[:part], warm[-part:]))
    growth = last_mb / first_mb if first_mb else 1.0
    waits_s = sorted(wait for person in people for wait in person.waits_s)
    row = {
        "people": PEOPLE,
        "minutes": minutes,
        "actions": len(waits_s),
        "faults": len(faults),
        "median_s": round(median(waits_s or [0.0]), 2),
        "p95_s": round(waits_s[int(0.95 * (len(waits_s) - 1))] if waits_s else 0.0, 2),
        "memory_after_warm_up_mb": round(first_mb),
        "memory_at_the_end_mb": round(last_mb),
        "growth": round(growth, 3),
        "memory_mb": [round(mb) for _, mb in memory_mb[:: max(len(memory_mb) // 20, 1)]],
    }
    for line in faults[:20]:
        print(line)
    print("  ".join(f"{name} {value}" for name, value in row.items()))
    RESULTS.write_text(json.dumps([row], indent=1) + "\n", encoding="utf-8")
    return 0 if not faults and growth <= MOST_GROWTH else 1
