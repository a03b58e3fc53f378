"""The run: its number, its parameters and its record, so that a figure can be traced and redone."""

from __future__ import annotations

import hashlib
import platform
import time
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from planning.assess.workflow import Assessment
from planning.sites.siting_file import siting_parameters

PACKAGES = ("numpy", "scipy", "numba", "shapely", "geopandas", "osmium", "highspy", "folium")


def run_number(assessment: Assessment) -> str:
    """Return the number that map, pages and run.json share: a hash of inputs and parameters."""
    parts = (
        assessment.dataset.fingerprint,
        repr(run_parameters(assessment)),
        version("servicecircle"),
    )
    return "SC-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10].upper()


def run_parameters(assessment: Assessment) -> dict[str, Any]:
    """Return everything but the inputs that the results depend on."""
    study = assessment.study
    return {
        "scenario": asdict(assessment.scenario),
        "travel": asdict(study.travel),
        "standards": asdict(study.standards),
        **siting_parameters(study),
    }


def run_record(assessment: Assessment, command: str, started: float | None) -> dict[str, Any]:
    """Return what run.json says of a run: versions, parameters, input hashes, timings; no path.

    Parameters
    ----------
    command
        The command as it was given, with file names only.
    started
        `time.perf_counter()` when the work began.
    """
    return {
        "run_number": run_number(assessment),
        "command": command,
        "versions": {
            "servicecircle": version("servicecircle"),
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
        },
        "platform": platform.platform(),
        "parameters": run_parameters(assessment),
        "inputs": [asdict(entry) for entry in assessment.dataset.provenance],
        "dataset_fingerprint": assessment.dataset.fingerprint,
        "seconds_total": None if started is None else round(time.perf_counter() - started, 3),
    }
