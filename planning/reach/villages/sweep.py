"""The village verdict over modes and limits: how far it hangs on what no document defines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from planning.reach.mode_times import ModeTimes
from planning.reach.villages.cover import VillageInput, VillageRules, village_cover

SWEPT_MINUTES = (10.0, 15.0, 20.0, 30.0)


@dataclass(frozen=True, slots=True)
class SweptCover:
    """The village verdict under one mode and limit; None where there is no village."""

    mode: str
    minutes: float
    share: float | None
    people_share: float | None


def sweep_villages(
    given: VillageInput,
    times: Mapping[str, ModeTimes],
    rules: VillageRules,
    *,
    minutes: Sequence[float] = SWEPT_MINUTES,
) -> tuple[SweptCover, ...]:
    """Judge the villages over modes and limits; limits beyond what the times hold are left out."""
    rows = []
    for mode, of_mode in times.items():
        for limit in minutes:
            if limit <= of_mode.limit_minutes:
                cover = village_cover(given, of_mode, replace(rules, minutes=limit))
                rows.append(SweptCover(mode, limit, cover.share, cover.people_share))
    return tuple(rows)
