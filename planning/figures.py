"""How figures are written for people: whole persons, two decimals of a share, minutes."""

from __future__ import annotations

from planning.wording import Translate, msgid

MODE_NAMES: dict[str, str] = {
    "walk": msgid("Walking"),
    "walk_elderly": msgid("Elderly walking"),
    "e_bike": msgid("E-bike"),
    "car": msgid("Car"),
}


def people_text(people: float) -> str:
    """Return people as a whole number with thousands separators.

    >>> people_text(812934.6)
    '812,935'
    """
    return f"{people:,.0f}"


def share_text(share: float | None) -> str:
    """Return a share as per cent with two decimals.

    A share below one never reads 100 %, one above zero never reads 0 %.

    >>> share_text(0.999999), share_text(1.0), share_text(0.00000001), share_text(None)
    ('99.99 %', '100.00 %', '0.01 %', '—')
    """
    if share is None:
        return "—"
    percent = share * 100
    if share < 1:
        percent = min(percent, 99.99)
    if share > 0:
        percent = max(percent, 0.01)
    return f"{percent:.2f} %"


def minutes_text(minutes: float | None) -> str:
    """Return minutes with one decimal, a dash where there is no time.

    >>> minutes_text(19.96), minutes_text(None)
    ('20.0', '—')
    """
    return "—" if minutes is None else f"{minutes:.1f}"


def mode_text(mode: str, translate: Translate) -> str:
    """Return the name of a mode of travel."""
    return translate(MODE_NAMES[mode])
