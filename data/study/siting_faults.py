"""What makes no sense in `[siting]`: every fault at once, by key of the study file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import TypeAlias

from data.study.siting import MODELS_IN_YUAN, MODELS_OF_A_SHARE, SitingTable

Fault: TypeAlias = tuple[str, str, str]
"""Key of the study file, what is expected there, and what stands there."""

A_SHARE = "a share above 0, not above 1"


def siting_faults(table: SitingTable) -> Iterator[Fault]:
    """Yield what makes no sense in `[siting]`; everything at once, by key."""
    for key, value, least, most in _ranges(table):
        if value is not None and not least <= value <= most:
            is_open = most == _MOST
            limits = f"not less than: {least:g}" if is_open else f"between: {least:g}, {most:g}"
            yield key, limits, f"{value:g}"
    yield from _positive(table)
    yield from _missing(table)
    yield from _dates(table)
    yield from _rules(table)
    yield from _lists(table)


_MOST = 1e15


def _ranges(table: SitingTable) -> Iterator[tuple[str, float | None, float, float]]:
    """Yield every single number with its least and most."""
    other, stable = table.alternatives, table.stability
    for key, value, least, most in (
        ("count", table.count, 1, _MOST),
        ("centres", table.goal.centres, 0, _MOST),
        ("referral_share", table.goal.referral_share, 0, _MOST),
        ("busy_share", table.goal.busy_share, 0, 0.999),
        ("units_per_site", table.goal.units_per_site, 1, 1000),
        ("min_spacing_m", table.rules.min_spacing_m, 0, _MOST),
        ("build_yuan", table.money.build_yuan, 0, _MOST),
        ("upgrade_yuan", table.money.upgrade_yuan, 0, _MOST),
        ("running_yuan", table.money.running_yuan, 0, _MOST),
        ("lower_people", table.loads.lower_people, 0, _MOST),
        ("min_gain_people", table.start.min_gain_people, 0, _MOST),
        ("seed", table.seed, 0, 2**32 - 1),
        ("alternatives.count", other.count, 0, 50),
        ("alternatives.within", other.within, 0, 1),
        ("alternatives.differ", other.differ, 1, _MOST),
        ("stability.runs", stable.runs, 0, 1000),
        ("stability.time_spread", stable.time_spread, 0, 1),
        ("stability.people_spread", stable.people_spread, 0, 1),
        ("stability.seed", stable.seed, 0, 2**32 - 1),
    ):
        yield f"siting.{key}", value, least, most
    for name, weight in table.weights:
        yield f"siting.weights.{name}", weight, 0, 1000


def _positive(table: SitingTable) -> Iterator[Fault]:
    """Yield numbers that must be above 0, and shares that must be above 0 and at most 1."""
    for key, value in (
        ("minutes", table.minutes),
        ("budget_yuan", table.money.budget_yuan),
        ("years", table.money.years),
        ("upper_people", table.loads.upper_people),
        ("seconds", table.seconds),
        *(("stability.minutes", value) for value in table.stability.minutes),
    ):
        if value is not None and value <= 0:
            yield f"siting.{key}", "more than 0", f"{value:g}"
    shares = [("share", table.goal.share), ("quota", table.goal.quota)]
    for key, value in (*shares, *(("targets", value) for value in table.targets)):
        if value is not None and not 0 < value <= 1:
            yield f"siting.{key}", A_SHARE, f"{value:g}"


def _missing(table: SitingTable) -> Iterator[Fault]:
    """Yield options that the model needs, or that it cannot use."""
    said = f"nothing, with model: {table.model}"
    if table.model == "budget" and table.money.budget_yuan is None:
        yield "siting.budget_yuan", "the money in yuan", said
    if table.model in MODELS_OF_A_SHARE and table.goal.share is None:
        yield "siting.share", A_SHARE, said
    if table.money.may_close and table.model not in MODELS_IN_YUAN:
        expected = "only with model: " + ", ".join(MODELS_IN_YUAN)
        yield "siting.may_close", expected, table.model
    yield from _missing_costs(table)
    if table.goal.centres and table.model != "two-level":
        yield "siting.centres", "only with model: two-level", table.model


def _missing_costs(table: SitingTable) -> Iterator[Fault]:
    """Yield costs without which a plan in yuan is a guess that nobody has asked for."""
    money = table.money
    if table.model not in MODELS_IN_YUAN or money.assume_costs:
        return
    expected = "yuan, or siting.assume_costs = true, with model: " + table.model
    if money.build_yuan is None:
        yield "siting.build_yuan", expected, "nothing"
    if table.upgradable and money.upgrade_yuan is None:
        yield "siting.upgrade_yuan", expected, "nothing"
    if money.may_close and money.running_yuan is None:
        yield "siting.running_yuan", expected, "nothing"


def _dates(table: SitingTable) -> Iterator[Fault]:
    """Yield a day that is none."""
    until = table.start.committed_until
    if until is not None:
        try:
            date.fromisoformat(until)
        except ValueError:
            yield "siting.committed_until", "a date such as 2027-12-31", until


def _rules(table: SitingTable) -> Iterator[Fault]:
    """Yield rules that contradict each other."""
    both = sorted(set(table.rules.required) & set(table.rules.forbidden))
    if both:
        yield "siting.required", "ids that are not in siting.forbidden", ", ".join(both[:5])
    if table.count is not None and len(set(table.rules.required)) > table.count:
        expected = f"not more ids than siting.count: {table.count}"
        yield "siting.required", expected, f"{len(set(table.rules.required))}"
    for number, group in enumerate(table.rules.exclusive, start=1):
        if len(set(group)) < 2:
            yield f"siting.exclusive[{number}]", "two ids or more", f"{len(set(group))}"
        clash = sorted(set(group) & set(table.rules.required))
        if len(clash) > 1:
            expected = "not more than one id of siting.required"
            yield f"siting.exclusive[{number}]", expected, ", ".join(clash[:5])
    yield from _zone_rules(table)
    lower, upper = table.loads.lower_people, table.loads.upper_people
    if lower is not None and upper is not None and lower > upper:
        yield "siting.lower_people", f"not more than upper_people: {upper:g}", f"{lower:g}"
    if table.money.build_yuan == 0 and table.money.running_yuan == 0:
        yield "siting.build_yuan", "more than 0, here or in running_yuan", "0"


def _zone_rules(table: SitingTable) -> Iterator[Fault]:
    """Yield numbers by zone that contradict each other or the count."""
    least, most = dict(table.rules.zone_min), dict(table.rules.zone_max)
    for key, limits in (("zone_min", least), ("zone_max", most)):
        for code, number in limits.items():
            if number < 0:
                yield f"siting.{key}.{code}", "0 or more", f"{number}"
    for code in sorted(set(least) & set(most)):
        if least[code] > most[code]:
            limit = f"not more than zone_max: {most[code]}"
            yield f"siting.zone_min.{code}", limit, f"{least[code]}"
    if table.count is not None and sum(least.values()) > table.count:
        expected = f"together not more than siting.count: {table.count}"
        yield "siting.zone_min", expected, f"{sum(least.values())}"


def _lists(table: SitingTable) -> Iterator[Fault]:
    """Yield ids that a list names twice."""
    rules = table.rules
    for key, ids in (
        ("required", rules.required),
        ("forbidden", rules.forbidden),
        ("upgradable", table.upgradable),
    ):
        again = sorted(name for name, n in Counter(ids).items() if n > 1)
        if again:
            yield f"siting.{key}", "each id once", ", ".join(again[:5])
