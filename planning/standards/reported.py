"""Reported against computed: what part of a difference a change of reading explains.

A report seldom says how it counted. Readings (another mode, more minutes, circuits counted ...) are
tried one after another: each time the one that brings the computed figure nearest to the reported
one without passing it. What is left is named unexplained. The steps say what could explain it, not
what happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from planning.words.wording import msgid

Evaluate: TypeAlias = Callable[[tuple[str, ...]], float | None]
"""Returns the computed figure with these readings changed, in the order in which they are named."""

CAUSES: dict[str, str] = {
    "data_date": msgid("facilities as of the end of the reported year"),
    "facility_list": msgid("facilities under construction counted too"),
    "circuits": msgid("circuit stops counted as points"),
    "nominal": msgid("points counted whatever their days"),
    "mode": msgid("mode of travel: {value}"),
    "minutes": msgid("minutes: {value}"),
    "population_base": msgid("people of the village list"),
    "census": msgid("people by the zones' census figures"),
    "outside": msgid("people outside all zones counted too"),
    "all_clinics": msgid("clinics outside the plan counted too"),
    "with_stations": msgid("stations counted too"),
    "year": msgid("figure of the reported year"),
    "by_people": msgid("people instead of villages"),
    "branches": msgid("branches counted too"),
    "private": msgid("private centres counted too"),
}
"""Causes a difference is split by; `mode=car` stands for cause `mode` with value `car`."""

FIGURES: dict[str, tuple[str, ...]] = {
    "circle_coverage": ("固定网点20分钟人口覆盖率", "20分钟人口覆盖率", "20分钟服务圈覆盖率"),
    "village_coverage": ("村级服务覆盖率", "村级医疗卫生服务覆盖率", "村级覆盖率"),
    "clinics_standardised": ("规划内村卫生室规范化率", "村卫生室规范化率", "村级卫生站室规范化率"),
    "insurance_share": ("医保联网率", "刷医保卡覆盖率"),
    "population": ("常住人口", "总人口"),
    "population_65+": ("65岁及以上人口", "65岁以上人口"),
    "centres": ("社区卫生服务中心数", "中心数", "乡镇卫生院（社区卫生服务中心）数"),
}
"""Figures that are computed anew, by key or by the names they go by in reports."""

NEAR = 1e-9

PASSING = 0.005
"""A reading may pass the reported figure by this share of it, the rounding of reports."""


@dataclass(frozen=True, slots=True)
class Step:
    """One reading that explains a part: the cause (with its value) and the change it makes."""

    cause: str
    change: float


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """One reported figure beside the computed one.

    `reported - computed == sum of the steps + unexplained`; all None where nothing is computed.
    """

    figure: str
    key: str
    year: int | None
    source: str
    reported: float
    computed: float | None
    steps: tuple[Step, ...] = ()
    unexplained: float | None = None

    @property
    def difference(self) -> float | None:
        """Reported less computed."""
        return None if self.computed is None else self.reported - self.computed


def figure_key(name: str) -> str:
    """Return the key of a figure that a report names, "" where it is not one of `FIGURES`.

    >>> figure_key("村级服务覆盖率"), figure_key("village_coverage"), figure_key("无")
    ('village_coverage', 'village_coverage', '')
    """
    plain = name.strip()
    for key, names in FIGURES.items():
        if plain == key or plain in names:
            return key
    return ""


def split_difference(
    reported: float, evaluate: Evaluate, causes: Sequence[str]
) -> tuple[float | None, tuple[Step, ...], float | None]:
    """Split the difference between a reported and a computed figure by readings.

    Parameters
    ----------
    reported
        The reported figure.
    evaluate
        Computes the figure with readings changed; () is the study's own reading.
    causes
        Readings to try. Of one cause (`mode=...`) only one value is taken.

    Returns
    -------
    computed, steps, unexplained
        The study's own figure, the readings in the order taken, and what is left.

    >>> split_difference(0.9, lambda r: 0.5 + 0.3 * ("a" in r), ["a", "b"])[1]
    (Step(cause='a', change=0.30000000000000004),)
    """
    computed = evaluate(())
    if computed is None:
        return None, (), None
    taken: tuple[str, ...] = ()
    value, steps, left = computed, [], list(causes)
    while left:
        tried = [(cause, evaluate((*taken, cause))) for cause in left]
        gap = abs(reported - value)
        side = 1 if reported >= value else -1
        known = [
            (abs(reported - v), i, c, v)
            for i, (c, v) in enumerate(tried)
            if v is not None
            and abs(reported - v) < gap - NEAR
            and side * (v - reported) <= PASSING * abs(reported)
        ]
        if not known:
            break
        _, _, cause, best = min(known)
        steps.append(Step(cause, best - value))
        taken, value = (*taken, cause), best
        left = [other for other in left if _root(other) != _root(cause)]
    return computed, tuple(steps), reported - value


def cause_text(cause: str, names: Mapping[str, str], translate: Callable[[str], str]) -> str:
    """Return a cause in words; `names` gives the words of values such as modes."""
    root, _, value = cause.partition("=")
    return translate(CAUSES[root]).format(value=names.get(value, value))


def _root(cause: str) -> str:
    return cause.partition("=")[0]
