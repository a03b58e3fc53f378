"""What may be asked of a table of times, and which option each model needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from geo.errors import Finding


class Uses(NamedTuple):
    """Options and tables that a model needs, and those that it may use besides."""

    needs: tuple[str, ...]
    may: tuple[str, ...] = ()


MODELS: dict[str, Uses] = {
    "mclp": Uses(("limit", "count"), ("sites",)),
    "lscp": Uses(("limit",), ("sites",)),
    "partial-lscp": Uses(("limit", "share"), ("sites",)),
    "villages": Uses(("limit", "quota"), ("sites",)),
    "p-median": Uses(("count",), ("limit", "sites")),
    "p-centre": Uses(("count",), ("limit", "sites")),
    "backup": Uses(("limit", "count"), ("sites",)),
    "mexclp": Uses(("limit", "count", "busy"), ("sites",)),
    "capacitated": Uses(("count", "capacity"), ("limit", "sites")),
    "capacitated-median": Uses(("count", "capacity"), ("limit", "sites")),
    "budget": Uses(("limit", "budget", "sites")),
    "cheapest": Uses(("limit", "sites"), ("share",)),
    "two-level": Uses(
        ("count", "centres", "between", "referral_share"), ("limit", "sites")
    ),
}  # fmt: skip

_RANGES: dict[str, tuple[float, float, str]] = {
    "limit": (0.0, np.nextafter(np.inf, 0), "0 or more"),
    "share": (1e-12, 1.0, "above 0 and at most 1"),
    "quota": (1e-12, 1.0, "above 0 and at most 1"),
    "busy": (0.0, 1.0 - 1e-9, "0 or more and below 1"),
    "budget": (0.0, np.nextafter(np.inf, 0), "0 or more"),
    "centres": (1, np.inf, "1 or more"),
    "referral_share": (0.0, np.nextafter(np.inf, 0), "0 or more"),
}

FILES = ("times", "demand", "capacity", "sites", "between")


@dataclass(frozen=True, slots=True)
class TableOptions:
    """What is asked of a table of times.

    Parameters
    ----------
    model
        A key of `MODELS`.
    limit, count, share, quota, busy, budget, centres, referral_share
        Numbers of the models, as in `run_site_table`; None where they are not said.
    existing, seed, lower_loads
        As in `run_site_table`.
    files
        Name of each table's file, for messages; those that are there are its keys.
    """

    model: str
    limit: float | None = None
    count: int | None = None
    share: float | None = None
    quota: float | None = None
    busy: float | None = None
    budget: float | None = None
    centres: int | None = None
    referral_share: float | None = None
    existing: tuple[str, ...] = ()
    seed: int = 0
    lower_loads: Literal["soft", "binding"] = "soft"
    files: Mapping[str, str] = field(default_factory=lambda: {"times": "times", "demand": "demand"})

    @property
    def needs_count(self) -> bool:
        """True when the model builds a number of sites."""
        return "count" in MODELS[self.model].needs

    def has(self, name: str) -> bool:
        """Say whether an option or a table is there."""
        return name in self.files if name in FILES else getattr(self, name) is not None


def option_faults(options: TableOptions, *, has_existing: bool = False) -> list[Finding]:
    """Return what the options miss or get wrong, whatever the tables hold."""
    findings = [
        Finding("siting_option_missing", (("model", options.model), ("option", _flag(name))))
        for name in MODELS[options.model].needs
        if not options.has(name)
    ]
    for name, (least, most, expected) in _RANGES.items():
        value = getattr(options, name)
        if value is not None and not least <= value <= most:
            params = (("option", _flag(name)), ("actual", value), ("expected", expected))
            findings.append(Finding("siting_option_wrong", params))
    fewest = 0 if options.existing or has_existing else 1
    if options.count is not None and options.count < fewest:
        expected = f"{fewest} or more"
        params = (("option", "--count"), ("actual", options.count), ("expected", expected))
        findings.append(Finding("siting_option_wrong", params))
    return findings


def unused_options(options: TableOptions) -> Collection[Finding]:
    """Return a note for each option that the model does not look at."""
    uses = {*MODELS[options.model].needs, *MODELS[options.model].may}
    notes = []
    for name in (*_RANGES, "count", "capacity", "between"):
        if name in uses or not options.has(name):
            continue
        if name == "count":
            count = (("model", options.model), ("count", options.count or 0))
            notes.append(Finding("siting_count_unused", count))
        elif name == "capacity":
            notes.append(Finding("siting_capacity_unused", (("model", options.model),)))
        else:
            said = (("model", options.model), ("option", _flag(name)))
            notes.append(Finding("siting_option_unused", said))
    return notes


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
