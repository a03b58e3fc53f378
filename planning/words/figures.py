"""How figures are written for people: whole persons, two decimals of a share, minutes."""

from __future__ import annotations

from planning.words.wording import Translate, msgid

MODE_NAMES: dict[str, str] = {
    "walk": msgid("Walking"),
    "walk_elderly": msgid("Elderly walking"),
    "e_bike": msgid("E-bike"),
    "car": msgid("Car"),
}


def people_text(people: float | None) -> str:
    """Return people as a whole number with thousands separators, a dash where it is unknown.

    >>> people_text(812934.6), people_text(None)
    ('812,935', '—')
    """
    return "—" if people is None else f"{people:,.0f}"


def share_text(share: float | None) -> str:
    """Return a share as per cent with two decimals.

    A share below one never reads 100 %, one above zero never reads 0 %.

    >>> share_text(0.999999), share_text(1.0), share_text(0.00000001), share_text(None)
    ('99.99 %', '100.00 %', '0.01 %', '—')
    """
    percent = share_percent(share)
    return "—" if percent is None else f"{percent:.2f} %"


def share_percent(share: float | None) -> float | None:
    """Return a share in per cent for a cell of a table, rounded as `share_text` writes it.

    >>> share_percent(0.999999), share_percent(1 / 3), share_percent(None)
    (99.99, 33.33, None)
    """
    if share is None:
        return None
    percent = round(share * 100, 2)
    if share < 1:
        percent = min(percent, 99.99)
    return max(percent, 0.01) if share > 0 else percent


def minutes_text(minutes: float | None, *, beyond: float | None = None) -> str:
    """Return minutes with one decimal, a dash where there is no time.

    Parameters
    ----------
    beyond
        How far was searched: then no time reads as longer than that, never as that long.

    >>> minutes_text(19.96), minutes_text(None), minutes_text(None, beyond=120.0)
    ('20.0', '—', '> 120')
    """
    if minutes is not None:
        return f"{minutes:.1f}"
    return "—" if beyond is None else f"> {beyond:g}"


def mode_text(mode: str, translate: Translate) -> str:
    """Return the name of a mode of travel."""
    return translate(MODE_NAMES[mode])
