"""Presets: schema, quotations, completeness; the page is fresh."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from data.errors import StudyError
from planning.standards.catalogue import (
    FOLDER,
    MEASURES,
    SHIPPED,
    Preset,
    Standard,
    binds,
    load_preset,
    load_presets,
    squeezed,
)

ROOT = Path(__file__).parents[3]
SPEC = importlib.util.spec_from_file_location("make_standards", ROOT / "docs" / "make_standards.py")
assert SPEC is not None
assert SPEC.loader is not None
make_standards = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(make_standards)
QUOTES = Path(__file__).parents[1] / "policy_quotes"
POLICY = ROOT.parent / "shared" / "policy"
POLICY_FILES = {"XC": "000", "GS": "001", "ZS": "002", "SY": "003", "JD": "004"}

ENTRIES = [
    pytest.param(preset, entry, id=preset.full_id(entry))
    for preset in load_presets()
    for entry in preset.standard
]


def entry(preset_id: str, standard_id: str) -> Standard:
    return next(row for row in load_preset(preset_id).standard if row.id == standard_id)


@pytest.mark.parametrize(("preset", "standard"), ENTRIES)
def test_every_quotation_is_in_the_stored_policy_text(preset: Preset, standard: Standard) -> None:
    document = preset.document_of(standard)
    if not document.is_quoted:
        return
    text = squeezed((QUOTES / f"{document.id}.txt").read_text(encoding="utf-8"))
    assert squeezed(standard.sentence) in text


@pytest.mark.parametrize(("document", "number"), POLICY_FILES.items())
def test_the_stored_text_is_the_policy_text(document: str, number: str) -> None:
    found = list(POLICY.glob(f"{number}_*.txt"))
    if not found:
        pytest.skip("the policy documents (../shared/policy) are not beside this checkout")
    policy = squeezed(found[0].read_text(encoding="utf-8"))
    stored = (QUOTES / f"{document}.txt").read_text(encoding="utf-8").splitlines()
    assert stored
    assert all(squeezed(line) in policy for line in stored)


def test_n1_keeps_its_striving_and_its_or() -> None:
    n1 = entry("zhoushan-2020", "N1")
    assert "力争城区街道或每3-10万服务人口有一所政府举办的社区卫生服务中心" in n1.sentence
    assert n1.force == "力争"
    target = n1.target
    assert target is not None
    assert (target.lower, target.upper) == (30_000, 100_000)


def test_every_topic_of_the_reference_is_there() -> None:
    topics = {row.topic for preset in load_presets() for row in preset.standard}
    wanted = {f"N{n}" for n in range(1, 21)} | {f"C{n}" for n in range(1, 26)}
    wanted |= {f"A3-{n}" for n in range(1, 22)} | {f"D{n}" for n in range(1, 18)}
    wanted |= {f"M{n}" for n in range(1, 13)}
    assert wanted - topics == set()


@pytest.mark.parametrize(("preset", "standard"), ENTRIES)
def test_every_entry_can_be_judged_or_says_why_not(preset: Preset, standard: Standard) -> None:
    assert standard.title
    assert standard.title_en
    assert standard.sentence_en
    assert preset.document_of(standard).title
    assert standard.measure in MEASURES
    if standard.treatment == "computed":
        assert standard.measure
        assert standard.target is not None or not standard.threshold
    else:
        assert standard.reason
        assert standard.reason_en


def test_reference_figures_never_judge() -> None:
    for preset in load_presets():
        for row in preset.standard:
            if preset.document_of(row).id in {"XC", "JD", "EXT"}:
                assert row.force == "参考值"


def test_the_standard_that_could_not_be_opened_is_marked() -> None:
    assert all(not row.is_verified for row in load_preset("gb50180-2018").standard)


def test_where_a_document_binds() -> None:
    document = load_preset("shangyu-2022").document[0]
    assert binds(document, ["330604001000", "330604100000"])
    assert not binds(document, ["330604001000", "330902001000"])
    assert not binds(document, [])
    assert not binds(load_preset("gb50180-2018").document[0], ["330604001000"])


def test_the_page_is_fresh() -> None:
    assert (ROOT / "docs" / "standards.md").read_text(
        encoding="utf-8"
    ) == make_standards.standards_page()


def test_shipped_presets_have_the_name_of_their_file() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(SHIPPED)
    assert all(load_preset(name).preset.id == name for name in SHIPPED)


MINE = """
format = "servicecircle.standards/1"
[preset]
id = "mine"
title = "t"
title_en = "t"
[[document]]
id = "D"
title = "t"
title_en = "t"
short = "s"
short_en = "s"
date = "2024"
[[standard]]
id = "S1"
topic = "N1"
title = "t"
title_en = "t"
sentence = "s"
sentence_en = "s"
document = "D"
force = "目标"
treatment = "computed"
measure = "n1"
threshold = "3-10万"
"""


def test_a_users_preset_is_read_by_path(tmp_path: Path) -> None:
    path = tmp_path / "我的标准.toml"
    path.write_text(MINE, encoding="utf-8")
    assert load_preset(path).full_id(load_preset(path).standard[0]) == "mine/S1"


def test_every_fault_of_a_preset_is_named_at_once(tmp_path: Path) -> None:
    text = MINE.replace('force = "目标"', 'force = "希望"').replace("3-10万", "3-100k")
    second = MINE[MINE.index("[[standard]]") :].replace('measure = "n1"', 'measure = "n9"')
    path = tmp_path / "bad.toml"
    path.write_text(
        text.replace('title_en = "t"\n[[doc', "[[doc") + 'colour = "red"\n' + second,
        encoding="utf-8",
    )
    with pytest.raises(StudyError) as caught:
        load_preset(path)
    codes = {finding.code for finding in caught.value.findings}
    assert {"study_key_type", "study_key_unknown", "study_key_missing"} <= codes


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("3-10万", "3-100k", "threshold_ambiguous"),
        ("3-10万", "许多", "threshold_unread"),
        ('measure = "n1"', 'measure = "n9"', "preset_reference"),
        ('document = "D"', 'document = "X"', "preset_reference"),
        ('treatment = "computed"', 'treatment = "listed"', "preset_reference"),
        ("standards/1", "standards/2", "study_format"),
        ("[preset]", "[preset", "study_syntax"),
    ],
)
def test_faults_that_a_schema_cannot_say(tmp_path: Path, old: str, new: str, code: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(MINE.replace(old, new), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        load_preset(path)
    assert [finding.code for finding in caught.value.findings] == [code]
    assert all(finding.file == "bad.toml" for finding in caught.value.findings)


def test_an_id_given_twice(tmp_path: Path) -> None:
    path = tmp_path / "twice.toml"
    path.write_text(MINE + MINE[MINE.index("[[standard]]") :], encoding="utf-8")
    with pytest.raises(StudyError, match="two standards have the id `S1`"):
        load_preset(path)


def test_a_missing_preset_names_those_there_are() -> None:
    with pytest.raises(StudyError, match="zhoushan-2020"):
        load_preset("nowhere-2020")
