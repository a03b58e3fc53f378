"""A figure that people read: what it is, what it stands on, and the one way to write it.

Term and base are the identity of a figure: two figures of the same identity are the same number
on every surface, and no two identities print the same name on one page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, fields
from hashlib import sha256
from typing import Literal, TypeAlias
from urllib.parse import quote

from planning.words.figures import mode_text
from planning.words.glossary import GLOSSARY
from planning.words.units import Unit, amount_text
from planning.words.wording import Language, Translate, msgid, translator

State: TypeAlias = Literal["", "today", "committed", "proposed"]

STATE_WORDS: dict[str, str] = {
    "today": msgid("present network"),
    "committed": msgid("with decided projects in use"),
    "proposed": msgid("with the plan carried out"),
}
SPEED_WORDS: dict[str, str] = {
    "default": msgid("default"),
    "observed": msgid("observed"),
    "low": msgid("low"),
    "high": msgid("high"),
}
"""Speed sets; a study's own keeps its name."""
LEVEL_WORDS: dict[str, str] = {"primary_care_point": msgid("fixed points of primary care")}

UNKNOWN = msgid("cannot be determined")
NOBODY = msgid("nobody lives there")
NOT_APPLICABLE = msgid("does not apply here")
FEW = msgid("fewer than ten people, not published")
WITHHELD = msgid("not published, because a count of fewer than ten people would follow from it")
HIDDEN: dict[str, str] = {FEW: "<10", WITHHELD: "*"}
"""What is printed of a count that may not be published."""
SIGNS: dict[str, str] = {NOBODY: "—", NOT_APPLICABLE: "—", **HIDDEN}
"""What is written where a figure has no value; every other reason reads `UNKNOWN`."""


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
        Code of a zone or id of an institution; `village:CODE`, `gap:ID`, `site:ID`, `project:ID`;
        "" for the whole study.
    state
        State of the network: today, committed, proposed.
    date
        Day (ISO) on which institutions are looked at.
    people
        Source and date of the people.
    detail
        What else tells the figure from others of its term: a view, a setting, a standard's id.
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


PARTS: tuple[str, ...] = tuple(part.name for part in fields(Base))
MINUTES = "{minutes:g}"


class FigureText(str):
    """A text that remembers the identity of the figure it writes, for what takes texts alone."""

    __slots__ = ("identity",)
    identity: str

    def __new__(cls, text: str, identity: str) -> FigureText:
        """Return the text with the identity."""
        made = super().__new__(cls, text)
        made.identity = identity
        return made


