"""Standards as data: what each document asks for, in its own words, read from TOML presets."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from data.errors import StudyError, raise_errors
from data.study.schema import Context, read_table
from geo.errors import Finding
from planning.standards.thresholds import Threshold, parse_threshold

Force: TypeAlias = Literal["约束", "目标", "力争", "参考值", "解释口径", "观察指标"]
Treatment: TypeAlias = Literal["computed", "attribute", "listed"]
Mark: TypeAlias = Literal["S", "V", "C", "K", "I"]
Together: TypeAlias = Literal["all", "any", "agree"]
Base: TypeAlias = Literal["", "常住", "户籍", "服务", "实有", "机构", "村"]

FORMAT = "servicecircle.standards/1"
FOLDER = Path(__file__).parents[1] / "presets"
SHIPPED = ("shangyu-2022", "zhoushan-2020", "reference", "gb50180-2018")
"""Presets that come with the program, in the order in which they are shown."""

MEASURES = (
    "n1",
    "village_modes",
    "village_coverage",
    "clinics_standardised",
    "projects_done",
    "sole_doctor",
    "window_share",
    "service_share",
    "centres_reaching",
    "tier_coverage",
    "indicator",
    "subsidy",
    "",
)
"""What can be computed; empty for a standard that is an attribute or only listed."""


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document.

    Parameters
    ----------
    id, title, title_en, short
        `short` names it in a verdict: 参照上虞2022目标.
    number, date
        Its number (文号) and day or year.
    place, place_en, place_codes
        Where it binds: the beginnings of the division codes of its place; none means nowhere.
    until
        Day (ISO) after which the place is another: from then on the document binds nowhere.
    is_quoted
        False for sources outside the policy documents, whose sentences are descriptions.
    """

    id: str
    title: str
    title_en: str
    short: str
    short_en: str
    date: str
    number: str = ""
    place: str = ""
    place_en: str = ""
    place_codes: tuple[str, ...] = ()
    until: str = ""
    is_quoted: bool = True


@dataclass(frozen=True, slots=True)
class Standard:
    """One thing a document asks for or states.

    Parameters
    ----------
    id, topic
        Own id within the preset; the row of the domain reference it answers (N1, C2, A7 ...).
    title, title_en
        Short names.
    sentence, sentence_en
        The full sentence of the document and what it says in English.
    document
        Id of a document of the same preset.
    force
        约束, 目标, 力争, 参考值, 解释口径, or 观察指标: shown and never judged.
    treatment, measure, select
        Whether it is computed, an attribute of the data or only listed; what computes it; the
        choice within the measure (a service, a window, an indicator, a scope).
    parts, together
        What an institution must have (services of the lists, flags), and whether it needs all of
        it, any of it, or whether the verdict stands only where each reading leads to it (`agree`).
    grades
        Beginnings of `hospital_grade` that count; empty: any.
    among
        Service that an institution must offer to be asked at all; the others are 不适用.
    where
        `urban`: on people of zones that the study lists as 城区; empty: on all.
    metres
        Distance along the network instead of a time.
    threshold, target_year, unit
        The threshold as written (empty: no number), the year it is for and the unit of the figure.
    base
        Population base 常住, 户籍, 服务, 实有, or what is counted: 机构, 村.
    denominator
        `residents` where the rate is on all residents, so that a rate alone gives a gap.
    mode, minutes, levels, kinds
        Mode of travel (empty: the study's headline mode), minutes, levels and kinds of institution.
    scale
        Figure = numerator / denominator * scale: 100 for %, 1000 for 千人.
    column
        Facility column that gives the numerator where no indicator row does.
    plausible
        [least, most] figure that is believed; outside it the unit is doubted.
    baseline, baseline_year
        What the document says of its own past.
    responsible
        Units that answer for it (annex 3).
    inputs
        Inputs it cannot be judged without.
    aliases
        Further names by which indicator tables call it.
    mark
        Evidence: S stated, V read elsewhere, C computed, K known, I interpreted.
    is_verified
        False: 待核实, the source could not be opened.
    is_local
        A number that means something in its own place only (29 clinics); elsewhere no gap is given.
    reason, reason_en
        Why it is not computed, or how it is.
    """

    id: str
    topic: str
    title: str
    title_en: str
    sentence: str
    sentence_en: str
    document: str
    force: Force
    treatment: Treatment
    measure: str = ""
    select: str = ""
    parts: tuple[str, ...] = ()
    together: Together = "all"
    grades: tuple[str, ...] = ()
    among: str = ""
    where: Literal["", "urban"] = ""
    metres: float | None = None
    threshold: str = ""
    target_year: int | None = None
    unit: str = ""
    base: Base = ""
    denominator: Literal["", "residents"] = ""
    mode: str = ""
    minutes: float | None = None
    levels: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    scale: float = 100.0
    column: str = ""
    plausible: tuple[float, float] | None = None
    baseline: float | None = None
    baseline_year: int | None = None
    responsible: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    mark: Mark = "S"
    is_verified: bool = True
    is_local: bool = False
    reason: str = ""
    reason_en: str = ""

    @property
    def target(self) -> Threshold | None:
        """The threshold as numbers; None where the standard has none."""
        return parse_threshold(self.threshold) if self.threshold else None


