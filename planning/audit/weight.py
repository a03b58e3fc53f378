"""Which findings matter: sorted by what they may change, the same message of several modes once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from data.errors import CAVEATS, MESSAGES, severity
from data.messages.words import worded
from geo.errors import Finding
from planning.assess.other_places import IN_PEOPLE
from planning.words.wording import Translate, closed, finding_sentence

TOUCHES_EVERYBODY = CAVEATS | frozenset(
    {
        "coordinates_odd",
        "zone_people_differ",
        "raster_web_mercator",
        "kind_unknown",
        "roads_mode_empty",
        "roads_without_direction",
        "roads_without_paths",
        "roads_end_at_boundary",
        "water_unknown",
        "water_incomplete",
        "water_coast_open",
        "people_of_areas",
        "people_by_code",
        "zones_are_points",
        "villages_differ",
        "data_stale",
    }
)
"""Findings that may move every figure though nobody can say whom they touch; notes among them."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A finding with what it may change.

    Parameters
    ----------
    finding
        Of several modes of travel, that which touches most people.
    modes
        The other modes for which the same is true.
    """

    finding: Finding
    modes: tuple[str, ...] = ()

    @property
    def may_change_verdict(self) -> bool:
        """Whether figures or verdicts may be others once it is mended."""
        return severity(self.finding) != "note" or self.finding.code in TOUCHES_EVERYBODY

    def sentence(self, translate: Translate) -> str:
        """Return the finding in the user's language, with where it is and how to mend it."""
        return " ".join((finding_sentence(self.finding, translate), *self._others(translate)))

    def headline(self, translate: Translate) -> str:
        """Return in one sentence what was found and whom it touches."""
        params = worded(self.finding.params, translate)
        text = closed(translate(MESSAGES[self.finding.code].text).format(**params), translate)
        people = self.finding.people
        touched = translate("People touched: {people}.").format(people=f"{people or 0:,.0f}")
        return " ".join((text, *([] if people is None else [touched]), *self._others(translate)))

    def hide_people(self) -> Weighed:
        """Return it as it may be published: without the people it touches."""
        return replace(self, finding=replace(self.finding, people=None))

    def _others(self, translate: Translate) -> list[str]:
        if not self.modes:
            return []
        said = worded([(mode, mode) for mode in self.modes], translate).values()
        names = translate(", ").join(map(str, said))
        return [translate("The same holds for: {modes}.").format(modes=names)]


def weigh_findings(*lists: Iterable[Finding]) -> tuple[Weighed, ...]:
    """Return findings by what they may change, each message once.

    Errors come first; then what touches everybody; then other warnings, by the people they touch;
    then notes.

    Parameters
    ----------
    lists
        Findings of the readers, of the assessment, of the audit; what stands in several is told
        once.
    """
    groups: dict[tuple[object, ...], list[Finding]] = {}
    told = dict.fromkeys(finding for findings in lists for finding in findings)
    in_people = {(finding.code, finding.file) for finding in told}
    for finding in told:
        # The audit knows the readers' words; the assessment says the same with its people.
        if (IN_PEOPLE.get(finding.code), finding.file) in in_people:
            continue
        is_of_mode = "mode" in dict(finding.params)
        key = (finding.code, finding.file) if is_of_mode else (finding,)
        groups.setdefault(key, []).append(finding)
    return tuple(sorted(map(_merged, groups.values()), key=_order))


def _merged(findings: list[Finding]) -> Weighed:
    most = max(findings, key=lambda finding: finding.people or 0.0)
    own = dict(most.params).get("mode")
    others = dict.fromkeys(str(dict(f.params).get("mode")) for f in findings if f is not most)
    return Weighed(most, tuple(mode for mode in others if mode != own))


def _order(weighed: Weighed) -> tuple[int, float]:
    finding = weighed.finding
    if severity(finding) == "error":
        return 0, 0.0
    if finding.code in TOUCHES_EVERYBODY:
        return 1, -(finding.people or 0.0)
    return (3 if severity(finding) == "note" else 2), -(finding.people or 0.0)