@dataclass(frozen=True, slots=True)
class Figure:
    """A result that people read: it has a value, is above a bound, or says why it has none.

    Parameters
    ----------
    term
        Its entry in the glossary.
    base
        What it stands on; with the term its identity.
    value
        Unrounded; a share is a part of 1, money is in yuan.
    unit
        Unit of the value; that of the term by default.
    reason
        Why there is no value (a message id).
    above
        Where the value itself is not known, but what it is larger than: the horizon of a search.
    place_name, detail_name
        Names of the base's place and (a message id) of its detail; no part of the identity.

    Raises
    ------
    ValueError
        When the term is not in the glossary, the unit is not the term's, the term is named after
        minutes that are not given, or not exactly one of value, reason and above is given.
    """

    term: str
    base: Base
    value: float | None
    unit: Unit = ""
    reason: str = ""
    above: float | None = None
    place_name: str = ""
    detail_name: str = ""

    def __post_init__(self) -> None:
        if self.term not in GLOSSARY:
            msg = f"{self.term} is not a term of the glossary"
            raise ValueError(msg)
        own = GLOSSARY[self.term].unit
        object.__setattr__(self, "unit", self.unit or own)
        if not self.unit or (own and own != self.unit):
            msg = f"{self.identity}: the unit of {self.term} is {own or 'to be given'}"
            raise ValueError(msg)
        if MINUTES in GLOSSARY[self.term].name and self.base.minutes is None:
            msg = f"{self.identity}: {self.term} is named after its minutes, and has none"
            raise ValueError(msg)
        if (self.value is not None) + bool(self.reason) + (self.above is not None) != 1:
            msg = f"{self.identity}: a figure has a value, a bound, or a reason why it has none"
            raise ValueError(msg)

    @property
    def identity(self) -> str:
        """Term and base as one text of ASCII signs: what surfaces carry beside the figure.

        >>> Figure("people_covered", Base(mode="walk", minutes=20.0, group="65+"), 6.0).identity
        'people_covered;mode=walk;minutes=20;group=65%2B'
        """
        parts = [self.term]
        for part in fields(self.base):
            value = getattr(self.base, part.name)
            if value not in ("", None):
                said = f"{value:.10g}" if part.name == "minutes" else quote(value, safe=" :/,.")
                parts.append(f"{part.name}={said}")
        return ";".join(parts)

    @property
    def anchor(self) -> str:
        """The identity as a name that workbooks and Word allow: term and a hash, at most 36 signs.

        >>> Figure("gap_count", Base(), 3.0).anchor
        'gap_count_a85cabf26b'
        """
        return f"{self.term[:25]}_{sha256(self.identity.encode()).hexdigest()[:10]}"

    @property
    def hidden_sign(self) -> str | None:
        """What is printed of a count that may not be published; None of all others."""
        return HIDDEN.get(self.reason)

    def text(self, language: Language) -> str:
        """Return the value as every surface writes it: the only place where a figure is rounded.

        >>> Figure("coverage_share", Base(minutes=20.0), 0.87349).text("en")
        '87.35 %'
        >>> Figure("gap_median_minutes", Base(place="gap:G1"), None, above=120.0).text("en")
        '> 120'
        """
        return self.words(translator(language))

    def words(self, translate: Translate) -> str:
        """Return the text by the translator of a language, where that is at hand."""
        if self.above is not None:
            return f"> {self.above:g}"
        if self.value is None:
            return SIGNS.get(self.reason) or translate(UNKNOWN)
        return amount_text(self.value, self.unit, translate)

    def cell(self, translate: Translate) -> FigureText:
        """Return the text that remembers which figure it writes."""
        return FigureText(self.words(translate), self.identity)

    def name(self, language: Language, parts: Collection[str] = PARTS) -> str:
        """Return the printed name: the term and its base, in full or so many parts of it.

        >>> base = Base(mode="walk", minutes=20.0, group="65+")
        >>> Figure("coverage_share", base, 0.5).name("en", ("mode", "group"))
        'Share within 20 min of a point (Walking; 65+)'
        """
        translate = translator(language)
        words = self._base_words(translate)
        term = translate(GLOSSARY[self.term].name)
        if MINUTES in GLOSSARY[self.term].name:
            term = term.format(minutes=self.base.minutes)
            words.pop("minutes", None)
        shown = [text for part, text in words.items() if part in parts]
        if not shown:
            return term
        return translate("{term} ({base})").format(term=term, base=translate("; ").join(shown))

    def why(self, language: Language) -> str:
        """Return why there is no value; empty where there is one."""
        return translator(language)(self.reason) if self.reason else ""

    def _base_words(self, translate: Translate) -> dict[str, str]:
        """Return what is said of each field of the base that is not empty."""
        base = self.base
        place = f"{self.place_name} {base.place}".strip() or translate("whole study")
        words = {"place": place}
        if base.mode:
            words["mode"] = mode_text(base.mode, translate)
        if base.minutes is not None:
            words["minutes"] = translate("{minutes:g} min").format(minutes=base.minutes)
        if base.group:
            words["group"] = base.group
        if base.detail:
            name = translate(self.detail_name) if self.detail_name else ""
            words["detail"] = name or base.detail
        if base.state:
            words["state"] = translate(STATE_WORDS[base.state])
        if base.date:
            words["date"] = translate("institutions of {date}").format(date=base.date)
        if base.speed_set:
            sets = translate(", ").join(
                translate(SPEED_WORDS.get(name, name)) for name in base.speed_set.split(", ")
            )
            words["speed_set"] = translate("speeds {speed_set}").format(speed_set=sets)
        if base.level:
            words["level"] = translate(LEVEL_WORDS.get(base.level, base.level))
        if base.people:
            words["people"] = translate("people of {source}").format(source=base.people)
        return words


@dataclass(frozen=True, slots=True)
class Anchors:
    """Names for the places of figures in one file: a figure's second place gets a number."""

    _places: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many places have a name."""
        return self._places.total()

    def next(self, figure: Figure) -> str:
        """Return the name of one more place of a figure."""
        anchor = figure.anchor
        self._places[anchor] += 1
        count = self._places[anchor]
        return anchor if count == 1 else f"{anchor}_{count}"


def each(figures: Iterable[object]) -> Iterator[Figure]:
    """Yield the figures of named groups one by one, however deep they are nested."""
    for one in figures:
        if isinstance(one, Figure):
            yield one
        elif isinstance(one, Iterable):
            yield from each(one)


def page_names(figures: Iterable[Figure], language: Language) -> dict[str, str]:
    """Return a printed name by identity: the term and as much of the base as tells them apart.

    Parts of the base that all figures of a page share are left to its head; the names of two
    identities differ.
    """
    by_identity = {figure.identity: figure for figure in figures}
    bases = [figure.base for figure in by_identity.values()]
    telling = {part for part in PARTS if len({getattr(base, part) for base in bases}) > 1}
    return {key: figure.name(language, telling) for key, figure in by_identity.items()}
