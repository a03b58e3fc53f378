"""The norm of people per centre: 3-10万 is 30,000 to 100,000 people, both ends included."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class SizeStatus(StrEnum):
    """Where people per centre lies between the bounds."""

    NONE = "none"
    UNDER = "under"
    WITHIN = "within"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class RatioBounds:
    """People per government-run centre, both ends included; printed with every verdict."""

    lower_people: float = 30_000.0
    upper_people: float = 100_000.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.upper_people) and 0 < self.lower_people < self.upper_people):
            pair = f"{self.lower_people:g} and {self.upper_people:g}"
            msg = f"ratio bounds must be 0 < lower < upper, not {pair}"
            raise ValueError(msg)


def size_of(people_per_centre: float | None, bounds: RatioBounds) -> SizeStatus:
    """Return where people per centre lies; None (no centre) is `none`.

    >>> size_of(87_665, RatioBounds()).value, size_of(100_000, RatioBounds()).value
    ('within', 'within')
    """
    if people_per_centre is None:
        return SizeStatus.NONE
    people = exact(people_per_centre)
    if people < bounds.lower_people:
        return SizeStatus.UNDER
    return SizeStatus.OVER if people > bounds.upper_people else SizeStatus.WITHIN


def centres_needed(people: float, bounds: RatioBounds) -> tuple[int, int]:
    """Return the fewest and the most centres that the norm asks for.

    >>> centres_needed(525_989, RatioBounds()), centres_needed(15_000, RatioBounds())
    ((6, 17), (1, 1))
    """
    fewest = math.ceil(round(exact(people) / bounds.upper_people, 9))
    return fewest, max(1, math.floor(round(exact(people) / bounds.lower_people, 9)))


def bound_text(people: float) -> str:
    """Return a bound as planners write it.

    >>> bound_text(30_000), bound_text(100_000), bound_text(3_000)
    ('3万', '10万', '3000')
    """
    if people >= 10_000 and people % 1_000 == 0:
        return f"{people / 10_000:g}万"
    return f"{people:g}"


def size_text(size: SizeStatus, bounds: RatioBounds) -> str:
    """Return the Chinese words for a size, with the bound it was judged by.

    >>> size_text(SizeStatus.UNDER, RatioBounds())
    '低于3万（提示）'
    """
    texts = {
        SizeStatus.NONE: "未设置",
        SizeStatus.UNDER: f"低于{bound_text(bounds.lower_people)}（提示）",
        SizeStatus.WITHIN: "符合",
        SizeStatus.OVER: f"超过{bound_text(bounds.upper_people)}",
    }
    return texts[size]


def exact(people: float) -> float:
    """Return a sum of people to a thousandth of a person, so that float noise moves no bound.

    >>> exact(100_000.00000133)
    100000.0
    """
    return round(people, 3)