@dataclass(frozen=True, slots=True)
class PresetTable:
    """`[preset]`: what the file is."""

    id: str
    title: str
    title_en: str


@dataclass(frozen=True, slots=True)
class Preset:
    """A preset file: its documents and their standards."""

    format: str
    preset: PresetTable
    document: tuple[Document, ...]
    standard: tuple[Standard, ...]

    def document_of(self, standard: Standard) -> Document:
        """Return the document a standard comes from."""
        return next(row for row in self.document if row.id == standard.document)

    def full_id(self, standard: Standard) -> str:
        """Return the id that is unique among presets, such as `zhoushan-2020/N1`."""
        return f"{self.preset.id}/{standard.id}"


def load_presets(names: Sequence[str] = SHIPPED) -> tuple[Preset, ...]:
    """Read several presets, by name or by path."""
    return tuple(load_preset(name) for name in names)


def load_preset(name: str | Path) -> Preset:
    """Read one preset and check it against the schema, all faults at once.

    Parameters
    ----------
    name
        Name of a shipped preset, or the path of a TOML file of the user.

    Raises
    ------
    StudyError
        Missing file, TOML fault, unknown or missing key, wrong type, unreadable threshold,
        unknown measure or document, an id given twice.
    """
    if str(name) in SHIPPED:
        return _shipped(str(name))
    if not Path(name).is_file():
        raise StudyError(Finding("preset_missing", (("name", str(name)),)))
    return _read(Path(name))


@cache
def _shipped(name: str) -> Preset:
    """Return a preset of the program, read once."""
    return _read(FOLDER / f"{name}.toml")


def _read(path: Path) -> Preset:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StudyError(
            Finding("study_syntax", (("reason", str(error)),), file=path.name)
        ) from error
    findings: list[Finding] = []
    context = Context(file=path.name, folder=path.parent, findings=findings)
    preset = read_table(Preset, values, key="", context=context)
    if preset is not None:
        findings += _faults(preset, path.name)
    raise_errors(findings)
    if preset is None:
        raise StudyError(*findings)
    return preset


def binds(document: Document, zone_codes: Sequence[str], *, as_of: str = "") -> bool:
    """Return whether a document binds the study: every zone lies in its place, and that exists.

    >>> place = Document("SY", "", "", "", "", "2022", place_codes=("330604",))
    >>> binds(place, ["330604001"]), binds(place, ["330604001", "330902001"]), binds(place, [])
    (True, False, False)
    """
    places = document.place_codes
    if document.until and as_of > document.until:
        return False
    return bool(zone_codes) and bool(places) and all(c.startswith(places) for c in zone_codes)


def squeezed(text: str) -> str:
    """Return a text without any white space, as quotations are compared.

    >>> squeezed("每 3-10 万")
    '每3-10万'
    """
    return re.sub(r"\s+", "", text)


def _faults(preset: Preset, file: str) -> list[Finding]:
    """Return what a schema cannot say: thresholds, references and double ids."""
    faults: list[Finding] = []
    documents = {row.id for row in preset.document}
    seen: set[str] = set()
    if preset.format != FORMAT:
        params = (("actual", preset.format), ("supported", FORMAT))
        faults.append(Finding("study_format", params, file=file))
    for standard in preset.standard:
        faults += [
            Finding(code, params, file=file, rows=(standard.id,))
            for code, params in _standard_faults(standard, documents)
        ]
        if standard.id in seen:
            faults.append(Finding("preset_id_twice", (("id", standard.id),), file=file))
        seen.add(standard.id)
    return faults


def _standard_faults(
    standard: Standard, documents: set[str]
) -> list[tuple[str, tuple[tuple[str, str | int | float], ...]]]:
    faults: list[tuple[str, tuple[tuple[str, str | int | float], ...]]] = []
    try:
        _ = standard.target
    except StudyError as error:
        faults += [(fault.code, fault.params) for fault in error.findings]
    is_computed = standard.treatment == "computed"
    for key, value, fits in (
        ("document", standard.document, standard.document in documents),
        ("measure", standard.measure, standard.measure in MEASURES),
        ("treatment", standard.treatment, is_computed == bool(standard.measure)),
    ):
        if not fits:
            faults.append(("preset_reference", (("key", key), ("value", value))))
    return faults
