"""A figure that people read: what it is, what it stands on, and the one way to write it.

Term and base are the identity of a figure: two figures of the same identity are the same number
on every surface, and no two identities print the same name on one page.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, TypeAlias

from planning.words.figures import minutes_text, mode_text, people_text, share_text
from planning.words.glossary import GLOSSARY
from planning.words.wording import Language, Translate, msgid, translator

Unit: TypeAlias = Literal["people", "share", "minutes", "count", "yuan", "metres"]
State: TypeAlias = Literal["", "today", "committed", "proposed"]

STATE_WORDS: dict[str, str] = {
    "today": msgid("present network"),
    "committed": msgid("with decided projects in use"),
    "proposed": msgid("with the plan carried out"),
}
UNKNOWN = msgid("cannot be determined")


@dataclass(frozen=True, slots=True)
class Base:
    """What a figure stands on; what does not apply is left empty.

    Parameters
    ----------
    mode, minutes, speed_set
        Mode of travel, limit and speeds of a time or a coverage.
    level
        Which institutions count.
    group
        Group of people, "" for everybody.
    place
        Code of a zone, village, institution or gap; "" for the whole study.
    state
        State of the network: today, committed, proposed.
    date
        Day (ISO) on which institutions are looked at.
    people
        Source and date of the people.
    detail
        What else tells the figure from others of its term: a band, a view, a standard's id.
    """

    mode: str = ""
    minutes: float | None = None
    speed_set: str = ""
    level: str = ""
    group: str = ""
    place: str = ""
    state: State = ""
    date: str = ""
    people: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A result that people read.

    Parameters
    ----------
    term
        Its entry in the glossary.
    base
        What it stands on; with the term its identity.
    value
        Unrounded; None where it cannot be known: then `reason` (a message id) says why.
    unit
        Unit of the value.
    place_name
        Name of the base's place, for people; no part of the identity.
    """

    term: str
    base: Base
    value: float | None
    unit: Unit
    reason: str = ""
    place_name: str = ""

    def __post_init__(self) -> None:
        if self.term not in GLOSSARY:
            msg = f"{self.term} is not a term of the glossary"
            raise ValueError(msg)
        if (self.value is None) != bool(self.reason):
            msg = f"{self.identity}: a figure has a value, or a reason why it has none"
            raise ValueError(msg)

    @property
    def identity(self) -> str:
        """Term and base as one text: what surfaces carry beside the figure.

        >>> Figure("people_covered", Base(mode="walk", minutes=20.0), 6.0, "people").identity
        'people_covered;mode=walk;minutes=20'
        """
        parts = [self.term]
        for field in fields(self.base):
            value = getattr(self.base, field.name)
            if value not in ("", None):
                parts.append(
                    f"{field.name}={value:g}"
                    if field.name == "minutes"
                    else f"{field.name}={value}"
                )
        return ";".join(parts)

    def text(self, language: Language) -> str:
        """Return the value as every surface writes it: the only place where a figure is rounded.

        >>> Figure("coverage_share", Base(mode="walk"), 0.87349, "share").text("en")
        '87.35 %'
        """
        if self.value is None:
            return translator(language)(UNKNOWN)
        return amount_text(self.value, self.unit, translator(language))

    def name(self, language: Language) -> str:
        """Return the printed name: the term, then all of the base that tells it from others."""
        translate = translator(language)
        return translate("{term} ({base})").format(
            term=translate(GLOSSARY[self.term].name),
            base=translate("; ").join(self._said(translate)),
        )

    def _said(self, translate: Translate) -> list[str]:
        base = self.base
        said = [self.place_name or base.place or translate("whole study")]
        if base.mode:
            said.append(mode_text(base.mode, translate))
        if base.minutes is not None:
            said.append(translate("{minutes:g} min").format(minutes=base.minutes))
        said += [text for text in (base.group, base.detail, base.date) if text]
        if base.state:
            said.append(translate(STATE_WORDS[base.state]))
        return said


def amount_text(value: float, unit: Unit, translate: Translate) -> str:
    """Return a value in its unit as people read it.

    >>> amount_text(4_146_667.0, "yuan", lambda text: text)
    '414.67 (10,000 yuan)'
    """
    if unit == "share":
        return share_text(value)
    if unit == "minutes":
        return minutes_text(value)
    if unit == "yuan":
        return translate("{amount:,.2f} (10,000 yuan)").format(amount=value / 10_000)
    return people_text(value)
