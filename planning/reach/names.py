"""How the lines of the ledger and gaps are named."""

from __future__ import annotations

from data.types import Dataset
from planning.reach.coverage import Ledger
from planning.reach.gaps import Gap
from planning.words.figure import UNKNOWN
from planning.words.figures import minutes_text, share_text
from planning.words.wording import Translate, msgid

LEDGER_LABELS: tuple[tuple[str, str], ...] = (
    ("input", msgid("All people")),
    ("outside", msgid("Outside")),
    ("off_network", msgid("Far from any road")),
    ("unreachable", msgid("Unreachable by road")),
    ("beyond", msgid("Beyond the limit")),
    ("covered", msgid("Covered")),
    ("unknown", msgid("Unknown, no point counts")),
)


def share_words(ledger: Ledger, translate: Translate) -> str:
    """Return the share covered, or that it cannot be determined where no point counts."""
    return translate(UNKNOWN) if ledger.covered is None else share_text(ledger.share)


def gap_place(dataset: Dataset, gap: Gap, translate: Translate) -> str:
    """Return the zone of a gap and its village; of several, how many and the largest."""
    zone = dataset.zones.name[gap.zone]
    if dataset.villages is None or gap.village < 0:
        return zone
    village = dataset.villages.name[gap.village]
    if gap.villages < 2:
        return f"{zone} {village}"
    return translate("{zone}, {count} villages (largest: {village})").format(
        zone=zone, count=gap.villages, village=village
    )


def gap_minutes(gap: Gap, horizon_minutes: float) -> str:
    """Return a gap's median minutes as surfaces write them: past the horizon as `> 120`."""
    return minutes_text(gap.median_minutes, beyond=horizon_minutes)
