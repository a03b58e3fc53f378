"""What institutions offer, in the words of the lists: shares and coverage by service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.types import Demand, Facilities
from planning.reach.mode_times import Mask, ModeTimes, is_within
from planning.reach.villages.service_words import SERVICES, SHOWN, parts_of, read_part


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """Who offers a service, as the lists say it.

    Parameters
    ----------
    has
        (n_facilities,) True where a part of the row says it.
    is_unknown
        (n_facilities,) True where the row says nothing, or only what may mean two things.
    words
        The word that said yes, a row; empty where none did. Empty for flags.
    unclear
        The words that decide nothing, each with the ids of its rows.
    """

    has: Mask
    is_unknown: Mask
    words: tuple[str, ...] = ()
    unclear: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def words_of(self, is_counted: Mask) -> list[tuple[str, int]]:
        """Return the words that said yes in the counted rows, with their number, most first."""
        said = Counter(
            word for word, counts in zip(self.words, is_counted, strict=False) if word and counts
        )
        return sorted(said.items(), key=lambda pair: (-pair[1], pair[0]))


@dataclass(frozen=True, slots=True)
class CountShare:
    """A share of institutions: who has it, of how many, and how many rows do not say.

    The share counts a row that says nothing as a no; `upper` counts it as a yes.
    """

    numerator: int
    denominator: int
    unknown: int
    missing_ids: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """Numerator over denominator; None where nothing is counted."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def upper(self) -> float | None:
        """The share if all rows that say nothing were a yes."""
        return (self.numerator + self.unknown) / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class ServiceCover:
    """People within reach of one service.

    `share` is None where nobody is counted (no people, or the study lacks the group);
    `unknown_facilities` are open ones whose row names neither services nor equipment.
    """

    service: str
    mode: str
    minutes: float
    group: str
    facilities: int
    unknown_facilities: int
    people: float
    people_covered: float | None

    @property
    def share(self) -> float | None:
        """Covered people over people inside the zones; None where no row says anything."""
        if self.people_covered is None or self.people <= 0:
            return None
        return self.people_covered / self.people


def read_services(facilities: Facilities, service: str) -> Offer:
    """Return who offers a service, by the words of the lists `services` and `equipment`."""
    has: list[bool] = []
    is_unknown: list[bool] = []
    words: list[str] = []
    unclear: dict[str, list[str]] = {}
    texts = zip(facilities.texts("services"), facilities.texts("equipment"), strict=True)
    for row, (services, equipment) in enumerate(texts):
        parts = parts_of(f"{services};{equipment}")
        read = {part: read_part(part, SERVICES[service]) for part in parts}
        said = [part for part, reading in read.items() if reading == "yes"]
        doubtful = [part for part, reading in read.items() if reading == "unclear"]
        has.append(bool(said))
        words.append(said[0] if said else "")
        # A word that may mean two things leaves the row unknown, unless another one decides it.
        is_unknown.append(not said and (bool(doubtful) or not read))
        for part in [] if said else doubtful:
            unclear.setdefault(part, []).append(facilities.id[row])
    return Offer(
        has=np.array(has, dtype=np.bool_),
        is_unknown=np.array(is_unknown, dtype=np.bool_),
        words=tuple(words),
        unclear=tuple((part, tuple(ids)) for part, ids in sorted(unclear.items())),
    )


def service_share(facilities: Facilities, service: str, *, is_counted: Mask) -> CountShare:
    """Return the share of the counted institutions that offer a service."""
    offer = read_services(facilities, service)
    return count_share(facilities, offer.has, is_unknown=offer.is_unknown, is_counted=is_counted)


def flag_share(facilities: Facilities, column: str, *, is_counted: Mask) -> CountShare:
    """Return the share of the counted institutions whose flag is yes; blanks are unknown."""
    flags = facilities.flags(column)
    has = np.array([flag is True for flag in flags], dtype=np.bool_)
    blank = np.array([flag is None for flag in flags], dtype=np.bool_)
    return count_share(facilities, has, is_unknown=blank, is_counted=is_counted)


def count_share(
    facilities: Facilities, has: Mask, *, is_unknown: Mask, is_counted: Mask
) -> CountShare:
    """Return a share of institutions; `missing_ids` are the counted ones that do not have it."""
    return CountShare(
        numerator=int((has & is_counted).sum()),
        denominator=int(is_counted.sum()),
        unknown=int((is_unknown & is_counted & ~has).sum()),
        missing_ids=tuple(facilities.id[i] for i in np.flatnonzero(is_counted & ~has)),
    )


def service_cover(
    demand: Demand,
    facilities: Facilities,
    times: ModeTimes,
    *,
    is_operating: Mask,
    minutes: float,
    services: Sequence[str] = SHOWN,
) -> tuple[ServiceCover, ...]:
    """Return the people within `minutes` of each service, for its group and for everybody.

    Parameters
    ----------
    is_operating
        (n_facilities,) operating institutions of any level that may offer the service.
    minutes
        Limit, not above what the times hold.
    """
    rows = []
    inside = demand.zone >= 0
    for key in services:
        offer = read_services(facilities, key)
        has, silent = offer.has, offer.is_unknown
        near = is_within(times.nearest(has & is_operating), minutes)
        is_known = bool((is_operating & ~silent).any())
        for group in dict.fromkeys(("", SERVICES[key].group)):
            people = demand.people if not group else demand.groups.get(group)
            if people is None:
                people = np.zeros(len(demand))  # the study lacks the group: no share, no guess
            rows.append(
                ServiceCover(
                    service=key,
                    mode=times.mode,
                    minutes=minutes,
                    group=group,
                    facilities=int((has & is_operating).sum()),
                    unknown_facilities=int((silent & is_operating).sum()),
                    people=float(people[inside].sum()),
                    people_covered=float(people[inside & near].sum()) if is_known else None,
                )
            )
    return tuple(rows)
