"""How the lines of the ledger and gaps are named."""

from __future__ import annotations

from data.types import Dataset
from planning.reach.coverage import Gap
from planning.words.wording import msgid

LEDGER_LABELS: tuple[tuple[str, str], ...] = (
    ("input", msgid("All people")),
    ("outside", msgid("Outside")),
    ("off_network", msgid("Far from any road")),
    ("unreachable", msgid("Unreachable by road")),
    ("beyond", msgid("Beyond the limit")),
    ("covered", msgid("Covered")),
)


def gap_place(dataset: Dataset, gap: Gap) -> str:
    """Return the zone of a gap and the village where most of its people live."""
    zone = dataset.zones.name[gap.zone]
    if dataset.villages is None or gap.village < 0:
        return zone
    return f"{zone} {dataset.villages.name[gap.village]}"
