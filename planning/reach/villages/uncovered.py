"""Villages with people whom no fixed point reaches within the limit (未覆盖的村).

They follow the mode, the minutes and the fixed points of the coverage itself. Circuits do not count
here: the villages that fall short of the village standard are another list, of `cover`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.types import Villages
from planning.reach.coverage import Ledger


@dataclass(frozen=True, slots=True)
class UncoveredVillage:
    """One administrative village with people outside the circle of every fixed point.

    Parameters
    ----------
    index
        Its row among the villages.
    zone
        Its zone, -1 for none.
    people, people_covered
        Its people inside the zones, and those of them within the circle.
    """

    index: int
    code: str
    name: str
    zone: int
    people: float
    people_covered: float

    @property
    def people_uncovered(self) -> float:
        """Its people outside the circle."""
        return self.people - self.people_covered


def uncovered_villages(
    villages: Villages | None, ledgers: Sequence[Ledger]
) -> tuple[UncoveredVillage, ...]:
    """Return the administrative villages with uncovered people, most of them first.

    Parameters
    ----------
    ledgers
        (n_villages,) everybody's ledger of each village, natural villages counted in their own.
    """
    if villages is None:
        return ()
    rows = [
        UncoveredVillage(
            index=v,
            code=villages.code[v],
            name=villages.name[v],
            zone=int(villages.zone[v]),
            people=ledgers[v].inside,
            people_covered=covered,
        )
        for v in np.flatnonzero(villages.parent < 0).tolist()
        if (covered := ledgers[v].covered) is not None and (ledgers[v].uncovered or 0.0) > 0
    ]
    return tuple(sorted(rows, key=lambda row: (-row.people_uncovered, row.code)))
