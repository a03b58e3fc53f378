"""How coverage figures, the lines of the ledger and gaps are named."""

from __future__ import annotations

from data.types import Dataset
from planning.reach.coverage import Coverage, Gap
from planning.words.figures import mode_text
from planning.words.wording import Translate, msgid

LEDGER_LABELS: tuple[tuple[str, str], ...] = (
    ("input", msgid("All people")),
    ("outside", msgid("Outside")),
    ("off_network", msgid("Far from any road")),
    ("unreachable", msgid("Unreachable by road")),
    ("beyond", msgid("Beyond the limit")),
    ("covered", msgid("Covered")),
)


def figure_name(figure: Coverage, translate: Translate) -> str:
    """Return the full name of a coverage figure: minutes, group, mode and speed set."""
    group = "" if figure.group == "all" else f" {figure.group}"
    return translate(
        "Population within {minutes:.0f} min of a fixed point{group}, {mode}, speeds {speed_set}"
    ).format(
        minutes=figure.minutes,
        group=group,
        mode=mode_text(figure.mode, translate),
        speed_set=figure.speed_set,
    )


def gap_place(dataset: Dataset, gap: Gap) -> str:
    """Return the zone of a gap and the village where most of its people live."""
    zone = dataset.zones.name[gap.zone]
    if dataset.villages is None or gap.village < 0:
        return zone
    return f"{zone} {dataset.villages.name[gap.village]}"
