"""What institutions offer, in the words of the lists: shares and coverage by service."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.types import Demand, Facilities
from planning.reach.mode_times import Mask, ModeTimes, is_within
from planning.words.wording import msgid


@dataclass(frozen=True, slots=True)
class Service:
    """A service or a piece of equipment.

    Parameters
    ----------
    name
        Message id of its name.
    words
        How lists write it; a text that holds one of them offers the service.
    group
        The population group it is for; empty for everybody.
    """

    name: str
    words: tuple[str, ...]
    group: str = ""


SERVICES: dict[str, Service] = {
    "dr": Service(msgid("DR"), ("dr", "数字x线", "数字化x线", "x光", "放射")),
    "ct": Service(msgid("CT"), ("ct", "电子计算机断层")),
    "ultrasound": Service(msgid("ultrasound"), ("ultrasound", "b超", "彩超", "超声")),
    "ecg": Service(msgid("ECG"), ("ecg", "心电")),
    "laboratory": Service(msgid("laboratory"), ("lab", "检验", "化验")),
    "tcm": Service(msgid("traditional Chinese medicine"), ("tcm", "中医")),
    "inpatient": Service(msgid("inpatient care"), ("inpatient", "住院", "病房", "病区")),
    "vaccination": Service(msgid("vaccination"), ("vaccin", "接种", "免疫规划"), "0-6"),
    "geriatric": Service(msgid("geriatric care"), ("geriatric", "老年医学", "老年病"), "65+"),
    "long_term_care": Service(
        msgid("long-term care"),
        ("long_term", "long term", "长期护理", "长期照护", "护理病区"),
        "65+",
    ),
    "hospice": Service(msgid("hospice care"), ("hospice", "palliative", "安宁疗护", "临终")),
    "rehabilitation": Service(msgid("rehabilitation"), ("rehab", "康复")),
    "paediatric": Service(msgid("paediatric care"), ("paediatr", "pediatr", "儿科"), "0-6"),
    "maternal": Service(msgid("maternal care"), ("maternal", "妇产", "产科", "孕产", "妇幼")),
    "mental_health": Service(msgid("psychological care"), ("mental", "psych", "精神", "心理")),
    "chronic": Service(msgid("chronic-disease clinic"), ("chronic", "慢病", "慢性病", "两慢病")),
    "dental": Service(msgid("dental care"), ("dental", "口腔", "牙科")),
    "emergency": Service(msgid("emergency care"), ("emergency", "急诊", "急救")),
    "home_visit": Service(msgid("home visits"), ("home_visit", "home visit", "上门", "家庭病床")),
    "signing": Service(msgid("family-doctor signing"), ("signing", "签约")),
    "feature_department": Service(
        msgid("famous-doctor studio or feature department"),
        ("feature", "studio", "名医工作室", "特色科室"),
    ),
    "remote": Service(msgid("remote diagnosis"), ("tele", "remote", "远程")),
    "triage": Service(msgid("pre-triage and observation"), ("triage", "预检分诊", "留观")),
}
"""Keys of services; words are compared in lower case with parts split at ; , 、 and /."""

SHOWN = ("dr", "ct", "tcm", "inpatient", "vaccination", "geriatric", "rehabilitation", "hospice")
"""Services whose coverage is shown by default."""


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
    people_covered: float

    @property
    def share(self) -> float | None:
        """Covered people over people inside the zones."""
        return self.people_covered / self.people if self.people > 0 else None


def offers(facilities: Facilities, service: str) -> tuple[Mask, Mask]:
    """Return who offers a service, and whose row names no service or equipment at all.

    Returns
    -------
    (n_facilities,) bool, (n_facilities,) bool
    """
    parts = [
        _parts(f"{services};{equipment}")
        for services, equipment in zip(
            facilities.texts("services"), facilities.texts("equipment"), strict=True
        )
    ]
    words = SERVICES[service].words
    has = [any(_fits(part, words) for part in row) for row in parts]
    return np.array(has, dtype=np.bool_), np.array([not row for row in parts], dtype=np.bool_)


def service_share(facilities: Facilities, service: str, *, is_counted: Mask) -> CountShare:
    """Return the share of the counted institutions that offer a service."""
    has, silent = offers(facilities, service)
    return count_share(facilities, has, is_unknown=silent, is_counted=is_counted)


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
        has, silent = offers(facilities, key)
        near = is_within(times.nearest(has & is_operating), minutes)
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
                    people_covered=float(people[inside & near].sum()),
                )
            )
    return tuple(rows)


def _parts(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return [part.strip() for part in re.split(r"[;,、/|]", plain) if part.strip()]


def _fits(part: str, words: tuple[str, ...]) -> bool:
    """Return whether a part names one of the words; short Latin ones must stand alone."""
    for word in words:
        if word.isascii() and len(word) <= 3:
            if re.search(rf"(?<![a-z]){word}(?![a-z])", part):
                return True
        elif word in part:
            return True
    return False
